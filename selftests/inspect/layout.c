// SPDX-License-Identifier: GPL-2.0
/*
 * VMLAB_IOC_LAYOUT and debugfs layout against addresses that the kernel shows:
 * /proc/kallsyms, /proc/vmallocinfo, /proc/kcore, the stack of this process.
 */
#include <elf.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/proc.h"
#include "lib/tap.h"

enum { ROOM = 64 };

static int fd;
static struct vmlab_region region[ROOM];
static uint32_t nr;

static int layout(struct vmlab_region *room, uint32_t *records)
{
	struct vmlab_layout req = {
		.size = sizeof(req),
		.regions = (uintptr_t)room,
		.nr = *records,
	};
	int ret = ioctl(fd, VMLAB_IOC_LAYOUT, &req);

	*records = req.nr;
	return ret;
}

static const struct vmlab_region *named(const char *name)
{
	for (uint32_t i = 0; i < nr; i++)
		if (!strcmp(region[i].name, name))
			return &region[i];
	return NULL;
}

static bool within(const char *name, uint64_t addr)
{
	const struct vmlab_region *r = named(name);

	return r && addr >= r->start && addr <= r->last;
}

static void test_order(void)
{
	unsigned int wrong = 0, kernel = 0;

	for (uint32_t i = 0; i < nr; i++) {
		const struct vmlab_region *r = &region[i];
		bool high = r->flags & VMLAB_REGION_KERNEL;

		diag("%16llx %16llx %#x %s", (unsigned long long)r->start,
		     (unsigned long long)r->last, r->flags, r->name);
		wrong += r->start > r->last || r->reserved || !*r->name ||
			 r->flags & VMLAB_REGION_HIDDEN ||
			 (i && r->start <= region[i - 1].last) ||
			 high != (r->start >> 63);
		kernel += high;
	}
	ok(nr > 5 && kernel > 5, "%u regions, %u of the kernel", nr, kernel);
	is(wrong, 0, "in order, without overlap, each in its half");
}

static void test_user(void)
{
	struct vmlab_info info = dev_info();
	const struct vmlab_region *high = named("user_high"), *top;
	struct vmlab_mm mm;
	uint64_t end;

	if (get_mm(fd, VMLAB_TARGET_SELF, 0, &mm))
		bail("MM: %s", strerror(errno));
	ok(within("user", (uintptr_t)&end), "the stack is in user space");
	top = high ? high : named("user");
	if (!top)
		bail("no region is called user");
	end = top->last + 1;
	is(end, mm.task_size, "the user half ends at task_size");
	is(!!high, info.va_bits > 47, "there is a high part with five levels");
}

static void test_symbols(void)
{
	char *text = slurp("/proc/kallsyms"), *rest = text, *line;
	unsigned int image = 0, modules = 0, wrong = 0;

	if (!text) {
		skip("no /proc/kallsyms", "symbols");
		return;
	}
	while ((line = next_line(&rest))) {
		unsigned long long addr;
		char type, name[128];

		if (sscanf(line, "%llx %c %127s", &addr, &type, name) != 3 ||
		    !addr)
			continue;
		if (strstr(line, "\t[vmlab")) {
			/* Variables that each CPU has are elsewhere. */
			if (type == 'a')
				continue;
			modules++;
			wrong += !within("modules", addr);
		} else if (!strcmp(name, "_text") || !strcmp(name, "_end") ||
			   !strcmp(name, "_etext") || !strcmp(name, "_stext")) {
			image++;
			wrong += !within("kernel_image", addr);
		}
	}
	free(text);
	ok(image && modules, "%u symbols of the image, %u of vmlab", image,
	   modules);
	is(wrong, 0, "all in their regions");
}

/* With 1 the kernel shows addresses to CAP_SYSLOG; with 0 it shows hashes. */
#define KPTR_RESTRICT	"/proc/sys/kernel/kptr_restrict"

static void test_vmalloc(void)
{
	char *before = slurp(KPTR_RESTRICT), *text, *rest, *line;
	unsigned int areas = 0, wrong = 0;
	unsigned long long start, end;

	if (!before || write_file(KPTR_RESTRICT, "1", 1)) {
		skip("no " KPTR_RESTRICT ", so addresses are hashes",
		     "vmalloc areas");
		return;
	}
	text = slurp("/proc/vmallocinfo");
	rest = text;
	write_file(KPTR_RESTRICT, before, strlen(before));
	free(before);

	if (!text) {
		skip("no /proc/vmallocinfo", "vmalloc areas");
		return;
	}
	while ((line = next_line(&rest))) {
		if (sscanf(line, "0x%llx-0x%llx", &start, &end) != 2 || !start)
			continue;
		areas++;
		/* vmallocinfo lists the areas of modules too. */
		if (!within("vmalloc", start) && !within("modules", start)) {
			wrong++;
			diag("  %s", line);
		}
	}
	free(text);
	ok(areas, "%u vmalloc areas", areas);
	is(wrong, 0, "all in their regions");
}

/* Test that each segment of kernel memory lies within one region. */
static void test_kcore(void)
{
	int core = open("/proc/kcore", O_RDONLY | O_CLOEXEC);
	unsigned int wrong = 0, loads = 0;
	Elf64_Phdr ph[256];
	Elf64_Ehdr eh;

	if (core < 0) {
		skip("no /proc/kcore", "segments");
		return;
	}
	if (read(core, &eh, sizeof(eh)) != sizeof(eh) || eh.e_phnum > 256 ||
	    pread(core, ph, eh.e_phnum * sizeof(*ph), (off_t)eh.e_phoff) < 0)
		bail("/proc/kcore: %s", strerror(errno));
	for (int i = 0; i < eh.e_phnum; i++) {
		bool found = false;

		if (ph[i].p_type != PT_LOAD)
			continue;
		loads++;
		for (uint32_t n = 0; n < nr; n++)
			found |= ph[i].p_vaddr >= region[n].start &&
				 ph[i].p_vaddr + ph[i].p_memsz - 1 <=
				 region[n].last;
		if (!found) {
			wrong++;
			diag("  %#llx, %#llx bytes",
			     (unsigned long long)ph[i].p_vaddr,
			     (unsigned long long)ph[i].p_memsz);
		}
	}
	close(core);
	ok(loads, "%u segments of kernel memory", loads);
	is(wrong, 0, "each within one region");
}

/* Without CAP_SYSLOG: test that names are complete and kernel addresses hidden. */
static int as_nobody(void *arg)
{
	struct vmlab_region room[ROOM];
	uint32_t records = ROOM;
	int wrong = 0;

	(void)arg;
	if (setgid(65534) || setuid(65534) || layout(room, &records) ||
	    records != nr)
		return 100;
	for (uint32_t i = 0; i < nr; i++) {
		bool kernel = region[i].flags & VMLAB_REGION_KERNEL;

		wrong += strcmp(room[i].name, region[i].name) != 0;
		if (kernel)
			wrong += room[i].start || room[i].last ||
				 !(room[i].flags & VMLAB_REGION_HIDDEN);
		else
			wrong += memcmp(&room[i], &region[i],
					sizeof(*room)) != 0;
	}
	return wrong;
}

static void test_room(void)
{
	struct vmlab_region room[ROOM] = {};
	struct vmlab_layout req = { .size = sizeof(req), .flags = 1 };
	uint32_t records = 2;

	works(layout(room, &records), "room for two");
	ok(records == nr && !memcmp(room, region, 2 * sizeof(*room)) &&
	   !*room[2].name, "... gets two, and how many there are");
	records = 0;
	works(layout(NULL, &records), "no room");
	is(records, nr, "... how many there are");
	records = 1;
	fails(layout(NULL, &records), EFAULT, "bad room");
	fails(ioctl(fd, VMLAB_IOC_LAYOUT, &req), EINVAL, "flags");
	req.flags = 0;
	req.reserved = 1;
	fails(ioctl(fd, VMLAB_IOC_LAYOUT, &req), EINVAL, "reserved");
}

static void test_debugfs(void)
{
	char *text = slurp(DEBUGFS "/layout"), *rest = text, *line, want[128];
	unsigned int differ = 0, i = 0;

	line = next_line(&rest);
	streq(line, "start last half base name", "debugfs: header");
	for (; (line = next_line(&rest)); i++) {
		const struct vmlab_region *r = &region[i];

		if (i >= nr)
			break;
		snprintf(want, sizeof(want), "%llx %llx %s %s %s",
			 (unsigned long long)r->start,
			 (unsigned long long)r->last,
			 r->flags & VMLAB_REGION_KERNEL ? "kernel" : "user",
			 r->flags & VMLAB_REGION_HOLE ? "hole" :
			 r->flags & VMLAB_REGION_RANDOM ? "random" : "fixed",
			 r->name);
		differ += strcmp(line, want) != 0;
	}
	is(i, nr, "debugfs: all regions");
	is(differ, 0, "debugfs: the same");
	free(text);
}

int main(void)
{
	fd = dev_open(O_RDWR);
	nr = ROOM;
	if (layout(region, &nr))
		bail("LAYOUT: %s", strerror(errno));
	test_order();
	test_user();
	test_symbols();
	test_vmalloc();
	test_kcore();
	is((unsigned int)reap(spawn(as_nobody, NULL)), 0,
	   "without CAP_SYSLOG the kernel half is hidden");
	test_room();
	test_debugfs();
	return tap_done();
}
