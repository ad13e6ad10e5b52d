// SPDX-License-Identifier: GPL-2.0
/* What is refused in a BPF object before it is loaded. */
#include <bpf/libbpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "paging/libbpf_log.h"
#include "paging/policy_object.h"
#include "sys/xalloc.h"
#include "tap.h"

static char policies[4096]; /* the directory of the objects that make compiled */

/* Read the object of the fifo policy, with another name in its struct vmlab_policy_ops. */
static char *renamed(const char *name, size_t *len)
{
	static const char old[] = "bpf-fifo";
	char path[sizeof(policies) + 32], *data, *at;
	FILE *in;

	snprintf(path, sizeof(path), "%s/fifo.bpf.o", policies);
	in = fopen(path, "re");
	if (!in)
		bail("cannot read %s", path);
	data = check_alloc(malloc(1 << 20));
	*len = fread(data, 1, 1 << 20, in);
	fclose(in);
	at = memmem(data, *len, old, sizeof(old));
	if (!at || strlen(name) >= sizeof(old))
		bail("%s has no name to replace", path);
	memset(at, 0, sizeof(old));
	memcpy(at, name, strlen(name));
	return data;
}

/* Open the renamed object; return what the message about it says, "" for none. */
static const char *open_renamed(const char *name)
{
	static struct failure failure;
	char path[] = "/tmp/vmlab-policy-XXXXXX";
	struct policy_object o;
	size_t len;
	char *data = renamed(name, &len);
	int fd = mkstemp(path);
	FILE *out = fd < 0 ? NULL : fdopen(fd, "w");

	if (!out)
		bail("cannot open %s", path);
	ok(fwrite(data, 1, len, out) == len, "the object is written");
	if (fclose(out))
		bail("cannot write %s", path);
	free(data);
	failure.text[0] = '\0';
	if (!policy_object_open(path, &o, &failure))
		bpf_object__close(o.obj);
	remove(path);
	return failure.text;
}

static void test_names(void)
{
	static const char *const builtin[] = { "lru", "fifo", "clock", "mru", "opt" };
	char want[128];

	streq(open_renamed("mine"), "", "a name of its own is accepted");
	for (size_t i = 0; i < sizeof(builtin) / sizeof(builtin[0]); i++) {
		snprintf(want, sizeof(want), "'%s' is the name of a built-in policy: give "
			 "the policy another .name", builtin[i]);
		ok(strstr(open_renamed(builtin[i]), want), "the name %s is refused",
		   builtin[i]);
	}
}

int main(int argc, char **argv)
{
	const char *slash = strrchr(argv[0], '/');

	(void)argc;
	snprintf(policies, sizeof(policies), "%.*s../policies",
		 slash ? (int)(slash - argv[0]) + 1 : 0, argv[0]);
	libbpf_log_start(false);
	/* Older versions do not give the names in an object, and cannot load policies. */
	if (libbpf_major_version() > 1 || libbpf_minor_version() >= 4)
		test_names();
	else
		skip("this libbpf cannot load policies: it takes 1.4", "names of policies");
	return tap_done();
}
