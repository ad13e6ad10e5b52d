// SPDX-License-Identifier: GPL-2.0
/* The descriptors that a session waits for. */
#include <errno.h>
#include <sys/epoll.h>

#include "run/internal.h"

/* epoll_event.data.u64 has the kind above the index of an entry */
enum { SOURCE_SHIFT = 56 };

int run_watch(struct run_session *s, int fd, enum source source, size_t index)
{
	struct epoll_event event = {
		.events = EPOLLIN,
		.data.u64 = (uint64_t)source << SOURCE_SHIFT | index,
	};

	return epoll_ctl(s->epoll, EPOLL_CTL_ADD, fd, &event) ? -errno : 0;
}

void run_unwatch(struct run_session *s, int fd)
{
	epoll_ctl(s->epoll, EPOLL_CTL_DEL, fd, NULL);
}

bool run_wait(struct run_session *s, int timeout, enum source *source, size_t *index)
{
	struct epoll_event event;

	/* one at a time: handling it may close the descriptors of others */
	if (epoll_wait(s->epoll, &event, 1, timeout) != 1)
		return false;
	*index = (size_t)(event.data.u64 & ((UINT64_C(1) << SOURCE_SHIFT) - 1));
	*source = (enum source)(event.data.u64 >> SOURCE_SHIFT);
	return true;
}
