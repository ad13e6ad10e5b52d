// SPDX-License-Identifier: GPL-2.0
/* Requests about policies in BPF, with good and bad input. */
#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/dev.h"
#include "lib/paging.h"
#include "lib/tap.h"
#include "paging/bpf/bpf.h"

static int set_policy_of_space(int fd, uint32_t policy, uint32_t id)
{
	return set_paging(fd, .policy = policy, .policy_id = id, .budget = 4);
}

void requests(void)
{
	struct vmlab_policies list = { .size = sizeof(list), .nr = 0 };
	struct policy_object *p;
	uint32_t id;
	int fd, ro;

	p = load_or_bail(examples, "fifo", &id);
	fd = dev_open(O_RDWR);
	ro = dev_open(O_RDONLY);
	works(ioctl(ro, VMLAB_IOC_POLICIES, &list),
	      "POLICIES without room for records");
	is(list.nr, 1, "... returns how many there are");
	list.reserved = 1;
	fails(ioctl(ro, VMLAB_IOC_POLICIES, &list), EINVAL,
	      "POLICIES with a reserved member that is not 0");
	list.reserved = 0;
	list.nr = 1;
	list.policies = 8;
	fails(ioctl(ro, VMLAB_IOC_POLICIES, &list), EFAULT,
	      "POLICIES with a bad pointer");
	fails(set_policy_of_space(fd, VMLAB_POLICY_FIFO, id), EINVAL,
	      "a built-in policy with the ID of a policy in BPF");
	fails(set_policy_of_space(fd, VMLAB_POLICY_BPF, 0), ENOENT,
	      "a policy in BPF without an ID");
	fails(set_policy_of_space(fd, VMLAB_POLICY_BPF, id + 1000), ENOENT,
	      "an ID that no policy has");
	fails(set_policy_of_space(fd, VMLAB_POLICY_NR, 0), EINVAL,
	      "an unknown policy");
	fails(set_policy(ro, 0, VMLAB_POLICY_FIFO, 0), EBADF,
	      "POLICY_SET through a file that is open read-only");
	fails(set_policy(fd, 1ull << 60, VMLAB_POLICY_FIFO, 0), ESRCH,
	      "POLICY_SET of an unknown space");
	fails(set_policy(fd, 0, VMLAB_POLICY_OPT, 0), EINVAL,
	      "POLICY_SET of OPT, which needs a trace");
	close(ro);
	close(fd);

	/* No file is open: the policy alone holds a reference to the module. */
	fails(syscall(SYS_delete_module, "vmlab", O_NONBLOCK), EWOULDBLOCK,
	      "the module cannot be unloaded while a policy is loaded");
	policy_object_unload(p);
}

void requests_without_struct_ops(void)
{
	struct vmlab_policies list = { .size = sizeof(list) };
	int fd = dev_open(O_RDWR);

	fails(ioctl(fd, VMLAB_IOC_POLICIES, &list), EOPNOTSUPP,
	      "POLICIES without struct_ops");
	fails(set_policy_of_space(fd, VMLAB_POLICY_BPF, 1), EOPNOTSUPP,
	      "a policy in BPF without struct_ops");
	works(set_policy_of_space(fd, VMLAB_POLICY_CLOCK, 0),
	      "a built-in policy without struct_ops");
	close(fd);
	skip("this kernel has no struct_ops for modules", "policies in BPF");
}
