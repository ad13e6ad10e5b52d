// SPDX-License-Identifier: GPL-2.0
/*
 * Policies in BPF that programs register and unregister while spaces use them.  The parent
 * holds the maps, each of which can be registered again, and a link for each.
 */
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/bpf.h>
#include <linux/vmlab.h>

#include "fuzz/guided/world.h"

enum {
	MAX_POLICIES = 16,
	TRIES = 100,
	TRY_US = 10 * 1000,
	ATTACH_STRUCT_OPS = 44,	/* BPF_STRUCT_OPS, newer than the headers of some distributions */
};

static int maps[MAX_POLICIES], links[MAX_POLICIES];
static unsigned int nr_policies;

static int bpf(int command, union bpf_attr *attr)
{
	return (int)syscall(SYS_bpf, command, attr, sizeof(*attr));
}

/* Open the next object with a number above *@id; -1: that was the last. */
static int next(int next_command, int open_command, uint32_t *id)
{
	union bpf_attr attr;
	int fd;

	do {
		memset(&attr, 0, sizeof(attr));
		attr.start_id = *id;
		if (bpf(next_command, &attr))
			return -1;
		*id = attr.next_id;
		memset(&attr, 0, sizeof(attr));
		attr.map_id = *id;
		fd = bpf(open_command, &attr);
	} while (fd < 0 && errno == ENOENT);
	return fd;
}

/* The type of a map or a link: the first member of what the kernel tells of it. */
static uint32_t type_of(int fd)
{
	union {
		struct bpf_map_info map;
		struct bpf_link_info link;
		uint32_t type;
	} info;
	union bpf_attr attr;

	memset(&info, 0, sizeof(info));
	memset(&attr, 0, sizeof(attr));
	attr.info.bpf_fd = (uint32_t)fd;
	attr.info.info_len = sizeof(info);
	attr.info.info = (uintptr_t)&info;
	return bpf(BPF_OBJ_GET_INFO_BY_FD, &attr) ? 0 : info.type;
}

static int attach(unsigned int i)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	/* map_fd, by the name that older headers have for its place */
	attr.link_create.prog_fd = (uint32_t)maps[i];
	attr.link_create.attach_type = ATTACH_STRUCT_OPS;
	return bpf(BPF_LINK_CREATE, &attr);
}

static int detach(int link)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.link_detach.link_fd = (uint32_t)link;
	return bpf(BPF_LINK_DETACH, &attr);
}

/* Register all again, in the order in which they were loaded. */
void policies_restore(void)
{
	for (unsigned int i = 0; i < nr_policies; i++) {
		close(links[i]);
		links[i] = -1;
	}
	for (unsigned int i = 0; i < nr_policies; i++)
		/* The link of a program that has ended can go a little later. */
		for (int n = 0; n < TRIES && (links[i] = attach(i)) < 0 && errno == EEXIST; n++)
			usleep(TRY_US);
}

/* Take over the policies that vmlab(1) has loaded. */
void policies_open(void)
{
	uint32_t id = 0;
	int fd;

	while (nr_policies < MAX_POLICIES &&
	       (fd = next(BPF_MAP_GET_NEXT_ID, BPF_MAP_GET_FD_BY_ID, &id)) >= 0) {
		if (type_of(fd) != BPF_MAP_TYPE_STRUCT_OPS) {
			close(fd);
			continue;
		}
		links[nr_policies] = -1;
		maps[nr_policies++] = fd;
	}
	if (!nr_policies)
		return;
	id = 0;
	while ((fd = next(BPF_LINK_GET_NEXT_ID, BPF_LINK_GET_FD_BY_ID, &id)) >= 0) {
		if (type_of(fd) == BPF_LINK_TYPE_STRUCT_OPS)
			detach(fd);
		close(fd);
	}
	policies_restore();
}

void policies_close(void)
{
	for (unsigned int i = 0; i < nr_policies; i++) {
		close(links[i]);
		close(maps[i]);
	}
	nr_policies = 0;
}

uint64_t policy_number(uint64_t word)
{
	struct vmlab_policy_info infos[MAX_POLICIES] = { 0 };
	struct vmlab_policies policies = {
		.size = sizeof(policies), .policies = (uintptr_t)infos, .nr = MAX_POLICIES,
	};

	if (!word || word > MAX_POLICIES)
		return word;
	for (int i = 0; i < NR_FDS; i++)
		if (world.fd[i] >= 0 && !ioctl(world.fd[i], VMLAB_IOC_POLICIES, &policies))
			return word <= policies.nr ? infos[word - 1].id : word;
	return word;
}

static const struct word policy_operations[] = {
	{ "DETACH", 0 }, { "ATTACH", 1 }, { "DETACH_ALL", 2 },
};

static const struct arg args_policy_link[] = {
	{ .name = "op", .type = A_ENUM, WORDS(policy_operations) },
	{ .name = "which", .type = A_COUNT, .limit = MAX_POLICIES },
};

/*
 * Unregister a policy, or register it until the program ends.  The parent registers all
 * again then.
 */
CALL(policy_link)
{
	if (v[1] >= nr_policies) {
		errno = ENOENT;
		return -1;
	}
	switch (v[0] % 3) {
	case 0:
		return detach(links[v[1]]);
	case 1:
		return attach((unsigned int)v[1]) < 0 ? -1 : 0;
	default:
		for (unsigned int i = 0; i < nr_policies; i++)
			detach(links[i]);
		return 0;
	}
}

const struct call_kind policy_kinds[] = {
	KIND(policy_link, 2),
};

const size_t nr_policy_kinds = ARRAY_SIZE(policy_kinds);
