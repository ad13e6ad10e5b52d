// SPDX-License-Identifier: GPL-2.0
/* Names of kinds, origins and outcomes of faults, and their meaning. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "show/faults_words.h"

struct word {
	const char *name;
	const char *help;
};

static const struct word kinds[NR_FAULT_KINDS] = {
	[FAULT_ANON] = { "anon", "first write to a page of anonymous memory" },
	[FAULT_ZERO] = { "zero",
			 "first read of a page of anonymous memory: the zero page" },
	[FAULT_THP] = { "thp",
			"first write that mapped a transparent huge page" },
	[FAULT_STACK] = { "stack", "the stack grew to this page" },
	[FAULT_FILE_READ] = { "file-read",
			      "page of a file, to read or execute" },
	[FAULT_FILE_WRITE] = { "file-write",
			       "write to a shared page of a file" },
	[FAULT_COW] = { "cow", "copy-on-write: the write copied a page" },
	[FAULT_REUSE] = { "reuse",
			  "write to a page with one user left: no copy" },
	[FAULT_SWAP] = { "swap", "page that was swapped out" },
	[FAULT_NUMA] = { "numa", "hint of NUMA balancing" },
	[FAULT_MIGRATION] = { "migration", "page that was being migrated" },
	[FAULT_HUGETLB] = { "hugetlb", "page of hugetlbfs" },
	[FAULT_VMLAB] = { "vmlab", "page of /dev/vmlab" },
	[FAULT_UFFD] = { "uffd", "a userfaultfd handled it" },
	[FAULT_SPECIAL] = { "special", "vdso, vvar or memory of a device" },
	[FAULT_SPURIOUS] = { "spurious", "another thread had mapped the page already" },
	[FAULT_UNSEEN] = { "unseen",
			   "counted by the kernel, missed by the BPF programs" },
};

static const struct word origins[NR_FAULT_ORIGINS] = {
	[ORIGIN_USER] = { "user", "instructions of the program" },
	[ORIGIN_KERNEL] = { "kernel",
			    "the kernel, while copying from or to the process" },
	[ORIGIN_GUP] = { "gup",
			 "get_user_pages(): exec, direct I/O, ptrace" },
	[ORIGIN_UNSEEN] = { "unseen", "unknown" },
};

static const char *const failures[NR_FAULT_FAILURES] = {
	[FAILURE_SIGBUS] = "sigbus", [FAILURE_SIGSEGV] = "sigsegv",
	[FAILURE_OOM] = "oom",	     [FAILURE_HWPOISON] = "hwpoison",
	[FAILURE_OTHER] = "other",
};

static const struct word losts[NR_FAULT_LOST] = {
	[LOST_TASK] = { "task",
			"times a task could not be followed: its faults may be missing" },
	[LOST_PROCESS] = { "process",
			   "faults are not in the table of processes: it is full" },
	[LOST_VMA] = { "vma",
		       "faults are not in the table of VMAs: it is full" },
	[LOST_FILE] = { "file", "files have no name: the table is full" },
	[LOST_IP] = { "ip",
		      "times an instruction was not recorded: the table is full" },
	[LOST_STACK] = { "stack", "stacks were not recorded" },
	[LOST_SIGNAL] = { "signal",
			  "signals are not in the table: it is full" },
	[LOST_WALK] = { "walk",
			"kinds were judged without the page table, which could not be read" },
};

const char *fault_kind_name(enum fault_kind kind)
{
	return kinds[kind].name;
}

const char *fault_kind_help(enum fault_kind kind)
{
	return kinds[kind].help;
}

const char *fault_origin_name(enum fault_origin origin)
{
	return origins[origin].name;
}

const char *fault_origin_help(enum fault_origin origin)
{
	return origins[origin].help;
}

const char *fault_failure_name(enum fault_failure failure)
{
	return failures[failure];
}

const char *fault_lost_name(enum fault_lost lost)
{
	return losts[lost].name;
}

const char *fault_lost_help(enum fault_lost lost)
{
	return losts[lost].help;
}

const char *fault_kinds_text(__u32 set, char buf[static KINDS_TEXT_MAX])
{
	size_t len = 0;

	buf[0] = '\0';
	for (size_t k = 0; k < NR_FAULT_KINDS; k++) {
		if (!(set & (1u << k)))
			continue;
		len += (size_t)snprintf(buf + len, KINDS_TEXT_MAX - len, "%s%s",
					len ? "," : "", kinds[k].name);
		if (len >= KINDS_TEXT_MAX)
			break;
	}
	return buf;
}

const char *signal_cause(int signal, int code)
{
	static const struct {
		int signal;
		int code;
		const char *name;
	} causes[] = {
		{ SIGSEGV, SEGV_MAPERR, "SEGV_MAPERR" },
		{ SIGSEGV, SEGV_ACCERR, "SEGV_ACCERR" },
		{ SIGSEGV, SEGV_BNDERR, "SEGV_BNDERR" },
		{ SIGSEGV, SEGV_PKUERR, "SEGV_PKUERR" },
		{ SIGSEGV, SI_KERNEL, "SI_KERNEL" },
		{ SIGBUS, BUS_ADRALN, "BUS_ADRALN" },
		{ SIGBUS, BUS_ADRERR, "BUS_ADRERR" },
		{ SIGBUS, BUS_OBJERR, "BUS_OBJERR" },
		{ SIGBUS, BUS_MCEERR_AR, "BUS_MCEERR_AR" },
		{ SIGBUS, BUS_MCEERR_AO, "BUS_MCEERR_AO" },
	};

	for (size_t i = 0; i < sizeof(causes) / sizeof(causes[0]); i++)
		if (causes[i].signal == signal && causes[i].code == code)
			return causes[i].name;
	return "?";
}

const char *signal_meaning(const struct signal_key *key)
{
	if (key->stack_limit)
		return "the stack cannot grow so far: its limit, or the gap below it";
	if (key->signal == SIGSEGV && key->code == SEGV_MAPERR)
		return "nothing is mapped there";
	if (key->signal == SIGSEGV && key->code == SEGV_ACCERR)
		return "the mapping does not allow this access";
	if (key->signal == SIGSEGV && key->code == SEGV_PKUERR)
		return "the protection key does not allow this access";
	if (key->signal == SIGBUS && key->code == BUS_ADRERR)
		return "the mapping has no page there: beyond the end of the file, or refused";
	if (key->signal == SIGBUS &&
	    (key->code == BUS_MCEERR_AR || key->code == BUS_MCEERR_AO))
		return "the page has a memory error";
	return "not a page fault";
}
