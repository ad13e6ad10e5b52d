// SPDX-License-Identifier: GPL-2.0
/* vmlab policy: list, load, choose and unload paging policies. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/commands.h"
#include "cmd/paging_common.h"
#include "model/parse.h"
#include "paging/policy_bpf.h"
#include "paging/policy_pins.h"
#include "show/policy.h"

enum { OPT_VERBOSE = 0x100 };

static const struct option_spec options[] = {
	{ "verbose", OPT_VERBOSE, NULL, NULL,
	  "load: show the messages of libbpf and the verifier" },
	{ 0 },
};

static int no_struct_ops(void)
{
	return cli_error("no policies in BPF on this kernel: they take Linux "
			 "6.11 or later with CONFIG_DEBUG_INFO_BTF_MODULES, and "
			 "a module with type information (built with pahole); "
			 "the built-in policies work");
}

static int fail_list(int err)
{
	return err == -EOPNOTSUPP ? no_struct_ops() :
				    cli_fail(err, VMLAB_ABOUT_SPACE, 0);
}

static int do_list(struct cli *cli, const struct vmlab *lab, char **argv)
{
	struct vmlab_policy_info *infos = NULL;
	size_t nr = 0;
	int err = 0;

	(void)argv;
	if (vmlab_has_feature(lab, VMLAB_FEAT_STRUCT_OPS))
		err = vmlab_policies_get(lab, &infos, &nr);
	if (err)
		return fail_list(err);
	if (cli->json)
		policy_print_json(lab, infos, nr);
	else
		policy_print_table(cli->colour, infos, nr);
	free(infos);
	return EXIT_OK;
}

static int do_load(struct cli *cli, const struct vmlab *lab, char **argv,
		   bool verbose)
{
	char name[VMLAB_POLICY_NAME_MAX];
	struct failure failure;

	if (!vmlab_has_feature(lab, VMLAB_FEAT_STRUCT_OPS))
		return no_struct_ops();
	if (policy_load(argv[0], name, verbose, &failure))
		return cli_failure(&failure);
	policy_print_done(cli->json, "loaded", name, 0);
	return EXIT_OK;
}

static int do_unload(struct cli *cli, const struct vmlab *lab, char **argv)
{
	struct failure failure;

	if (!vmlab_has_feature(lab, VMLAB_FEAT_STRUCT_OPS))
		return no_struct_ops();
	if (policy_unload(argv[0], &failure))
		return cli_failure(&failure);
	policy_print_done(cli->json, "unloaded", argv[0], 0);
	return EXIT_OK;
}

static int parse_space(const struct cli *cli, const char *text, uint64_t *space)
{
	if (!parse_u64(text, space) && *space)
		return EXIT_OK;
	return cli_usage(cli, "policy set: '%s' is no number of a space: give the "
			 "name of a directory in /sys/kernel/debug/vmlab/spaces",
			 text);
}

static int do_set(struct cli *cli, const struct vmlab *lab, char **argv)
{
	uint32_t policy, policy_id;
	uint64_t space;
	int err = parse_space(cli, argv[0], &space);

	if (err)
		return err;
	err = paging_find_policy(cli, lab, "policy set", argv[1], &policy,
				 &policy_id);
	if (err)
		return err;
	if (policy == VMLAB_POLICY_OPT)
		return cli_usage(cli, "policy set: 'opt' needs future accesses: "
				 "only 'vmlab replay' provides them");
	err = vmlab_policy_set(lab, space, policy, policy_id);
	switch (err) {
	case 0:
		policy_print_done(cli->json, "policy", argv[1], space);
		return EXIT_OK;
	case -ESRCH:
		return cli_error("no space %" PRIu64 " is open: see "
				 "/sys/kernel/debug/vmlab/spaces", space);
	case -EPERM:
		cli_error("no permission to change the policy of a space of "
			  "another process: run vmlab as root");
		return EXIT_NO_PERMISSION;
	case -ENOENT:
		return cli_error("policy '%s' was unloaded meanwhile",
				 argv[1]);
	default:
		return cli_error("space %" PRIu64 " does not accept policy '%s': "
				 "%s", space, argv[1], strerror(-err));
	}
}

static int run(struct cli *cli, int argc, char **argv)
{
	static const struct {
		const char *name;
		int nr_operands;
		const char *usage;
	} actions[] = {
		{ "list", 0, "list" },
		{ "load", 1, "load FILE" },
		{ "set", 2, "set SPACE NAME" },
		{ "unload", 1, "unload NAME" },
	};
	uint64_t space;
	bool verbose = false;
	struct vmlab *lab;
	size_t action;
	int c, err;

	while ((c = cli_option(cli, options, argc, argv)) != CLI_END) {
		if (c == CLI_STOP)
			return cli->exit_code;
		verbose = true;
	}
	for (action = 0; action < 4; action++)
		if (!strcmp(argv[optind], actions[action].name))
			break;
	if (action == 4)
		return cli_usage(cli, "policy: '%s' is not an action: give load, "
				 "list, set or unload", argv[optind]);
	if (argc - optind - 1 != actions[action].nr_operands)
		return cli_usage(cli, "policy %s: too %s operands: give "
				 "'vmlab policy %s'", argv[optind],
				 argc - optind - 1 < actions[action].nr_operands ?
					 "few" : "many",
				 actions[action].usage);
	if (verbose && action != 1)
		return cli_usage(cli, "--verbose is for load: give 'vmlab policy %s' "
				 "without it", argv[optind]);
	argv += optind + 1;
	if (action == 2 && parse_space(cli, argv[0], &space))
		return EXIT_USAGE;

	err = cli_open(&lab);
	if (err)
		return err;
	switch (action) {
	case 0:
		err = do_list(cli, lab, argv);
		break;
	case 1:
		err = do_load(cli, lab, argv, verbose);
		break;
	case 2:
		err = do_set(cli, lab, argv);
		break;
	default:
		err = do_unload(cli, lab, argv);
		break;
	}
	vmlab_close(lab);
	return err;
}

static const char help[] =
	"A policy decides which page to evict when the budget of a space is used up, and\n"
	"which pages to prefetch besides a page that is accessed.  Some are built in;\n"
	"others are loaded as BPF programs: Documentation/bpf.rst tells how to write and\n"
	"compile one.  Examples are in tools/bpf/policies; 'make' compiles them to\n"
	"build/tools/policies, and an installed vmlab has them in share/vmlab/policies.\n"
	"\n"
	"list            show the policies: NAME, KIND (built-in or bpf), ID, the number\n"
	"                of SPACES that use it, and SAMPLES: whether some accesses are\n"
	"                made to fault so that the policy sees them\n"
	"load FILE       load a BPF object, - reads it from standard input; it is pinned\n"
	"                in " POLICY_PIN_ROOT "/NAME, with its maps for applications to\n"
	"                open\n"
	"set SPACE NAME  change the policy of the space with that number (the directories\n"
	"                of /sys/kernel/debug/vmlab/spaces, whose file 'owner' names the\n"
	"                process of the space), also while the space is in use; 'vmlab\n"
	"                space --policy' does so for its own\n"
	"unload NAME     unload a policy; spaces that use it go on with fifo\n"
	"\n"
	"load, set and unload need root.\n"
	"\n"
	"Example:\n"
	"  vmlab policy load build/tools/policies/fifo.bpf.o\n"
	"  vmlab space --budget 16 --policy bpf-fifo --size 256K\n"
	"  vmlab policy unload bpf-fifo\n";

const struct command cmd_policy = {
	.name = "policy",
	.group = GROUP_MEMORY,
	.operands = "load FILE | list | set SPACE NAME | unload NAME",
	.operand = OPERAND_POLICY,
	.nr_operands = 1,
	.more_operands = 2,
	.summary = "load, list, choose and unload paging policies",
	.help = help,
	.options = options,
	.tables = policy_tables,
	.run = run,
};
