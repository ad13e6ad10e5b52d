// SPDX-License-Identifier: GPL-2.0
/*
 * A client of vmlab run that talks the protocol itself, instead of the preload library:
 * what the supervisor counts is known exactly then, and messages can be wrong.
 *
 *	test-run-client STEP...
 *
 * Steps: space, replace (another space), touch N (pages), fork N (a child with a clone of
 * the space touches N more and ends), orphan (the rest in a child that is not waited for),
 * exec (the rest in a new program), no-space, given N, garbage, disconnect, wait (until
 * killed), print TEXT, kill N, exit N.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/vmlab.h>

#include "../tools/preload/run_packet.h"

static int connection = -1;
static int space = -1;
static size_t touched; /* pages of the space */

static void fail(const char *what)
{
	fprintf(stderr, "test-run-client: %s: %s\n", what, strerror(errno));
	exit(99);
}

/* Return the value of a setting of vmlab run, or NULL. */
static const char *setting(const char *name)
{
	const char *text = getenv(RUN_ENVIRONMENT);

	while (text && *text) {
		size_t length = strlen(name);

		if (!strncmp(text, name, length) && text[length] == '=')
			return text + length + 1;
		text += strcspn(text, ",");
		text += *text == ',';
	}
	return NULL;
}

static uint64_t number(const char *name)
{
	const char *text = setting(name);

	return text ? strtoull(text, NULL, 0) : 0;
}

static void dial(void)
{
	const char *name = setting("socket");
	struct sockaddr_un to;
	socklen_t len;

	if (!name)
		fail("no socket in the environment");
	connection = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	len = run_packet_address(&to, name, strlen(name));
	if (connect(connection, (struct sockaddr *)&to, len))
		fail("connect");
}

static void say(uint32_t type, uint64_t first, uint64_t second, int fd)
{
	struct run_packet packet = {
		.message = {
			.version = RUN_VERSION, .type = type, .pid = getpid(),
			.name = "client", .value = { first, second },
		},
	};

	run_packet_fill(&packet, fd);
	/* a supervisor that was killed is no failure */
	if (sendmsg(connection, &packet.header, MSG_NOSIGNAL) < 0 && errno != EPIPE)
		fail("sendmsg");
}

static void record(int fd)
{
	struct vmlab_events events = {
		.size = sizeof(events), .mask = (uint32_t)number("event_mask"),
		.nr = (uint32_t)number("events"),
	};

	if (events.mask && ioctl(fd, VMLAB_IOC_EVENTS, &events))
		fail("VMLAB_IOC_EVENTS");
}

static void open_space(uint64_t cause)
{
	struct vmlab_space_config config = {
		.size = sizeof(config), .flags = (uint32_t)number("space_flags"),
	};
	struct vmlab_paging paging = {
		.size = sizeof(paging), .budget = number("budget"),
		.policy = (uint32_t)number("policy"),
		.policy_id = (uint32_t)number("policy_id"), .seed = number("seed"),
		.prefetch = (uint32_t)number("prefetch"),
		.prefetch_pages = (uint32_t)number("prefetch_pages"),
		.flags = (uint32_t)number("paging_flags"),
	};

	if (connection < 0)
		dial();
	space = open(VMLAB_DEVICE, O_RDWR | O_CLOEXEC);
	if (space < 0 || ioctl(space, VMLAB_IOC_SPACE_SET, &config) ||
	    ioctl(space, VMLAB_IOC_PAGING_SET, &paging))
		fail("space");
	record(space);
	say(RUN_SPACE, cause, 0, space);
	touched = 0;
}

static void touch(size_t pages)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	char *p = mmap(NULL, pages * page, PROT_READ | PROT_WRITE, MAP_SHARED, space,
		       (off_t)(touched * page));

	if (p == MAP_FAILED)
		fail("mmap");
	for (size_t i = 0; i < pages; i++)
		p[i * page] = 1;
	touched += pages;
}

static void fork_child(size_t pages)
{
	struct vmlab_clone clone = { .size = sizeof(clone) };
	pid_t child;

	if (ioctl(space, VMLAB_IOC_CLONE, &clone))
		fail("VMLAB_IOC_CLONE");
	record(clone.fd);
	child = fork();
	if (!child) {
		close(connection);
		dial();
		space = clone.fd;
		say(RUN_SPACE, RUN_FORKED, 0, space);
		touch(pages);
		_exit(0);
	}
	close(clone.fd);
	if (waitpid(child, NULL, 0) != child)
		fail("waitpid");
}

static void garbage(void)
{
	struct run_message m = { .version = RUN_VERSION + 1, .type = RUN_SPACE };
	char large[4096] = { 0 };
	int file = open("/dev/null", O_RDONLY);

	if (connection < 0)
		dial();
	send(connection, "x", 1, 0);
	send(connection, large, sizeof(large), 0);
	send(connection, &m, sizeof(m), 0);
	say(99, 1, 2, -1);
	/* no space at all, and none of a space */
	say(RUN_SPACE, RUN_STARTED, 0, file);
	say(RUN_SPACE, RUN_STARTED, 0, -1);
	say(RUN_EXIT, 0, 0, file);
	close(file);
}

static size_t next_number(char ***argv)
{
	return **argv ? strtoul(*(*argv)++, NULL, 0) : 0;
}

static void step(const char *name, char ***argv)
{
	if (!strcmp(name, "space")) {
		open_space(RUN_STARTED);
	} else if (!strcmp(name, "replace")) {
		open_space(RUN_REPLACED);
	} else if (!strcmp(name, "touch")) {
		touch(next_number(argv));
	} else if (!strcmp(name, "fork")) {
		fork_child(next_number(argv));
	} else if (!strcmp(name, "orphan")) {
		if (fork())
			_exit(0);
		connection = -1;
	} else if (!strcmp(name, "exec")) {
		/* its name takes the place of this word */
		execv("/proc/self/exe", *argv - 1);
		fail("execv");
	} else if (!strcmp(name, "no-space")) {
		dial();
		say(RUN_NO_SPACE, EACCES, RUN_OPEN, -1);
	} else if (!strcmp(name, "given")) {
		say(RUN_GIVEN_BACK, next_number(argv), 0, -1);
	} else if (!strcmp(name, "garbage")) {
		garbage();
	} else if (!strcmp(name, "disconnect")) {
		close(connection);
	} else if (!strcmp(name, "wait")) {
		pause();
	} else if (!strcmp(name, "print")) {
		puts(*(*argv)++);
		fflush(stdout);
	} else if (!strcmp(name, "kill")) {
		raise((int)next_number(argv));
	} else if (!strcmp(name, "exit")) {
		_exit((int)next_number(argv));
	} else {
		fprintf(stderr, "test-run-client: '%s' is none of its words\n", name);
		exit(98);
	}
}

int main(int argc, char **argv)
{
	(void)argc;
	for (argv++; *argv;)
		step(*argv++, &argv);
	return 0;
}
