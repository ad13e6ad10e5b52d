/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VMLAB_CLI_FAILURE_H
#define VMLAB_CLI_FAILURE_H

#include "sys/failure.h"

/** cli_failure - print what failed; return the exit code for failure->err */
int cli_failure(const struct failure *failure);

#endif /* VMLAB_CLI_FAILURE_H */
