// SPDX-License-Identifier: GPL-2.0
/* madvise(2) and process_madvise(2): all advice that the kernel knows. */
#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/page.h"
#include "paging/pairs/pairs.h"

#ifndef MADV_DONTNEED_LOCKED
#define MADV_DONTNEED_LOCKED	24
#endif
#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE		25
#endif
#ifndef MADV_SOFT_OFFLINE
#define MADV_SOFT_OFFLINE	101
#endif
#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL	102
#define MADV_GUARD_REMOVE	103
#endif

static const char *unknown(int advice)
{
	return madvise(NULL, 0, advice) ? "this kernel does not know the advice" :
					  NULL;
}

static int advise(struct pairs_case *c, int advice)
{
	return madvise(SPAN(c), advice) ? errno : 0;
}

/* The private copies are lost. */
static int discard(struct pairs_case *c, int advice)
{
	int err = advise(c, advice);

	if (!err)
		lose_copies(c);
	return err;
}

static int populate(struct pairs_case *c, int advice)
{
	int err = advise(c, advice);

	if (!err && advice == MADV_POPULATE_WRITE && c->private)
		make_copies(c);
	return err;
}

static int one_page(struct pairs_case *c, int advice)
{
	return madvise(c->p + c->start * page, page, advice) ? errno : 0;
}

static int guard(struct pairs_case *c, int advice)
{
	char *at = c->p + (c->start + 1) * page;
	int err = advise(c, advice);

	if (err)
		return err;
	lose_copies(c);
	if (touch(at, TOUCH_READ, 0, NULL) != SIGSEGV)
		case_fails(c, "a guard page can be read");
	/* The module must not map over it either. */
	touch(c->p, TOUCH_READ, 0, NULL);
	if (touch(at, TOUCH_READ, 0, NULL) != SIGSEGV)
		case_fails(c, "a fault on its neighbour removed a guard page");
	return advise(c, MADV_GUARD_REMOVE);
}

static int child_reads(void *arg)
{
	const struct pairs_case *c = arg;

	return !contents_match(c, c->p, true);
}

static int child_touches(void *arg)
{
	const struct pairs_case *c = arg;

	return touch(c->p + c->start * page, TOUCH_READ, 0, NULL);
}

static int dont_fork(struct pairs_case *c, int advice)
{
	int err = advise(c, advice);

	if (err)
		return err;
	if (reap(spawn(child_touches, c)) != SIGSEGV)
		case_fails(c, "a child has the mapping");
	if (c->special)
		return 0;
	err = advise(c, MADV_DOFORK);
	if (!err && reap(spawn(child_reads, c)))
		case_fails(c, "a child reads other contents");
	return err;
}

static int by_process(struct pairs_case *c, int advice)
{
	struct iovec iov = { c->p + c->start * page,
			     (c->end - c->start) * page };
	int pidfd = (int)syscall(SYS_pidfd_open, getpid(), 0);
	int err = 0;

	if (pidfd < 0)
		return errno;
	if (syscall(SYS_process_madvise, pidfd, &iov, 1, advice, 0) < 0)
		err = errno;
	close(pidfd);
	return err;
}

/* .plain, .readonly, .private, .locked, .special */
#define WORKS		0, 0, 0, 0, 0
#define REFUSED(err)	err, err, err, err, err
/* as can_madv_lru_vma() of mm/internal.h */
#define NOT_LOCKED	0, 0, 0, EINVAL, EINVAL
#define NOT_SPECIAL	0, 0, 0, 0, EINVAL

const struct operation advices[] = {
	{ "MADV_NORMAL", advise, MADV_NORMAL, WORKS, NULL },
	{ "MADV_RANDOM", advise, MADV_RANDOM, WORKS, NULL },
	{ "MADV_SEQUENTIAL", advise, MADV_SEQUENTIAL, WORKS, NULL },
	{ "MADV_WILLNEED", advise, MADV_WILLNEED, WORKS, NULL },
	{ "MADV_DONTNEED", discard, MADV_DONTNEED, NOT_LOCKED, NULL },
	{ "MADV_DONTNEED_LOCKED", discard, MADV_DONTNEED_LOCKED, NOT_SPECIAL,
	  unknown },
	{ "MADV_FREE", advise, MADV_FREE, REFUSED(EINVAL), NULL },
	/* fallocate(2) is for files; VMLAB_RANGE_DROP does the same */
	{ "MADV_REMOVE", advise, MADV_REMOVE, ANY, ANY, EACCES, EINVAL,
	  ENODEV, NULL },
	{ "MADV_DONTFORK", dont_fork, MADV_DONTFORK, WORKS, NULL },
	{ "MADV_WIPEONFORK", advise, MADV_WIPEONFORK, REFUSED(EINVAL), NULL },
	{ "MADV_KEEPONFORK", advise, MADV_KEEPONFORK, WORKS, NULL },
	{ "MADV_DONTDUMP", advise, MADV_DONTDUMP, WORKS, NULL },
	{ "MADV_DODUMP", advise, MADV_DODUMP, NOT_SPECIAL, NULL },
	{ "MADV_MERGEABLE", advise, MADV_MERGEABLE, WORKS, unknown },
	{ "MADV_UNMERGEABLE", advise, MADV_UNMERGEABLE, WORKS, unknown },
	{ "MADV_HUGEPAGE", advise, MADV_HUGEPAGE, 0, 0, 0, 0, ANY, unknown },
	{ "MADV_NOHUGEPAGE", advise, MADV_NOHUGEPAGE, 0, 0, 0, 0, ANY,
	  unknown },
	{ "MADV_COLLAPSE", advise, MADV_COLLAPSE, ANY, ANY, ANY, ANY, EINVAL,
	  unknown },
	{ "MADV_COLD", advise, MADV_COLD, NOT_LOCKED, NULL },
	{ "MADV_PAGEOUT", advise, MADV_PAGEOUT, NOT_LOCKED, NULL },
	{ "MADV_POPULATE_READ", populate, MADV_POPULATE_READ, NOT_SPECIAL,
	  unknown },
	{ "MADV_POPULATE_WRITE", populate, MADV_POPULATE_WRITE,
	  0, EINVAL, 0, 0, EINVAL, unknown },
	{ "MADV_SOFT_OFFLINE", one_page, MADV_SOFT_OFFLINE, ANY, ANY, ANY, ANY,
	  ANY, unknown },
	{ "MADV_GUARD_INSTALL", guard, MADV_GUARD_INSTALL, NOT_LOCKED,
	  unknown },
	{ "process_madvise: COLD", by_process, MADV_COLD, NOT_LOCKED, NULL },
	{ "process_madvise: PAGEOUT", by_process, MADV_PAGEOUT, NOT_LOCKED,
	  NULL },
	{ "process_madvise: WILLNEED", by_process, MADV_WILLNEED, WORKS,
	  NULL },
	{ "process_madvise: COLLAPSE", by_process, MADV_COLLAPSE, ANY, ANY,
	  ANY, ANY, EINVAL, unknown },
	{ 0 }
};
