/* SPDX-License-Identifier: GPL-2.0 */
/* For files that still include model/parse.h by its old name. */
#include "model/parse.h"
