// SPDX-License-Identifier: GPL-2.0
/* Stacks of faults, one a line, in the format of flame graph programs. */
#include <inttypes.h>
#include <string.h>

#include "show/faults.h"
#include "show/faults_words.h"

/* A semicolon or a line break in a name would start another frame. */
static void print_name(FILE *out, const char *name)
{
	for (; *name; name++)
		fputc(*name == ';' || (unsigned char)*name < ' ' ? '_' : *name,
		      out);
}

static void print_frame(FILE *out, const struct stack_frame *frame)
{
	const char *slash;

	fputc(';', out);
	if (frame->symbol) {
		print_name(out, frame->symbol);
		return;
	}
	if (frame->path) {
		slash = strrchr(frame->path, '/');
		print_name(out, slash ? slash + 1 : frame->path);
		fputc('+', out);
	}
	fprintf(out, "0x%" PRIx64, (uint64_t)frame->address);
}

void faults_print_folded(const struct faults_report *r, FILE *out)
{
	for (size_t i = 0; i < r->nr_stacks; i++) {
		const struct stack_row *row = &r->stacks[i];

		print_name(out, *row->stat.comm ? row->stat.comm : "?");
		for (size_t f = 0; f < row->nr_frames; f++)
			print_frame(out, &row->frames[f]);
		fprintf(out, ";%s_[k] %" PRIu64 "\n",
			fault_kind_name(row->key.kind),
			(uint64_t)(row->stat.count[FAULT_MINOR] +
				   row->stat.count[FAULT_MAJOR]));
	}
}
