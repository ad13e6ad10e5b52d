/* SPDX-License-Identifier: GPL-2.0 */
/* The fault-counting BPF programs: loading, choosing targets, reading. */
#ifndef VMLAB_FAULTS_SESSION_H
#define VMLAB_FAULTS_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "../bpf/faults.h"

/** struct faults_options - what to look at and in how much detail */
struct faults_options {
	bool everybody; /* every process but this one */
	bool spawn; /* what faults_spawn() starts, and its descendants */
	pid_t pid; /* this process, all its threads; or 0 */
	bool follow; /* and the processes it forks from now on */
	bool by_vma;
	bool by_ip;
	bool by_stack;
	bool verbose; /* print what libbpf says */
};

struct faults_session;

/**
 * faults_open - load and attach the programs and begin to count
 * @session: [out] to be closed with faults_close()
 *
 * Complains itself.
 *
 * Return: an exit code; on EXIT_OK faults are counted.
 */
int faults_open(struct faults_session **session,
		const struct faults_options *options);
void faults_close(struct faults_session *session);

/** faults_lacks_stack, faults_lacks_uffd - a kind that this kernel cannot tell apart */
bool faults_lacks_stack(const struct faults_session *session);
bool faults_lacks_uffd(const struct faults_session *session);

/**
 * faults_spawn - start a command; all its faults are counted, from the first
 * @argv: ended by NULL, the program looked up in PATH
 * @pid: [out] to be waited for
 *
 * Return: 0, or a negative errno of exec.
 */
int faults_spawn(char *const *argv, pid_t *pid);

/** faults_totals - the sum over all CPUs */
int faults_totals(const struct faults_session *session,
		  struct fault_totals *sum);

/** faults_latency - the latency of one kind */
int faults_latency(const struct faults_session *session, enum fault_kind kind,
		   struct latency_histogram *sum);

/* the tables */
enum faults_table {
	FAULTS_PROCESSES, /* struct process_key, struct process_stat */
	FAULTS_VMAS, /* struct vma_key, struct vma_stat */
	FAULTS_IPS, /* struct ip_key, struct ip_stat */
	FAULTS_STACKS, /* struct stack_key, struct stack_stat */
	FAULTS_SIGNALS, /* struct signal_key, __u64 */
};

/**
 * faults_read - every entry of a table
 * @keys: [out] array to be freed
 * @values: [out] array to be freed, in the same order
 * @nr: [out] how many
 *
 * The table may change meanwhile: entries that go are left out.
 *
 * Return: 0 or a negative errno.
 */
int faults_read(const struct faults_session *session, enum faults_table table,
		void **keys, void **values, size_t *nr);

/** faults_forget - drop a process that has exited from the table */
void faults_forget(const struct faults_session *session,
		   const struct process_key *key);

/** faults_stack - the addresses of a stack, innermost first; returns how many */
size_t faults_stack(const struct faults_session *session, int stack,
		    __u64 frames[MAX_FAULT_STACK]);

/**
 * faults_path - the path of a file
 *
 * Return: a string to be freed, NULL when it is not known.
 */
char *faults_path(const struct faults_session *session,
		  const struct file_key *key);

/** faults_dev - the kernel's number of a device as stat(2) gives it */
dev_t faults_dev(__u32 kernel_dev);

#endif /* VMLAB_FAULTS_SESSION_H */
