// SPDX-License-Identifier: GPL-2.0
/* vmlab kmem: show the frames of an allocation in the kernel. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/values.h"
#include "cmd/commands.h"
#include "show/kmem.h"

enum { OPT_LENGTH = 0x100 };

static const struct option_spec options[] = {
	{ "length", OPT_LENGTH, "SIZE", NULL,
	  "bytes to allocate, at most 8M (default 64K)" },
	{ 0 },
};

/* The kinds, as VMLAB_KMEM_* number them. */
static const char *const kinds[] = { "kmalloc", "vmalloc", "vmap" };

enum { KINDS = sizeof(kinds) / sizeof(kinds[0]), LENGTH = 64 << 10 };

static int show(const struct cli *cli, const struct vmlab *lab, uint32_t kind,
		uint64_t length)
{
	struct vmlab_kmem_page *pages;
	uint32_t result;
	size_t nr;
	int err = vmlab_kmem_get(lab, kind, length, &pages, &nr, &result);

	if (err == -ENOMEM)
		return cli_error("%s() cannot allocate %llu bytes", kinds[kind],
				 (unsigned long long)length);
	if (err)
		return cli_fail(err, VMLAB_ABOUT_DEVICE, 0);
	if (cli->json)
		kmem_print_json(stdout, pages, nr, result);
	else
		kmem_print(stdout, pages, nr, result, cli->colour);
	free(pages);
	return EXIT_OK;
}

static int run(struct cli *cli, int argc, char **argv)
{
	uint64_t length = LENGTH;
	struct vmlab *lab;
	uint32_t kind;
	int c, err;

	while ((c = cli_option(cli, options, argc, argv)) != CLI_END) {
		if (c == CLI_STOP)
			return cli->exit_code;
		if (cli_size(cli, 1, VMLAB_KMEM_LENGTH_MAX, &length))
			return EXIT_USAGE;
	}
	for (kind = 0; kind < KINDS; kind++)
		if (!strcmp(argv[optind], kinds[kind]))
			break;
	if (kind == KINDS)
		return cli_usage(cli, "KIND: '%s' is not a kind of memory: give "
				      "kmalloc, vmalloc or vmap", argv[optind]);
	err = cli_open(&lab);
	if (err)
		return err;
	err = cli_need_pgtable(lab);
	if (!err)
		err = show(cli, lab, kind, length);
	vmlab_close(lab);
	return err;
}

static const char help[] =
	"The module allocates the memory, walks the kernel's page tables for each page,\n"
	"and frees it.  Frames and addresses need CAP_SYS_ADMIN and CAP_SYSLOG.\n"
	"\n"
	"kmalloc  adjacent frames, at their addresses in the direct map; at most 4 MiB\n"
	"vmalloc  any frames that are free, mapped in the vmalloc region\n"
	"vmap     frames of which no two are adjacent, mapped there too\n"
	"\n"
	"A line is a run of pages whose frames are adjacent:\n"
	"PAGE     number of the first page in the allocation\n"
	"PAGES    pages of the run\n"
	"ADDRESS  address of the first page, hexadecimal\n"
	"FRAME    number of its frame, hexadecimal\n"
	"LEVEL    of the entries that map it: 1 is 4 KiB, 2 is 2 MiB, 3 is 1 GiB\n"
	"LRU      whether reclaim could evict the pages: never, for kernel memory\n"
	"\n"
	"Example: does vmalloc() find adjacent frames on this system?\n"
	"  vmlab kmem vmalloc --length 1M\n";

const struct command cmd_kmem = {
	.name = "kmem",
	.group = GROUP_MEMORY,
	.operands = "KIND",
	.nr_operands = 1,
	.summary = "show the frames of kernel memory: kmalloc, vmalloc or vmap",
	.help = help,
	.options = options,
	.tables = kmem_tables,
	.run = run,
};
