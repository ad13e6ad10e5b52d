// SPDX-License-Identifier: GPL-2.0
/* Start or stop the sample processes that several tests share: see samples.h. */
#include <stdio.h>
#include <string.h>

#include "lib/tap.h"
#include "inspect/samples/samples.h"

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "start")) {
		samples_publish();
	} else if (argc == 2 && !strcmp(argv[1], "stop")) {
		samples_withdraw();
	} else {
		fprintf(stderr, "usage: test-inspect-samples start|stop\n");
		return 2;
	}
	return tap_done();
}
