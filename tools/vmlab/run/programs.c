// SPDX-License-Identifier: GPL-2.0
/* The programs of the report. */
#include "run/internal.h"
#include "run/tree.h"
#include "sys/xalloc.h"

struct run_program *run_program_of(struct run_session *s, size_t member)
{
	struct run_report *r = s->report;
	struct member *m = &s->members[member];

	if (m->program == NO_PROGRAM) {
		r->programs = array_grow(r->programs, r->nr_programs, &s->programs_room,
					 sizeof(*r->programs));
		r->programs[r->nr_programs] = (struct run_program){
			.pid = m->pid,
			.exec = m->had_program,
		};
		tree_name(m->pid, r->programs[r->nr_programs].name);
		m->program = r->nr_programs++;
		m->had_program = true;
	}
	return &r->programs[m->program];
}
