// SPDX-License-Identifier: GPL-2.0
/* A command that vmlab ran, and how it ended. */
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "show/command.h"
#include "show/format.h"
#include "show/json.h"
#include "sys/xalloc.h"

void command_print(FILE *out, char *const *command)
{
	for (char *const *word = command; *word; word++) {
		char *safe = check_alloc(format_safe(*word));

		fprintf(out, " %s", safe);
		free(safe);
	}
}

void command_print_status(FILE *out, int status)
{
	char signal[SIGNAL_TEXT_MAX];

	if (WIFSIGNALED(status))
		fprintf(out, ": killed by %s", format_signal(WTERMSIG(status), signal));
	else if (WEXITSTATUS(status))
		fprintf(out, ": exit status %d", WEXITSTATUS(status));
}

json_t *command_json(char *const *command)
{
	json_t *array = check_alloc(json_array());

	for (char *const *word = command; *word; word++) {
		char *safe = check_alloc(format_safe(*word));
		const char *text = utf8_valid(*word) ? *word : safe;

		json_append(array, json_string(text));
		free(safe);
	}
	return array;
}

void command_put_status(json_t *object, int status)
{
	json_put(object, "exit_status",
		 WIFEXITED(status) ? json_integer(WEXITSTATUS(status)) : json_null());
	json_put(object, "signal",
		 WIFSIGNALED(status) ? json_integer(WTERMSIG(status)) : json_null());
}
