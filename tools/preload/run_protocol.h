/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What vmlab run tells the preload library in the environment, and what the library
 * reports to it over a socket.
 *
 * The environment variable RUN_ENVIRONMENT holds NAME=NUMBER pairs with commas between.
 * Numbers are decimal or 0x....  An unknown name is an error; without the variable the
 * library manages memory with the defaults.
 *
 *   version         RUN_VERSION
 *   budget          vmlab_paging.budget, pages
 *   policy          vmlab_paging.policy
 *   policy_id       vmlab_paging.policy_id
 *   seed            vmlab_paging.seed
 *   prefetch        vmlab_paging.prefetch
 *   prefetch_pages  vmlab_paging.prefetch_pages
 *   sample          vmlab_paging.sample
 *   sample_keep     vmlab_paging.sample_keep
 *   paging_flags    vmlab_paging.flags
 *   space_flags     vmlab_space_config.flags
 *   event_mask      vmlab_events.mask: the library sets it, so that the first fault of a
 *                   space is recorded; vmlab run reads the events.  0 when missing
 *   events          vmlab_events.nr
 *   socket          the last one: not a number but the rest of the variable, the name of
 *                   an abstract Unix socket (unix(7)) without its leading zero byte, of
 *                   type SOCK_SEQPACKET.  Without it nothing is reported.
 *
 * Each process holds one connection while it runs; exec and exit close it.  Each message is
 * one struct run_message.  vmlab run never answers.
 */
#ifndef RUN_PROTOCOL_H
#define RUN_PROTOCOL_H

#include <stdint.h>

#define RUN_ENVIRONMENT	"VMLAB_RUN"
#define RUN_VERSION	1u

/**
 * enum run_type - what a message says
 * @RUN_SPACE: the process has a space; its descriptor comes with the message
 *	(SCM_RIGHTS).  @value[0] is an enum run_cause.
 * @RUN_NO_SPACE: the memory of the process is not managed.  @value[0] is the errno,
 *	@value[1] an enum run_step: what failed.
 * @RUN_EXIT: the process ends normally.  @value[0] is its anonymous memory that no space
 *	holds, in bytes: RssAnon of /proc/self/status.
 * @RUN_GIVEN_BACK: a mapping left the space, because the device cannot provide what the
 *	program asked for.  @value[0] is its length in bytes.
 */
enum run_type {
	RUN_SPACE = 1,
	RUN_NO_SPACE,
	RUN_EXIT,
	RUN_GIVEN_BACK,
};

/**
 * enum run_cause - why a process has a new space
 * @RUN_STARTED: the program starts
 * @RUN_FORKED: fork(2): the space is a clone of the parent's
 * @RUN_REPLACED: the program closed the descriptor of the one before
 */
enum run_cause {
	RUN_STARTED = 1,
	RUN_FORKED,
	RUN_REPLACED,
};

/**
 * enum run_step - what failed
 * @RUN_OPEN: open(2) of the device
 * @RUN_CONFIGURE: VMLAB_IOC_SPACE_SET
 * @RUN_PAGING: VMLAB_IOC_PAGING_SET
 * @RUN_CLONE: VMLAB_IOC_CLONE at fork(2): the child has a copy that no space holds; what it
 *	maps from then on is managed
 */
enum run_step {
	RUN_OPEN = 1,
	RUN_CONFIGURE,
	RUN_PAGING,
	RUN_CLONE,
};

/**
 * struct run_message - one message
 * @version: RUN_VERSION
 * @type: enum run_type
 * @pid: of the process, in its own pid namespace; vmlab run takes the one of the
 *	connection (SO_PEERCRED)
 * @reserved: zero
 * @space_id: vmlab_space_config.space_id, or 0
 * @value: see @type
 * @name: the name of the process (/proc/self/comm), NUL-terminated
 */
struct run_message {
	uint32_t version;
	uint32_t type;
	int32_t pid;
	uint32_t reserved;
	uint64_t space_id;
	uint64_t value[2];
	char name[16];
};

#endif /* RUN_PROTOCOL_H */
