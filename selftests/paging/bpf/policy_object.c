// SPDX-License-Identifier: GPL-2.0
/* Load and unload policies from BPF objects. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "lib/dev.h"
#include "lib/tap.h"
#include "paging/bpf/policy_object.h"

#define POLICIES_MAX 32

struct policy_object {
	struct bpf_object *obj;
	struct bpf_link *link;
};

/* Programs that must not load would print the long log of the verifier. */
static int print(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	if (level == LIBBPF_DEBUG || !getenv("VMLAB_VERBOSE"))
		return 0;
	return vfprintf(stderr, fmt, ap);
}

bool policy_object_supported(void)
{
	return libbpf_major_version() > 1 || libbpf_minor_version() >= 4;
}

/* The ID of the policy that was loaded last. */
static uint32_t newest_id(void)
{
	struct vmlab_policy_info infos[POLICIES_MAX];
	struct vmlab_policies list = {
		.size = sizeof(list),
		.policies = (uintptr_t)infos,
		.nr = POLICIES_MAX,
	};
	int fd = dev_open(O_RDONLY);

	if (ioctl(fd, VMLAB_IOC_POLICIES, &list))
		bail("VMLAB_IOC_POLICIES: %s", strerror(errno));
	close(fd);
	if (!list.nr || list.nr > POLICIES_MAX)
		bail("%u policies", list.nr);
	return infos[list.nr - 1].id;
}

struct policy_object *policy_object_load(const char *file, uint32_t *id)
{
	struct policy_object *p = calloc(1, sizeof(*p));
	struct bpf_map *map, *ops = NULL;
	int err;

	if (!p)
		bail("out of memory");
	libbpf_set_print(print);
	p->obj = bpf_object__open_file(file, NULL);
	if (!p->obj)
		bail("%s: %s", file, strerror(errno));
	err = bpf_object__load(p->obj);
	if (!err) {
		bpf_object__for_each_map(map, p->obj)
			if (bpf_map__type(map) == BPF_MAP_TYPE_STRUCT_OPS)
				ops = map;
		if (!ops)
			bail("%s: no policy", file);
		p->link = bpf_map__attach_struct_ops(ops);
		err = p->link ? 0 : -errno;
	}
	if (err) {
		bpf_object__close(p->obj);
		free(p);
		errno = -err;
		return NULL;
	}
	*id = newest_id();
	return p;
}

void policy_object_unload(struct policy_object *p)
{
	bpf_link__destroy(p->link);
	bpf_object__close(p->obj);
	free(p);
}

void *policy_object_map(struct policy_object *p, const char *map, size_t size)
{
	int fd = bpf_object__find_map_fd_by_name(p->obj, map);
	void *addr = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
			  0);

	if (addr == MAP_FAILED)
		bail("map %s: %s", map, strerror(errno));
	return addr;
}
