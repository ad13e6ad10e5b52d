// SPDX-License-Identifier: GPL-2.0
/* Touching the pages of a mapping of a real file. */
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "paging/touch.h"
#include "tap.h"

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
	if (!file)
		bail("tmpfile");
	ok(!ftruncate(fileno(file), (off_t)(8 * page)), "a file of 8 pages");
	base = mmap(NULL, 10 * page, PROT_READ | PROT_WRITE, MAP_SHARED,
		    fileno(file), 0);
	if (!ok(base != MAP_FAILED, "mapped with 10")) {
		fclose(file);
		return;
	}

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
	test_touch();
	return tap_done();
}
