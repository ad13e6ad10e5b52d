// SPDX-License-Identifier: GPL-2.0
/* Reference strings and lists of numbers. */
#include <errno.h>

#include "model/reference.h"
#include "tap.h"

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

int main(void)
{
	test_reference();
	return tap_done();
}
