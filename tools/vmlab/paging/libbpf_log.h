/* SPDX-License-Identifier: GPL-2.0 */
/* The messages of libbpf: shown on request, and searched for the verifier's verdict. */
#ifndef VMLAB_LIBBPF_LOG_H
#define VMLAB_LIBBPF_LOG_H

#include <stdbool.h>

/** libbpf_log_start - collect the messages of libbpf; print them on stderr too when @verbose */
void libbpf_log_start(bool verbose);

/**
 * libbpf_log_verdict - return why the verifier rejected a program
 *
 * Return: "program NAME: REASON", valid until libbpf_log_start(), or NULL when
 * the verifier rejected none since then.
 */
const char *libbpf_log_verdict(void);

#endif /* VMLAB_LIBBPF_LOG_H */
