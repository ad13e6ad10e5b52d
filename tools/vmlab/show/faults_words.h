/* SPDX-License-Identifier: GPL-2.0 */
/* Names of kinds, origins and outcomes of faults, and their meaning. */
#ifndef VMLAB_FAULTS_WORDS_H
#define VMLAB_FAULTS_WORDS_H

#include <stddef.h>

#include "../bpf/faults.h"

/** fault_kind_name, fault_kind_help - return "anon", and its meaning */
const char *fault_kind_name(enum fault_kind kind);
const char *fault_kind_help(enum fault_kind kind);

const char *fault_origin_name(enum fault_origin origin);
const char *fault_origin_help(enum fault_origin origin);
const char *fault_failure_name(enum fault_failure failure);

/** fault_lost_name, fault_lost_help - return a JSON key, and a phrase to follow a number */
const char *fault_lost_name(enum fault_lost lost);
const char *fault_lost_help(enum fault_lost lost);

#define KINDS_TEXT_MAX 256

/** fault_kinds_text - write the names of a set of bits, separated by commas; return @buf */
const char *fault_kinds_text(__u32 kinds, char buf[static KINDS_TEXT_MAX]);

/** signal_cause - return "SEGV_MAPERR" and so on, "?" for others */
const char *signal_cause(int signal, int code);

/** signal_meaning - return what a signal means, as a phrase */
const char *signal_meaning(const struct signal_key *key);

#endif /* VMLAB_FAULTS_WORDS_H */
