// SPDX-License-Identifier: GPL-2.0
#include "device/users.h"

#include <grp.h>
#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/tap.h"

void expect_good(int (*fn)(void *arg), void *arg, const char *what)
{
	int ret = reap(spawn(fn, arg));

	if (ret == NO_NS)
		skip("no user namespaces", "%s", what);
	else
		is((unsigned int)ret, GOOD, "%s", what);
}

bool become(uid_t uid)
{
	return !setgroups(0, NULL) && !setresgid(uid, uid, uid) &&
	       !setresuid(uid, uid, uid);
}

int capset_to(uint64_t caps)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2] = { 0 };

	if (syscall(SYS_capget, &header, data))
		return -1;
	for (int i = 0; i < 2; i++) {
		data[i].permitted &= (uint32_t)(caps >> 32 * i);
		data[i].effective = data[i].permitted;
		data[i].inheritable = 0;
	}
	return (int)syscall(SYS_capset, &header, data);
}
