/* SPDX-License-Identifier: GPL-2.0 */
/* The requests of /dev/vmlab that return something, with arguments that succeed. */
#ifndef SELFTESTS_QUERIES_H
#define SELFTESTS_QUERIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* No request has more kinds, and no structure is larger. */
enum { QUERY_ROOM = 48 * 1024, QUERY_KINDS = 4, QUERY_BYTES = 8192 };

struct query {
	const char *name;
	unsigned long nr;
	size_t bytes;
	/* offsets of members: 0 where the request has none of that kind */
	size_t target; /* struct vmlab_target */
	size_t pointer, count; /* __u64 to records, __u32 */
	size_t strings, strings_bytes; /* __u64, __u32 */
	size_t kind; /* __u32, below QUERY_KINDS */
	uint32_t record; /* bytes of a record */
	bool has_frames; /* the answer has frame numbers, for root */
};

extern const struct query queries[];
extern const size_t nr_queries;

/*
 * Fill in a request about this process.  @about: an address that it has mapped.
 * @room: where the answer goes to, of QUERY_ROOM bytes for records and QUERY_ROOM for
 * strings.
 */
void prepare_query(const struct query *q, char *answer, char *room, uint32_t kind,
		   const void *about);

/* Set the flags, in a structure of which only FLAG_NAMES has none. */
void set_query_flags(const struct query *q, char *answer, uint32_t flags);

#endif /* SELFTESTS_QUERIES_H */
