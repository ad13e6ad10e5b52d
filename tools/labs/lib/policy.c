// SPDX-License-Identifier: GPL-2.0
/* Load the example policies of tools/bpf/policies. */
#include <bpf/libbpf.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "labs/policy.h"

/* the first libbpf that knows the struct_ops types of modules */
enum { LIBBPF_MAJOR = 1, LIBBPF_MINOR = 4 };

const char *lab_policy_missing(const struct lab_run *run)
{
	if (!vmlab_has_feature(lab_device(run), VMLAB_FEAT_STRUCT_OPS))
		return "this kernel does not let modules define policies in BPF "
		       "(Linux 6.12 does)";
	if (libbpf_major_version() == LIBBPF_MAJOR &&
	    libbpf_minor_version() < LIBBPF_MINOR)
		return "vmlab was built with a libbpf before 1.4";
	return geteuid() ? "loading BPF programs takes root" : NULL;
}

/* Find the object beside the program, or where 'make install' puts it. */
static bool find_object(const char *file, char path[PATH_MAX])
{
	static const char *const places[] = { "policies",
					      "../share/vmlab/policies" };
	char program[PATH_MAX / 2];
	ssize_t len = readlink("/proc/self/exe", program, sizeof(program) - 1);

	if (len < 0)
		return false;
	program[len] = '\0';
	*strrchr(program, '/') = '\0';
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		snprintf(path, PATH_MAX, "%s/%s/%s.bpf.o", program, places[i],
			 file);
		if (!access(path, R_OK))
			return true;
	}
	return false;
}

static struct bpf_map *policy_map(struct bpf_object *object)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, object)
		if (bpf_map__type(map) == BPF_MAP_TYPE_STRUCT_OPS)
			return map;
	return NULL;
}

static bool is_loaded(struct lab_run *run, const char *name, uint32_t *id)
{
	struct vmlab_policy_info *infos;
	bool found = false;
	size_t nr;

	lab_check(run, vmlab_policies_get(lab_device(run), &infos, &nr),
		  "the loaded policies");
	for (size_t i = 0; i < nr && !found; i++) {
		found = !strcmp(infos[i].name, name);
		*id = infos[i].id;
	}
	free(infos);
	return found;
}

uint32_t lab_policy_load(struct lab_run *run, const char *file)
{
	char path[PATH_MAX], name[VMLAB_POLICY_NAME_MAX];
	struct bpf_object *object;
	struct bpf_map *map;
	uint32_t id;

	snprintf(name, sizeof(name), "bpf-%s", file);
	if (is_loaded(run, name, &id))
		return id;
	if (!find_object(file, path))
		lab_fail(run, "%s.bpf.o is not installed", file);
	libbpf_set_print(NULL);
	object = bpf_object__open_file(path, NULL);
	if (!object || bpf_object__load(object))
		lab_fail(run, "load %s.bpf.o: %s", file, strerror(errno));
	map = policy_map(object);
	/* The link lives as long as its descriptor: until the run ends. */
	if (!map || !bpf_map__attach_struct_ops(map))
		lab_fail(run, "attach %s.bpf.o: %s", file, strerror(errno));
	if (!is_loaded(run, name, &id))
		lab_fail(run, "the policy %s is not registered", name);
	return id;
}
