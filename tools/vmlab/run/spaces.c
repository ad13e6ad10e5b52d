// SPDX-License-Identifier: GPL-2.0
/* The spaces of the processes of a command. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "run/internal.h"
#include "sys/xalloc.h"

/* events read at once */
enum { EVENTS_PER_READ = 1024 };

/* reads at the end of a space, for a ring of the usual size */
enum { LAST_READS = 64 };

static size_t free_entry(struct run_session *s)
{
	for (size_t i = 0; i < s->nr_spaces; i++)
		if (!s->spaces[i].live)
			return i;
	s->spaces = array_grow(s->spaces, s->nr_spaces, &s->spaces_room, sizeof(*s->spaces));
	return s->nr_spaces++;
}

/* The library has chosen the events to record: the first fault comes before this. */
static void watch_events(struct run_session *s, size_t space)
{
	int fd = vmlab_space_fd(s->spaces[space].handle);

	if (!s->plan->event_mask)
		return;
	/* of the open file, which the library shares, but never reads */
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	if (!s->plan->batches)
		run_watch(s, fd, SOURCE_RING, space);
}

void run_space_add(struct run_session *s, size_t member, int fd, enum run_cause cause)
{
	const struct run_observer *o = s->plan->observer;
	struct run_program *program = run_program_of(s, member);
	struct vmlab_space_config config;
	struct vmlab_space *handle;
	size_t index;

	if (vmlab_space_from_fd(fd, &handle)) {
		close(fd);
		return;
	}
	if (vmlab_space_get(handle, &config))
		config.space_id = 0;
	index = free_entry(s);
	s->spaces[index] = (struct space_entry){
		.live = true,
		.handle = handle,
		.member = member,
		.pub = {
			.space = handle,
			.id = config.space_id,
			.pid = s->members[member].pid,
			.name = program->name,
			.cause = cause,
		},
	};
	program->spaces++;
	watch_events(s, index);
	if (o && o->on_space)
		o->on_space(o->arg, &s->spaces[index].pub);
}

/* Pass on what one read returns; return whether there may be more. */
static bool read_events(struct run_session *s, size_t index)
{
	const struct run_observer *o = s->plan->observer;
	struct space_entry *e = &s->spaces[index];
	ssize_t nr;

	if (!s->events)
		s->events = check_alloc(calloc(EVENTS_PER_READ, sizeof(*s->events)));
	nr = vmlab_space_events_read(e->handle, s->events, EVENTS_PER_READ);
	for (ssize_t i = 0; i < nr; i++)
		s->report->events_lost += s->events[i].lost;
	if (nr <= 0)
		return false;
	s->report->events += (uint64_t)nr;
	e->pub.name = s->report->programs[s->members[e->member].program].name;
	if (o && o->on_events)
		o->on_events(o->arg, &e->pub, s->events, (size_t)nr);
	/* a short read is the end of what there is now */
	return nr == EVENTS_PER_READ;
}

/* Once: a program can be faster than this, and others wait. */
void run_space_read(struct run_session *s, size_t index)
{
	if (s->spaces[index].live)
		read_events(s, index);
}

/* The process goes on: let no access fault for events that nobody reads. */
static void stop_events(const struct vmlab_space *space)
{
	struct vmlab_paging paging;

	if (!vmlab_space_paging_get(space, &paging) && paging.flags & VMLAB_PAGING_SAMPLE) {
		paging.flags &= ~VMLAB_PAGING_SAMPLE;
		paging.sample = 0;
		paging.sample_keep = 0;
		vmlab_space_paging_set(space, &paging);
	}
	vmlab_space_events_set(space, 0, 0);
}

/* Read what there is, but not what a process adds all the while. */
static void read_ring(struct run_session *s, size_t index)
{
	for (size_t i = 0; i < s->plan->nr_events / EVENTS_PER_READ + LAST_READS; i++)
		if (!read_events(s, index))
			break;
}

void run_space_read_all(struct run_session *s)
{
	for (size_t i = 0; i < s->nr_spaces; i++)
		if (s->spaces[i].live)
			read_ring(s, i);
}

static void end(struct run_session *s, size_t index)
{
	const struct run_observer *o = s->plan->observer;
	struct space_entry *e = &s->spaces[index];
	struct run_program *program = run_program_of(s, e->member);
	struct vmlab_paging_stats paging = { 0 };
	struct vmlab_space_stats stats = { 0 };

	if (s->plan->event_mask) {
		read_ring(s, index);
		/* closing is not enough: the program may have the same open file */
		run_unwatch(s, vmlab_space_fd(e->handle));
	}
	if (!vmlab_space_stats_get(e->handle, &stats) &&
	    !vmlab_space_paging_stats_get(e->handle, &paging)) {
		run_add_stats(&program->stats, &stats);
		run_add_paging(&program->paging, &paging);
	}
	if (program->running)
		stop_events(e->handle);
	e->pub.name = program->name;
	if (o && o->on_end)
		o->on_end(o->arg, &e->pub, &stats, &paging);
	vmlab_space_close(e->handle);
	e->live = false;
}

void run_space_end_all(struct run_session *s, size_t member)
{
	for (size_t i = 0; i < s->nr_spaces; i++)
		if (s->spaces[i].live && s->spaces[i].member == member)
			end(s, i);
}

bool run_space_mapped(const struct run_session *s, size_t member)
{
	struct vmlab_space_stats stats;

	for (size_t i = 0; i < s->nr_spaces; i++)
		if (s->spaces[i].live && s->spaces[i].member == member &&
		    !vmlab_space_stats_get(s->spaces[i].handle, &stats) && stats.vmas)
			return true;
	return false;
}

void run_space_sample(struct run_session *s)
{
	struct vmlab_space_stats stats;
	uint64_t frames = 0;

	for (size_t i = 0; i < s->nr_spaces; i++)
		if (s->spaces[i].live && !vmlab_space_stats_get(s->spaces[i].handle, &stats))
			frames += stats.frames;
	if (frames > s->report->frames_peak)
		s->report->frames_peak = frames;
}
