/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What kernel 7.3 uses and sparse 0.6.4, the one that distributions carry, does
 * not know.  Included by sparse before each file of the module; the checks that
 * it makes are not about these.
 */
#define __typeof_unqual__ __typeof__
#define __builtin_strlen(s) (sizeof(s) - 1)
/* headers that compat.h looks for are all in 7.3 */
#define __has_include(...) 1
