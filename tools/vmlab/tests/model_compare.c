// SPDX-License-Identifier: GPL-2.0
/* Lists of budgets, and medians. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "model/compare.h"
#include "tap.h"

enum { PAGE = 4096 };

static void wrong(const char *text)
{
	struct compare_budget b[COMPARE_LIST_MAX];
	char list[8 * COMPARE_LIST_MAX];
	size_t nr;

	strcpy(list, text);
	is(compare_budgets_parse(list, PAGE, b, &nr), -EINVAL, "'%s' is no list", text);
}

static void test_budgets(void)
{
	struct compare_budget b[COMPARE_LIST_MAX];
	char list[8 * COMPARE_LIST_MAX] = "none", some[] = "25%,64K,none,4097,1000%";
	size_t nr;

	is(compare_budgets_parse(some, PAGE, b, &nr), 0, "a list");
	is(nr, 5, "budgets");
	is(b[0].percent, 25, "a percentage");
	is(b[1].pages, 16, "a size");
	is(b[2].pages + b[2].percent, 0, "no budget");
	is(b[3].pages, 2, "a size is rounded up");
	streq(b[4].text, "1000%", "the text");
	compare_budget_set(&b[0], 1001);
	is(b[0].pages, 250, "a quarter");
	compare_budget_set(&b[0], 1);
	is(b[0].pages, 1, "no budget has no page");
	compare_budget_set(&b[4], UINT64_MAX / 11);
	is(b[4].pages / 10, UINT64_MAX / 11, "ten times a large peak");
	compare_budget_set(&b[1], 1000);
	is(b[1].pages, 16, "a size does not depend on the peak");

	wrong("");
	wrong(",");
	wrong("1M,");
	wrong("0%");
	wrong("%");
	wrong("1001%");
	wrong("-5%");
	wrong("4095");
	wrong("50%,64K,50%");
	wrong("000000000000000000050%");
	for (int i = 1; i <= COMPARE_LIST_MAX; i++)
		sprintf(list + strlen(list), ",%d%%", i);
	wrong(list);
}

static void test_medians(void)
{
	struct compare_run runs[] = {
		{ .ns = 30, .filled = 5 }, { .ns = 10, .filled = 7 }, { .ns = 20, .filled = 6 },
		{ .ns = 40, .filled = 8, .status = 256 },
	};
	struct compare_cell cell = { .runs = runs, .nr = 3 };

	is(COMPARE_MEDIAN(&cell, ns), 20, "the median of three");
	is(COMPARE_MEDIAN(&cell, filled), 6, "of another member");
	ok(!compare_failed(&cell), "no run failed");
	cell.nr = 4;
	is(COMPARE_MEDIAN(&cell, ns), 20, "the lower median of four");
	ok(compare_failed(&cell) == &runs[3], "the run that failed");
	runs[1].timed_out = true;
	ok(compare_failed(&cell) == &runs[1], "one that took too long failed too");
	cell.nr = 0;
	is(COMPARE_MEDIAN(&cell, ns), 0, "of none");
}

int main(void)
{
	test_budgets();
	test_medians();
	return tap_done();
}
