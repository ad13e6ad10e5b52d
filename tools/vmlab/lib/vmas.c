// SPDX-License-Identifier: GPL-2.0
/* Iteration over VMAs, with a buffer for names that grows as needed. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

#define VMAS_PER_REQUEST 256
/* enough for 256 paths of usual length */
#define STRINGS_START	 (32u << 10)
/* VMLAB_STRINGS_MIN holds any names: a reply that needs more is wrong */
#define STRINGS_MAX	 (8u * VMLAB_STRINGS_MIN)

struct vmlab_vmas_iter {
	const struct vmlab_proc *proc;
	uint64_t cursor; /* end of the last VMA returned */
	uint64_t end;
	uint32_t flags; /* VMLAB_VMAS_* */
	uint32_t next, nr;
	bool done;
	uint64_t map_count;
	char *strings;
	uint32_t strings_size; /* allocated */
	uint32_t strings_used;
	struct vmlab_vma vmas[VMAS_PER_REQUEST];
};

int vmlab_vmas_open(const struct vmlab_proc *proc, uint64_t start, uint64_t end,
		    struct vmlab_vmas_iter **out)
{
	struct vmlab_vmas_iter *it;

	if (end && end <= start)
		return -EINVAL;

	it = calloc(1, sizeof(*it));
	if (!it)
		return -ENOMEM;
	it->strings_size = STRINGS_START;
	it->strings = malloc(it->strings_size);
	if (!it->strings) {
		free(it);
		return -ENOMEM;
	}
	it->proc = proc;
	it->cursor = start;
	it->end = end;
	*out = it;
	return 0;
}

void vmlab_vmas_without_ops(struct vmlab_vmas_iter *it)
{
	it->flags |= VMLAB_VMAS_NO_OPS;
}

static int refill(struct vmlab_vmas_iter *it)
{
	struct vmlab_vmas req = {
		.size = sizeof(req),
		.flags = it->flags,
		.target = it->proc->target,
		.cursor = it->cursor,
		.end = it->end,
		.vmas = (uintptr_t)it->vmas,
		.strings = (uintptr_t)it->strings,
		.nr = VMAS_PER_REQUEST,
		.strings_size = it->strings_size,
	};
	int err;

	it->next = 0;
	it->nr = 0;
	err = vmlab_request(it->proc->lab->fd, VMLAB_IOC_VMAS, &req);
	if (err == -EINVAL && it->flags) {
		/* a module without the flags looks up more than asked: no harm */
		it->flags = 0;
		req.flags = 0;
		err = vmlab_request(it->proc->lab->fd, VMLAB_IOC_VMAS, &req);
	}
	if (err)
		return err;
	if (req.nr > VMAS_PER_REQUEST || req.strings_size > it->strings_size)
		return -EPROTO;

	it->nr = req.nr;
	it->done = !req.nr;
	it->strings_used = req.strings_size;
	it->map_count = req.map_count;
	return 0;
}

static int grow_strings(struct vmlab_vmas_iter *it)
{
	uint32_t size = it->strings_size * 2;
	char *strings = malloc(size);

	if (!strings)
		return -ENOMEM;
	free(it->strings);
	it->strings = strings;
	it->strings_size = size;
	return 0;
}

static bool is_string(const struct vmlab_vmas_iter *it, uint32_t off)
{
	return off < it->strings_used &&
	       memchr(it->strings + off, '\0', it->strings_used - off);
}

int vmlab_vmas_next(struct vmlab_vmas_iter *it, const struct vmlab_vma **out)
{
	const struct vmlab_vma *vma;
	int err;

	for (;;) {
		if (it->next == it->nr && !it->done) {
			err = refill(it);
			if (err)
				return err;
		}
		if (it->done)
			return 0;

		vma = &it->vmas[it->next];
		if (vma->end <= it->cursor || vma->start >= vma->end)
			return -EPROTO; /* the iteration would not advance */
		if (!(vma->flags & VMLAB_VMA_NAME_CUT) ||
		    it->strings_size >= STRINGS_MAX)
			break;

		/* read this VMA and the following ones again, with more room */
		err = grow_strings(it);
		if (err)
			return err;
		it->next = it->nr;
	}

	if (!(vma->flags & VMLAB_VMA_NAME_CUT) &&
	    !(is_string(it, vma->name_off) && is_string(it, vma->ops_off)))
		return -EPROTO;
	it->next++;
	it->cursor = vma->end;
	*out = vma;
	return 1;
}

static const char *string_at(const struct vmlab_vmas_iter *it, uint32_t off)
{
	return is_string(it, off) ? it->strings + off : "";
}

const char *vmlab_vmas_name(const struct vmlab_vmas_iter *it,
			    const struct vmlab_vma *vma)
{
	return vma->flags & VMLAB_VMA_NAME_CUT ? "" :
						 string_at(it, vma->name_off);
}

const char *vmlab_vmas_ops(const struct vmlab_vmas_iter *it,
			   const struct vmlab_vma *vma)
{
	return string_at(it, vma->ops_off);
}

uint64_t vmlab_vmas_map_count(const struct vmlab_vmas_iter *it)
{
	return it->map_count;
}

void vmlab_vmas_close(struct vmlab_vmas_iter *it)
{
	if (!it)
		return;
	free(it->strings);
	free(it);
}
