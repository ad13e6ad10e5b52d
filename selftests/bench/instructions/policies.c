// SPDX-License-Identifier: GPL-2.0
/* Policies in BPF: load those that the group evict measures. */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <linux/vmlab.h>

#include "bench.h"

#define VMLAB	"/bin/vmlab"

/* Return the id of a loaded policy, or 0. */
static uint32_t loaded_policy(const char *name)
{
	struct vmlab_policy_info infos[16] = { 0 };
	struct vmlab_policies req = {
		.size = sizeof(req),
		.policies = (uintptr_t)infos,
		.nr = 16,
	};
	int fd = open_file(DEVICE, O_RDWR);
	uint32_t id = 0;

	if (!ioctl(fd, VMLAB_IOC_POLICIES, &req))
		for (uint32_t i = 0; i < req.nr && i < 16; i++)
			if (!strcmp(infos[i].name, name))
				id = infos[i].id;
	close(fd);
	return id;
}

uint32_t bpf_policy(const char *name)
{
	char path[64];
	const char *const argv[] = { VMLAB, "policy", "load", path, NULL };
	uint32_t id = loaded_policy(name);

	if (id)
		return id;
	/* The policy bpf-NAME is built from NAME.bpf.c. */
	snprintf(path, sizeof(path), "/policies/%s.bpf.o",
		 name + strlen("bpf-"));
	if (access(VMLAB, X_OK) || access(path, R_OK) ||
	    run_program(argv, "/policies.log"))
		return 0;
	return loaded_policy(name);
}
