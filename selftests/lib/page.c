// SPDX-License-Identifier: GPL-2.0
#include "page.h"

#include <unistd.h>

size_t page;

__attribute__((constructor)) static void set_page(void)
{
	page = (size_t)sysconf(_SC_PAGESIZE);
}
