/* SPDX-License-Identifier: GPL-2.0 */
/* Scripts with which a shell completes our command lines. */
#ifndef VMLAB_CLI_COMPLETION_H
#define VMLAB_CLI_COMPLETION_H

#include <stdio.h>

#include "cli/cli.h"

/** completion_print_bash - print the script for bash */
void completion_print_bash(FILE *out, const struct command *const *commands);

/** completion_print_zsh - print the script for zsh */
void completion_print_zsh(FILE *out, const struct command *const *commands);

#endif /* VMLAB_CLI_COMPLETION_H */
