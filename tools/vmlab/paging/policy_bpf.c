// SPDX-License-Identifier: GPL-2.0
/* Loading paging policies into the kernel and unloading them. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "model/paging_words.h"
#include "paging/libbpf_log.h"
#include "paging/policy_bpf.h"
#include "paging/policy_object.h"
#include "paging/policy_pins.h"
#include "sys/xalloc.h"

/* the first libbpf that knows the struct_ops types of modules */
#define LIBBPF_NEEDED_MAJOR 1
#define LIBBPF_NEEDED_MINOR 4

static int no_permission(struct failure *failure)
{
	return failure_set(failure, -EPERM,
			   "no permission to load or unload BPF programs: run "
			   "vmlab as root%s",
			   geteuid() ? "" : ", outside of containers; see also "
					    "/sys/kernel/security/lockdown");
}

static int check_libbpf(struct failure *failure)
{
	unsigned int major = libbpf_major_version(),
		     minor = libbpf_minor_version();

	if (major > LIBBPF_NEEDED_MAJOR ||
	    (major == LIBBPF_NEEDED_MAJOR && minor >= LIBBPF_NEEDED_MINOR))
		return 0;
	return failure_set(failure, -EOPNOTSUPP,
			   "this vmlab was built with libbpf %u.%u, which cannot "
			   "load policies: it takes %d.%d; on Debian 12, 'make "
			   "tools' builds with that of its backports",
			   major, minor, LIBBPF_NEEDED_MAJOR,
			   LIBBPF_NEEDED_MINOR);
}

/*
 * To find the module's struct_ops type, libbpf goes through the BTF objects of
 * the kernel, which takes CAP_SYS_ADMIN.  Without it libbpf fails with EINVAL.
 */
static int check_privilege(struct failure *failure)
{
	__u32 id;

	return bpf_btf_get_next_id(0, &id) == -EPERM ? no_permission(failure) :
						       0;
}

static int mount_pins(struct failure *failure)
{
	int err = policy_pins_mount();

	if (err == -EPERM || err == -EACCES)
		return no_permission(failure);
	return err ? failure_set(failure, err,
				 "there is no BPF file system to pin the policy "
				 "in, and mounting one failed: %s",
				 strerror(-err)) :
		     0;
}

static int explain_load(const char *file, int err, struct failure *failure)
{
	const char *verdict = libbpf_log_verdict();
	char text[128];

	if (verdict)
		return failure_set(failure, -EINVAL,
				   "%s: the kernel's verifier rejected it: %s; "
				   "--verbose shows its log", file, verdict);
	switch (err) {
	case -EPERM:
		return no_permission(failure);
	case -ENOTSUP:
	case -ESRCH:
		return failure_set(failure, -EOPNOTSUPP,
				   "%s: this kernel does not know what the policy "
				   "uses: is it built for this version of the "
				   "module? --verbose shows more", file);
	default:
		libbpf_strerror(err, text, sizeof(text));
		return failure_set(failure, err,
				   "%s: the kernel does not accept it: %s; "
				   "--verbose shows more", file, text);
	}
}

static int explain_attach(const char *file, const char *name, int err,
			  struct failure *failure)
{
	switch (err) {
	case -EEXIST:
		return failure_set(failure, err,
				   "%s: a policy '%s' is loaded already: 'vmlab "
				   "policy unload %s' first", file, name, name);
	case -EPERM:
		return no_permission(failure);
	case -EINVAL:
		return failure_set(failure, err,
				   "%s: the module does not accept policy '%s': "
				   "it needs a victim callback, and no callback "
				   "may be sleepable", file, name);
	default:
		return failure_set(failure, err,
				   "%s: cannot register the policy: %s", file,
				   strerror(-err));
	}
}

/* Load and register a policy; it is there as long as @link is. */
static int attach(const char *file, const struct policy_object *o,
		  struct bpf_link **link, struct failure *failure)
{
	int err = bpf_object__load(o->obj);

	if (err)
		return explain_load(file, err, failure);
	*link = bpf_map__attach_struct_ops(o->ops);
	return *link ? 0 : explain_attach(file, o->name, -errno, failure);
}

static int load(const char *file, const struct policy_object *o,
		struct failure *failure)
{
	struct bpf_link *link;
	int err = attach(file, o, &link, failure);

	if (err)
		return err;
	err = policy_pins_create(o->obj, link, o->name);
	bpf_link__destroy(link);
	return err ? failure_set(failure, err,
				 "%s: cannot pin the policy in " POLICY_PIN_ROOT
				 ": %s", file, strerror(-err)) :
		     0;
}

/* Read an object, and check whether it could be loaded. */
static int open_object(const char *file, struct policy_object *o, bool verbose,
		       struct failure *failure)
{
	int err;

	libbpf_log_start(verbose);
	err = check_libbpf(failure);
	if (!err)
		err = policy_object_open(file, o, failure);
	if (err)
		return err;
	err = check_privilege(failure);
	if (err)
		bpf_object__close(o->obj);
	return err;
}

int policy_load(const char *file, char name[static VMLAB_POLICY_NAME_MAX],
		bool verbose, struct failure *failure)
{
	struct policy_object o;
	int err = open_object(file, &o, verbose, failure);

	if (err)
		return err;
	err = mount_pins(failure);
	if (!err)
		err = load(file, &o, failure);
	memcpy(name, o.name, sizeof(o.name));
	bpf_object__close(o.obj);
	return err;
}

struct policy_attached {
	struct bpf_object *obj;
	struct bpf_link *link;
};

int policy_attach(const char *file, char name[static VMLAB_POLICY_NAME_MAX],
		  struct policy_attached **attached, struct failure *failure)
{
	struct policy_attached *a;
	struct policy_object o;
	int err = open_object(file, &o, false, failure);

	if (err)
		return err;
	a = check_alloc(calloc(1, sizeof(*a)));
	err = attach(file, &o, &a->link, failure);
	if (err) {
		bpf_object__close(o.obj);
		free(a);
		return err;
	}
	memcpy(name, o.name, sizeof(o.name));
	a->obj = o.obj;
	*attached = a;
	return 0;
}

void policy_detach(struct policy_attached *a)
{
	if (!a)
		return;
	bpf_link__destroy(a->link);
	bpf_object__close(a->obj);
	free(a);
}

int policy_unload(const char *name, struct failure *failure)
{
	struct bpf_link *link;
	uint32_t builtin;
	int err;

	if (!policy_name_ok(name))
		return failure_set(failure, -EINVAL,
				   "'%s' is no name of a policy: 'vmlab policy "
				   "list' shows those that are loaded", name);
	if (!paging_policy_parse(name, &builtin))
		return failure_set(failure, -EINVAL,
				   "'%s' is built in and cannot be unloaded: give a "
				   "policy of the kind bpf in 'vmlab policy list'", name);
	libbpf_log_start(false);
	link = policy_pins_open(name);
	if (!link && errno == ENOENT)
		return failure_set(failure, -ENOENT,
				   "no policy '%s' is loaded, or not by 'vmlab "
				   "policy load': see 'vmlab policy list'",
				   name);
	if (!link && (errno == EPERM || errno == EACCES))
		return no_permission(failure);
	if (!link)
		return failure_set(failure, -errno,
				   "cannot open " POLICY_PIN_ROOT "/%s/link: %s",
				   name, strerror(errno));
	/* detach, because closing does nothing while others hold the link */
	err = bpf_link__detach(link);
	bpf_link__disconnect(link);
	bpf_link__destroy(link);
	if (err == -EPERM)
		return no_permission(failure);
	if (!err || err == -ENOLINK)
		err = policy_pins_remove(name);
	return err ? failure_set(failure, err, "cannot unload '%s': %s", name,
				 strerror(-err)) :
		     0;
}
