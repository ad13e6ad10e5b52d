// SPDX-License-Identifier: GPL-2.0
/* Names of accesses. */
#include <errno.h>
#include <string.h>

#include "model/space_result.h"

static const char *const access_names[] = {
	[ACCESS_NONE] = "none",
	[ACCESS_READ] = "read",
	[ACCESS_WRITE] = "write",
};

int access_parse(const char *s, enum access *access)
{
	for (size_t i = 0; i < sizeof(access_names) / sizeof(access_names[0]);
	     i++) {
		if (!strcmp(s, access_names[i])) {
			*access = (enum access)i;
			return 0;
		}
	}
	return -EINVAL;
}

const char *access_name(enum access access)
{
	return access_names[access];
}
