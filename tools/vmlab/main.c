// SPDX-License-Identifier: GPL-2.0
/* vmlab: find the subcommand and run it. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/option_tables.h"
#include "cmd/commands.h"

static const struct command *const commands[] = {
	&cmd_mm, &cmd_vmas, &cmd_map, &cmd_tree, &cmd_gaps, &cmd_find,
	&cmd_layout, &cmd_pagetable, &cmd_translate, &cmd_sharing, &cmd_heat,
	&cmd_snapshot, &cmd_diff, &cmd_watch, &cmd_faults, &cmd_top,
	&cmd_space, &cmd_run, &cmd_compare, &cmd_mrc, &cmd_replay, &cmd_policy, &cmd_kmem, &cmd_lab,
	&cmd_report,
	&cmd_info, &cmd_completion, &cmd_help, NULL,
};

static const struct command *find_command(const char *name)
{
	for (const struct command *const *c = commands; *c; c++)
		if (!strcmp((*c)->name, name))
			return *c;
	return NULL;
}

static int run(struct cli *cli, int argc, char **argv)
{
	const struct command *command;
	int c;

	while ((c = cli_option(cli, top_options, argc, argv)) != CLI_END) {
		if (c == CLI_STOP)
			return cli->exit_code;
		printf("vmlab %s (ABI %d)\n", vmlab_version(),
		       VMLAB_ABI_VERSION);
		return EXIT_OK;
	}
	if (optind == argc) {
		cli_usage(cli, "which command? give one of 'vmlab help'");
		return EXIT_USAGE;
	}

	command = find_command(argv[optind]);
	if (!command)
		return cli_usage(cli, "'%s' is not a command: give one of 'vmlab "
				 "help'", argv[optind]);

	argc -= optind;
	argv += optind;
	optind = 0; /* getopt_long(3) starts again, on another vector */
	cli->command = command;
	return command->run(cli, argc, argv);
}

/*
 * Let no file that is opened become a standard stream that the caller closed: what is
 * printed would be written to it.  Reading and writing still fail, and a command that is
 * run gets the stream closed.
 */
static void open_streams(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0)
			open("/dev/null", (fd ? O_RDONLY : O_WRONLY) | O_CLOEXEC);
}

int main(int argc, char **argv)
{
	struct cli cli = { .commands = commands };
	int ret;

	open_streams();
	/* ignored, as some parents leave it, the ends of children could not be waited for */
	signal(SIGCHLD, SIG_DFL);
	ret = run(&cli, argc, argv);
	if (fflush(stdout) || ferror(stdout)) {
		cli_error("cannot write the output: %s", strerror(errno));
		return EXIT_FAILED;
	}
	return ret;
}
