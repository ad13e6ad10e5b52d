// SPDX-License-Identifier: GPL-2.0
/*
 * The processes of a command, and what they run.
 *
 * A process reports a space when it begins and when it forks; its connection ends when it
 * calls execve(2) or ends.  Those that never report are found in /proc.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <unistd.h>

#include "run/internal.h"
#include "run/socket.h"
#include "run/tree.h"
#include "sys/xalloc.h"

/*
 * Samples after which a process that could load the library, but has not reported, is
 * listed: 3 s.  The loader and the first allocation take a moment.
 */
enum { SAMPLES_UNTIL_SILENT = 30 };

/* Messages that are read at once: more than a socket holds, but not those of a flood. */
enum { MESSAGES_PER_ROUND = 4096 };

size_t run_member_find(struct run_session *s, pid_t pid)
{
	size_t unused = s->nr_members;

	for (size_t i = 0; i < s->nr_members; i++) {
		if (s->members[i].live && s->members[i].pid == pid)
			return i;
		if (!s->members[i].live)
			unused = i;
	}
	if (unused == s->nr_members) {
		s->members = array_grow(s->members, s->nr_members, &s->members_room,
					sizeof(*s->members));
		s->nr_members++;
	}
	s->members[unused] = (struct member){
		.live = true,
		.pid = pid,
		.pidfd = pidfd_open(pid, 0),
		.connection = -1,
		.program = NO_PROGRAM,
	};
	/* without a pidfd the end of the connection, or the sample, is the end */
	if (s->members[unused].pidfd >= 0)
		run_watch(s, s->members[unused].pidfd, SOURCE_MEMBER, unused);
	return unused;
}

/* The program of a process ends, or the process does. */
static void end_program(struct run_session *s, size_t member)
{
	if (s->members[member].program == NO_PROGRAM)
		return;
	run_space_end_all(s, member);
	s->members[member].program = NO_PROGRAM;
	s->members[member].seen = 0;
}

static bool is_managed(const struct run_session *s, const struct member *m)
{
	return m->program != NO_PROGRAM &&
	       s->report->programs[m->program].why == RUN_MANAGED;
}

/* List the program of a process that has not reported, if it cannot or does not. */
static void look_at(struct run_session *s, size_t member)
{
	struct member *m = &s->members[member];
	struct run_program *program;
	enum run_why why;
	uint64_t file;

	if (is_managed(s, m))
		return;
	why = tree_program(m->pid, &file);
	if (!file)
		return; /* it has ended */
	if (file != m->file) {
		end_program(s, member);
		m->seen = 0;
	}
	m->file = file;
	m->seen++;
	if (m->program != NO_PROGRAM)
		return;
	if (why == RUN_MANAGED &&
	    (m->seen > SAMPLES_UNTIL_SILENT ||
	     (s->preloads && m->seen > 1 && !tree_preloads(m->pid))))
		why = RUN_WHY_SILENT;
	if (why == RUN_MANAGED)
		return;
	program = run_program_of(s, member);
	program->why = why;
}

static void close_connection(struct run_session *s, size_t member)
{
	struct member *m = &s->members[member];

	close(m->connection);
	m->connection = -1;
}

/* The connection has ended: by execve(2), by the end of the process, or by the program. */
static void disconnected(struct run_session *s, size_t member)
{
	close_connection(s, member);
	if (s->members[member].pidfd < 0) {
		run_member_end(s, member, false);
		return;
	}
	/* the memory of the program before execve(2) is unmapped by then */
	if (!run_space_mapped(s, member)) {
		end_program(s, member);
		look_at(s, member);
	}
}

static void note_space(struct run_session *s, size_t member, const struct run_message *m, int fd)
{
	const enum run_cause cause = (enum run_cause)m->value[0];
	struct run_program *program;

	/* one that could not be managed has executed this one */
	if (s->members[member].program != NO_PROGRAM && !is_managed(s, &s->members[member]) &&
	    run_program_of(s, member)->why != RUN_WHY_SILENT)
		end_program(s, member);
	program = run_program_of(s, member);
	memcpy(program->name, m->name, sizeof(program->name));
	program->forked = cause == RUN_FORKED;
	program->why = RUN_MANAGED;
	if (fd >= 0)
		run_space_add(s, member, fd, cause);
}

static void note_no_space(struct run_session *s, size_t member, const struct run_message *m)
{
	struct run_program *program = run_program_of(s, member);

	if (m->value[1] == RUN_CLONE) {
		program->copied++;
		return;
	}
	memcpy(program->name, m->name, sizeof(program->name));
	if (!program->spaces) {
		program->why = RUN_WHY_FAILED;
		program->no_space_errno = (int)m->value[0];
	}
}

static void note(struct run_session *s, size_t member, const struct run_message *m, int fd)
{
	struct run_program *program;

	switch (m->type) {
	case RUN_SPACE:
		note_space(s, member, m, fd);
		return;
	case RUN_NO_SPACE:
		note_no_space(s, member, m);
		break;
	case RUN_EXIT:
		program = run_program_of(s, member);
		if (program->anon < m->value[0])
			program->anon = m->value[0];
		break;
	case RUN_GIVEN_BACK:
		run_program_of(s, member)->given_back += m->value[0];
		break;
	default: /* of a newer library: it has nothing to say that this one could show */
		break;
	}
	if (fd >= 0)
		close(fd);
}

void run_member_receive(struct run_session *s, size_t member)
{
	struct run_message message;
	int fd, ret;

	for (int i = 0; i < MESSAGES_PER_ROUND; i++) {
		ret = run_socket_receive(s->members[member].connection, &message, &fd);
		if (ret == -EAGAIN)
			return;
		if (ret == 1) {
			note(s, member, &message, fd);
			continue;
		}
		if (ret == -EMFILE)
			s->report->nr_refused++;
		if (ret == -EPROTO || ret == -EMFILE)
			continue;
		disconnected(s, member);
		return;
	}
}

/*
 * Any process of the system can connect.  One that was reaped since is of the command if
 * it is of our user, who may do to the command what a message does, or known already.
 */
static bool is_of_command(const struct run_session *s, const struct ucred *peer)
{
	bool known = peer->uid == geteuid();

	for (size_t i = 0; !known && i < s->nr_members; i++)
		known = s->members[i].live && s->members[i].pid == peer->pid;
	return tree_contains(peer->pid, known);
}

void run_member_connect(struct run_session *s, int connection, const struct ucred *peer)
{
	const pid_t pid = peer->pid;
	size_t member;

	if (!is_of_command(s, peer)) {
		close(connection);
		return;
	}
	member = run_member_find(s, pid);
	/* it called execve(2): the end of the connection before is there to be read */
	if (s->members[member].connection >= 0)
		run_member_receive(s, member);
	member = run_member_find(s, pid);
	if (s->members[member].connection >= 0)
		close_connection(s, member);
	s->members[member].connection = connection;
	run_watch(s, connection, SOURCE_CONNECTION, member);
}

void run_member_end(struct run_session *s, size_t member, bool running)
{
	struct member *m = &s->members[member];

	/* what it sent before its end */
	if (m->connection >= 0 && m->pidfd >= 0)
		run_member_receive(s, member);
	m = &s->members[member];
	if (m->program != NO_PROGRAM)
		s->report->programs[m->program].running = running;
	end_program(s, member);
	if (m->connection >= 0)
		close_connection(s, member);
	if (m->pidfd >= 0)
		close(m->pidfd);
	m->live = false;
}

/* A program was seen to exec when its connection ended while it was still mapped. */
static void check_exec(struct run_session *s, size_t member)
{
	struct member *m = &s->members[member];

	if (m->connection < 0 && m->program != NO_PROGRAM &&
	    s->report->programs[m->program].spaces && !run_space_mapped(s, member))
		end_program(s, member);
}

/* A member without a pidfd and a connection: nothing else tells that it has ended. */
static void find_ended(struct run_session *s)
{
	char name[16];

	for (size_t i = 0; i < s->nr_members; i++)
		if (s->members[i].live && s->members[i].pidfd < 0 &&
		    s->members[i].connection < 0 && !tree_name(s->members[i].pid, name))
			run_member_end(s, i, false);
}

void run_member_sample(struct run_session *s)
{
	struct tree_process *processes;
	size_t nr = tree_read(&processes);
	uint64_t sum = 0;

	find_ended(s);

	for (size_t i = 0; i < nr; i++) {
		size_t member = run_member_find(s, processes[i].pid);
		uint64_t anon = tree_anon(processes[i].pid);
		struct run_program *program;

		check_exec(s, member);
		look_at(s, member);
		sum += anon;
		if (s->members[member].program == NO_PROGRAM)
			continue;
		program = run_program_of(s, member);
		if (program->anon < anon)
			program->anon = anon;
		if (program->why != RUN_MANAGED)
			tree_name(program->pid, program->name);
	}
	free(processes);
	if (s->report->anon_peak < sum)
		s->report->anon_peak = sum;
}
