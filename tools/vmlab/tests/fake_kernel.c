// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake_kernel.h"

struct fake_kernel kernel;

void reset(void)
{
	memset(&kernel, 0, sizeof(kernel));
	kernel.abi_version = VMLAB_ABI_VERSION;
	kernel.batch = NR_VMAS;
	kernel.name_length = 10;
}

int __wrap_open(const char *path, int flags, ...);
int __wrap_open64(const char *path, int flags, ...);
int __wrap_ioctl(int fd, unsigned long request, ...);
int __real_open(const char *path, int flags, ...);

int __wrap_open(const char *path, int flags, ...)
{
	if (strcmp(path, VMLAB_DEVICE))
		return __real_open(path, flags);
	if (kernel.open_errno) {
		errno = kernel.open_errno;
		return -1;
	}
	return __real_open("/dev/null", O_RDWR | O_CLOEXEC);
}

int __wrap_open64(const char *path, int flags, ...)
{
	return __wrap_open(path, flags);
}

static int do_info(struct vmlab_info *info)
{
	if (info->size != sizeof(*info))
		return -EINVAL;
	info->abi_version = kernel.abi_version;
	info->features = kernel.features;
	info->page_shift = 12;
	return 0;
}

static int do_names(struct vmlab_flag_names *names)
{
	if (names->size != sizeof(*names) || names->kind > (kernel.old ? VMLAB_NAMES_FEATURES :
								     VMLAB_NAMES_PAGE_FLAGS))
		return -EINVAL;
	switch (names->kind) {
	case VMLAB_NAMES_FEATURES:
		strcpy(names->bit[0].name, "pidfd");
		return 0;
	case VMLAB_NAMES_PTE:
		strcpy(names->bit[0].name, "present");
		return 0;
	case VMLAB_NAMES_PAGE_FLAGS:
		strcpy(names->bit[1].name, "error");
		return 0;
	}
	strcpy(names->bit[0].name, "read");
	strcpy(names->bit[0].mnemonic, "rd");
	strcpy(names->bit[63].name, "last");
	/* not terminated: the library must not trust it */
	memset(names->bit[5].name, 'x', sizeof(names->bit[5].name));
	return 0;
}

/* append to the strings of an answer; false when there is no room */
static bool add_string(const struct vmlab_vmas *req, uint32_t *used,
		       const char *s, size_t len, uint32_t *off)
{
	char *strings = (char *)(uintptr_t)req->strings;

	if (*used + len + 1 > req->strings_size)
		return false;
	*off = *used;
	memcpy(strings + *used, s, len);
	strings[*used + len] = '\0';
	*used += (uint32_t)len + 1;
	return true;
}

/* VMA i is [i * 2 pages, i * 2 + 1 pages) */
static bool add_vma(const struct vmlab_vmas *req, struct vmlab_vma *vma,
		    uint32_t *used, uint64_t i, bool first)
{
	static char name[1u << 20];
	uint32_t before = *used;

	memset(vma, 0, sizeof(*vma));
	vma->start = i * 2 * PAGE;
	vma->end = vma->start + PAGE;
	memset(name, 'a' + (int)(i % 26), sizeof(name));
	if (!add_string(req, used, name, i == 500 ? kernel.name_length : 10,
			&vma->name_off) ||
	    !add_string(req, used, "ops", 3, &vma->ops_off)) {
		*used = before;
		if (!first)
			return false;
		vma->flags |= VMLAB_VMA_NAME_CUT;
	}
	if (kernel.wild_offset && i == 3)
		vma->name_off = req->strings_size;
	return true;
}

static int do_vmas(struct vmlab_vmas *req)
{
	struct vmlab_vma *vmas = (struct vmlab_vma *)(uintptr_t)req->vmas;
	uint32_t used = 0, filled = 0;
	uint64_t i;

	if (req->size != sizeof(*req) || req->reserved || !req->nr ||
	    req->flags & ~(kernel.old_vmas ? 0 : VMLAB_VMAS_NO_OPS))
		return -EINVAL;
	kernel.vmas_flags = req->flags;
	kernel.target = req->target;
	if (kernel.exit_after && ++kernel.requests > kernel.exit_after)
		return -ESRCH;

	/* the first VMA that ends above the cursor */
	i = req->cursor < PAGE ? 0 : (req->cursor - PAGE) / (2 * PAGE) + 1;
	if (kernel.stuck)
		i = 0;
	for (; i < NR_VMAS && filled < req->nr && filled < kernel.batch; i++) {
		if (req->end && i * 2 * PAGE >= req->end)
			break;
		if (!add_vma(req, &vmas[filled], &used, i, !filled))
			break;
		req->cursor = vmas[filled++].end;
	}
	req->nr = filled;
	req->strings_size = used;
	req->map_count = NR_VMAS;
	return 0;
}

static int do_tasks(struct vmlab_tasks *req)
{
	struct vmlab_task *tasks = (struct vmlab_task *)(uintptr_t)req->tasks;
	uint32_t filled = 0;

	if (req->size != sizeof(*req) || req->flags || req->reserved ||
	    !req->nr)
		return -EINVAL;
	while (filled < req->nr && filled < kernel.batch &&
	       req->cursor < kernel.nr_tasks) {
		tasks[filled].tid = 100 + (int)req->cursor;
		tasks[filled].tgid = 100;
		memset(tasks[filled].comm, 'c', sizeof(tasks[filled].comm));
		filled++;
		req->cursor++;
	}
	req->nr = filled;
	return 0;
}

static int do_mm(struct vmlab_mm *mm)
{
	if (mm->size != sizeof(*mm) || mm->flags || mm->reserved)
		return -EINVAL;
	kernel.target = mm->target;
	mm->map_count = NR_VMAS;
	return kernel.mm_errno;
}

static int do_space_set(struct vmlab_space_config *config)
{
	if (config->size != sizeof(*config) || config->space_id ||
	    config->flags || config->reserved || config->bytes % PAGE)
		return -EINVAL;
	kernel.config = *config;
	return 0;
}

/* how many records an answer gets, from the n-th on */
static uint32_t batch(uint32_t room, uint64_t n)
{
	uint64_t left = n < kernel.nr_records ? kernel.nr_records - n : 0;

	if (left > room)
		left = room;
	return (uint32_t)(left > kernel.batch ? kernel.batch : left);
}

static int do_tree(struct vmlab_tree *req)
{
	struct vmlab_tree_item *items =
		(struct vmlab_tree_item *)(uintptr_t)req->items;

	if (req->size != sizeof(*req) || req->flags || req->reserved ||
	    req->nr < VMLAB_TREE_NR_MIN)
		return -EINVAL;
	req->nr = batch(req->nr, req->cursor.first);
	for (uint32_t i = 0; i < req->nr; i++)
		items[i].first = req->cursor.first + i;
	if (!kernel.stuck)
		req->cursor.first += req->nr;
	req->flags = kernel.result;
	req->map_count = 77;
	req->depth = 3;
	return 0;
}

/* gap i is page i * 2 + 1 */
static int do_gaps(struct vmlab_gaps *req)
{
	struct vmlab_gap *gaps = (struct vmlab_gap *)(uintptr_t)req->gaps;
	uint64_t n = req->cursor / (2 * PAGE);

	if (req->size != sizeof(*req) || req->flags || !req->nr)
		return -EINVAL;
	req->nr = batch(req->nr, n);
	for (uint32_t i = 0; i < req->nr; i++) {
		gaps[i].start = (2 * (n + i) + 1) * PAGE;
		gaps[i].end = gaps[i].start + PAGE;
	}
	if (req->nr && !kernel.stuck)
		req->cursor = gaps[req->nr - 1].end;
	req->flags = kernel.result;
	return 0;
}

static int do_ptes(struct vmlab_ptes *req, bool pages)
{
	struct vmlab_pte *pte = (struct vmlab_pte *)(uintptr_t)req->records;
	struct vmlab_page *page = (struct vmlab_page *)(uintptr_t)req->records;
	uint64_t n = req->cursor;

	if (req->size != sizeof(*req) || req->result || !req->nr)
		return -EINVAL;
	req->nr = batch(req->nr, n);
	for (uint32_t i = 0; i < req->nr; i++) {
		if (pages)
			page[i].addr = req->start + (n + i) * PAGE;
		else
			pte[i].start = req->start + (n + i) * PAGE;
	}
	if (!kernel.stuck)
		req->cursor += req->nr;
	req->result = kernel.result;
	req->tables_read = 2;
	return 0;
}

static int do_layout(struct vmlab_layout *req)
{
	struct vmlab_region *regions =
		(struct vmlab_region *)(uintptr_t)req->regions;

	if (req->size != sizeof(*req) || req->flags || req->reserved)
		return -EINVAL;
	for (uint32_t i = 0; i < req->nr && i < kernel.nr_records; i++)
		memset(regions[i].name, 'r', sizeof(regions[i].name));
	req->nr = kernel.nr_records;
	return 0;
}

static int do_kmem(struct vmlab_kmem *req)
{
	struct vmlab_kmem_page *pages =
		(struct vmlab_kmem_page *)(uintptr_t)req->pages;

	if (req->size != sizeof(*req) || req->flags || req->reserved)
		return -EINVAL;
	for (uint32_t i = 0; i < req->nr; i++)
		pages[i].pfn = 100 + i;
	if (kernel.stuck)
		req->nr++;
	req->result = VMLAB_PT_HIDDEN;
	return 0;
}

static int do_find(struct vmlab_find *req)
{
	char *strings = (char *)(uintptr_t)req->strings;

	if (req->size != sizeof(*req) || req->flags || req->found)
		return -EINVAL;
	if (req->end && req->end <= req->start)
		return -EINVAL;
	memcpy(strings, "name", sizeof("name"));
	memset(strings + 5, 'x', 3); /* not terminated */
	req->strings_size = 8;
	req->found = 1u << VMLAB_FIND_VMA | 1u << VMLAB_FIND_NEXT;
	req->vma[VMLAB_FIND_VMA].ops_off = 8;
	req->vma[VMLAB_FIND_NEXT].name_off = 5;
	return 0;
}

static int do_clone(struct vmlab_clone *req)
{
	if (req->size != sizeof(*req) || req->flags || req->fd || req->reserved)
		return -EINVAL;
	req->fd = __real_open("/dev/null", O_RDWR | O_CLOEXEC);
	return 0;
}

static int answer(unsigned long request, void *arg)
{
	if (kernel.interruptions) {
		kernel.interruptions--;
		return -EINTR;
	}
	switch (request) {
	case VMLAB_IOC_INFO:
		return do_info(arg);
	case VMLAB_IOC_FLAG_NAMES:
		return do_names(arg);
	case VMLAB_IOC_VMAS:
		return do_vmas(arg);
	case VMLAB_IOC_TASKS:
		return do_tasks(arg);
	case VMLAB_IOC_MM:
		return do_mm(arg);
	case VMLAB_IOC_SPACE_GET:
		*(struct vmlab_space_config *)arg = kernel.config;
		return 0;
	case VMLAB_IOC_SPACE_SET:
		return do_space_set(arg);
	case VMLAB_IOC_CLONE:
		return kernel.old ? -ENOTTY : do_clone(arg);
	case VMLAB_IOC_TREE:
		return do_tree(arg);
	case VMLAB_IOC_GAPS:
		return do_gaps(arg);
	case VMLAB_IOC_PTES:
		return do_ptes(arg, false);
	case VMLAB_IOC_PAGES:
		return do_ptes(arg, true);
	case VMLAB_IOC_LAYOUT:
		return do_layout(arg);
	case VMLAB_IOC_KMEM:
		return do_kmem(arg);
	case VMLAB_IOC_FIND:
		return do_find(arg);
	case VMLAB_IOC_TRANSLATE:
		((struct vmlab_translation *)arg)->levels = 5;
		((struct vmlab_translation *)arg)->steps =
			kernel.stuck ? 6 : 5;
		return 0;
	default:
		return -ENOTTY;
	}
}

int __wrap_ioctl(int fd, unsigned long request, ...)
{
	va_list ap;
	void *arg;
	int err;

	va_start(ap, request);
	arg = va_arg(ap, void *);
	va_end(ap);
	if (fcntl(fd, F_GETFD) < 0)
		return -1;
	err = answer(request, arg);
	errno = err < 0 ? -err : errno;
	return err < 0 ? -1 : 0;
}

struct vmlab *open_lab(void)
{
	struct vmlab *lab = NULL;

	if (vmlab_open(&lab)) {
		printf("Bail out! vmlab_open\n");
		exit(1);
	}
	return lab;
}

struct vmlab_proc *open_self(struct vmlab *lab)
{
	struct vmlab_proc *proc = NULL;

	if (vmlab_proc_open(lab, 0, &proc)) {
		printf("Bail out! vmlab_proc_open\n");
		exit(1);
	}
	return proc;
}
