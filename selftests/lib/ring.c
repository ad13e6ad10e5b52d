// SPDX-License-Identifier: GPL-2.0
#include "ring.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static void *ring_map(const struct ring *ring, size_t size, unsigned long long offset)
{
	return mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring->fd,
		    (off_t)offset);
}

static size_t sq_size(const struct ring *ring)
{
	return ring->params.sq_off.array + sizeof(unsigned int);
}

static size_t cq_size(const struct ring *ring)
{
	return ring->params.cq_off.cqes + 2 * sizeof(struct io_uring_cqe);
}

int ring_open(struct ring *ring, unsigned int flags)
{
	struct io_uring_params *params = &ring->params;

	memset(ring, 0, sizeof(*ring));
	params->flags = flags;
	params->sq_thread_idle = 1000;
	ring->fd = (int)syscall(SYS_io_uring_setup, 1, params);
	if (ring->fd < 0)
		return -1;
	ring->sq = ring_map(ring, sq_size(ring), IORING_OFF_SQ_RING);
	ring->cq = ring_map(ring, cq_size(ring), IORING_OFF_CQ_RING);
	ring->sqe = ring_map(ring, sizeof(*ring->sqe), IORING_OFF_SQES);
	if (ring->sq == MAP_FAILED || ring->cq == MAP_FAILED || (void *)ring->sqe == MAP_FAILED)
		return -1;
	return 0;
}

int ring_do(struct ring *ring, const struct io_uring_sqe *sqe)
{
	const unsigned int flags = IORING_ENTER_GETEVENTS |
		(ring->params.flags & IORING_SETUP_SQPOLL ? IORING_ENTER_SQ_WAKEUP : 0);
	unsigned int *tail = (void *)(ring->sq + ring->params.sq_off.tail);
	unsigned int *head = (void *)(ring->cq + ring->params.cq_off.head);
	const struct io_uring_cqe *cqe = (void *)(ring->cq + ring->params.cq_off.cqes);
	const unsigned int mask = ring->params.cq_entries - 1;
	int res;

	*ring->sqe = *sqe;
	__atomic_store_n(tail, *tail + 1, __ATOMIC_RELEASE);
	if (syscall(SYS_io_uring_enter, ring->fd, 1, 1, flags, NULL, 0) < 0)
		return -1;
	res = cqe[*head & mask].res;
	__atomic_store_n(head, *head + 1, __ATOMIC_RELEASE);
	return res;
}

void ring_close(struct ring *ring)
{
	munmap(ring->sq, sq_size(ring));
	munmap(ring->cq, cq_size(ring));
	munmap(ring->sqe, sizeof(*ring->sqe));
	close(ring->fd);
}
