// SPDX-License-Identifier: GPL-2.0
/* The files pagetable and pgtotals in debugfs against PTES and PGTABLE_TOTALS. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/debugfs.h"
#include "lib/dev.h"
#include "lib/proc.h"
#include "lib/tap.h"
#include "inspect/pagetable/pagetable.h"
#include "inspect/ptwalk.h"

void test_debugfs(pid_t pid, const char *what)
{
	struct vmlab_pgtable_totals t;
	unsigned long long bytes = 0;
	struct pte_list l;
	char text[16], *all, *p, *line;
	bool same = true;
	size_t i = 0;
	int len = snprintf(text, sizeof(text), "%d", pid);

	if (write_file(DEBUGFS "/attach", text, (size_t)len))
		bail("attach: %s", strerror(errno));
	all = slurp(DEBUGFS "/%d/pagetable", pid);
	p = all;
	if (!all || get_ptes(vmlab_fd, pid, 0, 0, 0, 0, 1000, &l))
		bail("pagetable: %s", strerror(errno));
	streq(next_line(&p), "start end level entries index phys raw pkey flags",
	      "debugfs, %s: header of pagetable", what);
	while ((line = next_line(&p))) {
		unsigned long long start, end, nr, raw;
		unsigned int index, pkey;
		char level[8], place[64];

		same = same && i < l.nr &&
		       sscanf(line, "%llx %llx %7s %llu %u %63s %llx %u",
			      &start, &end, level, &nr, &index, place, &raw,
			      &pkey) == 8 &&
		       start == l.pte[i].start && end == l.pte[i].end &&
		       nr == l.pte[i].nr && raw == l.pte[i].raw &&
		       index == l.pte[i].index && pkey == l.pte[i].pkey;
		i++;
	}
	ok(same && i == l.nr, "debugfs, %s: pagetable has what PTES has", what);
	free(all);
	free(l.pte);

	all = slurp(DEBUGFS "/%d/pgtotals", pid);
	if (!all || get_totals(vmlab_fd, pid, &t))
		bail("pgtotals: %s", strerror(errno));
	p = strstr(all, "\nbytes ");
	if (p)
		bytes = strtoull(p + 7, NULL, 10);
	is(bytes, t.bytes, "debugfs, %s: pgtotals has the bytes", what);
	p = strstr(all, "\ntables_read ");
	is(p ? strtoull(p + 13, NULL, 10) : 0, t.tables_read,
	   "debugfs, %s: pgtotals cost the same", what);
	free(all);
	write_file(DEBUGFS "/detach", text, (size_t)len);
}
