/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SELFTESTS_PAGE_H
#define SELFTESTS_PAGE_H

#include <stddef.h>

/* Bytes of a page; set before main(). */
extern size_t page;

#endif /* SELFTESTS_PAGE_H */
