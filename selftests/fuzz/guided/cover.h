/* SPDX-License-Identifier: GPL-2.0 */
/* What programs have reached: points of the module's code, and results of calls. */
#ifndef SELFTESTS_FUZZ_GUIDED_COVER_H
#define SELFTESTS_FUZZ_GUIDED_COVER_H

#include "fuzz/guided/world.h"

struct news {
	unsigned int points, edges;
};

/* False: this kernel has no KCOV; then only results of calls guide. */
bool cover_open(void);
/* Read where the sections of the module are. */
void cover_sections(void);
/* What the last program has reached and none before it. */
struct news cover_collect(const struct program *p, const struct outcome *o);
size_t cover_points(void);
/* Write one line, section and offset, for each point; of those of the module itself, too. */
void cover_write(const char *path);

#endif /* SELFTESTS_FUZZ_GUIDED_COVER_H */
