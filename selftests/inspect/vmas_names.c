// SPDX-License-Identifier: GPL-2.0
/*
 * VMLAB_IOC_VMAS without a buffer for names, without symbols, and for one VMA at a
 * time: the same records as with all of them.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/tap.h"

enum { NR = 256 };

/* Stopped, so that its VMAs stay as they are. */
static pid_t target;

static int stop(void *unused)
{
	(void)unused;
	stop_self();
	return 0;
}

static void ask(int fd, struct vmlab_vmas *query, struct vmlab_vma *vma,
		char *strings, uint32_t size)
{
	*query = (struct vmlab_vmas){
		.size = sizeof(*query),
		.target = { .kind = VMLAB_TARGET_PID, .id = target },
		.vmas = (uintptr_t)vma,
		.nr = NR,
		.strings = (uintptr_t)strings,
		.strings_size = size,
	};
	if (ioctl(fd, VMLAB_IOC_VMAS, query))
		bail("VMAS: %s", strerror(errno));
}

/* All that differs is the symbol, which is empty. */
static void test_no_ops(int fd, const struct vmlab_vma *named,
			const char *strings, uint32_t nr)
{
	static struct vmlab_vma vma[NR];
	static char names[1 << 16];
	struct vmlab_vmas query = {
		.size = sizeof(query),
		.flags = VMLAB_VMAS_NO_OPS,
		.target = { .kind = VMLAB_TARGET_PID, .id = target },
		.vmas = (uintptr_t)vma,
		.nr = NR,
		.strings = (uintptr_t)names,
		.strings_size = sizeof(names),
	};
	unsigned int different = 0, symbols = 0;

	if (ioctl(fd, VMLAB_IOC_VMAS, &query))
		bail("VMAS without symbols: %s", strerror(errno));
	is(query.nr, nr, "as many VMAs without symbols");
	for (uint32_t i = 0; i < query.nr && i < nr; i++) {
		different += vma[i].start != named[i].start ||
			     vma[i].flags != named[i].flags ||
			     strcmp(names + vma[i].name_off,
				    strings + named[i].name_off);
		symbols += names[vma[i].ops_off] != '\0';
	}
	is(different, 0, "the same records and names");
	is(symbols, 0, "no symbol");
	query.flags = VMLAB_VMAS_NO_OPS << 1;
	fails(ioctl(fd, VMLAB_IOC_VMAS, &query), EINVAL, "an unknown flag");
}

/* A call for one VMA takes another way through the module. */
static void test_one_by_one(int fd, const struct vmlab_vma *named,
			    const char *strings, uint32_t nr)
{
	static char names[1 << 16];
	unsigned int different = 0;
	struct vmlab_vma vma;
	struct vmlab_vmas query = {
		.size = sizeof(query),
		.target = { .kind = VMLAB_TARGET_PID, .id = target },
		.vmas = (uintptr_t)&vma,
		.strings = (uintptr_t)names,
	};
	uint32_t i;

	for (i = 0; i <= nr; i++) {
		query.nr = 1;
		query.strings_size = sizeof(names);
		if (ioctl(fd, VMLAB_IOC_VMAS, &query))
			bail("VMAS of one: %s", strerror(errno));
		if (!query.nr || i == nr)
			break;
		different += strcmp(names + vma.name_off,
				    strings + named[i].name_off) ||
			     strcmp(names + vma.ops_off,
				    strings + named[i].ops_off);
		vma.name_off = named[i].name_off;
		vma.ops_off = named[i].ops_off;
		different += !!memcmp(&vma, &named[i], sizeof(vma));
	}
	ok(i == nr && !query.nr, "all VMAs, one a call");
	is(different, 0, "the same records, names and symbols");
}

int main(void)
{
	static struct vmlab_vma named[NR], bare[NR];
	static char strings[1 << 16];
	int fd = dev_open(O_RDONLY);
	struct vmlab_vmas query;
	unsigned int different = 0, cut = 0, files = 0;
	uint32_t nr;

	target = spawn(stop, NULL);
	wait_stopped(target, NULL);
	ask(fd, &query, named, strings, sizeof(strings));
	nr = query.nr;
	test_no_ops(fd, named, strings, nr);
	test_one_by_one(fd, named, strings, nr);
	ok(nr > 10 && nr < NR, "%u VMAs with names", nr);
	ask(fd, &query, bare, NULL, 0);
	is(query.nr, nr, "as many in one call without names");
	is(query.strings_size, 0, "no bytes of names");
	for (uint32_t i = 0; i < query.nr && i < nr; i++) {
		cut += !!(bare[i].flags & VMLAB_VMA_NAME_CUT);
		files += !!(bare[i].flags & VMLAB_VMA_FILE);
		different += bare[i].name_off || bare[i].ops_off;
		named[i].name_off = 0;
		named[i].ops_off = 0;
		different += !!memcmp(&named[i], &bare[i], sizeof(bare[i]));
	}
	is(cut, 0, "no record is marked as one whose name was cut");
	is(different, 0, "all else is the same");
	ok(files, "files are marked: %u", files);
	/* A size without a buffer changes nothing. */
	ask(fd, &query, bare, NULL, 100);
	is(query.nr, nr, "the size of no buffer does not matter");
	kill_and_reap(target);
	return tap_done();
}
