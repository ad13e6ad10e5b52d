// SPDX-License-Identifier: GPL-2.0
/* Errors as sentences: what failed, why, and what to do. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "internal.h"

/* Errors of a module that does not fit this library, whatever the request. */
static const char *mismatch(int err)
{
	switch (err) {
	case -ENOTTY:
		return "the loaded module does not know this request";
	case -E2BIG:
		return "the loaded module is older than this program";
	case -EPROTO:
		return "the loaded module and this program do not understand "
		       "each other: their interfaces differ";
	default:
		return NULL;
	}
}

/* Return NULL for errors without a sentence of their own. */
static const char *about_device(int err)
{
	switch (err) {
	case -ENOENT:
	case -ENODEV:
	case -ENXIO:
		return "no " VMLAB_DEVICE ": the vmlab module is not loaded: "
		       "load it as root with 'insmod vmlab.ko' or 'modprobe "
		       "vmlab', or run 'make shell' in the source for a virtual "
		       "machine that has it";
	case -EACCES:
	case -EPERM:
		return "no permission to open " VMLAB_DEVICE ": run as root, or "
		       "let root add you to the group that owns it, as ls -l shows";
	default:
		return NULL;
	}
}

static const char *about_space(int err)
{
	switch (err) {
	case -EFBIG:
		return "the size is too large for a space: give less than 8 EiB";
	case -EINVAL:
		return "the space does not take these values: sizes and offsets "
		       "must be multiples of the page size";
	case -ENOMEM:
		return "not enough memory or address space: make it smaller, or "
		       "check 'ulimit -v' and free(1)";
	case -EBUSY:
		return "the space is mapped or has frames: set its backing "
		       "before";
	case -EACCES:
		return "the file must be open for reading and writing";
	case -ETXTBSY:
		return "a swap file cannot back a space";
	default:
		return NULL;
	}
}

static bool exists(pid_t pid)
{
	return kill(pid, 0) == 0 || errno == EPERM;
}

static void explain_process(int err, pid_t pid, char *buf, size_t size)
{
	char name[32] = "the process";

	if (pid)
		snprintf(name, sizeof(name), "process %d", (int)pid);

	if (err == -ESRCH && !pid)
		snprintf(buf, size, "%s has exited and has no address space any more",
			 name);
	else if (err == -ESRCH && exists(pid))
		snprintf(buf, size, "%s has exited and has no address space any "
			 "more: see 'ps -o pid,ppid,stat,comm -p %d'",
			 name, (int)pid);
	else if (err == -ESRCH)
		snprintf(buf, size, "no %s (it may have exited): check with "
			 "'ps -p %d'", name, (int)pid);
	else if (err == -EPERM || err == -EACCES)
		snprintf(buf, size, "no permission to inspect %s: run as root, "
			 "or with CAP_SYS_PTRACE in its user namespace", name);
	else if (err == -ENXIO)
		snprintf(buf, size, "%s is a kernel thread and has no address "
			 "space: 'vmlab mm %d' shows which one it borrows",
			 name, (int)pid);
	else if (err == -EBADF)
		snprintf(buf, size, "not a pidfd: get one with pidfd_open(2)");
	else if (err == -EOPNOTSUPP)
		snprintf(buf, size, "this kernel cannot name %s by pidfd (Linux "
			 "6.9 and later can): use its pid", name);
	else
		snprintf(buf, size, "cannot inspect %s: %s: the kernel log "
			 "(dmesg) may say more", name, strerror(-err));
}

char *vmlab_explain(int err, enum vmlab_subject about, pid_t pid, char *buf,
		    size_t size)
{
	const char *text = mismatch(err);

	if (text) {
		snprintf(buf, size, "%s: build and load both from the same "
			 "source (this is version %s)", text, vmlab_version());
		return buf;
	}
	if (about == VMLAB_ABOUT_PROCESS) {
		explain_process(err, pid, buf, size);
		return buf;
	}

	text = about == VMLAB_ABOUT_DEVICE ? about_device(err) : about_space(err);
	if (text)
		snprintf(buf, size, "%s", text);
	else if (about == VMLAB_ABOUT_DEVICE)
		snprintf(buf, size, "cannot open " VMLAB_DEVICE ": %s: see "
			 "open(2)", strerror(-err));
	else
		snprintf(buf, size, "the request about the space failed: %s: "
			 "the kernel log (dmesg) may say more", strerror(-err));
	return buf;
}
