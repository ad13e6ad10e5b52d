// SPDX-License-Identifier: GPL-2.0
#include <errno.h>

#include "cli/cli.h"
#include "cli/failure.h"

int cli_failure(int err, const struct failure *failure)
{
	cli_error("%s", failure->text);
	switch (err) {
	case -ESRCH:
		return EXIT_NO_PROCESS;
	case -EPERM:
	case -EACCES:
		return EXIT_NO_PERMISSION;
	case -ENODEV:
		return EXIT_NO_DEVICE;
	default:
		return EXIT_FAILED;
	}
}
