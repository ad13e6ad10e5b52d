/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Definitions of what kernel 7.3 uses and sparse 0.6.4, the version in distributions,
 * does not know.  sparse includes this header before each file of the module; none of
 * its checks depends on these.
 */
#define __typeof_unqual__ __typeof__
#define __builtin_strlen(s) (sizeof(s) - 1)
/* 7.3 has all headers that compat.h asks for */
#define __has_include(...) 1
