// SPDX-License-Identifier: GPL-2.0
/* Snapshots as files: JSON lines, so that other programs can read them. */
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "model/parse.h"
#include "inspect/snapshot.h"
#include "sys/xalloc.h"
#include "show/json.h"

#define FORMAT_VERSION 1

static const char *const rss_names[VMLAB_RSS_NR] = {
	[VMLAB_RSS_FILE] = "rss_file",
	[VMLAB_RSS_ANON] = "rss_anon",
	[VMLAB_RSS_SWAP] = "swap",
	[VMLAB_RSS_SHMEM] = "rss_shmem",
};

void snapshot_write(FILE *out, const struct snapshot *snap)
{
	json_t *o = json_object(), *names = check_alloc(json_array());
	char perms[SNAP_PERMS_LEN];

	json_put(o, "vmlab_snapshot", json_integer(FORMAT_VERSION));
	json_put(o, "pid", json_integer(snap->pid));
	json_put_name(o, "comm", snap->comm);
	json_put(o, "kernel_release", json_string(snap->kernel));
	json_put(o, "time_ns", json_count(snap->time_ns));
	json_put(o, "page_size", json_count(snap->page_size));
	json_put(o, "mmap_base", json_hex(snap->mmap_base));
	json_put(o, "task_size", json_hex(snap->task_size));
	json_put(o, "total_vm", json_count(snap->total_vm));
	for (size_t i = 0; i < VMLAB_RSS_NR; i++)
		json_put(o, rss_names[i], json_count(snap->rss[i]));
	json_put(o, "pgtables", json_count(snap->pgtables));
	json_put(o, "has_rss", json_boolean(snap->has_rss));
	for (size_t i = 0; i < 64; i++)
		json_append(names, json_string(snap->flag_name[i]));
	json_put(o, "vm_flag_names", names);
	json_put(o, "vmas", json_count(snap->nr));
	json_print_line(out, o);

	for (size_t i = 0; i < snap->nr; i++) {
		const struct snap_vma *v = &snap->vma[i];

		o = json_object();
		json_put(o, "start", json_hex(v->start));
		json_put(o, "end", json_hex(v->end));
		json_put(o, "perms",
			 json_string(snapshot_perms(snap, v, perms)));
		json_put(o, "pgoff", json_count(v->pgoff));
		json_put(o, "vm_flags", json_hex(v->vm_flags));
		json_put(o, "dev_major", json_count(v->dev_major));
		json_put(o, "dev_minor", json_count(v->dev_minor));
		json_put(o, "ino", json_count(v->ino));
		json_put(o, "flags", json_hex(v->flags));
		json_put(o, "rss",
			 snap->has_rss ? json_count(v->rss) : json_null());
		json_put(o, "swap",
			 snap->has_rss ? json_count(v->swap) : json_null());
		json_put_name(o, "name", v->name);
		json_print_line(out, o);
	}
}

/* Return a member of a line; clear *ok when it is missing or of another type. */
static uint64_t get_count(const json_t *o, const char *key, bool *ok)
{
	const json_t *v = json_object_get(o, key);

	if (!json_is_integer(v) || json_integer_value(v) < 0) {
		*ok = false;
		return 0;
	}
	return (uint64_t)json_integer_value(v);
}

static uint64_t get_hex(const json_t *o, const char *key, bool *ok)
{
	const char *s = json_string_value(json_object_get(o, key));
	uint64_t value = 0;

	if (!s || strncmp(s, "0x", 2) || parse_address(s, &value))
		*ok = false;
	return value;
}

static void get_string(const json_t *o, const char *key, char *to, size_t size,
		       bool *ok)
{
	const json_t *v = json_object_get(o, key);

	if (json_is_string(v))
		snprintf(to, size, "%s", json_string_value(v));
	else if (!json_is_null(v))
		*ok = false;
}

static char *from_hex(const char *hex)
{
	size_t len = strlen(hex);
	char *s = check_alloc(malloc(len / 2 + 1));
	size_t n = 0;

	for (; n < len / 2; n++) {
		char two[3] = { hex[2 * n], hex[2 * n + 1], '\0' };
		uint64_t byte;

		if (parse_address(two, &byte) || !byte)
			break;
		s[n] = (char)byte;
	}
	s[n] = '\0';
	return s;
}

static char *get_name(const json_t *o)
{
	const char *hex = json_string_value(json_object_get(o, "name_hex"));
	const char *name = json_string_value(json_object_get(o, "name"));

	if (hex)
		return from_hex(hex);
	return check_alloc(strdup(name ? name : ""));
}

static bool read_head(const json_t *o, struct snapshot *snap, uint64_t *vmas)
{
	const json_t *names = json_object_get(o, "vm_flag_names");
	bool ok = get_count(o, "vmlab_snapshot", &(bool){ true }) ==
		  FORMAT_VERSION;

	snap->pid = (pid_t)get_count(o, "pid", &ok);
	get_string(o, "comm", snap->comm, sizeof(snap->comm), &ok);
	get_string(o, "kernel_release", snap->kernel, sizeof(snap->kernel),
		   &ok);
	snap->time_ns = get_count(o, "time_ns", &ok);
	snap->page_size = get_count(o, "page_size", &ok);
	snap->mmap_base = get_hex(o, "mmap_base", &ok);
	snap->task_size = get_hex(o, "task_size", &ok);
	snap->total_vm = get_count(o, "total_vm", &ok);
	for (size_t i = 0; i < VMLAB_RSS_NR; i++)
		snap->rss[i] = get_count(o, rss_names[i], &ok);
	snap->pgtables = get_count(o, "pgtables", &ok);
	snap->has_rss = json_is_true(json_object_get(o, "has_rss"));
	for (size_t i = 0; i < 64; i++) {
		const char *s = json_string_value(json_array_get(names, i));

		ok = ok && s;
		snprintf(snap->flag_name[i], sizeof(snap->flag_name[i]), "%s",
			 s ? s : "");
	}
	*vmas = get_count(o, "vmas", &ok);
	return ok && snap->page_size &&
	       !(snap->page_size & (snap->page_size - 1));
}

static bool read_vma(const json_t *o, const struct snapshot *snap,
		     struct snap_vma *v)
{
	bool ok = true;

	v->name = get_name(o);
	v->start = get_hex(o, "start", &ok);
	v->end = get_hex(o, "end", &ok);
	v->pgoff = get_count(o, "pgoff", &ok);
	v->vm_flags = get_hex(o, "vm_flags", &ok);
	v->dev_major = (uint32_t)get_count(o, "dev_major", &ok);
	v->dev_minor = (uint32_t)get_count(o, "dev_minor", &ok);
	v->ino = get_count(o, "ino", &ok);
	v->flags = (uint32_t)get_hex(o, "flags", &ok);
	if (snap->has_rss) {
		v->rss = get_count(o, "rss", &ok);
		v->swap = get_count(o, "swap", &ok);
	}
	return ok && v->start < v->end &&
	       (!snap->nr || v->start >= snap->vma[snap->nr - 1].end);
}

int snapshot_read(FILE *in, struct snapshot *snap, char why[static 160])
{
	uint64_t vmas = 0, line = 1;
	json_error_t error;
	json_t *o;
	bool ok;

	memset(snap, 0, sizeof(*snap));
	o = json_loadf(in, JSON_DISABLE_EOF_CHECK, &error);
	ok = o && read_head(o, snap, &vmas);
	json_decref(o);
	if (!ok) {
		snprintf(why, 160, "it does not begin as 'vmlab snapshot' "
			 "prints");
		return -EINVAL;
	}

	while (snap->nr < vmas) {
		struct snap_vma v = { 0 };

		line++;
		o = json_loadf(in, JSON_DISABLE_EOF_CHECK, &error);
		ok = o && read_vma(o, snap, &v);
		json_decref(o);
		if (!ok) {
			free(v.name);
			snprintf(why, 160, "line %llu is not a VMA that follows "
				 "the one before, or the file was cut",
				 (unsigned long long)line);
			return -EINVAL;
		}
		/* memory grows with the VMAs read, not with the number announced */
		snapshot_add(snap, &v);
	}
	return 0;
}

int snapshot_load(const char *path, struct snapshot *snap)
{
	FILE *in = strcmp(path, "-") ? fopen(path, "re") : stdin;
	char why[160];
	int err;

	memset(snap, 0, sizeof(*snap));
	if (!in)
		return cli_error("cannot read %s: %s: give a file that 'vmlab snapshot' "
				 "wrote", path, strerror(errno));
	err = snapshot_read(in, snap, why);
	if (in != stdin)
		fclose(in);
	if (err)
		return cli_error("%s is no snapshot: %s", path, why);
	return EXIT_OK;
}
