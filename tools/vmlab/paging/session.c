// SPDX-License-Identifier: GPL-2.0
/* An experiment with a space: configure it, map it, touch it, collect the results. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "paging/session.h"
#include "sys/clock.h"

/* events kept until the end of the session; the module counts the others as lost */
#define EVENTS_MAX 65536
/* events read at once */
#define EVENTS_PER_READ 256

static int set_flags(const struct vmlab_space *space, bool huge)
{
	struct vmlab_space_config config;
	int err = vmlab_space_get(space, &config);

	if (err)
		return err;
	config.flags |= VMLAB_SPACE_LATENCY | (huge ? VMLAB_SPACE_HUGE : 0);
	return vmlab_space_set(space, &config);
}

static int set_events(const struct vmlab_space *space)
{
	const int fd = vmlab_space_fd(space);

	if (fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK))
		return -errno;
	return vmlab_space_events_set(space, (1u << VMLAB_EVENT_NR) - 1,
				      EVENTS_MAX);
}

static int set_rules(struct session *s)
{
	int err = vmlab_space_inject_set(s->space, s->plan->rules,
					 s->plan->nr_rules);

	switch (err) {
	case -ESRCH:
		return failure_set(&s->failure, err,
				   "--inject: there is no process with the pid "
				   "of a rule: see ps(1)");
	case -EPERM:
		return failure_set(&s->failure, err,
				   "--inject=hwpoison: no permission: run vmlab "
				   "as root");
	default:
		return err ? failure_about(&s->failure, err,
					   VMLAB_ABOUT_SPACE) :
			     0;
	}
}

/* The backing can only be set while the space has neither frames nor mappings. */
static int configure(struct session *s)
{
	const struct space_plan *plan = s->plan;
	int err = 0;

	if (plan->backing != VMLAB_BACKING_ZERO)
		err = vmlab_space_backing_set(s->space, plan->backing,
					      plan->file, 0);
	if (!err) {
		err = set_flags(s->space, plan->huge);
		if (err == -EOPNOTSUPP)
			return failure_set(&s->failure, err,
					   "this kernel cannot map huge frames "
					   "of a module: that takes Linux 6.15 "
					   "or later, with transparent huge "
					   "pages; leave out --huge");
	}
	if (!err && plan->paged)
		err = vmlab_space_paging_set(s->space, &plan->paging);
	if (err)
		return failure_about(&s->failure, err, VMLAB_ABOUT_SPACE);
	if (plan->nr_rules) {
		err = set_rules(s);
		if (err)
			return err;
	}
	if (plan->events)
		err = set_events(s->space);
	if (!err)
		err = vmlab_space_get(s->space, &s->result.config);
	return err ? failure_about(&s->failure, err, VMLAB_ABOUT_SPACE) : 0;
}

static int map_space(const struct session *s, void **base)
{
	const struct space_plan *plan = s->plan;
	int err;

	err = vmlab_space_map(s->space, plan->offset, (size_t)plan->length,
			      PROT_READ | PROT_WRITE, plan->map_flags, base);
	if (!err && plan->huge &&
	    madvise(*base, (size_t)plan->length, MADV_HUGEPAGE))
		err = -errno;
	return err;
}

static int run_parent(struct session *s)
{
	struct space_actor *actor = &s->result.actors[0];
	const struct space_plan *plan = s->plan;
	int err;

	err = map_space(s, &s->base);
	if (err)
		return failure_about(&s->failure, err, VMLAB_ABOUT_SPACE);

	*actor = (struct space_actor){
		.role = "parent",
		.pid = getpid(),
		.base = (uintptr_t)s->base,
		.length = plan->length,
		.access = plan->touch.access,
	};
	err = touch_pages(s->base, vmlab_page_size(s->lab), &plan->touch,
			  (uint64_t)getpid(), &actor->touched);
	if (!err)
		err = vmlab_space_stats_get(s->space, &actor->stats);
	if (!err)
		err = vmlab_proc_open(s->lab, 0, &actor->proc);
	return err ? failure_about(&s->failure, err, VMLAB_ABOUT_SPACE) : 0;
}

/* Runs in the child. */
static void touch_in_child(void *arg, struct child_report *report)
{
	const struct session *s = arg;
	struct touch touch = s->plan->touch;
	void *base = s->base;

	if (s->plan->remap) {
		munmap(base, (size_t)s->plan->length);
		report->err = map_space(s, &base);
	}
	touch.access = s->plan->child_access;
	if (!report->err)
		report->err = touch_pages(base, vmlab_page_size(s->lab), &touch,
					  (uint64_t)getpid(), &report->touched);
	report->base = (uintptr_t)base;
	/* this copy of the open file would keep a space of its own */
	vmlab_close(s->lab);
}

static int run_child(struct session *s)
{
	struct space_actor *actor = &s->result.actors[1];
	struct child_report report;
	int err;

	err = child_start(touch_in_child, s, &s->child);
	if (err)
		return failure_set(&s->failure, err,
				   "--fork: cannot start a second process: %s: "
				   "see fork(2)", strerror(-err));
	err = child_wait_report(&s->child, &report);
	if (err == -ECHILD)
		return failure_set(&s->failure, err,
				   "the child was killed before it was done: "
				   "see dmesg");
	if (err)
		return failure_about(&s->failure, err, VMLAB_ABOUT_SPACE);

	*actor = (struct space_actor){
		.role = "child",
		.pid = s->child.pid,
		.base = report.base,
		.length = s->plan->length,
		.access = s->plan->child_access,
		.touched = report.touched,
	};
	err = vmlab_space_stats_get(s->space, &actor->stats);
	if (!err)
		err = vmlab_proc_open(s->lab, actor->pid, &actor->proc);
	return err ? failure_about(&s->failure, err, VMLAB_ABOUT_SPACE) : 0;
}

static int read_events(const struct vmlab_space *space,
		       struct space_result *result)
{
	ssize_t n;

	do {
		struct vmlab_event *more =
			reallocarray(result->events,
				     result->nr_events + EVENTS_PER_READ,
				     sizeof(*more));

		if (!more)
			return -ENOMEM;
		result->events = more;
		n = vmlab_space_events_read(space, more + result->nr_events,
					    EVENTS_PER_READ);
		if (n > 0)
			result->nr_events += (size_t)n;
	} while (n > 0);
	return n == -EAGAIN ? 0 : (int)n;
}

static int collect(struct session *s)
{
	struct space_result *result = &s->result;
	int err;

	if (s->plan->sync) {
		result->synced = true;
		if (fsync(vmlab_space_fd(s->space)))
			result->sync_error = -errno;
	}
	result->paged = s->plan->paged || s->plan->huge;
	err = vmlab_space_paging_get(s->space, &result->paging);
	if (!err)
		err = vmlab_space_paging_stats_get(s->space,
						   &result->paging_stats);
	result->nr_rules = s->plan->nr_rules;
	if (!err && result->nr_rules)
		err = vmlab_space_inject_get(s->space, result->rules,
					     &result->nr_rules);
	if (!err && s->plan->events)
		err = read_events(s->space, result);
	return err ? failure_about(&s->failure, err, VMLAB_ABOUT_SPACE) : 0;
}

int session_run(struct session *s, struct vmlab *lab,
		const struct space_plan *plan)
{
	int err;

	*s = (struct session){
		.lab = lab,
		.plan = plan,
		.result = {
			.map_flags = plan->map_flags,
			.offset = plan->offset,
			.nr_actors = plan->fork ? 2 : 1,
		},
	};
	err = vmlab_space_open(plan->bytes, &s->space);
	if (err)
		return failure_about(&s->failure, err,
				     err == -EINVAL || err == -EFBIG ?
					     VMLAB_ABOUT_SPACE :
					     VMLAB_ABOUT_DEVICE);
	err = configure(s);
	if (!err)
		err = run_parent(s);
	if (!err && plan->fork)
		err = run_child(s);
	if (!err)
		err = collect(s);
	return err;
}

void session_hold(double seconds)
{
	struct timespec timeout = clock_timespec(seconds);
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	while (sigtimedwait(&set, NULL, &timeout) < 0 && errno == EINTR)
		;
}

void session_close_lab(struct session *s)
{
	for (size_t i = 0; i < sizeof(s->result.actors) / sizeof(s->result.actors[0]); i++) {
		vmlab_proc_close(s->result.actors[i].proc);
		s->result.actors[i].proc = NULL;
	}
	vmlab_close(s->lab);
	s->lab = NULL;
}

void session_end(struct session *s)
{
	child_end(&s->child);
	session_close_lab(s);
	free(s->result.events);
	vmlab_space_close(s->space);
}
