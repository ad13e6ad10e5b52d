// SPDX-License-Identifier: GPL-2.0
#include <errno.h>

#include "cli/cli.h"
#include "cli/failure.h"

int cli_failure(const struct failure *failure)
{
	if (!*failure->text)
		return cli_fail(failure->err, failure->about, 0);
	cli_error("%s", failure->text);
	switch (failure->err) {
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
