// SPDX-License-Identifier: GPL-2.0
/* All kinds of calls in one list. */
#include <string.h>

#include "fuzz/guided/world.h"

static const struct {
	const struct call_kind *kinds;
	const size_t *nr;
} tables[] = {
	{ request_kinds, &nr_request_kinds }, { memory_kinds, &nr_memory_kinds },
	{ file_kinds, &nr_file_kinds }, { process_kinds, &nr_process_kinds },
	{ uring_kinds, &nr_uring_kinds }, { uffd_kinds, &nr_uffd_kinds },
	{ kernel_kinds, &nr_kernel_kinds }, { observe_kinds, &nr_observe_kinds },
	{ policy_kinds, &nr_policy_kinds },
};

size_t nr_kinds(void)
{
	size_t sum = 0;

	for (size_t i = 0; i < ARRAY_SIZE(tables); i++)
		sum += *tables[i].nr;
	return sum;
}

const struct call_kind *kind_of(size_t nr)
{
	size_t i = 0;

	nr %= nr_kinds();
	for (; nr >= *tables[i].nr; i++)
		nr -= *tables[i].nr;
	return &tables[i].kinds[nr];
}

int kind_named(const char *name)
{
	for (size_t i = 0; i < nr_kinds(); i++)
		if (!strcmp(kind_of(i)->name, name))
			return (int)i;
	return -1;
}
