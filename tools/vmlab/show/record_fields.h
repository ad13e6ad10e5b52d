/* SPDX-License-Identifier: GPL-2.0 */
/* Tables of the __u64 members of a record: their names and meanings. */
#ifndef VMLAB_SHOW_RECORD_FIELDS_H
#define VMLAB_SHOW_RECORD_FIELDS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/** struct field - one __u64 member; a NULL name ends an array of them */
struct field {
	const char *name;
	size_t offset;
	const char *meaning;
};

/** field_value - return the value of @field in @record */
static inline uint64_t field_value(const void *record,
				   const struct field *field)
{
	uint64_t v;

	memcpy(&v, (const char *)record + field->offset, sizeof(v));
	return v;
}

#endif /* VMLAB_SHOW_RECORD_FIELDS_H */
