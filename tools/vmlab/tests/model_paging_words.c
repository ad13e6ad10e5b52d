// SPDX-License-Identifier: GPL-2.0
/* Names of policies, prefetching and backings. */
#include <errno.h>
#include <string.h>

#include "model/paging_words.h"
#include "tap.h"

static void test_paging_words(void)
{
	struct vmlab_paging paging = { 0 };
	const char *path;
	uint32_t n;

	ok(!paging_policy_parse("lfu", &n) && n == VMLAB_POLICY_LFU,
	   "policy lfu");
	ok(paging_policy_parse("lf", &n) == -EINVAL, "policy lf");
	ok(!paging_policy_parse("mru", &n) && n == VMLAB_POLICY_MRU,
	   "policy mru");
	ok(!paging_policy_parse("second-chance", &n) && n == VMLAB_POLICY_CLOCK,
	   "policy second-chance is clock");
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

int main(void)
{
	test_paging_words();
	return tap_done();
}
