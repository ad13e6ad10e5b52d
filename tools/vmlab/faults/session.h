/* SPDX-License-Identifier: GPL-2.0 */
/* The fault-counting BPF programs: load and attach them, read their maps. */
#ifndef VMLAB_FAULTS_SESSION_H
#define VMLAB_FAULTS_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "model/faults.h"
#include "sys/failure.h"

/** struct faults_options - which processes, and which tables */
struct faults_options {
	bool everybody; /* every process but the caller */
	bool spawn; /* children of the caller, and their descendants */
	pid_t pid; /* this process, with all its threads; or 0 */
	bool follow; /* and processes that it forks from now on */
	bool by_vma;
	bool by_ip;
	bool by_stack;
	bool verbose; /* print the messages of libbpf */
};

struct faults_session;

/**
 * faults_open - load and attach the programs, and begin to count
 * @session: [out] to be closed with faults_close()
 *
 * Return: 0 or a negative errno, with a sentence in @failure.
 */
int faults_open(struct faults_session **session,
		const struct faults_options *options, struct failure *failure);
void faults_close(struct faults_session *session);

/** faults_lacks_stack, faults_lacks_uffd - return whether the kernel cannot tell this kind */
bool faults_lacks_stack(const struct faults_session *session);
bool faults_lacks_uffd(const struct faults_session *session);

/** faults_totals - read the totals, summed over all CPUs; return 0 or a negative errno */
int faults_totals(const struct faults_session *session,
		  struct fault_totals *sum);

/** faults_latency - read the histogram of one kind; return 0 or a negative errno */
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
 * faults_read - read all entries of a table
 * @keys: [out] array to be freed
 * @values: [out] array to be freed, in the same order
 * @nr: [out] number of entries
 *
 * The table may change meanwhile: deleted entries are left out.
 *
 * Return: 0 or a negative errno.
 */
int faults_read(const struct faults_session *session, enum faults_table table,
		void **keys, void **values, size_t *nr);

/** faults_forget - delete a process that has exited from the table */
void faults_forget(const struct faults_session *session,
		   const struct process_key *key);

/** faults_stack - read the addresses of a stack, innermost first; return their number */
size_t faults_stack(const struct faults_session *session, int stack,
		    __u64 frames[MAX_FAULT_STACK]);

/**
 * faults_path - look up the path of a file
 * @size, @mtime: [out] as recorded with the path; may be NULL
 *
 * Return: a string to be freed, NULL when the path is unknown.
 */
char *faults_path(const struct faults_session *session,
		  const struct file_key *key, __s64 *size, __s64 *mtime);

#endif /* VMLAB_FAULTS_SESSION_H */
