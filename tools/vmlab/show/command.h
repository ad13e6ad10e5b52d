/* SPDX-License-Identifier: GPL-2.0 */
/* A command that vmlab ran, and how it ended. */
#ifndef VMLAB_SHOW_COMMAND_H
#define VMLAB_SHOW_COMMAND_H

#include <jansson.h>
#include <stdio.h>

/** command_print - print the words of a command, each after a blank */
void command_print(FILE *out, char *const *command);

/** command_print_status - print ": exit status N" or ": killed by SIGN"; nothing for 0 */
void command_print_status(FILE *out, int status);

/** command_json - make an array of the words */
json_t *command_json(char *const *command);

/** command_put_status - add the members exit_status and signal; one of them is null */
void command_put_status(json_t *object, int status);

#endif /* VMLAB_SHOW_COMMAND_H */
