// SPDX-License-Identifier: GPL-2.0
/*
 * FILEs across fork(3).
 *
 * When the parent has several threads, libc's fork resets the locks of all FILEs in the
 * child before it calls handlers of pthread_atfork(3).  FILEs that fopen(3) made lie in
 * the heap, which the child shares with its parent at that point: it would free locks
 * that threads of the parent hold.  So the list of all FILEs is empty meanwhile, and the
 * child resets the locks itself once it has its own memory.
 *
 * The lock of the list is held, so that no thread opens or closes a FILE meanwhile.
 * exit(3) flushes all FILEs without that lock: from then on the list stays as it is.
 */
#include <stdio.h>
#include <string.h>
#include <sys/single_threaded.h>

#include "preload.h"

struct _IO_FILE_plus;
extern struct _IO_FILE_plus *_IO_list_all;

void *_IO_iter_begin(void);
void _IO_list_lock(void);
void _IO_list_unlock(void);
void _IO_list_resetlock(void);

/* A FILE with this flag has no lock that counts: __fsetlocking(3). */
#define FLAG_USER_LOCK	0x8000

/* _IO_lock_t, which <stdio.h> does not define */
struct file_lock {
	int lock;
	int count;
	void *owner;
};

/*
 * With the lock of the list, and @hidden and @exiting with that of the library.
 * @locked: it is taken
 * @hidden: the list, while libc finds an empty one
 */
static struct {
	bool locked;
	bool exiting;
	struct _IO_FILE_plus *hidden;
} streams;

void streams_prepare(void)
{
	if (__libc_single_threaded)
		return;
	_IO_list_lock();
	streams.locked = true;
}

void streams_hide(void)
{
	if (!streams.locked || streams.exiting)
		return;
	streams.hidden = _IO_list_all;
	__atomic_store_n(&_IO_list_all, NULL, __ATOMIC_RELEASE);
	/* In a program that has a copy of the variable, libc uses its own. */
	if (_IO_iter_begin())
		streams_show();
}

void streams_show(void)
{
	if (streams.hidden)
		__atomic_store_n(&_IO_list_all, streams.hidden, __ATOMIC_RELEASE);
	streams.hidden = NULL;
}

void streams_parent(void)
{
	if (!streams.locked)
		return;
	streams.locked = false;
	_IO_list_unlock();
}

void streams_child(void)
{
	if (!streams.locked)
		return;
	streams.locked = false;
	for (FILE *file = (FILE *)_IO_list_all; file; file = file->_chain)
		if (!(file->_flags & FLAG_USER_LOCK) && file->_lock)
			memset((void *)file->_lock, 0, sizeof(struct file_lock));
	_IO_list_resetlock();
}

void streams_exit(void)
{
	uint64_t mask;

	lock_take(&mask);
	streams.exiting = true;
	lock_give(&mask);
}
