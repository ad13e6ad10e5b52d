// SPDX-License-Identifier: GPL-2.0
/* The environment with which a command loads the preload library. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "preload/run_protocol.h"
#include "run/environment.h"
#include "sys/xalloc.h"

#define ALLOCATOR "libjemalloc.so.2"

/* from the directory of vmlab: where make builds it, and where make install puts it */
static const char *const places[] = {
	"",
	"../lib/vmlab/",
	"../lib/x86_64-linux-gnu/vmlab/",
	"../lib/aarch64-linux-gnu/vmlab/",
	"../lib64/vmlab/",
};

/* Find our library; return a path to be freed, or NULL. */
static char *find_library(void)
{
	char self[PATH_MAX], *path, *real;
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *slash;

	if (len < 0)
		return NULL;
	self[len] = '\0';
	slash = strrchr(self, '/');
	if (!slash)
		return NULL;
	slash[1] = '\0';
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		if (asprintf(&path, "%s%s" RUN_LIBRARY, self, places[i]) < 0)
			check_alloc(NULL);
		real = realpath(path, NULL);
		free(path);
		if (real)
			return real;
	}
	return NULL;
}

/*
 * Return the path of the allocator in the directories that the loader searches, its defaults
 * and LD_LIBRARY_PATH but not those of ld.so.conf(5), or NULL.
 */
static char *allocator_in_path(void)
{
	void *self = dlopen(NULL, RTLD_NOW);
	Dl_serinfo size, *info;
	char *found = NULL;

	if (!self || dlinfo(self, RTLD_DI_SERINFOSIZE, &size))
		return NULL;
	info = check_alloc(malloc(size.dls_size));
	if (!dlinfo(self, RTLD_DI_SERINFOSIZE, info) &&
	    !dlinfo(self, RTLD_DI_SERINFO, info)) {
		for (unsigned int i = 0; !found && i < info->dls_cnt; i++) {
			char path[PATH_MAX];

			snprintf(path, sizeof(path), "%s/" ALLOCATOR,
				 info->dls_serpath[i].dls_name);
			/* LD_PRELOAD separates with both. */
			if (*path == '/' && !strpbrk(path, " :") && !access(path, R_OK))
				found = check_alloc(strdup(path));
		}
	}
	free(info);
	dlclose(self);
	return found;
}

/* In a child: write the path of the allocator, or its name if that is not known. */
static void __attribute__((noreturn)) tell_allocator(int to)
{
	void *handle = dlopen(ALLOCATOR, RTLD_NOW | RTLD_LOCAL);
	const char *name = ALLOCATOR;
	struct link_map *map;
	size_t len;

	if (handle) {
		if (!dlinfo(handle, RTLD_DI_LINKMAP, &map) && *map->l_name == '/')
			name = map->l_name;
		len = strlen(name);
	} else {
		/* A library for programs that start with it may refuse to be loaded later. */
		const char *error = dlerror();

		if (!error || strstr(error, "No such file"))
			_exit(1);
		if (*error == '/')
			name = error;
		len = strcspn(name, ": ");
	}
	_exit(write(to, name, len) != (ssize_t)len);
}

/*
 * Return what the loader finds as the allocator, to be freed, or NULL.  To load it takes a
 * child, because it takes over the allocations of its process, and 3 million instructions.
 *
 * It is a path, because the loader skips paths silently in programs with privileges of
 * their own, but complains about names.
 */
static char *find_allocator(void)
{
	char *found = allocator_in_path();
	char name[PATH_MAX];
	ssize_t len = 0;
	int fds[2];
	pid_t child;

	if (found)
		return found;
	if (pipe2(fds, O_CLOEXEC))
		return check_alloc(strdup(ALLOCATOR)); /* the loader will say so */
	fflush(NULL);
	child = fork();
	if (!child)
		tell_allocator(fds[1]);
	close(fds[1]);
	if (child > 0) {
		len = read(fds[0], name, sizeof(name) - 1);
		while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
			;
	}
	close(fds[0]);
	if (child > 0 && len <= 0)
		return NULL;
	name[len] = '\0';
	return check_alloc(strdup(child < 0 || strpbrk(name, " :") ? ALLOCATOR : name));
}

int environment_libraries(char **libraries, struct failure *failure)
{
	const char *given = getenv("VMLAB_RUN_LIBRARY");
	char *path, *allocator;

	if (given) {
		*libraries = check_alloc(strdup(given));
		return 0;
	}
	path = find_library();
	if (!path)
		return failure_set(failure, -ENOENT, "cannot find " RUN_LIBRARY ", the library "
				   "that manages the memory of programs: it belongs beside "
				   "vmlab or in ../lib/vmlab: run 'make tools' or 'make "
				   "install' again");
	if (strpbrk(path, " :")) {
		failure_set(failure, -EINVAL, "%s: the loader cannot preload a library from a "
			    "path with a blank or a colon: install vmlab elsewhere", path);
		free(path);
		return -EINVAL;
	}
	allocator = find_allocator();
	if (!allocator) {
		free(path);
		return failure_set(failure, -ENOENT, "cannot find " ALLOCATOR ", the allocator "
				   "that takes memory from vmlab: install the package "
				   "libjemalloc2 (Debian, Ubuntu) or jemalloc (Fedora)");
	}
	if (asprintf(libraries, "%s %s", path, allocator) < 0)
		check_alloc(NULL);
	free(allocator);
	free(path);
	return 0;
}

static bool is_variable(const char *entry, const char *name)
{
	size_t len = strlen(name);

	return !strncmp(entry, name, len) && entry[len] == '=';
}

static char *preload_variable(const char *libraries)
{
	const char *before = getenv("LD_PRELOAD");
	char *text;

	if (asprintf(&text, "LD_PRELOAD=%s%s%s", libraries,
		     before && *before && *libraries ? " " : "", before ? before : "") < 0)
		check_alloc(NULL);
	return text;
}

static char *settings_variable(const struct run_settings *s)
{
	const struct vmlab_paging *p = s->paging;
	char events[64] = "", *text;

	if (s->event_mask)
		snprintf(events, sizeof(events), "event_mask=%u,events=%u,", s->event_mask,
			 s->nr_events);
	if (asprintf(&text, RUN_ENVIRONMENT "=version=%u,budget=%llu,policy=%u,policy_id=%u,"
		     "seed=%llu,prefetch=%u,prefetch_pages=%u,sample=%u,sample_keep=%u,"
		     "paging_flags=%u,space_flags=%u,%ssocket=%s", RUN_VERSION,
		     (unsigned long long)p->budget, p->policy, p->policy_id,
		     (unsigned long long)p->seed, p->prefetch, p->prefetch_pages, p->sample,
		     p->sample_keep, p->flags,
		     s->space_flags, events, s->socket) < 0)
		check_alloc(NULL);
	return text;
}

char **environment_make(const char *libraries, const struct run_settings *settings)
{
	size_t nr = 0, used = 0;
	char **to;

	while (environ[nr])
		nr++;
	to = check_alloc(calloc(nr + 3, sizeof(*to)));
	for (size_t i = 0; i < nr; i++)
		if (!is_variable(environ[i], "LD_PRELOAD") &&
		    !is_variable(environ[i], RUN_ENVIRONMENT) &&
		    !is_variable(environ[i], "VMLAB_RUN_LIBRARY"))
			to[used++] = check_alloc(strdup(environ[i]));
	if (*libraries || getenv("LD_PRELOAD"))
		to[used++] = preload_variable(libraries);
	to[used++] = settings_variable(settings);
	return to;
}

void environment_free(char **environment)
{
	for (char **entry = environment; *entry; entry++)
		free(*entry);
	free(environment);
}
