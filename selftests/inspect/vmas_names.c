// SPDX-License-Identifier: GPL-2.0
/* VMLAB_IOC_VMAS without a buffer for names: many records a call, no marks. */
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
