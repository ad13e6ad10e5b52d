// SPDX-License-Identifier: GPL-2.0
/* What 'vmlab space' and 'vmlab replay' compute without the module. */
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "model/inject_rule.h"
#include "model/paging_words.h"
#include "model/reference.h"
#include "model/replay.h"
#include "paging/child.h"
#include "paging/libbpf_log.h"
#include "paging/touch.h"
#include "tap.h"

static void test_rules(void)
{
	static const struct {
		const char *text;
		int err;
		struct vmlab_inject_rule rule;
	} cases[] = {
		{ "sigbus", 0,
		  { .access = 7, .probability = 1000000 } },
		{ "sigbus,pages=3-5,access=w,nth=2", 0,
		  { .start = 0x3000, .end = 0x6000, .access = 2, .nth = 2,
		    .probability = 1000000 } },
		{ "retry,pages=4-", 0,
		  { .start = 0x4000, .access = 7, .action = 3,
		    .probability = 1000000 } },
		{ "hwpoison,pages=4,access=rx", 0,
		  { .start = 0x4000, .end = 0x5000, .access = 5, .action = 2,
		    .probability = 1000000 } },
		{ "delay,us=500,probability=0.25,seed=7,pid=12", 0,
		  { .access = 7, .action = 4, .probability = 250000,
		    .seed = 7, .pid = 12, .delay_us = 500 } },
		{ "sigbus,pid=self", 0,
		  { .access = 7, .probability = 1000000, .pid = 4711 } },
		{ "", -EINVAL, { 0 } },
		{ "sigbus,pid=0", -EINVAL, { 0 } },
		{ "bogus", -EINVAL, { 0 } },
		{ "sigbus,", -EINVAL, { 0 } },
		{ "sigbus,pages", -EINVAL, { 0 } },
		{ "sigbus,pages=1-2-3", -EINVAL, { 0 } },
		{ "sigbus,access=", -EINVAL, { 0 } },
		{ "sigbus,access=q", -EINVAL, { 0 } },
		{ "sigbus,us=5", -EINVAL, { 0 } },
		{ "sigbus,other=5", -EINVAL, { 0 } },
		{ "delay", -EINVAL, { 0 } },
		{ "delay,us=60000001", -ERANGE, { 0 } },
		{ "oom,probability=1.5", -EINVAL, { 0 } },
		{ "oom,probability=nan", -EINVAL, { 0 } },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct vmlab_inject_rule rule = { 0 };

		if (ok(inject_rule_parse(cases[i].text, 4096, 4711, &rule) ==
		       cases[i].err, "rule '%s'", cases[i].text) &&
		    !cases[i].err)
			ok(!memcmp(&rule, &cases[i].rule, sizeof(rule)),
			   "rule '%s': its members", cases[i].text);
	}
}

static void test_paging_words(void)
{
	struct vmlab_paging paging = { 0 };
	const char *path;
	uint32_t n;

	ok(!paging_policy_parse("lfu", &n) && n == VMLAB_POLICY_LFU,
	   "policy lfu");
	ok(paging_policy_parse("lf", &n) == -EINVAL, "policy lf");
	streq(paging_policy_name(VMLAB_POLICY_OPT), "opt", "its name");
	streq(paging_policy_name(4711), "unknown", "that of none");
	ok(!paging_prefetch_parse("stride:8", &paging) &&
	   paging.prefetch == VMLAB_PREFETCH_STRIDE &&
	   paging.prefetch_pages == 8, "prefetch stride:8");
	ok(!paging_prefetch_parse("whole", &paging) &&
	   paging.prefetch == VMLAB_PREFETCH_WHOLE && !paging.prefetch_pages,
	   "prefetch whole");
	ok(paging_prefetch_parse("next:1025", &paging) == -EINVAL,
	   "prefetch next:1025");
	ok(paging_prefetch_parse("none:1", &paging) == -EINVAL,
	   "prefetch none:1");
	ok(!paging_backing_parse("file:a:b", &n, &path) &&
	   n == VMLAB_BACKING_FILE && !strcmp(path, "a:b"),
	   "backing file:a:b");
	ok(paging_backing_parse("file:", &n, &path) == -EINVAL,
	   "backing file:");
	ok(paging_backing_parse("zero:a", &n, &path) == -EINVAL,
	   "backing zero:a");
}

static void test_touch(void)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	struct page_run runs[] = { { 0, 3 }, { 6, 9 } };
	struct touch touch = {
		.access = ACCESS_WRITE,
		.runs = runs,
		.nr_runs = 2,
		.stride = 2,
	};
	struct touched touched;
	FILE *file = tmpfile();
	char *base;

	/* a real file of 8 pages, mapped with 2 pages too many */
	ok(file && !ftruncate(fileno(file), (off_t)(8 * page)),
	   "a file of 8 pages");
	base = mmap(NULL, 10 * page, PROT_READ | PROT_WRITE, MAP_SHARED,
		    fileno(file), 0);
	if (!ok(base != MAP_FAILED, "mapped with 10"))
		return;

	is(touch_pages(base, page, &touch, 7, &touched), 0,
	   "write pages 0,2,6,8");
	is(touched.pages, 4, "four touches");
	is(touched.sigbus, 1, "page 8 is beyond the end: SIGBUS");
	ok(base[0] == 7 && base[2 * page] == 7 && base[6 * page] == 7,
	   "the right pages were written");
	ok(base[page] == 0, "and no other");

	touch.access = ACCESS_READ;
	touch.stride = 1;
	is(touch_pages(base, page, &touch, 0, &touched), 0,
	   "read pages 0-3,6-9");
	is(touched.pages, 8, "eight touches");
	is(touched.nonzero, 3, "three have data");
	is(touched.sigbus, 2, "two are beyond the end");
	ok(touched.ns > 0, "it took some time");

	touch.access = ACCESS_NONE;
	is(touch_pages(base, page, &touch, 0, &touched), 0, "touch none");
	is(touched.pages, 0, "no touches");
	munmap(base, 10 * page);
	fclose(file);
}

static void test_reference(void)
{
	struct reference ref;
	uint64_t list[2];
	size_t nr;

	is(reference_parse("7, 0\n1,,1048575", &ref), 0,
	   "commas, blanks and newlines separate references");
	ok(ref.nr == 4 && ref.page[0] == 7 && ref.page[1] == 0 &&
	   ref.page[2] == 1 && ref.page[3] == 1048575, "the pages in order");
	is(ref.pages, 1048576, "pages up to the highest");
	reference_free(&ref);
	ok(reference_parse("", &ref) == -EINVAL, "no reference");
	ok(reference_parse(", ,", &ref) == -EINVAL, "only separators");
	ok(reference_parse("1,x", &ref) == -EINVAL, "not a number");
	reference_free(&ref);
	ok(reference_parse("1,1048576", &ref) == -ERANGE, "page out of range");
	reference_free(&ref);

	is(reference_list_parse("3,4", 10, list, 2, &nr), 0, "two budgets");
	ok(nr == 2 && list[0] == 3 && list[1] == 4, "3 and 4");
	ok(reference_list_parse("1,2,3", 10, list, 2, &nr) == -E2BIG,
	   "one more than there is room for");
	ok(reference_list_parse("0", 10, list, 2, &nr) == -ERANGE, "0");
	ok(reference_list_parse("11", 10, list, 2, &nr) == -ERANGE,
	   "above the maximum");
	ok(reference_list_parse("", 10, list, 2, &nr) == -EINVAL, "no number");
}

static int apply(struct residency *r, uint32_t type, uint32_t arg,
		 uint64_t page, uint64_t lost)
{
	const struct vmlab_event event = {
		.type = type,
		.arg = arg,
		.pgoff = page,
		.lost = lost,
	};

	return residency_apply(r, &event);
}

static void test_residency(void)
{
	struct replay_step step;
	struct residency r;

	is(residency_init(&r, 2), 0, "room for two pages");
	residency_step(&r);
	is(apply(&r, VMLAB_EVENT_FAULT, VMLAB_FAULT_FILLED, 7, 0), 0, "fill 7");
	residency_step(&r);
	is(apply(&r, VMLAB_EVENT_FAULT, VMLAB_FAULT_FILLED, 8, 0), 0, "fill 8");
	residency_step(&r);
	is(apply(&r, VMLAB_EVENT_FAULT, VMLAB_FAULT_MAPPED, 7, 0), 0, "map 7");
	step = residency_result(&r, 7);
	ok(!step.fault && !step.nr_evicted, "a resident page is no fault");
	residency_step(&r);
	is(apply(&r, VMLAB_EVENT_EVICT, 0, 7, 0), 0, "evict 7");
	is(apply(&r, VMLAB_EVENT_FAULT, VMLAB_FAULT_FILLED, 9, 0), 0, "fill 9");
	step = residency_result(&r, 9);
	ok(step.fault && step.page == 9, "a filled page is a fault");
	ok(step.nr_evicted == 1 && step.evicted[0] == 7, "7 was evicted");
	ok(step.nr_resident == 2 && step.resident[0] == 8 &&
	   step.resident[1] == 9, "8 and 9 are resident, 8 for longer");
	ok(apply(&r, VMLAB_EVENT_FAULT, VMLAB_FAULT_FILLED, 5, 0) == -EOVERFLOW,
	   "more pages than room");
	ok(apply(&r, VMLAB_EVENT_FAULT, VMLAB_FAULT_MAPPED, 9, 1) == -EOVERFLOW,
	   "events were lost");
	residency_free(&r);
}

static void report_pid(void *arg, struct child_report *report)
{
	report->err = *(int *)arg;
	report->base = (uint64_t)getpid();
}

static void die(void *arg, struct child_report *report)
{
	(void)arg;
	(void)report;
	_exit(0);
}

static void test_child(void)
{
	struct child_report report;
	struct child child;
	int err = 0;

	is(child_start(report_pid, &err, &child), 0, "start a child");
	is(child_wait_report(&child, &report), 0, "it reports");
	ok(report.base == (uint64_t)child.pid, "and is another process");
	child_end(&child);
	err = -ENOMEM;
	is(child_start(report_pid, &err, &child), 0, "start a child that fails");
	ok(child_wait_report(&child, &report) == -ENOMEM, "it reports its error");
	child_end(&child);
	is(child_start(die, NULL, &child), 0, "start a child that dies");
	ok(child_wait_report(&child, &report) == -ECHILD, "it is missed");
	child_end(&child);
}

__attribute__((format(printf, 2, 3))) static void
log_message(libbpf_print_fn_t print, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	print(LIBBPF_WARN, fmt, ap);
	va_end(ap);
}

static void test_verdict(void)
{
	libbpf_print_fn_t print;

	libbpf_log_start(false);
	print = libbpf_set_print(NULL);
	ok(!libbpf_log_verdict(), "no verdict without a message");
	log_message(print, "libbpf: prog 'f': BPF program load failed: %s\n",
		    "Permission denied");
	ok(!libbpf_log_verdict(), "nor with another one");
	log_message(print, "libbpf: prog 'fifo_victim': -- BEGIN PROG LOAD LOG "
		    "--\n%s-- END PROG LOAD LOG --\n",
		    "0: R1=ctx()\nR0 invalid mem access 'scalar'\n"
		    "processed 3 insns (limit 1000000)\n");
	streq(libbpf_log_verdict(),
	      "program fifo_victim: R0 invalid mem access 'scalar'",
	      "program and reason");
	log_message(print, "libbpf: prog 'f': -- BEGIN PROG LOAD LOG --\n%s"
		    "-- END PROG LOAD LOG --\n", "");
	streq(libbpf_log_verdict(), "program f: ", "an empty log");
	libbpf_log_start(false);
	ok(!libbpf_log_verdict(), "forgotten");
}

int main(void)
{
	test_rules();
	test_paging_words();
	test_reference();
	test_residency();
	test_touch();
	test_child();
	test_verdict();
	return tap_done();
}
