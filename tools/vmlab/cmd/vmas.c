// SPDX-License-Identifier: GPL-2.0
/* vmlab vmas: the VMAs of a process. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/cli.h"
#include "show/format.h"
#include "show/json.h"
#include "model/xalloc.h"
#include "cli/parse.h"
#include "show/vma.h"

struct query {
	const struct cli *cli;
	struct vmlab *lab;
	struct vma_words words;
	struct vmlab_vmas_iter *it;
	pid_t pid;
	uint64_t flags; /* show VMAs that have all of these */
	bool details;
};

static const struct option_spec options[] = {
	{ "long", 'l', NULL, NULL,
	  "all that is known of each VMA, several lines each" },
	{ "range", 'r', "RANGE", NULL,
	  "VMAs that overlap START-END, START+SIZE or an address" },
	{ "flag", 'f', "NAME", NULL,
	  "VMAs that have this flag; more than one: all of them" },
	{ 0 },
};

/* the next VMA that is to be shown: 1, 0 at the end or a negative errno */
static int next(struct query *q, const struct vmlab_vma **vma)
{
	int ret;

	do {
		ret = vmlab_vmas_next(q->it, vma);
	} while (ret > 0 && ((*vma)->vm_flags & q->flags) != q->flags);
	return ret;
}

static int print_table(struct query *q, const struct vmlab_vma *vma, int ret)
{
	static const struct column columns[] = { VMA_COLUMNS };
	struct table *t = table_open(stdout, columns,
				     sizeof(columns) / sizeof(columns[0]),
				     q->cli->colour);

	for (; ret > 0; ret = next(q, &vma))
		vma_cells(t, &q->words, q->it, vma);
	table_close(t);
	return ret;
}

static void print_trait(void *out, const char *name)
{
	fprintf(out, " %s", name);
}

static void print_details(struct query *q, const struct vmlab_vma *vma)
{
	bool colour = q->cli->colour;
	char perms[VMA_PERMS_LEN], size[SIZE_TEXT_MAX],
		flags[VMLAB_FLAGS_TEXT_MAX];
	char *name = check_alloc(format_safe(vmlab_vmas_name(q->it, vma)));
	const char *ops = vmlab_vmas_ops(q->it, vma);

	vmlab_vm_flags_text(q->lab, vma->vm_flags, flags, sizeof(flags));
	printf("%s%llx-%llx%s  %s  %s  %s%s%s\n", style_on(colour, STYLE_HEAD),
	       vma->start, vma->end, style_off(colour, STYLE_HEAD),
	       format_size(vma->end - vma->start, size),
	       vma_perms(&q->words, vma, perms),
	       style_on(colour, vma_name_style(vma)), *name ? name : "-",
	       style_off(colour, vma_name_style(vma)));
	printf("  vm_flags   0x%llx %s\n", vma->vm_flags, flags);
	printf("  page_prot  0x%llx\n", vma->page_prot);
	printf("  pgoff      0x%llx pages\n", vma->pgoff);
	if (vma->flags & VMLAB_VMA_FILE)
		printf("  file       device %02x:%02x inode %llu\n",
		       vma->dev_major, vma->dev_minor, vma->ino);
	printf("  vm_ops     %s\n", *ops ? ops : "none: anonymous memory");
	if (vma->flags) {
		fputs("  traits    ", stdout);
		vma_traits(vma, print_trait, stdout);
		putchar('\n');
	}
	free(name);
}

static int print_all_details(struct query *q, const struct vmlab_vma *vma,
			     int ret)
{
	for (; ret > 0; ret = next(q, &vma))
		print_details(q, vma);
	return ret;
}

static int print_json(struct query *q, const struct vmlab_vma *vma, int ret)
{
	struct json_doc doc;

	json_begin(&doc, stdout);
	json_member(&doc, "pid", json_integer(q->pid ? q->pid : getpid()));
	json_member(&doc, "map_count", json_count(vmlab_vmas_map_count(q->it)));
	json_array_begin(&doc, "vmas");
	for (; ret > 0; ret = next(q, &vma))
		json_item(&doc, vma_json(&q->words, q->it, vma));
	json_array_end(&doc);
	if (ret < 0)
		json_member(&doc, "error",
			    json_error(ret, VMLAB_ABOUT_PROCESS, q->pid));
	json_end(&doc);
	return ret;
}

static int show(struct query *q, uint64_t start, uint64_t end,
		const struct vmlab_proc *proc)
{
	const struct vmlab_vma *vma;
	int ret;

	ret = vmlab_vmas_open(proc, start, end, &q->it);
	if (ret)
		return cli_fail(ret, VMLAB_ABOUT_PROCESS, q->pid);

	ret = next(q, &vma);
	if (ret < 0)
		; /* nothing to show: standard output stays empty */
	else if (q->cli->json)
		ret = print_json(q, vma, ret);
	else if (q->details)
		ret = print_all_details(q, vma, ret);
	else
		ret = print_table(q, vma, ret);
	vmlab_vmas_close(q->it);
	return ret < 0 ? cli_fail(ret, VMLAB_ABOUT_PROCESS, q->pid) : EXIT_OK;
}

#define MAX_FLAGS 64

static int find_flags(struct query *q, const char *const *names, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		int bit = vmlab_vm_flag_bit(q->lab, names[i]);

		if (bit < 0)
			return cli_usage(q->cli, "'%s' is not a flag of VMAs "
					 "on this kernel: 'vmlab vmas self "
					 "--long' shows some", names[i]);
		q->flags |= UINT64_C(1) << bit;
	}
	return EXIT_OK;
}

static int run(struct cli *cli, int argc, char **argv)
{
	const char *flags[MAX_FLAGS];
	struct query q = { .cli = cli };
	uint64_t start = 0, end = 0;
	struct vmlab_proc *proc;
	size_t nr_flags = 0;
	int c, err;

	while ((c = cli_option(cli, options, argc, argv)) != CLI_END) {
		switch (c) {
		case 'l':
			q.details = true;
			break;
		case 'r':
			if (parse_range(optarg, &start, &end))
				return cli_usage(cli, "--range=%s: give "
						 "START-END, START+SIZE or an "
						 "address, in hexadecimal",
						 optarg);
			break;
		case 'f':
			if (nr_flags == MAX_FLAGS)
				return cli_usage(cli, "--flag: at most %d",
						 MAX_FLAGS);
			flags[nr_flags++] = optarg;
			break;
		default:
			return cli->exit_code;
		}
	}

	err = cli_open_proc(cli, argv[optind], &q.lab, &proc, &q.pid);
	if (err)
		return err;
	vma_words_init(&q.words, q.lab);
	err = find_flags(&q, flags, nr_flags);
	if (!err)
		err = show(&q, start, end, proc);
	vmlab_proc_close(proc);
	vmlab_close(q.lab);
	return err;
}

static const char help[] =
	"PID is a process or thread id, or 'self' for vmlab itself.  Any other than self\n"
	"needs root, or CAP_SYS_PTRACE in the user namespace of the process's mm.\n"
	"\n"
	"START, END  the range [START, END), hexadecimal, as in /proc/PID/maps\n"
	"SIZE        END - START, rounded down; JSON has exact bytes\n"
	"PERM        read, write, exec, and private or shared\n"
	"PGOFF       offset in the file, or in the object of anonymous memory; pages,\n"
	"            hexadecimal\n"
	"FLAGS       the other bits of vm_flags, by the kernel's names; --long and JSON\n"
	"            have all, and the number\n"
	"VM_OPS      symbol of the vm_operations_struct, '-' for anonymous memory, '?' when\n"
	"            the kernel does not know the names of its data\n"
	"NAME        the file, [heap], [stack], [vdso], [anon:...], '-' without one;\n"
	"            control characters as \\ooo\n"
	"\n"
	"--long and JSON add page_prot, the device and inode, and traits: file, anon_vma\n"
	"(anonymous pages were made), heap, stack, special, anon_name, uffd, vmlab.\n"
	"\n"
	"The process runs on meanwhile: a VMA is never shown twice, and one that stays is\n"
	"never missed.  When it exits half way, the exit code is 4 and JSON has \"error\".\n"
	"\n"
	"Example: shared mappings of this shell, and the VMA that holds an address\n"
	"  vmlab vmas $$ --flag shared\n"
	"  vmlab vmas $$ --range 7ffff7fc1000 --long\n";

const struct command cmd_vmas = {
	.name = "vmas",
	.operands = "PID",
	.operand = OPERAND_PID,
	.nr_operands = 1,
	.summary = "show the VMAs of a process, every flag in words",
	.help = help,
	.options = options,
	.run = run,
};
