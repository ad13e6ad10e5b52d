// SPDX-License-Identifier: GPL-2.0
/*
 * mprotect(2) and mseal(2).  Where the device lies on a file system without execution
 * (noexec), its memory cannot become executable: it is given back.
 */
#include <sys/mman.h>

#include "copy.h"
#include "memory.h"
#include "open.h"
#include "space.h"

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
	 * protection does not allow them, they fail a little earlier instead.
	 */
	if (!(prot & PROT_WRITE))
		protect(addr, len, prot & ~PROT_EXEC, pkey);
	if (prot & PROT_WRITE ? give_back_used(fd, addr, bytes) :
				give_back(fd, false, addr, bytes))
		return ret;
	return protect(addr, len, prot, pkey);
}

/*
 * A child of fork(2) could not map the clone in the place of a mapping that is sealed.  So
 * memory is given back before.
 */
long run_mseal(uintptr_t addr, size_t len, unsigned long flags)
{
	const size_t bytes = page_up(len);
	const int fd = !flags && !(addr % PAGE_BYTES) && bytes && addr + bytes > addr &&
		       managed_may_have(addr, bytes) ? space_use(false) : -1;

	if (fd >= 0 && give_back_used(fd, addr, bytes))
		return -ENOMEM;
	return raw3(SYS_mseal, (long)addr, (long)len, (long)flags);
}
