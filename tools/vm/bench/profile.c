// SPDX-License-Identifier: GPL-2.0
/*
 * A plugin for QEMU: where the instructions between two RDTSC of a program are.
 *
 * bench-instructions reads the TSC at the start and at the end of what it measures:
 * each RDTSC in user mode switches the counting on or off.  At exit the plugin writes
 * "ADDRESS INSTRUCTIONS" for each block of code to the file that its argument out=
 * names.  profile.py adds them up by function.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "qemu_plugin.h"

int qemu_plugin_version = 1;

/* A block of code, at each time that it was translated. */
struct block {
	struct block *next;
	uint64_t addr;
	uint64_t size;
	uint64_t instructions;
};

static struct block *blocks;
static bool counting;
static const char *out = "profile.out";

static void executed(unsigned int cpu, void *data)
{
	struct block *block = data;

	(void)cpu;
	if (counting)
		block->instructions += block->size;
}

static void switched(unsigned int cpu, void *data)
{
	(void)cpu;
	(void)data;
	counting = !counting;
}

static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	const size_t nr = qemu_plugin_tb_n_insns(tb);
	struct block *block = calloc(1, sizeof(*block));

	(void)id;
	if (!block)
		abort();
	block->addr = qemu_plugin_tb_vaddr(tb);
	block->size = nr;
	block->next = blocks;
	blocks = block;
	qemu_plugin_register_vcpu_tb_exec_cb(tb, executed, QEMU_PLUGIN_CB_NO_REGS,
					     block);
	if (block->addr >> 63)
		return;
	for (size_t i = 0; i < nr; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);

		if (qemu_plugin_insn_size(insn) == 2 &&
		    !memcmp(qemu_plugin_insn_data(insn), "\x0f\x31", 2))
			qemu_plugin_register_vcpu_insn_exec_cb(insn, switched,
							       QEMU_PLUGIN_CB_NO_REGS,
							       NULL);
	}
}

static void at_exit(qemu_plugin_id_t id, void *data)
{
	FILE *f = fopen(out, "w");

	(void)id;
	(void)data;
	if (!f) {
		perror(out);
		return;
	}
	for (const struct block *b = blocks; b; b = b->next)
		if (b->instructions)
			fprintf(f, "%llx %llu\n", (unsigned long long)b->addr,
				(unsigned long long)b->instructions);
	fclose(f);
}

int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info *info,
			int argc, char **argv)
{
	(void)info;
	for (int i = 0; i < argc; i++)
		if (!strncmp(argv[i], "out=", 4))
			out = strdup(argv[i] + 4);
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	qemu_plugin_register_atexit_cb(id, at_exit, NULL);
	return 0;
}
