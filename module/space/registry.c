// SPDX-License-Identifier: GPL-2.0
/* The list of all spaces. */
#include <linux/list.h>
#include <linux/mutex.h>

#include "space/registry.h"

LIST_HEAD(vmlab_spaces);
/* Taken when a space is opened or closed, never by a fault. */
DEFINE_MUTEX(vmlab_spaces_lock);

/**
 * vmlab_registry_add() - add a new space to the list
 * @space: the space
 *
 * Context: process context, may sleep.
 */
void vmlab_registry_add(struct vmlab_space *space)
{
	mutex_lock(&vmlab_spaces_lock);
	list_add_tail(&space->link, &vmlab_spaces);
	mutex_unlock(&vmlab_spaces_lock);
}

/**
 * vmlab_registry_remove() - remove a space from the list
 * @space: the space; the shrinker does not use it any more afterwards
 *
 * Context: process context, may sleep.
 */
void vmlab_registry_remove(struct vmlab_space *space)
{
	mutex_lock(&vmlab_spaces_lock);
	list_del(&space->link);
	mutex_unlock(&vmlab_spaces_lock);
}

/**
 * vmlab_registry_call() - call a function on the space with a given number
 * @id: its number
 * @fn: the function; no space is opened or closed while it runs
 * @arg: for @fn
 *
 * Context: process context, may sleep.
 * Return: the return value of @fn, or -ESRCH when there is no such space.
 */
int vmlab_registry_call(u64 id,
			int (*fn)(struct vmlab_space *space, void *arg),
			void *arg)
{
	struct vmlab_space *space;
	int ret = -ESRCH;

	mutex_lock(&vmlab_spaces_lock);
	list_for_each_entry(space, &vmlab_spaces, link) {
		if (space->id == id) {
			ret = fn(space, arg);
			break;
		}
	}
	mutex_unlock(&vmlab_spaces_lock);
	return ret;
}
