// SPDX-License-Identifier: GPL-2.0
/* Who may do what: rows of the table in security.rst. */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "device/users.h"
#include "lib/child.h"
#include "lib/dev.h"
#include "lib/paging.h"
#include "lib/processes.h"
#include "lib/tap.h"

#define PARAMETER	"/sys/module/vmlab/parameters/max_user_pages"
#define CAP(cap)	(1ull << (cap))

enum { PAGES = 16 };

/* --- the policy of another space ---------------------------------------------- */

static int user_paging(void *arg)
{
	struct vmlab_policy_set set = {
		.size = sizeof(set), .policy = VMLAB_POLICY_LRU,
	};
	int fd, own, err;

	if (!become(USER))
		return NOT_USER;
	fd = *(int *)arg;
	own = dev_open(O_RDWR);
	/* Its own space: everything. */
	if (ioctl(own, VMLAB_IOC_POLICY_SET, &set))
		return REFUSED;
	err = set_paging(own, .policy = VMLAB_POLICY_FIFO);
	if (err || set_events(own, 1 << VMLAB_EVENT_FAULT, 8))
		return REFUSED;
	/* A descriptor that it was given: as far as it is open for writing. */
	if (!ioctl(fd, VMLAB_IOC_POLICY_SET, &set))
		return ALLOWED;
	if (errno != EBADF)
		return WRONG_ERRNO;
	/* By number it takes CAP_SYS_ADMIN, even its own. */
	set.space_id = space_id(own);
	if (!ioctl(own, VMLAB_IOC_POLICY_SET, &set))
		return ALLOWED;
	return errno == EPERM ? GOOD : WRONG_ERRNO;
}

static int namespace_root(void *arg)
{
	struct vmlab_policy_set set = {
		.size = sizeof(set), .policy = VMLAB_POLICY_LRU,
		.space_id = *(uint64_t *)arg,
	};

	if (!become(USER))
		return NOT_USER;
	if (unshare(CLONE_NEWUSER))
		return NO_NS;
	if (!ioctl(dev_open(O_RDWR), VMLAB_IOC_POLICY_SET, &set))
		return ALLOWED;
	return errno == EPERM ? GOOD : WRONG_ERRNO;
}

static int admin_sets(void *arg)
{
	struct vmlab_policy_set set = {
		.size = sizeof(set), .policy = VMLAB_POLICY_LRU,
		.space_id = *(uint64_t *)arg,
	};
	int fd = dev_open(O_RDWR);

	if (capset_to(1u << CAP_SYS_ADMIN))
		return NOT_USER;
	if (ioctl(fd, VMLAB_IOC_POLICY_SET, &set))
		return REFUSED;
	if (capset_to(0))
		return NOT_USER;
	if (!ioctl(fd, VMLAB_IOC_POLICY_SET, &set))
		return ALLOWED;
	return errno == EPERM ? GOOD : WRONG_ERRNO;
}

static void test_spaces_of_others(void)
{
	int fd = dev_open(O_RDONLY);
	uint64_t id = space_id(fd);

	expect_good(user_paging, &fd,
		    "a user configures its own space and no other");
	expect_good(namespace_root, &id,
		    "root of a user namespace sets no policy by number");
	expect_good(admin_sets, &id,
		    "CAP_SYS_ADMIN alone suffices, and is needed by uid 0");
	close(fd);
}

/* --- rows ----------------------------------------------------------------------- */

/*
 * Each makes the request of a row and returns GOOD when the answer is that for a
 * user without capabilities, ALLOWED when it is that for the capabilities of the
 * row.
 */

static int refused(long ret, int err)
{
	if (!ret)
		return ALLOWED;
	return errno == err ? GOOD : WRONG_ERRNO;
}

static int use_own_space(void)
{
	char *p = map_shared(dev_open(O_RDWR), 1);

	return touch(p, TOUCH_WRITE, 1, NULL) ? REFUSED : GOOD;
}

static int read_events(void)
{
	int fd = dev_open(O_RDONLY);
	char *p = map_pages(fd, 1, PROT_READ, MAP_SHARED, 0);
	struct vmlab_event event;

	if (set_events(fd, 1u << VMLAB_EVENT_FAULT, 16) ||
	    touch(p, TOUCH_READ, 0, NULL))
		return REFUSED;
	return read(fd, &event, sizeof(event)) == sizeof(event) ? GOOD : REFUSED;
}

/* The requests that take a file open for writing, in turn. */
static int configure(int fd, int request)
{
	struct vmlab_dirty dirty = { .size = sizeof(dirty) };
	struct vmlab_inject_rule rule = {
		.access = VMLAB_ACCESS_READ, .action = VMLAB_INJECT_SIGBUS,
		.probability = VMLAB_INJECT_CERTAIN,
	};
	struct vmlab_range r;

	switch (request) {
	case 0:
		return set_backing(fd, VMLAB_BACKING_PATTERN, 0, 0);
	case 1:
		return set_space(fd, 0, PAGES * page_size(),
				 VMLAB_BACKING_PATTERN);
	case 2:
		return set_paging(fd, .budget = PAGES / 2);
	case 3:
		return set_policy(fd, 0, VMLAB_POLICY_LRU, 0);
	case 4:
		return try_range(fd, VMLAB_RANGE_PREFETCH, 0, 1, &r);
	case 5:
		return ioctl(fd, VMLAB_IOC_DIRTY, &dirty);
	default:
		return set_rules(fd, &rule, 1);
	}
}

enum { NR_CONFIGURE = 7 };

static int configure_own_space(void)
{
	int fd = dev_open(O_RDWR), readonly = dev_open(O_RDONLY);

	for (int i = 0; i < NR_CONFIGURE; i++) {
		int ret = refused(configure(readonly, i), EBADF);

		if (ret)
			return ret;
		if (configure(fd, i))
			return REFUSED;
	}
	/* The rule is in force. */
	return touch(map_shared(fd, 1), TOUCH_READ, 0, NULL) == SIGBUS ?
	       GOOD : REFUSED;
}

static int delay_kernel(void)
{
	struct vmlab_inject_rule rule = {
		.access = VMLAB_ACCESS_READ, .action = VMLAB_INJECT_DELAY,
		.probability = VMLAB_INJECT_CERTAIN, .delay_us = 1,
	};
	int fd = dev_open(O_RDWR), ends[2];
	char *p = map_shared(fd, 1);

	if (set_rules(fd, &rule, 1) || pipe(ends) || write(ends[1], p, 1) != 1)
		return REFUSED;
	return get_rule(fd).hits ? ALLOWED : GOOD;
}

static int inject_memory_error(void)
{
	struct vmlab_inject_rule rule = {
		.access = VMLAB_ACCESS_READ, .action = VMLAB_INJECT_HWPOISON,
		.probability = VMLAB_INJECT_CERTAIN,
	};

	return refused(set_rules(dev_open(O_RDWR), &rule, 1), EPERM);
}

static int ask_version(void)
{
	int fd = dev_open(O_RDONLY);

	return dev_info().abi_version == VMLAB_ABI_VERSION &&
	       dev_flag_names(fd, 0) ? GOOD : REFUSED;
}

static int inspect_itself(void)
{
	int fd = dev_open(O_RDONLY);
	struct vma_list list = { 0 };
	struct vmlab_task *tasks;
	struct vmlab_mm mm;

	return get_mm(fd, VMLAB_TARGET_SELF, 0, &mm) ||
	       get_vmas(fd, VMLAB_TARGET_PID, getpid(), 64, 1 << 16, &list) ||
	       get_tasks(fd, VMLAB_TARGET_PID, getpid(), &tasks) != 1 ?
	       REFUSED : GOOD;
}

static pid_t thread_of_kernel;

static int inspect_kernel_thread(void)
{
	struct vmlab_mm mm;

	return refused(get_mm(dev_open(O_RDONLY), VMLAB_TARGET_PID,
			      thread_of_kernel, &mm), EPERM);
}

static int see_frames(void)
{
	struct vmlab_pte pte = { 0 };
	struct vmlab_ptes query = {
		.size = sizeof(query), .nr = 1, .records = (uintptr_t)&pte,
		.category_mask = VMLAB_PTE_PRESENT, .flags = VMLAB_PTES_RAW,
	};

	if (ioctl(dev_open(O_RDONLY), VMLAB_IOC_PTES, &query) || !query.nr)
		return REFUSED;
	if (!(query.result & VMLAB_PT_HIDDEN))
		return pte.phys && pte.raw ? ALLOWED : REFUSED;
	return pte.phys || pte.raw ? ALLOWED : GOOD;
}

static int see_kernel_half(void)
{
	static struct vmlab_region region[64];
	struct vmlab_layout query = {
		.size = sizeof(query), .nr = 64, .regions = (uintptr_t)region,
	};
	unsigned int kernel = 0, shown = 0;

	if (ioctl(dev_open(O_RDONLY), VMLAB_IOC_LAYOUT, &query))
		return REFUSED;
	for (uint32_t i = 0; i < query.nr; i++) {
		if (!(region[i].flags & VMLAB_REGION_KERNEL))
			continue;
		kernel++;
		shown += region[i].start || region[i].last;
	}
	return !kernel ? REFUSED : shown ? ALLOWED : GOOD;
}

static int allocate(struct vmlab_kmem_page *page)
{
	struct vmlab_kmem req = {
		.size = sizeof(req), .kind = VMLAB_KMEM_KMALLOC, .length = 1,
		.pages = (uintptr_t)page, .nr = 1,
	};

	return ioctl(dev_open(O_RDONLY), VMLAB_IOC_KMEM, &req);
}

static int see_frames_of_kernel(void)
{
	struct vmlab_kmem_page page;

	return allocate(&page) ? REFUSED : page.pfn ? ALLOWED : GOOD;
}

static int see_addresses_of_kernel(void)
{
	struct vmlab_kmem_page page;

	return allocate(&page) ? REFUSED : page.addr ? ALLOWED : GOOD;
}

static int open_debugfs(void)
{
	int ret = refused(open(DEBUGFS "/self/vmas", O_RDONLY) < 0, EACCES);

	return ret ?: refused(open(DEBUGFS "/attach", O_WRONLY) < 0, EACCES);
}

static int open_limit(void)
{
	return refused(open(PARAMETER, O_WRONLY) < 0, EACCES);
}

static const struct row {
	const char *name;
	int (*request)(void);
	uint64_t caps;		/* what together, and alone, allow it */
	const char *caps_name;
} rows[] = {
	{ "a space of its own", use_own_space, 0, NULL },
	{ "events of its space", read_events, 0, NULL },
	{ "configures its space, by a file open for writing",
	  configure_own_space, 0, NULL },
	{ "delays in faults of the kernel", delay_kernel,
	  CAP(CAP_SYS_PTRACE), "CAP_SYS_PTRACE" },
	{ "injected memory errors", inject_memory_error,
	  CAP(CAP_SYS_ADMIN), "CAP_SYS_ADMIN" },
	{ "versions and names", ask_version, 0, NULL },
	{ "its own process", inspect_itself, 0, NULL },
	{ "a kernel thread", inspect_kernel_thread,
	  CAP(CAP_SYS_PTRACE), "CAP_SYS_PTRACE" },
	{ "frames of its page table", see_frames,
	  CAP(CAP_SYS_ADMIN), "CAP_SYS_ADMIN" },
	{ "addresses of the kernel half", see_kernel_half,
	  CAP(CAP_SYSLOG), "CAP_SYSLOG" },
	{ "frames of kernel memory", see_frames_of_kernel,
	  CAP(CAP_SYS_ADMIN), "CAP_SYS_ADMIN" },
	{ "addresses of kernel memory", see_addresses_of_kernel,
	  CAP(CAP_SYS_ADMIN) | CAP(CAP_SYSLOG),
	  "CAP_SYS_ADMIN and CAP_SYSLOG" },
	{ "files of debugfs", open_debugfs, 0, NULL },
	{ "a limit", open_limit, 0, NULL },
};

/* --- callers -------------------------------------------------------------------- */

static int as_user(void *arg)
{
	const struct row *row = arg;

	return become(USER) ? row->request() : NOT_USER;
}

static int as_namespace_root(void *arg)
{
	const struct row *row = arg;

	if (!become(USER))
		return NOT_USER;
	return unshare(CLONE_NEWUSER) ? NO_NS : row->request();
}

static int with_capability(void *arg)
{
	const struct row *row = arg;
	int ret;

	if (capset_to(row->caps))
		return NOT_USER;
	ret = row->request();
	return ret == GOOD ? REFUSED : ret == ALLOWED ? GOOD : ret;
}

/* Each of the capabilities is needed: all others do not suffice. */
static int without_capability(void *arg)
{
	const struct row *row = arg;
	/* The lowest one. */
	uint64_t cap = row->caps & -row->caps;

	return capset_to(~cap) ? NOT_USER : row->request();
}

static void test_row(const struct row *row)
{
	void *arg = (void *)(uintptr_t)row;
	char text[128];

	snprintf(text, sizeof(text), "a user: %s", row->name);
	expect_good(as_user, arg, text);
	snprintf(text, sizeof(text), "root of a user namespace: %s", row->name);
	expect_good(as_namespace_root, arg, text);
	if (!row->caps)
		return;
	snprintf(text, sizeof(text), "%s: %s", row->caps_name, row->name);
	expect_good(with_capability, arg, text);
	snprintf(text, sizeof(text), "all capabilities but %s: %s",
		 row->caps_name, row->name);
	expect_good(without_capability, arg, text);
}

int main(void)
{
	test_spaces_of_others();
	thread_of_kernel = kernel_thread();
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (rows[i].request == inspect_kernel_thread &&
		    !thread_of_kernel)
			skip("this pid namespace has none", "%s", rows[i].name);
		else
			test_row(&rows[i]);
	}
	return tap_done();
}
