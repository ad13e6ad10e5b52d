// SPDX-License-Identifier: GPL-2.0
/* Calls of userfaultfd(2). */
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/userfaultfd.h>

#include "fuzz/guided/world.h"

static const struct word features[] = {
	WORD(UFFD_FEATURE_PAGEFAULT_FLAG_WP), WORD(UFFD_FEATURE_EVENT_FORK),
	WORD(UFFD_FEATURE_EVENT_REMAP), WORD(UFFD_FEATURE_EVENT_REMOVE),
	WORD(UFFD_FEATURE_EVENT_UNMAP), WORD(UFFD_FEATURE_SIGBUS),
	WORD(UFFD_FEATURE_MINOR_SHMEM),
	/* newer than the headers of some distributions */
	{ "UFFD_FEATURE_WP_HUGETLBFS_SHMEM", 1 << 12 },
	{ "UFFD_FEATURE_WP_UNPOPULATED", 1 << 13 }, { "UFFD_FEATURE_WP_ASYNC", 1 << 15 },
};

static const struct arg args_uffd_open[] = {
	/* With WP_ASYNC alone, memory of any kind can be registered. */
	{ .name = "features", .type = A_FLAGS, WORDS(features),
	  .limit = UFFD_FEATURE_PAGEFAULT_FLAG_WP | 1 << 12 | 1 << 13 | 1 << 15 },
};

CALL(uffd_open)
{
	struct uffdio_api api = { .api = UFFD_API, .features = v[0] };

	if (keep(&world.uffd, (int)syscall(SYS_userfaultfd, O_NONBLOCK | O_CLOEXEC)))
		return -1;
	return ioctl(world.uffd, UFFDIO_API, &api);
}

static const struct word modes[] = {
	WORD(UFFDIO_REGISTER_MODE_MISSING), WORD(UFFDIO_REGISTER_MODE_WP),
	WORD(UFFDIO_REGISTER_MODE_MINOR),
};

static const struct arg args_uffd_register[] = {
	{ .name = "addr", .type = A_ADDR },
	{ .name = "length", .type = A_LENGTH },
	{ .name = "mode", .type = A_FLAGS, WORDS(modes), .limit = UFFDIO_REGISTER_MODE_WP },
};

CALL(uffd_register)
{
	struct uffdio_register r = { .range = { v[0], v[1] }, .mode = v[2] };

	return ioctl(world.uffd, UFFDIO_REGISTER, &r);
}

static const struct word operations[] = {
	{ "PROTECT", 0 }, { "UNPROTECT", 1 }, { "COPY", 2 }, { "ZERO", 3 }, { "WAKE", 4 },
	{ "UNREGISTER", 5 }, { "CONTINUE", 6 }, { "POISON", 7 },
};

static const struct arg args_uffd_op[] = {
	{ .name = "op", .type = A_ENUM, WORDS(operations) },
	{ .name = "addr", .type = A_ADDR },
	{ .name = "length", .type = A_LENGTH },
};

CALL(uffd_op)
{
	struct uffdio_range range = { v[1], v[2] };
	struct uffdio_writeprotect wp = {
		.range = range,
		.mode = v[0] % 8 ? 0 : UFFDIO_WRITEPROTECT_MODE_WP,
	};
	struct uffdio_copy copy = {
		.dst = v[1], .src = (uintptr_t)w->buffer, .len = v[2] % BUFFER_BYTES,
	};
	struct uffdio_zeropage zero = { .range = range };
	struct uffdio_continue cont = { .range = range };

	switch (v[0] % 8) {
	case 0:
	case 1:
		return ioctl(world.uffd, UFFDIO_WRITEPROTECT, &wp);
	case 2:
		return ioctl(world.uffd, UFFDIO_COPY, &copy);
	case 3:
		return ioctl(world.uffd, UFFDIO_ZEROPAGE, &zero);
	case 4:
		return ioctl(world.uffd, UFFDIO_WAKE, &range);
	case 5:
		return ioctl(world.uffd, UFFDIO_UNREGISTER, &range);
	case 6:
		return ioctl(world.uffd, UFFDIO_CONTINUE, &cont);
	default:	/* UFFDIO_POISON has the layout of UFFDIO_ZEROPAGE. */
		return ioctl(world.uffd, _IOWR(UFFDIO, 0x08, struct uffdio_zeropage), &zero);
	}
}

const struct call_kind uffd_kinds[] = {
	KIND(uffd_open, 2), KIND(uffd_register, 2), KIND(uffd_op, 2),
};

const size_t nr_uffd_kinds = ARRAY_SIZE(uffd_kinds);
