// SPDX-License-Identifier: GPL-2.0
/* A BPF object with a paging policy: read it and check it before it is loaded. */
#include <bpf/btf.h>
#include <ctype.h>
#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/paging_words.h"
#include "paging/policy_object.h"

#define OPS_TYPE "vmlab_policy_ops"

bool policy_name_ok(const char *name)
{
	if (!*name || *name == '.' || strlen(name) >= VMLAB_POLICY_NAME_MAX)
		return false;
	for (; *name; name++)
		if (!isascii(*name) ||
		    (!isalnum((unsigned char)*name) && !strchr("._-", *name)))
			return false;
	return true;
}

/* Read all of @in into memory; return NULL with errno on failure. */
static char *read_all(FILE *in, size_t *len)
{
	size_t size = 0;
	char *buf = NULL;

	*len = 0;
	do {
		char *more;

		size = size ? 2 * size : 65536;
		more = realloc(buf, size);
		if (!more) {
			free(buf);
			return NULL;
		}
		buf = more;
		*len += fread(buf + *len, 1, size - *len, in);
	} while (*len == size);
	if (ferror(in)) {
		free(buf);
		return NULL;
	}
	return buf;
}

/* Read the object into memory; return NULL on failure. */
static char *read_object(const char *file, size_t *len,
			 struct failure *failure)
{
	FILE *in = strcmp(file, "-") ? fopen(file, "re") : stdin;
	char *data = in ? read_all(in, len) : NULL;

	/* not -errno: EPERM of a file is no lack of privilege to load it */
	if (!data)
		failure_set(failure, -EIO, "cannot read %s: %s: give a BPF object, such "
			    "as fifo.bpf.o", file, strerror(errno));
	if (in && in != stdin)
		fclose(in);
	return data;
}

static bool ends_with(const char *s, const char *end)
{
	size_t len = strlen(s), end_len = strlen(end);

	return len >= end_len && !strcmp(s + len - end_len, end);
}

/* The type alone: libbpf checks the rest. */
static int check_elf(const char *file, const char *data, size_t len,
		     struct failure *failure)
{
	const bool elf = len >= sizeof(Elf64_Ehdr) &&
			 !memcmp(data, ELFMAG, SELFMAG);
	Elf64_Ehdr header;

	if (!elf && ends_with(file, ".c"))
		return failure_set(failure, -EINVAL,
				   "%s is C source: compile it to a BPF object "
				   "with 'clang -target bpf -O2 -g -c' and load "
				   "that; see Documentation/bpf.rst", file);
	if (elf)
		memcpy(&header, data, sizeof(header));
	if (!elf || header.e_machine != EM_BPF)
		return failure_set(failure, -EINVAL,
				   "%s is no BPF object: 'clang -target bpf -O2 "
				   "-g -c' makes one", file);
	return 0;
}

/* Return the type of the variable that a struct_ops map is made of. */
static const struct btf_type *ops_type(const struct bpf_object *obj,
				       const struct bpf_map *map)
{
	const struct btf *btf = bpf_object__btf(obj);
	const struct btf_type *t;
	int id;

	id = btf__find_by_name_kind(btf, bpf_map__name(map), BTF_KIND_VAR);
	if (id < 0)
		return NULL;
	t = btf__type_by_id(btf, btf__type_by_id(btf, (__u32)id)->type);
	return t && btf_is_struct(t) ? t : NULL;
}

/* Return the @len bytes of a member in the initial value of the map, or NULL. */
static const void *ops_member(const struct policy_object *o, const char *name,
			      size_t len)
{
	const struct btf *btf = bpf_object__btf(o->obj);
	const struct btf_type *t = ops_type(o->obj, o->ops);
	const struct btf_member *m = btf_members(t);
	const char *value;
	size_t size;

	value = bpf_map__initial_value(o->ops, &size);
	for (__u16 i = 0; value && i < btf_vlen(t); i++) {
		size_t at = btf_member_bit_offset(t, i) / 8;

		if (!strcmp(btf__name_by_offset(btf, m[i].name_off), name))
			return at + len <= size ? value + at : NULL;
	}
	return NULL;
}

/*
 * Since 1.4, libbpf keeps the program of each callback in its member of the
 * initial value, where NULL stands for none.  Older versions, which cannot load
 * policies, keep NULL for all.
 */
static bool lacks_victim(const struct policy_object *o)
{
	const void *none = NULL, *p = ops_member(o, "victim", sizeof(none));

	return (libbpf_major_version() > 1 || libbpf_minor_version() >= 4) &&
	       (!p || !memcmp(p, &none, sizeof(none)));
}

/* What the module refuses with a bare EINVAL, in words. */
static int check_ops(const char *file, struct policy_object *o,
		     struct failure *failure)
{
	const void *name = ops_member(o, "name", sizeof(o->name));
	const void *p = ops_member(o, "flags", sizeof(__u32));
	__u32 flags = 0;
	uint32_t builtin;

	if (name)
		memcpy(o->name, name, sizeof(o->name));
	if (!name || o->name[sizeof(o->name) - 1] || !policy_name_ok(o->name))
		return failure_set(failure, -EINVAL,
				   "%s: the policy's name must be 1 to %d "
				   "letters, digits, '.', '_' and '-'", file,
				   VMLAB_POLICY_NAME_MAX - 1);
	/* a built-in policy would be used in its place */
	if (!paging_policy_parse(o->name, &builtin))
		return failure_set(failure, -EEXIST,
				   "%s: '%s' is the name of a built-in policy: give "
				   "the policy another .name", file, o->name);
	if (p)
		memcpy(&flags, p, sizeof(flags));
	if (flags & ~VMLAB_POLICY_SAMPLES)
		return failure_set(failure, -EINVAL,
				   "%s: the policy's flags are 0x%x: only "
				   "VMLAB_POLICY_SAMPLES, 0x%x, is defined",
				   file, flags, VMLAB_POLICY_SAMPLES);
	if (lacks_victim(o))
		return failure_set(failure, -EINVAL,
				   "%s: policy '%s' has no victim callback, which "
				   "every policy needs: set .victim, as in "
				   "tools/bpf/policies/fifo.bpf.c", file, o->name);
	return 0;
}

static int find_ops(const char *file, struct policy_object *o,
		    struct failure *failure)
{
	const struct btf *btf = bpf_object__btf(o->obj);
	struct bpf_map *map;

	bpf_object__for_each_map(map, o->obj) {
		const struct btf_type *t;

		if (bpf_map__type(map) != BPF_MAP_TYPE_STRUCT_OPS)
			continue;
		t = btf ? ops_type(o->obj, map) : NULL;
		if (!t || strcmp(btf__name_by_offset(btf, t->name_off), OPS_TYPE))
			return failure_set(failure, -EINVAL,
					   "%s: '%s' is no struct " OPS_TYPE
					   ": see the examples in "
					   "tools/bpf/policies", file,
					   bpf_map__name(map));
		if (o->ops)
			return failure_set(failure, -EINVAL,
					   "%s: more than one policy: put each "
					   "into a file of its own", file);
		o->ops = map;
	}
	if (!o->ops)
		return failure_set(failure, -EINVAL,
				   "%s: no policy in it: it needs a struct "
				   OPS_TYPE " in SEC(\".struct_ops.link\")",
				   file);
	return check_ops(file, o, failure);
}

/* Name the object as bpf_object__open_file() does: it shows in names of maps. */
static void object_name(const char *file, char *name, size_t size)
{
	const char *base = strrchr(file, '/');

	base = base ? base + 1 : file;
	if (!strcmp(base, "-"))
		base = "stdin";
	snprintf(name, size, "%.*s", (int)strcspn(base, "."), base);
}

int policy_object_open(const char *file, struct policy_object *o,
		       struct failure *failure)
{
	LIBBPF_OPTS(bpf_object_open_opts, opts);
	char name[BPF_OBJ_NAME_LEN];
	size_t len = 0;
	char *data;
	int err;

	memset(o, 0, sizeof(*o));
	data = read_object(file, &len, failure);
	if (!data)
		return failure->err;
	err = check_elf(file, data, len, failure);
	if (err) {
		free(data);
		return err;
	}

	object_name(file, name, sizeof(name));
	opts.object_name = name;
	o->obj = bpf_object__open_mem(data, len, &opts);
	err = o->obj ? 0 : -errno;
	free(data);
	if (err) {
		char text[128];

		libbpf_strerror(err, text, sizeof(text));
		return failure_set(failure, err,
				   "%s is no BPF object that libbpf can read: "
				   "%s; --verbose shows more", file, text);
	}
	err = find_ops(file, o, failure);
	if (err) {
		bpf_object__close(o->obj);
		o->obj = NULL;
	}
	return err;
}
