// SPDX-License-Identifier: GPL-2.0
/*
 * A core dump contains the pages of a mapping that were touched, also those that
 * were evicted, and fills no others.
 */
#include <elf.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/file.h"
#include "lib/page.h"
#include "lib/paging.h"
#include "lib/proc.h"
#include "lib/tap.h"

#define CORE_PATTERN	"/proc/sys/kernel/core_pattern"
#define CORE		"/tmp/vmlab-core"
#define PAGES		4096

struct dumped {
	int fd;
	char *p;
	bool evict;
	bool private;
};

/* Pages that the child touches. */
static const size_t touched[] = { 5, 77, 2000 };
#define NR_TOUCHED	(sizeof(touched) / sizeof(*touched))

static int child_dumps(void *arg)
{
	const struct dumped *dumped = arg;
	struct rlimit limit = { RLIM_INFINITY, RLIM_INFINITY };
	static const char filter[] = "0xff";

	setrlimit(RLIMIT_CORE, &limit);
	if (write_file("/proc/self/coredump_filter", filter, strlen(filter)))
		return 1;
	for (size_t i = 0; i < NR_TOUCHED; i++)
		memset(dumped->p + touched[i] * page, (int)i + 'a', page);
	if (dumped->evict)
		range(dumped->fd, VMLAB_RANGE_EVICT, 0, PAGES);
	abort();
}

/* Find the segment of the core file that starts at an address. */
static bool find_segment(int core, const void *start, Elf64_Phdr *found)
{
	Elf64_Ehdr header;

	if (pread(core, &header, sizeof(header), 0) != sizeof(header) ||
	    memcmp(header.e_ident, ELFMAG, SELFMAG))
		return false;
	for (int i = 0; i < header.e_phnum; i++) {
		off_t at = (off_t)(header.e_phoff + (Elf64_Off)i * sizeof(*found));

		if (pread(core, found, sizeof(*found), at) == sizeof(*found) &&
		    found->p_type == PT_LOAD &&
		    found->p_vaddr == (uintptr_t)start)
			return true;
	}
	return false;
}

/* Return the pages with other contents than the child wrote. */
static size_t wrong_pages(int core, const Elf64_Phdr *segment)
{
	size_t wrong = 0, next = 0;

	for (size_t i = 0; i < PAGES; i++) {
		char want = 0;

		if (next < NR_TOUCHED && touched[next] == i)
			want = (char)('a' + next++);
		wrong += !file_has(core, (off_t)(segment->p_offset + i * page),
				   want, page);
	}
	return wrong;
}

static void dump(const char *kind, uint32_t flags, int map, bool evict)
{
	struct dumped dumped = { .evict = evict };
	Elf64_Phdr segment;
	struct stat st;
	size_t frames;
	int core, fd;

	fd = dev_open(O_RDWR);
	dumped.fd = fd;
	if (set_space(fd, flags, 0, VMLAB_BACKING_ZERO))
		bail("SPACE_SET: %s", strerror(errno));
	dumped.p = map_pages(fd, PAGES, PROT_READ | PROT_WRITE, map, 0);
	unlink(CORE);
	is(reap(spawn(child_dumps, &dumped)), 128 + SIGABRT,
	   "%s: the child ends", kind);
	frames = space_stats(fd).frames;
	/* A private copy is made of a frame. */
	is(frames, NR_TOUCHED, "%s: frames after the dump", kind);

	core = open(CORE, O_RDONLY | O_CLOEXEC);
	if (ok(core >= 0 && !fstat(core, &st), "%s: there is a core file", kind) &&
	    ok(find_segment(core, dumped.p, &segment),
	       "%s: the mapping is in it", kind)) {
		is(segment.p_filesz, PAGES * page, "%s: bytes of the mapping",
		   kind);
		is(wrong_pages(core, &segment), 0, "%s: wrong pages", kind);
		/* The rest are holes. */
		ok((size_t)st.st_blocks * 512 < PAGES * page / 2,
		   "%s: the file is sparse: %zu KiB", kind,
		   (size_t)st.st_blocks / 2);
	}
	if (core >= 0)
		close(core);
	unmap_and_close(fd, dumped.p, PAGES);
}

int main(void)
{
	unsigned long long frames = module_frames();
	char *before = slurp(CORE_PATTERN);

	if (!before || write_file(CORE_PATTERN, CORE, strlen(CORE))) {
		skip("no core dumps", "core dumps");
		return tap_done();
	}
	dump("shared", 0, MAP_SHARED, false);
	dump("shared, evicted", 0, MAP_SHARED, true);
	dump("private", 0, MAP_PRIVATE, false);
	unlink(CORE);
	write_file(CORE_PATTERN, before, strlen(before));
	free(before);
	is(module_frames(), frames, "frames of the module, as at the start");
	return tap_done();
}
