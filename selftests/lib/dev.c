// SPDX-License-Identifier: GPL-2.0
#include "dev.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "proc.h"
#include "tap.h"

int dev_open(int flags)
{
	int fd = open(VMLAB_DEVICE, flags | O_CLOEXEC);

	if (fd < 0)
		bail("cannot open %s: %s", VMLAB_DEVICE, strerror(errno));
	return fd;
}

size_t page_size(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

struct vmlab_info dev_info(void)
{
	struct vmlab_info info = { .size = sizeof(info) };
	int fd = dev_open(O_RDONLY);

	if (ioctl(fd, VMLAB_IOC_INFO, &info))
		bail("INFO: %s", strerror(errno));
	close(fd);
	return info;
}

const struct vmlab_flag_names *dev_flag_names(int fd, unsigned int kind)
{
	static struct vmlab_flag_names names[VMLAB_NAMES_PAGE_FLAGS + 1];
	struct vmlab_flag_names *n = &names[kind];

	if (!n->size) {
		n->size = sizeof(*n);
		n->kind = kind;
		if (ioctl(fd, VMLAB_IOC_FLAG_NAMES, n))
			bail("FLAG_NAMES: %s", strerror(errno));
	}
	return n;
}

struct vmlab_space_stats space_stats(int fd)
{
	struct vmlab_space_stats stats = { .size = sizeof(stats) };

	if (ioctl(fd, VMLAB_IOC_SPACE_STATS, &stats))
		bail("SPACE_STATS: %s", strerror(errno));
	return stats;
}

uint64_t fault_outcomes(const struct vmlab_space_stats *s)
{
	return s->filled + s->mapped + s->sigbus + s->oom + s->interrupted +
	       s->error;
}

uint64_t space_id(int fd)
{
	struct vmlab_space_config config = { .size = sizeof(config) };

	if (ioctl(fd, VMLAB_IOC_SPACE_GET, &config))
		bail("SPACE_GET: %s", strerror(errno));
	return config.space_id;
}

int space_set_bytes(int fd, uint64_t bytes)
{
	struct vmlab_space_config config = {
		.size = sizeof(config),
		.bytes = bytes,
		.backing = VMLAB_BACKING_ZERO,
	};

	return ioctl(fd, VMLAB_IOC_SPACE_SET, &config);
}

int get_mm(int fd, uint32_t kind, int32_t id, struct vmlab_mm *mm)
{
	memset(mm, 0, sizeof(*mm));
	mm->size = sizeof(*mm);
	mm->target.kind = kind;
	mm->target.id = id;
	return ioctl(fd, VMLAB_IOC_MM, mm);
}

ssize_t get_tasks(int fd, uint32_t kind, int32_t id, struct vmlab_task **tasks)
{
	struct vmlab_tasks req = {
		.size = sizeof(req),
		.target = { .kind = kind, .id = id },
	};
	size_t nr = 0;
	enum { BATCH = 16 };

	*tasks = NULL;
	for (;;) {
		struct vmlab_task *grown;

		grown = realloc(*tasks, (nr + BATCH) * sizeof(*grown));
		if (!grown)
			bail("out of memory");
		*tasks = grown;
		req.tasks = (uintptr_t)(grown + nr);
		req.nr = BATCH;
		if (ioctl(fd, VMLAB_IOC_TASKS, &req)) {
			int err = errno;

			free(*tasks);
			*tasks = NULL;
			errno = err;
			return -1;
		}
		if (!req.nr)
			return (ssize_t)nr;
		if (req.nr > BATCH)
			bail("TASKS filled %u of %u records", req.nr, BATCH);
		nr += req.nr;
	}
}

/* Return the string at @off, or NULL when it is not terminated. */
static const char *string_at(const char *strings, uint32_t used, uint32_t off)
{
	if (off >= used || !memchr(strings + off, '\0', used - off))
		return NULL;
	return strings + off;
}

static void make_room(struct vma_list *list, size_t nr)
{
	if (list->room < nr) {
		list->room = 2 * nr;
		list->vma = realloc(list->vma, list->room * sizeof(*list->vma));
		list->name = realloc(list->name,
				     list->room * sizeof(*list->name));
		list->ops = realloc(list->ops, list->room * sizeof(*list->ops));
		/* There are at most as many calls as records. */
		list->strings = realloc(list->strings,
					list->room * sizeof(*list->strings));
	}
	if (!list->vma || !list->name || !list->ops || !list->strings)
		bail("out of memory");
}

static int append_vmas(struct vma_list *list, const struct vmlab_vmas *req,
		       const struct vmlab_vma *vma, const char *strings)
{
	char *copy = NULL;

	make_room(list, list->nr + req->nr);
	if (strings) {
		copy = malloc(req->strings_size + 1);
		if (!copy)
			bail("out of memory");
		memcpy(copy, strings, req->strings_size);
		list->strings[list->calls++] = copy;
	}
	for (uint32_t i = 0; i < req->nr; i++) {
		size_t n = list->nr;

		if (n && vma[i].start < list->vma[n - 1].end)
			return EPROTO;
		list->vma[n] = vma[i];
		list->name[n] = NULL;
		list->ops[n] = NULL;
		list->nr++;
		if (!copy)
			continue;
		list->name[n] = string_at(copy, req->strings_size,
					  vma[i].name_off);
		list->ops[n] = string_at(copy, req->strings_size,
					 vma[i].ops_off);
		if (!(vma[i].flags & VMLAB_VMA_NAME_CUT) &&
		    (!list->name[n] || !list->ops[n]))
			return EPROTO;
	}
	return 0;
}

int get_vmas(int fd, uint32_t kind, int32_t id, uint32_t batch,
	     uint32_t strings_size, struct vma_list *list)
{
	struct vmlab_vma *vma = calloc(batch, sizeof(*vma));
	char *strings = strings_size ? malloc(strings_size) : NULL;
	struct vmlab_vmas req = {
		.size = sizeof(req),
		.target = { .kind = kind, .id = id },
		.vmas = (uintptr_t)vma,
		.strings = (uintptr_t)strings,
	};
	int err = 0;

	if (!vma || (strings_size && !strings))
		bail("out of memory");
	memset(list, 0, sizeof(*list));
	for (;;) {
		uint64_t cursor = req.cursor;

		req.nr = batch;
		req.strings_size = strings_size;
		if (ioctl(fd, VMLAB_IOC_VMAS, &req)) {
			err = errno;
			break;
		}
		list->map_count = req.map_count;
		if (!req.nr)
			break;
		if (req.nr > batch || req.strings_size > strings_size ||
		    req.cursor <= cursor || vma[0].end <= cursor ||
		    req.cursor != vma[req.nr - 1].end) {
			err = EPROTO;
			break;
		}
		err = append_vmas(list, &req, vma, strings);
		if (err)
			break;
	}
	free(vma);
	free(strings);
	if (!err)
		return 0;
	free_vmas(list);
	errno = err;
	return -1;
}

void free_vmas(struct vma_list *list)
{
	for (size_t i = 0; i < list->calls; i++)
		free(list->strings[i]);
	free(list->strings);
	free(list->vma);
	free(list->name);
	free(list->ops);
	memset(list, 0, sizeof(*list));
}

char *map_pages(int fd, size_t pages, int prot, int flags, off_t page)
{
	size_t size = page_size();
	void *p = mmap(NULL, pages * size, prot, flags, fd,
		       (off_t)((uint64_t)page * size));

	if (p == MAP_FAILED)
		bail("mmap of %zu pages: %s", pages, strerror(errno));
	return p;
}

char *map_shared(int fd, size_t pages)
{
	return map_pages(fd, pages, PROT_READ | PROT_WRITE, MAP_SHARED, 0);
}

void unmap_and_close(int fd, void *p, size_t pages)
{
	munmap(p, pages * page_size());
	close(fd);
}

unsigned long long module_frames(void)
{
	char *text = slurp(DEBUGFS "/frames");
	const char *digit;
	unsigned long long frames;

	if (!text)
		bail("cannot read " DEBUGFS "/frames: %s", strerror(errno));
	digit = strpbrk(text, "0123456789");
	if (!digit)
		bail("no number in " DEBUGFS "/frames");
	frames = strtoull(digit, NULL, 10);
	free(text);
	return frames;
}
