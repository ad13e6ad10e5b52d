// SPDX-License-Identifier: GPL-2.0
/*
 * Memory pressure: clean frames go back to the kernel, as those of the page
 * cache do.  Frames that were written stay: to save them takes memory.
 */
#include <linux/mm.h>
#include <linux/mutex.h>

#include "compat.h"
#include "shrink.h"
#include "space.h"

static struct shrinker *vmlab_shrinker;
/* All spaces; taken when one is opened or closed, never by a fault. */
static LIST_HEAD(vmlab_spaces);
static DEFINE_MUTEX(vmlab_spaces_lock);

static unsigned long vmlab_shrink_count(struct shrinker *shrinker,
					struct shrink_control *sc)
{
	struct vmlab_space *space;
	unsigned long nr = 0;

	if (!mutex_trylock(&vmlab_spaces_lock))
		return 0;
	list_for_each_entry(space, &vmlab_spaces, shrink_link) {
		long clean = atomic_long_read(&space->nr_frames) -
			     atomic_long_read(&space->nr_dirty);

		nr += max(clean, 0L);
	}
	mutex_unlock(&vmlab_spaces_lock);
	return nr;
}

static unsigned long vmlab_shrink_scan(struct shrinker *shrinker,
				       struct shrink_control *sc)
{
	unsigned long left = sc->nr_to_scan, freed = 0;
	struct vmlab_space *space, *next;
	LIST_HEAD(done);

	if (!(sc->gfp_mask & __GFP_FS) || !mutex_trylock(&vmlab_spaces_lock))
		return SHRINK_STOP;
	list_for_each_entry_safe(space, next, &vmlab_spaces, shrink_link) {
		unsigned long nr;

		nr = vmlab_space_give_back(space, &space->shrink_cursor, left);
		freed += nr;
		left -= min(nr, left);
		/* The next call begins with the others. */
		list_move_tail(&space->shrink_link, &done);
		if (!left)
			break;
	}
	list_splice_tail(&done, &vmlab_spaces);
	mutex_unlock(&vmlab_spaces_lock);
	return freed;
}

/**
 * vmlab_shrink_init() - offer frames to reclaim; once, at module load
 *
 * Context: process context, may sleep.
 * Return: 0 or -ENOMEM.
 */
int vmlab_shrink_init(void)
{
	vmlab_shrinker = vmlab_shrinker_start("vmlab", vmlab_shrink_count,
					      vmlab_shrink_scan);
	return vmlab_shrinker ? 0 : -ENOMEM;
}

/**
 * vmlab_shrink_exit() - undo vmlab_shrink_init(); once, at module unload
 *
 * Context: process context, may sleep.
 */
void vmlab_shrink_exit(void)
{
	vmlab_shrinker_stop(vmlab_shrinker);
}

/**
 * vmlab_shrink_add() - a new space has frames to offer
 * @space: the space
 *
 * Context: process context, may sleep.
 */
void vmlab_shrink_add(struct vmlab_space *space)
{
	mutex_lock(&vmlab_spaces_lock);
	list_add_tail(&space->shrink_link, &vmlab_spaces);
	mutex_unlock(&vmlab_spaces_lock);
}

/**
 * vmlab_shrink_remove() - a space is about to go; reclaim has left it then
 * @space: the space
 *
 * Context: process context, may sleep.
 */
void vmlab_shrink_remove(struct vmlab_space *space)
{
	mutex_lock(&vmlab_spaces_lock);
	list_del(&space->shrink_link);
	mutex_unlock(&vmlab_spaces_lock);
}

/**
 * vmlab_space_by_id() - do something with another's space
 * @id: its number
 * @fn: what; the space cannot go meanwhile, nor can another come
 * @arg: for @fn
 *
 * Context: process context, may sleep.
 * Return: what @fn does, or -ESRCH.
 */
int vmlab_space_by_id(u64 id, int (*fn)(struct vmlab_space *space, void *arg),
		      void *arg)
{
	struct vmlab_space *space;
	int ret = -ESRCH;

	mutex_lock(&vmlab_spaces_lock);
	list_for_each_entry(space, &vmlab_spaces, shrink_link) {
		if (space->id == id) {
			ret = fn(space, arg);
			break;
		}
	}
	mutex_unlock(&vmlab_spaces_lock);
	return ret;
}
