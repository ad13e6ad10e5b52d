// SPDX-License-Identifier: GPL-2.0
/* Whether a preload library can manage the memory of a program. */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "run/program.h"
#include "sys/xalloc.h"

/* scripts that interpret scripts: as many as the kernel follows */
enum { INTERPRETERS_MAX = 5, LINE = 256 };

/* where execvp(3) looks without the variable */
#define DEFAULT_PATH "/bin:/usr/bin"

/* Return 0 when the file can be executed, else a negative errno. */
static int executable(const char *path)
{
	struct stat st;

	if (stat(path, &st))
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EACCES;
	return faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) ? -errno : 0;
}

int program_find(const char *name, char **path)
{
	const char *dirs = getenv("PATH");
	int err, result = -ENOENT;
	size_t len;

	*path = NULL;
	if (!*name)
		return -ENOENT;
	if (strchr(name, '/')) {
		*path = check_alloc(strdup(name));
		err = executable(name);
		if (err) {
			free(*path);
			*path = NULL;
		}
		return err == -ENOTDIR ? -ENOENT : err;
	}
	for (dirs = dirs ? dirs : DEFAULT_PATH;; dirs += len + 1) {
		len = strcspn(dirs, ":");
		/* an empty entry is the current directory */
		if (asprintf(path, "%.*s%s%s", (int)len, dirs, len ? "/" : "./", name) < 0)
			*path = check_alloc(NULL);
		err = executable(*path);
		if (!err)
			return 0;
		free(*path);
		*path = NULL;
		/* as a shell does: go on, but remember that there was one */
		if (err == -EACCES)
			result = err;
		if (!dirs[len])
			return result;
	}
}

/* The loader ignores libraries of LD_PRELOAD for a program with other privileges. */
static bool has_privileges(int fd)
{
	struct stat st;

	if (fstat(fd, &st))
		return false;
	if (st.st_mode & S_ISUID && st.st_uid != getuid())
		return true;
	if (st.st_mode & S_ISGID && st.st_mode & S_IXGRP && st.st_gid != getgid())
		return true;
	return getuid() && fgetxattr(fd, "security.capability", NULL, 0) > 0;
}

static bool has_interpreter(int fd, const Elf64_Ehdr *header)
{
	Elf64_Phdr segment;

	for (size_t i = 0; i < header->e_phnum; i++) {
		off_t at = (off_t)(header->e_phoff + i * header->e_phentsize);

		if (pread(fd, &segment, sizeof(segment), at) != (ssize_t)sizeof(segment))
			return false;
		if (segment.p_type == PT_INTERP)
			return true;
	}
	return false;
}

enum run_why program_why(int fd)
{
	Elf64_Ehdr header;

	if (has_privileges(fd))
		return RUN_WHY_SETUID;
	if (pread(fd, &header, sizeof(header), 0) != (ssize_t)sizeof(header) ||
	    memcmp(header.e_ident, ELFMAG, SELFMAG))
		return RUN_MANAGED;
	if (header.e_ident[EI_CLASS] != ELFCLASS64)
		return RUN_WHY_32BIT;
	return has_interpreter(fd, &header) ? RUN_MANAGED : RUN_WHY_STATIC;
}

/* Read the interpreter of a script; return false for another file. */
static bool read_interpreter(int fd, char interpreter[LINE])
{
	char line[LINE] = "";
	ssize_t len = pread(fd, line, sizeof(line) - 1, 0);
	char *name;

	if (len < 3 || memcmp(line, "#!", 2))
		return false;
	line[2 + strcspn(line + 2, "\n")] = '\0';
	name = line + 2 + strspn(line + 2, " \t");
	name[strcspn(name, " \t")] = '\0';
	snprintf(interpreter, LINE, "%s", name);
	return *name;
}

static int explain(const char *path, const char *of, enum run_why why,
		   struct failure *failure)
{
	static const char *const what[] = {
		[RUN_WHY_STATIC] = "is statically linked: no library can take over its "
				   "memory; give a dynamically linked program",
		[RUN_WHY_SETUID] = "runs with privileges of its own (setuid, setgid or "
				   "capabilities), so that it loads no library from "
				   "others: give a copy without them",
		[RUN_WHY_32BIT] = "is a 32-bit program: only 64-bit ones can load the "
				  "library that manages memory",
	};

	if (of)
		return failure_set(failure, -ENOEXEC, "cannot manage '%s': its "
				   "interpreter %s %s", of, path, what[why]);
	return failure_set(failure, -ENOEXEC, "cannot manage '%s': it %s", path, what[why]);
}

int program_check(const char *path, struct failure *failure)
{
	char interpreter[LINE], file[LINE];
	const char *script = NULL;
	enum run_why why;
	bool more;
	int fd;

	for (int i = 0; i < INTERPRETERS_MAX; i++) {
		fd = open(script ? file : path, O_RDONLY | O_CLOEXEC);
		/* executable, but not readable: execve(2) decides */
		if (fd < 0)
			return 0;
		why = program_why(fd);
		more = read_interpreter(fd, interpreter);
		close(fd);
		/* the kernel ignores these bits of a script */
		if (why != RUN_MANAGED && !(more && why == RUN_WHY_SETUID))
			return explain(script ? file : path, script, why, failure);
		if (!more)
			return 0;
		script = path;
		memcpy(file, interpreter, sizeof(file));
	}
	return 0;
}
