/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Included before each source of the module in the build for the fuzzer: the calls that
 * gcc puts into each basic block go to coverage.c, which passes them on to KCOV.
 */
#ifndef VMLAB_COVERAGE_ITSELF
asm(".weakref __sanitizer_cov_trace_pc, vmlab_cov_trace_pc");
#endif
