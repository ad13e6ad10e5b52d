// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "heat/session.h"
#include "heat/source.h"
#include "libvmlab.h"
#include "sys/clock.h"
#include "sys/emulated.h"
#include "sys/events.h"
#include "sys/xalloc.h"

static int open_source(struct heat *h, const char *method,
		       const struct heat_source **source, void **state,
		       struct failure *failure)
{
	struct failure second;
	int err;

	*source = &heat_damon;
	if (!strcmp(method, "damon"))
		return heat_damon.open(h, state, failure);
	*source = &heat_bits;
	err = heat_bits.open(h, state, failure);
	if (!err || !strcmp(method, "bits"))
		return err;
	*source = &heat_damon;
	/* when neither works, report why the first does not */
	return heat_damon.open(h, state, &second) ? err : 0;
}

/* Read the mappings; keep those that have been unmapped. */
static int read_areas(struct heat *h)
{
	char path[64], *line = NULL;
	size_t size = 0;
	FILE *maps;

	snprintf(path, sizeof(path), "/proc/%d/maps", h->pid);
	maps = fopen(path, "re");
	if (!maps)
		return errno == ENOENT ? -ESRCH : -errno;
	while (getline(&line, &size, maps) > 0) {
		uint64_t start, end;
		int name = 0;

		if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %*s %*s %*s %*s %n",
			   &start, &end, &name) < 2 ||
		    !name)
			continue;
		line[strcspn(line, "\n")] = '\0';
		if (h->end && (end <= h->start || start >= h->end))
			continue;
		if (h->end && start < h->start)
			start = h->start;
		if (h->end && end > h->end)
			end = h->end;
		heat_add_area(h, start, end,
			      line[name] ? line + name : "[anon]");
	}
	free(line);
	fclose(maps);
	heat_sort_areas(h);
	return 0;
}

/* Append an interval that has ended. */
static int end_interval(struct heat *h, const struct heat_source *source,
			void *state, double start)
{
	struct heat_sample *s;
	int err;

	h->samples = check_alloc(reallocarray(h->samples, h->nr_samples + 1,
					      sizeof(*h->samples)));
	s = &h->samples[h->nr_samples];
	memset(s, 0, sizeof(*s));
	err = source->end(h, state, s);
	if (err) {
		free(s->runs);
		return err;
	}
	s->time = clock_now() - start;
	h->nr_samples++;
	return read_areas(h);
}

/* Add up the CPU time of all threads; 0 for a process that has ended. */
static double process_cpu_time(pid_t pid)
{
	clockid_t clock;

	return clock_getcpuclockid(pid, &clock) ? 0 : clock_seconds(clock);
}

static int collect(struct heat *h, const struct heat_source *source,
		   void *state, uint64_t count,
		   const struct heat_watcher *watcher,
		   const struct events *events)
{
	double start = clock_now(), cpu_before = process_cpu_time(h->pid), cpu = 0;
	int signal, err = read_areas(h);
	bool interrupted = false;

	for (uint64_t i = 0; !err && !interrupted && i < count; i++) {
		double began = clock_now();

		err = source->begin(h, state);
		if (err)
			break;
		interrupted = events_wait(events, began + h->interval,
					  &signal) == EVENT_SIGNAL;
		/* without a complete interval, keep the part if the method can measure it */
		if (interrupted && (h->nr_samples || !source->can_interrupt))
			break;
		err = end_interval(h, source, state, start);
		cpu = process_cpu_time(h->pid);
		if (!err && watcher->interval) {
			heat_mark_areas(h);
			watcher->interval(h, watcher->arg);
		}
	}
	h->cpu = cpu > cpu_before ? cpu - cpu_before : 0;
	/* keep what was measured before the process ended */
	return err == -ESRCH && h->nr_samples ? 0 : err;
}

static int measure(struct heat *h, const char *method, uint64_t count,
		   const struct heat_watcher *watcher,
		   const struct events *events, struct failure *failure)
{
	const struct heat_source *source;
	char text[VMLAB_EXPLAIN_MAX];
	void *state;
	int err;

	err = open_source(h, method, &source, &state, failure);
	if (err)
		return err;
	h->method = source->about;
	h->emulated = processor_is_emulated();
	err = collect(h, source, state, count, watcher, events);
	source->close(state);
	if (err)
		return failure_set(failure, err, "%s",
				   vmlab_explain(err, VMLAB_ABOUT_PROCESS,
						 h->pid, text, sizeof(text)));
	if (!h->nr_samples)
		return failure_set(failure, -EINTR,
				   "interrupted before the first interval of "
				   "%g s ended", h->interval);
	heat_mark_areas(h);
	return 0;
}

int heat_measure(struct heat *h, const char *method, uint64_t count,
		 const struct heat_watcher *watcher, struct failure *failure)
{
	struct events events;
	/* before anything is switched on that a signal would leave on */
	int err = events_open(&events, NULL);

	if (err)
		return failure_set(failure, err, "cannot receive signals: %s",
				   strerror(-err));
	err = measure(h, method, count, watcher, &events, failure);
	events_close(&events);
	return err;
}
