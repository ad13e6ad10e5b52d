// SPDX-License-Identifier: GPL-2.0
/*
 * mprotect(2).  Where the device lies on a file system without execution (noexec), its
 * memory cannot become executable: it is given back.
 */
#include <sys/mman.h>

#include "preload.h"

static long protect(uintptr_t addr, size_t len, int prot, int pkey)
{
	if (pkey < 0)
		return raw_mprotect(addr, len, prot);
	return raw6(SYS_pkey_mprotect, (long)addr, (long)len, prot, pkey, 0, 0);
}

long run_mprotect(uintptr_t addr, size_t len, int prot, int pkey)
{
	long ret = protect(addr, len, prot, pkey);
	const size_t bytes = page_up(len);
	int fd;

	if (ret != -EACCES || !(prot & PROT_EXEC) || !managed_may_have(addr, bytes))
		return ret;
	fd = space_use(false);
	if (fd < 0)
		return ret;
	/*
	 * Writes of other threads during the copy would be lost.  Where the new
	 * protection does not allow them, they fail a little earlier instead.  Memory
	 * that is to be writable and executable must not be written meanwhile.
	 */
	if (!(prot & PROT_WRITE))
		protect(addr, len, prot & ~PROT_EXEC, pkey);
	if (give_back(fd, false, addr, bytes))
		return ret;
	return protect(addr, len, prot, pkey);
}
