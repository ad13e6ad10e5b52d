// SPDX-License-Identifier: GPL-2.0
/* Policies in BPF that misbehave do no harm; others must not load. */
#include "paging/bpf/misbehaving.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/dev.h"
#include "lib/paging.h"
#include "lib/tap.h"
#include "paging/bpf/bpf.h"
#include "paging/bpf/outcome.h"

#define NO_PAGE	(~0ull)

static int set_bpf(int fd, uint32_t id)
{
	return set_paging(fd, .policy = VMLAB_POLICY_BPF, .policy_id = id,
			  .budget = 4);
}

/* FIFO evicts what the policy should have, and each fallback is counted. */
static void falls_back(uint32_t id, struct misbehaving *m, const char *what)
{
	const unsigned int frames = 5;
	struct outcome got, fifo;
	uint64_t ref[LENGTH_MAX];
	unsigned int unused, len;

	len = random_string(ref, &unused);
	m->wrong = 0;
	m->exits = 0;
	run_policy(VMLAB_POLICY_BPF, id, frames, ref, len, &got);
	run_policy(VMLAB_POLICY_FIFO, 0, frames, ref, len, &fifo);
	ok(same_outcome(&got, &fifo, what),
	   "%s: FIFO decides, no contents are lost", what);
	is(got.stats.policy_fallbacks, got.nr, "... and that is counted");
	is(got.stats.over_budget, 0, "... within the budget");
	is(m->exits, 1, "... and exit() is called once");
}

static void wrong_answers(uint32_t id, struct misbehaving *m)
{
	static const uint64_t ref[] = { 1, 2, 3, 4, 1, 2, 5, 1, 2, 3, 4, 5 };
	struct outcome out;

	m->what = WRONG_VICTIM;
	m->answer = NO_PAGE;
	falls_back(id, m, "victim() never names a page");
	m->answer = 1ull << 40;
	falls_back(id, m, "victim() names a page that is not resident");
	m->answer = NO_PAGE - 1;
	falls_back(id, m, "victim() names the last offset");
	m->what = SAME_VICTIM;
	falls_back(id, m, "victim() repeats its argument");

	m->what = WRONG_ARGUMENTS;
	m->answer = NO_PAGE;
	falls_back(id, m, "wrong arguments for every kfunc");
	is(m->wrong, 0, "... each of which refuses them");

	m->what = WRONG_REQUESTS;
	m->answer = NO_PAGE;
	run_policy(VMLAB_POLICY_BPF, id, 5, ref, 12, &out);
	ok(!out.lost && out.stats.policy_refused > 12 * 5,
	   "invalid requests are refused, no contents are lost");
}

static void locked_victim(uint32_t id, struct misbehaving *m)
{
	const size_t page = page_size();
	int fd = dev_open(O_RDWR);
	volatile char *map;
	unsigned int i;

	m->what = WRONG_VICTIM;
	m->answer = 3;
	if (set_bpf(fd, id))
		bail("misbehaving: %s", strerror(errno));
	map = map_shared(fd, 16);
	map[3 * page] = 33;
	range(fd, VMLAB_RANGE_LOCK, 3, 1);
	for (i = 0; i < 16; i++)
		if (i != 3)
			map[i * page] = (char)i;
	ok(map[3 * page] == 33 && space_stats(fd).frames <= 4 &&
	   paging_stats(fd).policy_fallbacks == 16 - 4,
	   "victim() names a locked page: it stays, another is evicted");
	for (i = 0; i < 16; i++)
		if (map[i * page] != (i == 3 ? 33 : (char)i))
			break;
	is(i, 16, "... and all pages have their contents");
	munmap((void *)map, 16 * page);
	close(fd);
}

/* init() may refuse a space: only an errno is a valid answer. */
static void init_returns(uint32_t id, struct misbehaving *m, int ret, int want,
			 const char *what)
{
	int fd = dev_open(O_RDWR);

	m->init = ret;
	fails(set_bpf(fd, id), want, "init() refuses a space with %s", what);
	m->init = 0;
	close(fd);
}

void misbehaving_programs(void)
{
	struct policy_object *p;
	struct misbehaving *m;
	uint32_t id;

	p = load_or_bail(tests, "misbehaving", &id);
	m = policy_object_map(p, "order", sizeof(*m));
	srandom(13);
	wrong_answers(id, m);
	locked_victim(id, m);
	init_returns(id, m, -EBUSY, EBUSY, "an errno");
	init_returns(id, m, 7, EINVAL, "a positive number");
	init_returns(id, m, -1000000, EINVAL, "a number below all errnos");
	fails(load(tests, "misbehaving", &id) ? 0 : -1, EEXIST,
	      "a second policy of the same name does not load");
	munmap(m, sizeof(*m));
	policy_object_unload(p);

	fails(load(tests, "sleepable", &id) ? 0 : -1, EINVAL,
	      "a policy that may sleep does not load");
	fails(load(tests, "without_victim", &id) ? 0 : -1, EINVAL,
	      "a policy without victim() does not load");
}
