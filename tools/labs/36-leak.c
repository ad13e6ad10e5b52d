// SPDX-License-Identifier: GPL-2.0
/* Lab 36: a program leaks until a limit answers; which limit, and which process is killed. */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "labs/cpu.h"
#include "labs/memory.h"
#include "labs/process.h"
#include "labs/system.h"
#include "labs/writer.h"

#define MIB (1ull << 20)

enum { PARTS = 8 };

static const struct lab_param params[] = {
	{ "room", "64", NULL, 2, 4096, "MiB of addresses that RLIMIT_AS leaves" },
	{ "limit", "16", NULL, 8, 1024, "MiB of memory of the cgroup" },
	{ 0 },
};

static const struct lab_break breaks[] = {
	{ "unlimited", "do not set RLIMIT_AS, and leave overcommit in mode 0" },
	{ "protected", "exempt the large process: oom_score_adj -1000" },
	{ 0 },
};

static void predict(struct lab_run *run)
{
	unsigned long long room = lab_number(run, "room");
	unsigned long long limit = lab_number(run, "limit");
	unsigned long long pages = limit * MIB / lab_machine(run)->page;

	lab_predict(run, "as", "MiB leaked under RLIMIT_AS", (double)room, "MiB",
		    "limit - total_vm = %llu MiB of addresses", room);
	lab_predict_words(run, "as-end", "then", "ENOMEM",
			  "brk and mmap refuse, the program lives");
	lab_predict_words(run, "alone-end", "a leak in a cgroup ends with", "SIGKILL",
			  "a page fault cannot return an error");
	lab_predict(run, "alone-kills", "oom_kill in its memory.events", 1, "kills",
		    "one process, and it dies");
	lab_predict_range(run, "alone-pages", "pages written before",
			  (double)pages * 0.85, (double)pages, "pages",
			  "%llu MiB / page = %llu, less kernel memory: page tables, "
			  "tasks", limit, pages);
	lab_predict_words(run, "large", "it leaks beside a larger process: killed is",
			  "the larger one",
			  "the largest RSS: %llu of %llu MiB against %llu",
			  limit * 5 / 8, limit, limit * 3 / 8);
	lab_predict(run, "large-kills", "oom_kill in memory.events", 1, "kills",
		    "then there is room");
	lab_predict_words(run, "adjusted", "the leak with oom_score_adj 500: killed is",
			  "the leak", "%llu + %llu * 500 / 1000 > %llu MiB",
			  limit * 3 / 8, limit, limit * 5 / 8);
	lab_predict(run, "commit", "eighths of what is left to commit that mode 2 grants",
		    PARTS - 1, "parts",
		    "of CommitLimit - Committed_AS; the last one would leave no reserve");
	lab_predict_words(run, "commit-end", "then", "ENOMEM",
			  "mmap refuses before a page is touched");
}

/* how a leak under a limit of addresses ended */
struct refusal {
	unsigned int mib;
	int error;
};

/* Leak a MiB at a time, from the heap and by mmap in turn, and touch nothing. */
static int leak_addresses(struct lab_run *run, void *arg)
{
	size_t page = lab_machine(run)->page, room = lab_number(run, "room");
	const struct rlimit limit = {
		.rlim_cur = lab_mm(run, 0).total_vm * page + room * MIB,
		.rlim_max = RLIM_INFINITY,
	};
	struct refusal *r = arg;

	if (!lab_broken(run, "unlimited") && setrlimit(RLIMIT_AS, &limit))
		return 1;
	for (; r->mib < 2 * room; r->mib++) {
		void *p = r->mib % 2 ? mmap(NULL, MIB, PROT_READ | PROT_WRITE,
					    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) :
				       sbrk(MIB);

		if (p == MAP_FAILED) {
			r->error = errno;
			return 0;
		}
	}
	return 0;
}

static void leak_alone(struct lab_run *run)
{
	uint64_t mib = lab_number(run, "limit");
	char cgroup[LAB_PATH];
	struct lab_writer leak = {
		.cgroup = cgroup,
		.adjust = "0",
		.pages = 2 * mib * MIB / lab_machine(run)->page,
	};
	int status;

	lab_cgroup_limited(run, "alone", mib, cgroup);
	lab_step(run, "in a cgroup with memory.max of %llu MiB, write page after page",
		 (unsigned long long)mib);
	status = lab_wait(run, lab_writer_start(run, &leak));
	lab_measure_words(run, "alone-end", "%s%s",
			  WIFSIGNALED(status) ? "SIG" : "exit",
			  WIFSIGNALED(status) ? sigabbrev_np(WTERMSIG(status)) :
						"");
	lab_measure(run, "alone-pages", (double)*leak.written);
	lab_measure(run, "alone-kills",
		    (double)lab_field(run, cgroup, "memory.events",
					     "oom_kill"));
}

/* Let a small process leak beside a large one; return which one was killed. */
static const char *leak_beside(struct lab_run *run, const char *name,
			       const char *adjust_large, const char *adjust_leak,
			       uint64_t *kills)
{
	uint64_t mib = lab_number(run, "limit");
	size_t pages = mib * MIB / lab_machine(run)->page;
	char cgroup[LAB_PATH];
	struct lab_writer large = {
		.cgroup = cgroup,
		.adjust = adjust_large,
		.pages = pages * 5 / 8,
		.stay = true,
	};
	struct lab_writer leak = {
		.cgroup = cgroup,
		.adjust = adjust_leak,
		.pages = pages * 4 / 8,
	};
	pid_t pid;
	int status;

	lab_cgroup_limited(run, name, mib, cgroup);
	lab_step(run, "a process with 5/8 of the limit and oom_score_adj %s sleeps; "
		      "another one with oom_score_adj %s writes 4/8",
		 adjust_large, adjust_leak);
	pid = lab_writer_start(run, &large);
	lab_gate_pass(run, large.ready);
	status = lab_wait(run, lab_writer_start(run, &leak));
	lab_kill(run, pid);
	*kills = lab_field(run, cgroup, "memory.events", "oom_kill");
	if (WIFSIGNALED(status))
		return "the leak";
	return *kills ? "the larger one" : "none";
}

static void leak_without_overcommit(struct lab_run *run)
{
	uint64_t limit = lab_meminfo(run, "CommitLimit:");
	uint64_t committed = lab_meminfo(run, "Committed_AS:");
	size_t part, nr = 0;
	void *parts[2 * PARTS];

	if (committed > limit / 2)
		lab_skip(run, "the system has committed more than half of its commit "
			      "limit: end some programs, or raise "
			      "vm.overcommit_ratio");
	part = (limit - committed) / PARTS & ~(lab_machine(run)->page - 1);
	if (!lab_broken(run, "unlimited"))
		lab_write_setting(run, "/proc/sys/vm/overcommit_memory", "2");
	lab_step(run, "vm.overcommit_memory = 2; mmap %zu KiB, again and again",
		 part / 1024);
	while (nr < 2 * PARTS) {
		parts[nr] = mmap(NULL, part, PROT_READ | PROT_WRITE,
				 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (parts[nr] == MAP_FAILED)
			break;
		nr++;
	}
	lab_measure_words(run, "commit-end", "%s",
			  nr < 2 * PARTS ? strerrorname_np(errno) : "success");
	lab_measure(run, "commit", (double)nr);
	while (nr)
		munmap(parts[--nr], part);
	lab_write_setting(run, "/proc/sys/vm/overcommit_memory", "0");
}

static void experiment(struct lab_run *run)
{
	struct refusal *refusal = lab_shared(run, sizeof(*refusal));
	uint64_t kills;

	if (lab_read_number("/proc/sys/vm/panic_on_oom", 0))
		lab_skip(run, "vm.panic_on_oom is set: the lab would stop the machine");
	lab_need_memory(run, lab_number(run, "limit") * MIB);
	lab_one_cpu(run);
	lab_write_setting(run, "/proc/sys/vm/overcommit_memory", "0");
	lab_step(run, "setrlimit(RLIMIT_AS, total_vm + %llu MiB); leak a MiB by sbrk, "
		      "one by mmap, and so on",
		 (unsigned long long)lab_number(run, "room"));
	lab_wait_ok(run, lab_spawn(run, leak_addresses, refusal));
	lab_measure(run, "as", refusal->mib);
	lab_measure_words(run, "as-end", "%s",
			  refusal->error == ENOMEM ? "ENOMEM" : "success");
	leak_alone(run);
	lab_measure_words(run, "large", "%s",
			  leak_beside(run, "large",
				      lab_broken(run, "protected") ? "-1000" : "0",
				      "0", &kills));
	lab_measure(run, "large-kills", (double)kills);
	lab_measure_words(run, "adjusted", "%s",
			  leak_beside(run, "adjusted", "0", "500", &kills));
	leak_without_overcommit(run);
}

static const struct lab leak = {
	.number = 36,
	.name = "leak",
	.title = "a leak until a limit answers",
	.question = "A program leaks memory: which limit answers, and how?",
	.idea = "RLIMIT_AS and the commit limit count addresses: the call that asks for "
		"more fails with ENOMEM, and the program can react. A cgroup counts "
		"frames, which a page fault takes: there is no call to fail, so the "
		"OOM killer kills the process with the largest RSS plus "
		"oom_score_adj thousandths of the limit, whichever process asked.",
	.pins = "Overcommit is set to mode 0, then 2. The cgroup has no swap. What the "
		"processes inherit is equal. The leak asks for 1/8 more than the "
		"limit, so one kill is enough; the victim, real-time on the same "
		"processor, is gone before it asks again. Others take less than 1/8.",
	.changes = "vm.overcommit_memory; the OOM killer kills processes of the lab",
	.reads = "mm/vma.c, mm/mmap.c: may_expand_vm()\n"
		 "mm/util.c: __vm_enough_memory()\n"
		 "mm/memcontrol.c: mem_cgroup_oom()\n"
		 "mm/oom_kill.c: oom_badness(), out_of_memory()",
	.needs = LAB_DEVICE | LAB_ROOT,
	.params = params,
	.breaks = breaks,
	.predict = predict,
	.experiment = experiment,
};

LAB_REGISTER(leak);
