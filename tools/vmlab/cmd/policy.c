// SPDX-License-Identifier: GPL-2.0
/* vmlab policy: paging policies, built-in ones and those written in BPF. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "show/json.h"
#include "paging/paging.h"
#include "cli/parse.h"
#include "paging/policy_bpf.h"
#include "paging/policy_names.h"
#include "show/table.h"

enum { OPT_VERBOSE = 0x100 };

static const struct option_spec options[] = {
	{ "verbose", OPT_VERBOSE, NULL, NULL,
	  "load: show what libbpf and the kernel's verifier say" },
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

static json_t *policy_json(const struct vmlab_policy_info *info)
{
	json_t *o = json_object();

	json_put(o, "name", json_text(info->name));
	json_put(o, "kind", json_text("bpf"));
	json_put(o, "id", json_count(info->id));
	json_put(o, "spaces", json_count(info->spaces));
	json_put(o, "samples",
		 json_boolean(info->flags & VMLAB_POLICY_SAMPLES));
	return o;
}

static void list_json(const struct vmlab *lab,
		      const struct vmlab_policy_info *infos, size_t nr)
{
	struct json_doc doc;

	json_begin(&doc, stdout);
	json_member(&doc, "struct_ops",
		    json_boolean(vmlab_has_feature(lab,
						   VMLAB_FEAT_STRUCT_OPS)));
	json_array_begin(&doc, "policies");
	for (uint32_t id = 0; id <= VMLAB_POLICY_OPT; id++) {
		json_t *o = json_object();

		json_put(o, "name", json_text(paging_policy_name(id)));
		json_put(o, "kind", json_text("built-in"));
		json_item(&doc, o);
	}
	for (size_t i = 0; i < nr; i++)
		json_item(&doc, policy_json(&infos[i]));
	json_array_end(&doc);
	json_end(&doc);
}

static void list_table(const struct cli *cli,
		       const struct vmlab_policy_info *infos, size_t nr)
{
	static const struct column columns[] = {
		{ "NAME" }, { "KIND" }, { "ID", true }, { "SPACES", true },
		{ "SAMPLES" },
	};
	struct table *t = table_open(stdout, columns, 5, cli->colour);

	for (uint32_t id = 0; id <= VMLAB_POLICY_OPT; id++) {
		table_cell(t, STYLE_NAME, "%s", paging_policy_name(id));
		table_cell(t, STYLE_PLAIN, "built-in");
		table_cell(t, STYLE_DIM, "-");
		table_cell(t, STYLE_DIM, "-");
		table_cell(t, STYLE_DIM, "-");
	}
	for (size_t i = 0; i < nr; i++) {
		table_cell(t, STYLE_NAME, "%s", infos[i].name);
		table_cell(t, STYLE_PLAIN, "bpf");
		table_cell(t, STYLE_PLAIN, "%u", infos[i].id);
		table_cell(t, STYLE_PLAIN, "%" PRIu64,
			   (uint64_t)infos[i].spaces);
		table_cell(t, STYLE_PLAIN, "%s",
			   infos[i].flags & VMLAB_POLICY_SAMPLES ? "yes" :
								   "no");
	}
	table_close(t);
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
		list_json(lab, infos, nr);
	else
		list_table(cli, infos, nr);
	free(infos);
	return EXIT_OK;
}

/* what came of load, set, unload */
static void say(const struct cli *cli, const char *what, const char *name,
		uint64_t space)
{
	struct json_doc doc;

	if (!cli->json) {
		if (space)
			printf("space %" PRIu64 ": %s\n", space, name);
		else
			printf("%s: %s\n", name, what);
		return;
	}
	json_begin(&doc, stdout);
	json_member(&doc, what, json_text(name));
	if (space)
		json_member(&doc, "space", json_count(space));
	json_end(&doc);
}

static int do_load(struct cli *cli, const struct vmlab *lab, char **argv,
		   bool verbose)
{
	char name[VMLAB_POLICY_NAME_MAX];
	int err;

	if (!vmlab_has_feature(lab, VMLAB_FEAT_STRUCT_OPS))
		return no_struct_ops();
	err = policy_load(argv[0], name, verbose);
	if (!err)
		say(cli, "loaded", name, 0);
	return err;
}

static int do_unload(struct cli *cli, const struct vmlab *lab, char **argv)
{
	int err;

	if (!vmlab_has_feature(lab, VMLAB_FEAT_STRUCT_OPS))
		return no_struct_ops();
	err = policy_unload(argv[0]);
	if (!err)
		say(cli, "unloaded", argv[0], 0);
	return err;
}

static int do_set(struct cli *cli, const struct vmlab *lab, char **argv)
{
	uint32_t policy, policy_id;
	uint64_t space;
	int err;

	if (parse_u64(argv[0], &space) || !space)
		return cli_usage(cli, "'%s' is no number of a space: see "
				 "/sys/kernel/debug/vmlab/spaces", argv[0]);
	err = policy_find(cli, lab, argv[1], &policy, &policy_id);
	if (err)
		return err;
	err = vmlab_policy_set(lab, space, policy, policy_id);
	switch (err) {
	case 0:
		say(cli, "policy", argv[1], space);
		return EXIT_OK;
	case -ESRCH:
		return cli_error("no space %" PRIu64 " is open: see "
				 "/sys/kernel/debug/vmlab/spaces", space);
	case -EPERM:
		cli_error("no permission to change the policy of another's "
			  "space: run vmlab as root");
		return EXIT_NO_PERMISSION;
	case -ENOENT:
		return cli_error("the policy '%s' was unloaded just now",
				 argv[1]);
	default:
		return cli_error("space %" PRIu64 " does not take policy '%s': "
				 "%s", space, argv[1], strerror(-err));
	}
}

static int run(struct cli *cli, int argc, char **argv)
{
	static const struct {
		const char *name;
		int nr_operands;
	} actions[] = {
		{ "list", 0 }, { "load", 1 }, { "set", 2 }, { "unload", 1 },
	};
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
		return cli_usage(cli, "'%s' is none of load, list, set and "
				 "unload", argv[optind]);
	if (argc - optind - 1 != actions[action].nr_operands)
		return cli_usage(cli, "policy %s takes %d operands, not %d",
				 argv[optind], actions[action].nr_operands,
				 argc - optind - 1);
	argv += optind + 1;

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
	"A policy says which page leaves when the budget of a space is used up, and what\n"
	"comes in besides a page that is touched.  There are built-in ones, and those that\n"
	"are loaded: programs in BPF, see Documentation/bpf.rst and tools/bpf/policies.\n"
	"\n"
	"list            the policies: NAME, KIND (built-in or bpf), ID, SPACES that have\n"
	"                it now, SAMPLES: whether some accesses are made to fault so that it\n"
	"                sees them\n"
	"load FILE       load a BPF object; it stays, pinned in " POLICY_PIN_ROOT "/NAME,\n"
	"                with its maps beside it for applications to open\n"
	"set SPACE NAME  give the space of that number (the directories of\n"
	"                /sys/kernel/debug/vmlab/spaces) another policy, also while it is in\n"
	"                use; 'vmlab space --policy' does so for its own\n"
	"unload NAME     take it out of the kernel; spaces that have it go on with fifo\n"
	"\n"
	"load, set and unload need root.\n"
	"\n"
	"Example:\n"
	"  vmlab policy load fifo.bpf.o\n"
	"  vmlab space --budget 16 --policy bpf-fifo --size 256K\n"
	"  vmlab policy unload bpf-fifo\n";

const struct command cmd_policy = {
	.name = "policy",
	.operands = "load FILE | list | set SPACE NAME | unload NAME",
	.operand = OPERAND_POLICY,
	.nr_operands = 1,
	.more_operands = 2,
	.summary = "load, list, choose and unload paging policies",
	.help = help,
	.options = options,
	.run = run,
};
