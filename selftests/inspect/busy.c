// SPDX-License-Identifier: GPL-2.0
/* busy start|stop: the herd that several tests look at, see herd.h. */
#include <stdio.h>
#include <string.h>

#include "lib/tap.h"
#include "inspect/busy_processes.h"

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "start")) {
		herd_publish();
	} else if (argc == 2 && !strcmp(argv[1], "stop")) {
		herd_withdraw();
	} else {
		fprintf(stderr, "usage: test-inspect-busy start|stop\n");
		return 2;
	}
	return tap_done();
}
