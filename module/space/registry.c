// SPDX-License-Identifier: GPL-2.0
/*
 * The list of all spaces.  Its lock is held only to go through the list: who
 * finds a space takes a reference and works on it without the lock.
 */
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mutex.h>

#include "compat.h"
#include "space/registry.h"

/* The space that the shrinker visits next is the first. */
static LIST_HEAD(spaces);
static DEFINE_MUTEX(spaces_lock);

/**
 * vmlab_registry_add() - add a new space to the list
 * @space: the space
 *
 * Context: process context, may sleep.
 */
void vmlab_registry_add(struct vmlab_space *space)
{
	mutex_lock(&spaces_lock);
	list_add_tail(&space->link, &spaces);
	mutex_unlock(&spaces_lock);
}

/**
 * vmlab_registry_remove() - remove a space from the list
 * @space: the space, to which there is no reference any more
 *
 * Context: process context, may sleep.
 */
void vmlab_registry_remove(struct vmlab_space *space)
{
	mutex_lock(&spaces_lock);
	list_del(&space->link);
	mutex_unlock(&spaces_lock);
}

/**
 * vmlab_registry_get() - return the space with a given number
 * @id: its number
 *
 * Context: process context, may sleep.
 * Return: the space, with a reference for vmlab_space_put(); or an ERR_PTR() of
 * -ESRCH when there is no such space, -EINTR when the task was killed.
 */
struct vmlab_space *vmlab_registry_get(u64 id)
{
	struct vmlab_space *space, *found = ERR_PTR(-ESRCH);

	if (mutex_lock_killable(&spaces_lock))
		return ERR_PTR(-EINTR);
	list_for_each_entry(space, &spaces, link) {
		if (space->id == id) {
			if (kref_get_unless_zero(&space->ref))
				found = space;
			break;
		}
	}
	mutex_unlock(&spaces_lock);
	return found;
}
VMLAB_EXPORT_FOR_KUNIT(vmlab_registry_get);

/**
 * vmlab_registry_next() - return the spaces in turn, the next at each call
 *
 * Context: reclaim: waits for nothing.
 * Return: the space, with a reference for vmlab_space_put_later(); or NULL when
 * there is none, or the list is busy.
 */
struct vmlab_space *vmlab_registry_next(void)
{
	struct vmlab_space *space, *found = NULL;

	if (!mutex_trylock(&spaces_lock))
		return NULL;
	list_for_each_entry(space, &spaces, link) {
		if (kref_get_unless_zero(&space->ref)) {
			list_move_tail(&space->link, &spaces);
			found = space;
			break;
		}
	}
	mutex_unlock(&spaces_lock);
	return found;
}

/**
 * vmlab_registry_clean() - count the pages of clean frames of all spaces
 * @nr_spaces: set to the number of spaces
 *
 * Context: reclaim: waits for nothing.
 * Return: the number of pages; 0 when the list is busy.
 */
unsigned long vmlab_registry_clean(unsigned int *nr_spaces)
{
	struct vmlab_space *space;
	unsigned long nr = 0;

	*nr_spaces = 0;
	if (!mutex_trylock(&spaces_lock))
		return 0;
	list_for_each_entry(space, &spaces, link) {
		long clean = atomic_long_read(&space->frames.nr) -
			     atomic_long_read(&space->frames.nr_dirty);

		nr += max(clean, 0L);
		++*nr_spaces;
	}
	mutex_unlock(&spaces_lock);
	return nr;
}
