// SPDX-License-Identifier: GPL-2.0
/*
 * The functions of libc that make processes and threads.
 *
 * libc's fork(3) calls the handlers of pthread_atfork(3).  Those of the library are
 * registered before all others, so that in the parent they are the last to run before
 * the system call, and in the child the first after it: see fork.c.
 */
#include <dlfcn.h>
#include <pthread.h>
#include <pty.h>
#include <sched.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <unistd.h>

#include "copy.h"
#include "entry.h"
#include "fork.h"
#include "open.h"
#include "report.h"
#include "space.h"
#include "stack.h"
#include "streams.h"

typedef void handler(void);

EXPORTED int __register_atfork(handler *prepare, handler *parent, handler *child, void *object);
pid_t _Fork(void);
extern void *__dso_handle __attribute__((visibility("hidden")));

/* Functions of libc that others of the same name hide. */
static struct {
	int (*register_atfork)(handler *prepare, handler *parent, handler *child,
			       void *object);
	pid_t (*fork)(void);
	pid_t (*fork_alone)(void);
	int (*clone)(int (*fn)(void *arg), void *stack, int flags, void *arg, ...);
	int (*pthread_create)(pthread_t *thread, const pthread_attr_t *attr,
			      void *(*fn)(void *arg), void *arg);
	int (*forkpty)(int *amaster, char *name, const struct termios *termp,
		       const struct winsize *winp);
	int (*daemon)(int nochdir, int noclose);
} libc;

static void find(const char *name, void *function)
{
	*(void **)function = dlsym(RTLD_NEXT, name);
}

static void before_fork(void)
{
	streams_prepare();
	fork_prepare(0);
	streams_hide();
}

static void after_fork(void)
{
	streams_show();
	fork_parent();
	streams_parent();
}

static void in_child(void)
{
	fork_child();
	streams_show();
	streams_child();
}

/* Called first by the dynamic loader's first allocation, or by the constructor. */
static void initialise(void)
{
	static bool done;

	if (__atomic_exchange_n(&done, true, __ATOMIC_ACQ_REL))
		return;
	find("__register_atfork", &libc.register_atfork);
	find("fork", &libc.fork);
	find("_Fork", &libc.fork_alone);
	find("clone", &libc.clone);
	find("pthread_create", &libc.pthread_create);
	find("forkpty", &libc.forkpty);
	find("daemon", &libc.daemon);
	libc.register_atfork(before_fork, after_fork, in_child, &__dso_handle);
}

static void __attribute__((constructor)) start(void)
{
	initialise();
}

static void __attribute__((destructor)) stop(void)
{
	streams_exit();
	report_exit();
}

EXPORTED int __register_atfork(handler *prepare, handler *parent, handler *child, void *object)
{
	initialise();
	return libc.register_atfork(prepare, parent, child, object);
}

static long do_fork(void *arg)
{
	(void)arg;
	return libc.fork();
}

EXPORTED pid_t fork(void)
{
	initialise();
	return (pid_t)stack_private(do_fork, NULL);
}

EXPORTED pid_t __fork(void) __THROWNL __attribute__((alias("fork")));

static long do_fork_alone(void *arg)
{
	pid_t pid;

	(void)arg;
	fork_prepare(0);
	pid = libc.fork_alone();
	fork_finish(pid);
	return pid;
}

EXPORTED pid_t _Fork(void)
{
	initialise();
	return (pid_t)stack_private(do_fork_alone, NULL);
}

struct pty_arguments {
	int *master;
	char *name;
	const struct termios *termios;
	const struct winsize *size;
};

static long do_forkpty(void *arg)
{
	const struct pty_arguments *pty = arg;

	return libc.forkpty(pty->master, pty->name, pty->termios, pty->size);
}

/* These call libc's own fork. */
EXPORTED int forkpty(int *master, char *name, const struct termios *termios,
		     const struct winsize *size)
{
	struct pty_arguments pty = { master, name, termios, size };

	initialise();
	return (int)stack_private(do_forkpty, &pty);
}

static long do_daemon(void *arg)
{
	const int *const how = arg;

	return libc.daemon(how[0], how[1]);
}

EXPORTED int daemon(int nochdir, int noclose)
{
	int how[] = { nochdir, noclose };

	initialise();
	return (int)stack_private(do_daemon, how);
}

/* A child of clone(2) without CLONE_VM. */
struct clone_child {
	int (*fn)(void *arg);
	void *arg;
	void *stack;
	pid_t *tid;
};

static long call_child(void *arg)
{
	const struct clone_child *const child = arg;

	return child->fn(child->arg);
}

/* It starts on a stack that fork copies, which it keeps. */
static int start_child(void *arg)
{
	const struct clone_child *const child = arg;

	fork_child();
	if (child->tid)
		*child->tid = raw_getpid();
	return (int)on_stack(child->stack, call_child, arg);
}

static int clone_process(struct clone_child *child, int flags, pid_t *parent_tid, void *tls,
			 pid_t *child_tid)
{
	const long stack = stack_map();
	int pid;

	if (raw_failed(stack))
		return (int)result(stack);
	/* The kernel would write it to memory that is still the parent's. */
	child->tid = flags & CLONE_CHILD_SETTID ? child_tid : NULL;
	*(struct clone_child *)stack = *child;
	fork_prepare((unsigned long)flags);
	pid = libc.clone(start_child, stack_top(stack), flags & ~CLONE_CHILD_SETTID,
			 (void *)stack, parent_tid, tls, child_tid);
	fork_finish(pid);
	stack_unmap(stack);
	return pid;
}

EXPORTED int clone(int (*fn)(void *arg), void *stack, int flags, void *arg, ...)
{
	struct clone_child child = { fn, arg, stack, NULL };
	pid_t *parent_tid, *child_tid;
	va_list args;
	void *tls;

	va_start(args, arg);
	parent_tid = va_arg(args, pid_t *);
	tls = va_arg(args, void *);
	child_tid = va_arg(args, pid_t *);
	va_end(args);
	initialise();
	if (flags & CLONE_VM || !fn || !stack)
		return libc.clone(fn, stack, flags, arg, parent_tid, tls, child_tid);
	return clone_process(&child, flags, parent_tid, tls, child_tid);
}

EXPORTED int __clone(int (*fn)(void *arg), void *stack, int flags, void *arg, ...)
	__THROW
	__attribute__((alias("clone")));

/*
 * A thread's control block lies on its stack.  libc writes to it in the child of a fork
 * before handlers run, so the stack must be memory that fork copies.
 */
EXPORTED int pthread_create(pthread_t *thread, const pthread_attr_t *attr,
			    void *(*fn)(void *arg), void *arg)
{
	void *stack = NULL;
	size_t len = 0;

	initialise();
	if (attr && !pthread_attr_getstack(attr, &stack, &len) && stack && len &&
	    managed_may_have((uintptr_t)stack, len)) {
		const uintptr_t start = (uintptr_t)stack & ~(PAGE_BYTES - 1);
		const int fd = space_use(false);

		if (fd >= 0)
			give_back(fd, false, start,
				  page_up((uintptr_t)stack + len) - start);
	}
	return libc.pthread_create(thread, attr, fn, arg);
}
