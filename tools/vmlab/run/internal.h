/* SPDX-License-Identifier: GPL-2.0 */
/* What the parts of a session share. */
#ifndef VMLAB_RUN_INTERNAL_H
#define VMLAB_RUN_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "model/run_report.h"
#include "run/plan.h"

#define NO_PROGRAM SIZE_MAX

/**
 * struct space_entry - a space that the session holds, or a free entry
 * @live: the entry is in use
 * @pub: what the observer sees
 * @handle: the space
 * @member: its process
 */
struct space_entry {
	bool live;
	struct run_space pub;
	struct vmlab_space *handle;
	size_t member;
};

/**
 * struct member - a process of the command that has not ended, or a free entry
 * @live: the entry is in use
 * @pid: the process
 * @pidfd: readable when it has ended, or -1
 * @connection: of the preload library, or -1
 * @program: what it runs, an index of report->programs, or NO_PROGRAM
 * @had_program: it ran another program of the report before
 * @file, @seen: the file that it runs without a program of the report, and in how many
 *	samples it did
 */
struct member {
	bool live;
	pid_t pid;
	int pidfd;
	int connection;
	size_t program;
	bool had_program;
	uint64_t file;
	unsigned int seen;
};

/** struct session - see session.c */
struct run_session {
	const struct run_plan *plan;
	struct run_report *report;
	int epoll;
	int listener;
	int signals;
	int timer;
	int spare; /* a descriptor to close when there are no more */
	bool preloads; /* the command is given the library */
	struct member *members;
	size_t nr_members, members_room;
	struct space_entry *spaces;
	size_t nr_spaces, spaces_room;
	size_t programs_room;
	struct vmlab_event *events; /* a buffer */
	uint64_t batches; /* since the last tick */
	double start; /* of the command, see clock_now() */
	bool ended; /* the command was reaped */
};

/* --- watch.c: what the session waits for --------------------------------------------- */

enum source { SOURCE_LISTENER, SOURCE_SIGNALS, SOURCE_TIMER, SOURCE_MEMBER, SOURCE_CONNECTION,
	      SOURCE_RING };

/** run_watch - wait for input at a descriptor; 0 or a negative errno */
int run_watch(struct run_session *s, int fd, enum source source, size_t index);

/** run_unwatch - wait no more */
void run_unwatch(struct run_session *s, int fd);

/**
 * run_wait - wait until a descriptor is ready
 * @timeout: milliseconds, -1 for no limit
 * @source, @index: [out] as given to run_watch()
 *
 * Return: false when none was ready in time, or a signal came.
 */
bool run_wait(struct run_session *s, int timeout, enum source *source, size_t *index);

/* --- members.c: processes and what they run ---------------------------------------- */

/** run_member_find - find the entry of a process, or make one */
size_t run_member_find(struct run_session *s, pid_t pid);

/** run_member_connect - a process has connected: one of the command, or it is refused */
void run_member_connect(struct run_session *s, int connection, const struct ucred *peer);

/** run_member_receive - read the messages of a process, and notice the end of its connection */
void run_member_receive(struct run_session *s, size_t member);

/** run_member_end - a process has ended, or the session has */
void run_member_end(struct run_session *s, size_t member, bool running);

/** run_member_sample - measure what the processes hold, and find those without a space */
void run_member_sample(struct run_session *s);

/* --- programs.c: the programs of the report ------------------------------------------ */

/** run_program_of - return the program of a member, made if it has none */
struct run_program *run_program_of(struct run_session *s, size_t member);

/* --- spaces.c: the spaces of processes ---------------------------------------------- */

/** run_space_add - hold the space of a descriptor, which is closed on failure */
void run_space_add(struct run_session *s, size_t member, int fd, enum run_cause cause);

/** run_space_read - pass the events of a space to the observer */
void run_space_read(struct run_session *s, size_t space);

/** run_space_read_all - pass the events that all spaces have by now to the observer */
void run_space_read_all(struct run_session *s);

/** run_space_mapped - tell whether a member has a space that is still mapped */
bool run_space_mapped(const struct run_session *s, size_t member);

/** run_space_end_all - read the final counters of all spaces of a member, and close them */
void run_space_end_all(struct run_session *s, size_t member);

/** run_space_sample - measure how many frames all spaces have */
void run_space_sample(struct run_session *s);

#endif /* VMLAB_RUN_INTERNAL_H */
