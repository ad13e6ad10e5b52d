// SPDX-License-Identifier: GPL-2.0
/* Calls of ioctl(2), which grammar.py describes from the UAPI headers. */
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/vmlab.h>

#include "fuzz/guided/world.h"

enum { FD, AGAIN, WHERE, NR_REQUEST_ARGS };

#define REQUEST_ARGS							\
	{ .name = "on", .type = A_FD },					\
	{ .name = "again", .type = A_COUNT, .limit = 4 },		\
	{ .name = "where", .type = A_PLACE }

#include "grammar.inc"

static void store(struct worker *w, const struct arg *a, uint64_t value)
{
	char *to = a->offset >= SIDE ? w->side + (a->offset - SIDE) :
				       w->request + a->offset;

	memcpy(to, &value, a->width);
}

/* Is argument @i a pointer to an array without elements? */
static bool is_empty(const struct call_kind *kind, unsigned int i, const uint64_t *v)
{
	return kind->args[i].type == A_SIDE && !v[i + 1];
}

/* Where the structure is: mostly memory of the process, else of a mapping. */
static void *place(struct worker *w, const struct call_kind *kind, uint64_t where)
{
	char *at;

	switch (where) {
	case 1:		/* memory of a space, or none */
		at = (char *)(uintptr_t)address_of(where);
		if (sigsetjmp(w->fault, 0))
			return at;
		w->may_fault = 1;
		memcpy(at, w->request, kind->size);
		w->may_fault = 0;
		return at;
	case 2:		/* the end is missing */
		at = w->request + REQUEST_BYTES - kind->size / 2;
		memmove(at, w->request, kind->size / 2);
		return at;
	case 3:
		return NULL;
	default:
		return w->request;
	}
}

/* Keep the descriptor that a request returned. */
static void keep_clone(const struct worker *w, const void *at, int fd)
{
	struct vmlab_clone clone;

	if (at != w->request)
		return;		/* closed when the process exits */
	memcpy(&clone, at, sizeof(clone));
	for (int i = 0; i < NR_FDS; i++) {
		if (world.fd[i] == fd) {
			keep(&world.fd[(i + 1) % NR_FDS], clone.fd);
			return;
		}
	}
	close(clone.fd);
}

/*
 * Fill the structure: for the first call, or for one that goes on where the last one
 * ended.
 */
static void fill(struct worker *w, const struct call_kind *kind, const uint64_t *v, bool first)
{
	for (unsigned int i = NR_REQUEST_ARGS; i < kind->nr_args; i++) {
		const enum arg_type type = kind->args[i].type;

		if (first || (type != A_ADDR && type != A_CURSOR && type != A_OFFSET))
			store(w, &kind->args[i], is_empty(kind, i, v) ? 0 : v[i]);
	}
}

long run_request(struct worker *w, const struct call_kind *kind, const uint64_t *v)
{
	void *at;
	long ret;

	memset(w->request, 0, REQUEST_BYTES);
	memset(w->side, 0, SIDE_BYTES);
	fill(w, kind, v, true);
	at = place(w, kind, v[WHERE]);
	w->may_fault = 0;
	for (uint64_t n = 0; n <= v[AGAIN]; n++) {
		ret = ioctl((int)v[FD], kind->request, at);
		if (ret)
			return ret;
		if (kind->request == VMLAB_IOC_CLONE)
			keep_clone(w, at, (int)v[FD]);
		fill(w, kind, v, false);
	}
	return 0;
}
