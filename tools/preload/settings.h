/* SPDX-License-Identifier: GPL-2.0 */
/* What the environment says. */
#ifndef PRELOAD_SETTINGS_H
#define PRELOAD_SETTINGS_H

#include "preload.h"

struct settings {
	struct vmlab_paging paging;
	uint32_t space_flags;
	uint32_t event_mask;
	uint32_t events;
	char socket[108];
	size_t socket_len;
};

/* Return the settings of the environment, or NULL when they are wrong. */
const struct settings *settings_get(void);

/* Write one line to standard error. */
void complain(const char *first, const char *second);

#endif /* PRELOAD_SETTINGS_H */
