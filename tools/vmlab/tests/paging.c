// SPDX-License-Identifier: GPL-2.0
/* Words and rules of paging, and touching pages. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "paging/paging.h"
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
		{ "", -EINVAL, { 0 } },
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

		if (ok(paging_rule_parse(cases[i].text, 4096, &rule) ==
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

int main(void)
{
	test_rules();
	test_paging_words();
	test_touch();
	return tap_done();
}
