// SPDX-License-Identifier: GPL-2.0
/*
 * Random: evict any resident frame, each with the same probability.  A seed
 * fixes the sequence of choices, so that runs can be repeated.
 */
#include <linux/err.h>
#include <linux/math64.h>
#include <linux/overflow.h>
#include <linux/slab.h>

#include <linux/vmlab.h>

#include "policy/policy.h"
#include "user.h"

#define NO_SLOT	U64_MAX

/*
 * @user: a user with a limit, or NULL
 * @slots: resident frames, in no order, without holes; the @key of a frame is
 *	its index
 * @excess: frames beyond the capacity, after the budget was reduced below
 *	what is resident; the longest resident first
 */
struct random {
	struct vmlab_user *user;
	u64 rng;
	struct list_head excess;
	unsigned long nr;
	unsigned long capacity;
	struct vmlab_frame *slots[];
};

/* SplitMix64: a counter through a mixing function; any seed will do. */
static u64 random_next(struct random *random)
{
	u64 z = random->rng += 0x9e3779b97f4a7c15ULL;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

/* Pages that the table for a capacity takes. */
static long random_pages(unsigned long capacity)
{
	return DIV_ROUND_UP(capacity, PAGE_SIZE / sizeof(struct vmlab_frame *));
}

static void *random_create(const struct vmlab_policy_args *args)
{
	const long pages = random_pages(args->capacity);
	/* The table counts as resident pages: any budget can be asked for. */
	int ret = vmlab_user_charge(args->user, VMLAB_USER_PAGES, pages);
	struct random *random;

	if (ret)
		return ERR_PTR(ret);
	/* A capacity that no machine has memory for must not warn. */
	random = kvzalloc(struct_size(random, slots, args->capacity),
			  GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (!random) {
		vmlab_user_uncharge(args->user, VMLAB_USER_PAGES, pages);
		return ERR_PTR(-ENOMEM);
	}
	random->user = args->user;
	random->rng = args->seed;
	random->capacity = args->capacity;
	INIT_LIST_HEAD(&random->excess);
	return random;
}

static void random_destroy(void *state)
{
	struct random *random = state;

	vmlab_user_uncharge(random->user, VMLAB_USER_PAGES,
			    random_pages(random->capacity));
	kvfree(random);
}

static void random_place(struct random *random, struct vmlab_frame *frame)
{
	frame->key = random->nr++;
	random->slots[frame->key] = frame;
}

static void random_insert(void *state, struct vmlab_frame *frame,
			  bool accessed)
{
	struct random *random = state;

	if (random->nr < random->capacity) {
		random_place(random, frame);
	} else {
		frame->key = NO_SLOT;
		list_add_tail(&frame->link, &random->excess);
	}
}

static void random_remove(void *state, struct vmlab_frame *frame)
{
	struct random *random = state;
	struct vmlab_frame *last, *next;

	if (frame->key == NO_SLOT) {
		list_del(&frame->link);
		return;
	}
	last = random->slots[--random->nr];
	random->slots[frame->key] = last;
	last->key = frame->key;

	next = list_first_entry_or_null(&random->excess, struct vmlab_frame,
					link);
	if (next) {
		list_del(&next->link);
		random_place(random, next);
	}
}

static void random_access(void *state, struct vmlab_frame *frame)
{
}

static struct vmlab_frame *random_victim(void *state, struct vmlab_frame *prev)
{
	struct random *random = state;
	unsigned long i;

	if (!random->nr)
		return NULL;
	/* The high half of the product: 0 to nr - 1. */
	i = mul_u64_u64_shr(random_next(random), random->nr, 64);
	return random->slots[i];
}

const struct vmlab_policy vmlab_policy_random = {
	.name		= "random",
	.id		= VMLAB_POLICY_RANDOM,
	.sized		= true,
	.create		= random_create,
	.destroy	= random_destroy,
	.insert		= random_insert,
	.remove		= random_remove,
	.access		= random_access,
	.victim		= random_victim,
};
