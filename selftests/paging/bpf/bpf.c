// SPDX-License-Identifier: GPL-2.0
/*
 * Policies in BPF: the examples decide as defined, page by page; programs that
 * misbehave do no harm; policies are swapped and unloaded while in use.
 *
 * usage: test-paging-bpf EXAMPLES-DIR TESTS-DIR [NUMBER-OF-RANDOM-STRINGS]
 *
 * The directories hold the BPF objects.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "lib/dev.h"
#include "lib/tap.h"
#include "paging/bpf/bpf.h"

const char *examples, *tests;

struct policy_object *load(const char *dir, const char *name, uint32_t *id)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/%s.bpf.o", dir, name);
	return policy_object_load(path, id);
}

struct policy_object *load_or_bail(const char *dir, const char *name,
				   uint32_t *id)
{
	struct policy_object *p = load(dir, name, id);

	if (!p)
		bail("%s does not load: %s", name, strerror(errno));
	return p;
}

int main(int argc, char **argv)
{
	bool usable = dev_info().features & VMLAB_FEAT_STRUCT_OPS;
	unsigned int major = 0, minor = 0, nr;
	struct utsname uts;

	if (argc < 3)
		bail("usage: %s EXAMPLES-DIR TESTS-DIR [STRINGS]", argv[0]);
	examples = argv[1];
	tests = argv[2];
	nr = argc > 3 ? (unsigned int)atoi(argv[3]) : 30;

	uname(&uts);
	if (sscanf(uts.release, "%u.%u", &major, &minor) != 2)
		bail("release %s", uts.release);
	is(usable, major > 6 || (major == 6 && minor >= 11),
	   "INFO: Linux %u.%u has policies in BPF from 6.11 on", major, minor);
	if (!usable) {
		requests_without_struct_ops();
		return tap_done();
	}
	if (!policy_object_supported()) {
		skip("libbpf is older than 1.4", "policies in BPF");
		return tap_done();
	}

	decisions(nr);
	prefetching_examples();
	misbehaving_programs();
	swap_in_use(2000);
	unload_in_use();
	requests();
	return tap_done();
}
