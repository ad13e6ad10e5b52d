/* SPDX-License-Identifier: GPL-2.0 */
/* For files that still include show/record_fields.h by its old name. */
#include "show/record_fields.h"
