// SPDX-License-Identifier: GPL-2.0
/* vmlab_kunit.ko: the suites are in the other files, one a unit. */
#include <linux/module.h>

#include "compat.h"

MODULE_DESCRIPTION("KUnit tests of vmlab");
MODULE_LICENSE("GPL");
VMLAB_IMPORT_KUNIT;
