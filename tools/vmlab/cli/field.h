/* SPDX-License-Identifier: GPL-2.0 */
/* Tables of __u64 members of a record: what they are called and mean. */
#ifndef VMLAB_FIELD_H
#define VMLAB_FIELD_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/** struct field - one __u64 member; an array of them ends with a NULL name */
struct field {
	const char *name;
	size_t offset;
	const char *meaning;
};

/** field_value - what @field holds in @record */
static inline uint64_t field_value(const void *record,
				   const struct field *field)
{
	uint64_t v;

	memcpy(&v, (const char *)record + field->offset, sizeof(v));
	return v;
}

#endif /* VMLAB_FIELD_H */
