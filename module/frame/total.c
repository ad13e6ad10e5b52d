// SPDX-License-Identifier: GPL-2.0
/* Count the resident pages of a space, and of all spaces. */
#include <linux/percpu.h>

#include "compat.h"
#include "frame/frame.h"

/*
 * Pages of all frames of all spaces, as differences: a frame can be removed on
 * another CPU than it was added on.
 */
static DEFINE_PER_CPU(long, vmlab_frames);

/**
 * vmlab_frames_total() - count the pages that the frames of all spaces hold
 *
 * Context: any.
 * Return: the number of pages, exact when no fault is under way.
 */
s64 vmlab_frames_total(void)
{
	unsigned int cpu;
	s64 sum = 0;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu(vmlab_frames, cpu));
	return sum;
}
VMLAB_EXPORT_FOR_KUNIT(vmlab_frames_total);

/**
 * vmlab_frame_exit() - check that no frame is left; once, at module unload
 *
 * Context: any; no space exists any more.
 */
void vmlab_frame_exit(void)
{
	WARN_ON_ONCE(vmlab_frames_total());
}

/**
 * vmlab_frame_count() - count pages that become resident, or no longer are
 * @space: the space
 * @nr: how many; negative for pages that are removed
 *
 * Context: any.
 */
void vmlab_frame_count(struct vmlab_space *space, long nr)
{
	struct vmlab_frames *frames = &space->frames;
	long now = atomic_long_add_return(nr, &frames->nr);
	long peak = atomic_long_read(&frames->nr_peak);

	/* Every value of @nr is returned to one caller: none is missed. */
	while (now > peak && !atomic_long_try_cmpxchg(&frames->nr_peak, &peak, now))
		;
	this_cpu_add(vmlab_frames, nr);
}
