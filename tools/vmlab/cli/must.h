/* SPDX-License-Identifier: GPL-2.0 */
/* For files that still use the old name of check_alloc(). */
#ifndef VMLAB_MUST_H
#define VMLAB_MUST_H

#include "model/xalloc.h"

#define must(p) check_alloc(p)

#endif /* VMLAB_MUST_H */
