/* SPDX-License-Identifier: GPL-2.0 */
/* What no answer to a user without privileges may hold, and what finds it. */
#ifndef SELFTESTS_DEVICE_LEAKS_H
#define SELFTESTS_DEVICE_LEAKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { NR_FRAMES = 64 };

/* Frames of the process that makes the requests; root reads their numbers. */
struct frames {
	size_t nr;
	uint64_t pfn[NR_FRAMES];
};

struct found {
	unsigned long addresses; /* of the kernel half */
	unsigned long old; /* contents that other memory had before */
	unsigned long frames;
};

/*
 * scan.c: count what a buffer holds.  Addresses and frame numbers are looked for in
 * aligned words, where the kernel stores them, old contents at each byte.  @frames may
 * be NULL.
 */
void scan(const void *buffer, size_t bytes, const struct frames *frames,
	  struct found *found);

/*
 * spray.c: fill memory of the kernel with a mark and free it: objects of the slab
 * allocator of many sizes, the stack of the caller in the kernel, and pages.  An
 * answer that was not initialized has the mark then.
 */
#define MARK	"\xc3\x5a\x97\xe1\x3b\xa6\x4d\x72"
enum { MARK_BYTES = sizeof(MARK) - 1 };

void spray_objects(void);
void spray_pages(void);

/* requests.c: one request, with all pointers to rooms in one buffer. */
enum { ROOM = 48 * 1024 };

struct request_of {
	const char *name;
	unsigned long nr;
	size_t bytes;
	/* offsets of members: 0 where the request has none of that kind */
	size_t target; /* struct vmlab_target */
	size_t pointer, count; /* __u64 to records, __u32 */
	size_t strings, strings_bytes; /* __u64, __u32 */
	size_t kind; /* __u32, of 0 to 3 */
	uint32_t record; /* bytes of a record */
	bool has_frames; /* the answer has frame numbers, for root */
};

extern const struct request_of requests[];
extern const size_t nr_requests;

/*
 * Fill in a request about this process.  @about: an address that it has mapped.
 * @room: where the answer goes to, of ROOM bytes for records and ROOM for strings.
 */
void prepare_request(const struct request_of *r, char *answer, char *room,
		     uint32_t kind, const void *about);

#endif /* SELFTESTS_DEVICE_LEAKS_H */
