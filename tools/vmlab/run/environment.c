// SPDX-License-Identifier: GPL-2.0
/* The environment with which a command loads the preload library. */
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "preload/run_protocol.h"
#include "run/environment.h"
#include "sys/xalloc.h"

#define LIBRARY	  "libvmlab-run.so"
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
		if (asprintf(&path, "%s%s" LIBRARY, self, places[i]) < 0)
			check_alloc(NULL);
		real = realpath(path, NULL);
		free(path);
		if (real)
			return real;
	}
	return NULL;
}

/*
 * Tell whether the allocator is in a directory that the loader searches: its defaults and
 * LD_LIBRARY_PATH, but not those of ld.so.conf(5).
 */
static bool allocator_is_in_path(void)
{
	void *self = dlopen(NULL, RTLD_NOW);
	Dl_serinfo size, *info;
	bool found = false;

	if (!self || dlinfo(self, RTLD_DI_SERINFOSIZE, &size))
		return false;
	info = check_alloc(malloc(size.dls_size));
	if (!dlinfo(self, RTLD_DI_SERINFOSIZE, info) &&
	    !dlinfo(self, RTLD_DI_SERINFO, info)) {
		for (unsigned int i = 0; !found && i < info->dls_cnt; i++) {
			char path[PATH_MAX];

			snprintf(path, sizeof(path), "%s/" ALLOCATOR,
				 info->dls_serpath[i].dls_name);
			found = !access(path, R_OK);
		}
	}
	free(info);
	dlclose(self);
	return found;
}

/*
 * Tell whether the loader finds the allocator.  To load it takes a child, because it takes
 * over the allocations of its process, and 3 million instructions.
 */
static bool allocator_is_found(void)
{
	int status;
	pid_t child;

	if (allocator_is_in_path())
		return true;
	fflush(NULL);
	child = fork();
	if (child < 0)
		return true; /* the loader will say so */
	if (!child) {
		const char *error;

		if (dlopen(ALLOCATOR, RTLD_NOW | RTLD_LOCAL))
			_exit(0);
		/* a library for programs that start with it may refuse to be loaded later */
		error = dlerror();
		_exit(error && strstr(error, "No such file") ? 1 : 0);
	}
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return true;
	return !WIFEXITED(status) || WEXITSTATUS(status) == 0;
}

int environment_libraries(char **libraries, struct failure *failure)
{
	const char *given = getenv("VMLAB_RUN_LIBRARY");
	char *path;

	if (given) {
		*libraries = check_alloc(strdup(given));
		return 0;
	}
	path = find_library();
	if (!path)
		return failure_set(failure, -ENOENT, "cannot find " LIBRARY ", the library "
				   "that manages the memory of programs: it belongs beside "
				   "vmlab or in ../lib/vmlab: run 'make tools' or 'make "
				   "install' again");
	if (strpbrk(path, " :")) {
		failure_set(failure, -EINVAL, "%s: the loader cannot preload a library from a "
			    "path with a blank or a colon: install vmlab elsewhere", path);
		free(path);
		return -EINVAL;
	}
	if (!allocator_is_found()) {
		free(path);
		return failure_set(failure, -ENOENT, "cannot find " ALLOCATOR ", the allocator "
				   "that takes memory from vmlab: install the package "
				   "libjemalloc2 (Debian, Ubuntu) or jemalloc (Fedora)");
	}
	if (asprintf(libraries, "%s " ALLOCATOR, path) < 0)
		check_alloc(NULL);
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
