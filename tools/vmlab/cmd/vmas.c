// SPDX-License-Identifier: GPL-2.0
/* vmlab vmas: show the VMAs of a process. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/values.h"
#include "cmd/commands.h"
#include "inspect/inspect.h"
#include "show/vma.h"
#include "show/vma_facts.h"

#define MAX_FLAGS 64

enum { OPT_FLAG = 0x100 };

struct query {
	uint64_t start, end;
	const char *flag[MAX_FLAGS]; /* VMAs that have all of these */
	size_t nr_flags;
	bool details;
	unsigned int facts; /* FACTS_* */
};

static const struct option_spec options[] = {
	{ "long", 'l', NULL, NULL,
	  "all that is known of each VMA, several lines each" },
	{ "range", 'r', "RANGE", NULL,
	  "VMAs that overlap START-END, START+SIZE or an address" },
	{ "flag", OPT_FLAG, "NAME", NULL,
	  "VMAs that have this flag; more than one: all of them" },
	{ "memory", 'm', NULL, NULL,
	  "resident memory, PSS, dirty memory and swap of each VMA" },
	{ 0 },
};

static int find_flags(const struct target *target, const struct query *q,
		      uint64_t *flags)
{
	for (size_t i = 0; i < q->nr_flags; i++) {
		int bit = vmlab_vm_flag_bit(target->lab, q->flag[i]);

		if (bit < 0)
			return cli_usage(target->cli, "--flag: '%s' is not a flag "
					 "of VMAs on this kernel: give a name "
					 "as in 'vmlab vmas self --long'", q->flag[i]);
		*flags |= UINT64_C(1) << bit;
	}
	return EXIT_OK;
}

/* smaps checks the uid, which the module does not. */
static int cannot_read(const struct target *target, int err)
{
	if (err == -ENOENT || err == -ESRCH)
		return -ESRCH;
	cli_error("cannot read /proc/%d/smaps: %s", (int)target->pid,
		  strerror(-err));
	return err == -EACCES || err == -EPERM ? EXIT_NO_PERMISSION : EXIT_FAILED;
}

static int show(struct target *target, void *arg)
{
	const struct cli *cli = target->cli;
	struct query *q = arg;
	struct vma_walk walk = { 0 };
	struct vma_facts *facts = NULL;
	struct vma_words words;
	int ret;

	ret = find_flags(target, q, &walk.flags);
	if (!ret)
		ret = vmlab_vmas_open(target->proc, q->start, q->end, &walk.it);
	if (ret)
		return ret;
	if (q->facts)
		ret = vma_facts_read(target->pid, q->facts, &facts);
	if (ret) {
		vmlab_vmas_close(walk.it);
		return cannot_read(target, ret);
	}
	walk.facts = facts;
	vma_words_init(&words, target->lab);
	vma_walk_next(&walk);
	if (!walk.ret && !cli->json)
		cli_note("no VMA of the process matches --range and --flag");
	if (walk.ret < 0)
		ret = walk.ret; /* standard output stays empty */
	else if (cli->json)
		ret = vmas_print_json(stdout, &words, &walk, target->pid);
	else if (q->details)
		ret = vmas_print_details(stdout, &words, &walk, cli->colour);
	else
		ret = vmas_print(stdout, &words, &walk, cli->colour);
	vmlab_vmas_close(walk.it);
	vma_facts_free(facts);
	return ret;
}

static void choose_facts(struct cli *cli, struct query *q, bool memory)
{
	if (memory && !cli->table.output) {
		cli->table.output = "START,SIZE,PERM,RSS,PSS,SHARED,DIRTY,SWAP,NAME";
		cli->table.own_choice = true;
		table_set_options(&cli->table);
	}
	q->facts = vma_facts_wanted();
	if (memory && cli->json)
		q->facts = FACTS_MEMORY | FACTS_NODES | FACTS_BUILD_ID;
}

/* --long prints no table. */
static int check_columns(const struct cli *cli, const struct query *q, bool memory)
{
	const struct table_options *t = &cli->table;

	if (q->details && (memory || t->output || t->sort || t->raw || t->no_headings))
		return cli_usage(cli, "--long prints no table: it excludes --memory, "
				 "--noheadings, --output, --raw and --sort");
	return EXIT_OK;
}

static int run(struct cli *cli, int argc, char **argv)
{
	struct query q = { 0 };
	bool memory = false;
	int c;

	while ((c = cli_option(cli, options, argc, argv)) != CLI_END) {
		switch (c) {
		case 'l':
			q.details = true;
			break;
		case 'r':
			if (cli_range(cli, &q.start, &q.end))
				return EXIT_USAGE;
			break;
		case OPT_FLAG:
			if (q.nr_flags == MAX_FLAGS)
				return cli_usage(cli, "--flag: give it at most %d "
						 "times", MAX_FLAGS);
			q.flag[q.nr_flags++] = optarg;
			break;
		case 'm':
			memory = true;
			break;
		default:
			return cli->exit_code;
		}
	}
	if (check_columns(cli, &q, memory))
		return EXIT_USAGE;
	choose_facts(cli, &q, memory);
	return inspect_each(cli, argv + optind, 0, show, &q);
}

static const char help[] =
	PID_HELP
	"\n"
	"START, END  the range [START, END), hexadecimal, as in /proc/PID/maps\n"
	"SIZE        END - START, rounded down; JSON has exact bytes\n"
	"PERM        read, write, exec, and private or shared\n"
	"PGOFF       offset in the file, or in the object of anonymous memory; pages,\n"
	"            hexadecimal\n"
	"FLAGS       the other bits of vm_flags, by the kernel's names; --long and JSON\n"
	"            have all, and the number: also mayread, maywrite, mayexec, which say\n"
	"            what mprotect(2) may add, and softdirty, which nearly all VMAs have:\n"
	"            mapped since the last write of 4 to /proc/PID/clear_refs\n"
	"VM_OPS      symbol of the vm_operations_struct, '-' for anonymous memory, '?'\n"
	"            when the kernel does not know the names of its data\n"
	"NAME        the file, [heap], [stack], [vdso], [anon:...], '-' without one;\n"
	"            control characters as \\ooo\n"
	"\n"
	"Printed on request, by --memory or --output, from /proc/PID/smaps:\n"
	"RSS         resident memory\n"
	"PSS         the same, each page divided by the number of processes that map it\n"
	"SHARED      resident memory that another process maps too\n"
	"DIRTY       resident memory that was written and not saved since\n"
	"SWAP        memory in swap\n"
	"by --output alone:\n"
	"NODES       pages by NUMA node, from /proc/PID/numa_maps: NODE=PAGES,...\n"
	"BUILD_ID    GNU build id of the mapped file\n"
	"\n"
	"With --memory JSON has all of these.\n"
	"\n"
	"--long and JSON add page_prot, the device and inode, and traits: file, anon_vma\n"
	"(anonymous pages were made), heap, stack, special, anon_name, uffd, vmlab.\n"
	"\n"
	"The process runs meanwhile: no VMA is shown twice, and none that stays mapped is\n"
	"missed.  When the process exits meanwhile, the exit code is 4 and JSON has\n"
	"\"error\".\n"
	"\n"
	"Example: which mappings hold most memory?\n"
	"  vmlab vmas $$ --memory --sort -rss\n"
	"Example: shared mappings of this shell, and the VMA that holds an address\n"
	"  vmlab vmas $$ --flag shared\n"
	"  vmlab vmas $$ --range 7ffff7fc1000 --long\n";

const struct command cmd_vmas = {
	.name = "vmas",
	.group = GROUP_PROCESS,
	.operands = "PID ...",
	.operand = OPERAND_PID,
	.nr_operands = 1,
	.more_operands = OPERANDS_ANY,
	.summary = "show the VMAs of a process, every flag in words",
	.help = help,
	.options = options,
	.tables = vma_tables,
	.run = run,
};
