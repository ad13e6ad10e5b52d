// SPDX-License-Identifier: GPL-2.0
/* Record which basic blocks of the module ran: see coverage.h. Built with VMLAB_KCOV=1 only. */
#include <linux/atomic.h>
#include <linux/debugfs.h>
#include <linux/hash.h>

#include "coverage/coverage.h"

#define COVERAGE_BITS	15	/* more than twice the blocks of the module */

static unsigned long coverage[1 << COVERAGE_BITS];
static struct debugfs_blob_wrapper coverage_blob = {
	.data = coverage,
	.size = sizeof(coverage),
};

/**
 * vmlab_coverage_record() - record that a basic block ran
 * @pc: the address to which its call returns
 *
 * Context: any.
 */
void notrace vmlab_coverage_record(unsigned long pc)
{
	unsigned int at = hash_long(pc, COVERAGE_BITS), n;

	for (n = 0; n < ARRAY_SIZE(coverage); n++) {
		unsigned long is = READ_ONCE(coverage[at]);

		if (!is)
			is = cmpxchg(&coverage[at], 0, pc);
		if (!is || is == pc)
			break;
		at = (at + 1) % ARRAY_SIZE(coverage);
	}
}

/*
 * What each basic block calls.  It ends with a jump, so that KCOV sees the address to
 * which the block's call returns, too.
 */
#ifndef CONFIG_X86_64
#error "VMLAB_KCOV=1: only for x86-64"
#endif
asm(".pushsection .text\n"
	".globl vmlab_cov_trace_pc\n"
	".type vmlab_cov_trace_pc, @function\n"
	"vmlab_cov_trace_pc:\n"
	"	movq (%rsp), %rdi\n"
	"	pushq %rbp\n"
	"	movq %rsp, %rbp\n"
	"	call vmlab_coverage_record\n"
	"	popq %rbp\n"
	"	jmp __sanitizer_cov_trace_pc\n"
	".size vmlab_cov_trace_pc, . - vmlab_cov_trace_pc\n"
	".popsection\n");

/**
 * vmlab_coverage_files() - create the file "coverage": addresses, with zeros between
 * @dir: the directory
 *
 * Context: process context, may sleep.
 */
void vmlab_coverage_files(struct dentry *dir)
{
	debugfs_create_blob("coverage", 0400, dir, &coverage_blob);
}
