/* SPDX-License-Identifier: GPL-2.0 */
/* Descriptors of the library. */
#ifndef PRELOAD_HIGH_H
#define PRELOAD_HIGH_H

#include "preload.h"

/* Move a descriptor up, out of the program's way; closes @fd, returns the new one. */
int descriptor_up(int fd);

#endif /* PRELOAD_HIGH_H */
