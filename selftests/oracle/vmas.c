// SPDX-License-Identifier: GPL-2.0
/*
 * VMLAB_IOC_VMAS and debugfs <pid>/vmas against /proc/PID/maps and smaps, for
 * every process of the machine.
 */
#include <ctype.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../lib/child.h"
#include "../lib/dev.h"
#include "../lib/proc.h"
#include "../lib/tap.h"
#include "herd.h"

enum {
	TRIES = 20,		/* a process that runs may change meanwhile */
	MAX_DIAG = 5,
	BATCH = 200,
	STRINGS = 64 * 1024,	/* more than any name here */
	SMAPS_MAX = 10000,	/* VMAs: above, smaps takes minutes to read */
};

static int fd;
static const struct vmlab_flag_names *names;
static bool kallsyms_has_ops;
static unsigned int shift;	/* log2 of the page size */

/* Bits of vm_flags by the letters of smaps: asked for very often. */
static uint64_t masks[26][26];

static uint64_t *mask_of(const char *mnemonic)
{
	return &masks[(mnemonic[0] - 'a') % 26][(mnemonic[1] - 'a') % 26];
}

static void make_masks(void)
{
	for (int i = 0; i < 64; i++)
		if (isalpha((unsigned char)names->bit[i].mnemonic[0]))
			*mask_of(names->bit[i].mnemonic) |= 1ULL << i;
}

static bool has_flag(const struct vmlab_vma *v, const char *mnemonic)
{
	return v->vm_flags & *mask_of(mnemonic);
}

static void perms(const struct vmlab_vma *v, char text[5])
{
	text[0] = has_flag(v, "rd") ? 'r' : '-';
	text[1] = has_flag(v, "wr") ? 'w' : '-';
	text[2] = has_flag(v, "ex") ? 'x' : '-';
	text[3] = has_flag(v, "ms") ? 's' : 'p';
	text[4] = '\0';
}

/* As the kernel's text files do: only a newline is escaped. */
static char *escape(const char *name)
{
	char *text = malloc(4 * strlen(name) + 1), *p = text;

	if (!text)
		bail("out of memory");
	for (; *name; name++) {
		if (*name == '\n')
			p = stpcpy(p, "\\012");
		else
			*p++ = *name;
	}
	*p = '\0';
	return text;
}

static int complaints;

static void __attribute__((format(printf, 1, 2))) complain(const char *fmt, ...)
{
	char text[600];
	va_list ap;

	if (complaints++ >= MAX_DIAG)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	diag("  %s", text);
}

/* One line of maps, or the first of an entry of smaps. */
struct maps_line {
	unsigned long long start, end, offset, ino;
	unsigned int major, minor;
	char perms[8];
	const char *name;
};

static bool parse_maps(const char *line, struct maps_line *m)
{
	int used = 0;

	if (sscanf(line, "%llx-%llx %7s %llx %x:%x %llu%n", &m->start, &m->end,
		   m->perms, &m->offset, &m->major, &m->minor, &m->ino,
		   &used) != 7)
		return false;
	m->name = line + used;
	m->name += strspn(m->name, " ");
	return true;
}

static void compare_name(const struct vmlab_vma *v, const char *name,
			 const struct maps_line *m)
{
	char *text = escape(name);
	size_t len = strlen(text);

	/* seq_path() shows names of any length. */
	if (strcmp(text, m->name))
		complain("%llx: name \"%.200s\" (%zu bytes), maps \"%.200s\" (%zu)",
			 m->start, text, len, m->name, strlen(m->name));
	free(text);
	if (!!(v->flags & VMLAB_VMA_HEAP) != !strcmp(m->name, "[heap]") &&
	    m->name[0] != '/')
		complain("%llx: flag HEAP, maps \"%s\"", m->start, m->name);
	if (!!(v->flags & VMLAB_VMA_STACK) != !strcmp(m->name, "[stack]") &&
	    m->name[0] != '/')
		complain("%llx: flag STACK, maps \"%s\"", m->start, m->name);
	if (!strncmp(m->name, "[anon", 5) &&
	    !(v->flags & VMLAB_VMA_ANON_NAME))
		complain("%llx: no flag ANON_NAME, maps \"%s\"", m->start,
			 m->name);
	if ((v->flags & VMLAB_VMA_ANON_NAME) && m->name[0] == '/')
		complain("%llx: flag ANON_NAME, maps \"%s\"", m->start,
			 m->name);
	if ((!strcmp(m->name, "[vdso]") || !strcmp(m->name, "[vvar]")) &&
	    !(v->flags & VMLAB_VMA_SPECIAL))
		complain("%llx: no flag SPECIAL, maps \"%s\"", m->start,
			 m->name);
	if (!!(v->flags & VMLAB_VMA_VMLAB) != !strcmp(m->name, VMLAB_DEVICE))
		complain("%llx: flag VMLAB, maps \"%s\"", m->start, m->name);
}

static void compare_ops(const struct vmlab_vma *v, const char *ops)
{
	if (v->flags & VMLAB_VMA_VMLAB) {
		if (strcmp(ops, kallsyms_has_ops ? "vmlab_vm_ops" : "?") &&
		    strcmp(ops, "vmlab_vm_ops"))
			complain("%llx: ops \"%s\"",
				 (unsigned long long)v->start, ops);
	} else if (!(v->flags & (VMLAB_VMA_FILE | VMLAB_VMA_SPECIAL))) {
		/* Without ops is what makes a VMA anonymous. */
		if (*ops)
			complain("%llx: anonymous, ops \"%s\"",
				 (unsigned long long)v->start, ops);
	}
}

/* Bits of an entry that hold whatever the kernel: present here by x86's own. */
static void compare_prot(const struct vmlab_vma *v)
{
#ifdef __x86_64__
	bool nx = v->page_prot >> 63;
	bool any = has_flag(v, "rd") || has_flag(v, "wr") || has_flag(v, "ex");

	/* An entry of PROT_NONE is not present and needs no such bit. */
	if (any && nx == has_flag(v, "ex"))
		complain("%llx: page_prot %#llx, %s", (unsigned long long)v->start,
			 (unsigned long long)v->page_prot,
			 nx ? "no-execute but exec" : "executable but no exec");
	if ((v->page_prot & 2) && !has_flag(v, "sh") && !has_flag(v, "ss"))
		complain("%llx: page_prot %#llx writes through a private mapping",
			 (unsigned long long)v->start,
			 (unsigned long long)v->page_prot);
#endif
}

static void compare_maps(const struct vma_list *list, char *maps)
{
	size_t n = 0;
	struct maps_line m;
	char *line, text[5];

	while ((line = next_line(&maps))) {
		const struct vmlab_vma *v = &list->vma[n];

		if (!parse_maps(line, &m)) {
			complain("cannot parse \"%.200s\"", line);
			continue;
		}
		/* The gate VMA is in no process's tree. */
		if (!strcmp(m.name, "[vsyscall]"))
			continue;
		if (n >= list->nr) {
			complain("only in maps: %.200s", line);
			continue;
		}
		n++;
		if (v->start != m.start || v->end != m.end) {
			complain("%#llx-%#llx, maps %.200s",
				 (unsigned long long)v->start,
				 (unsigned long long)v->end, line);
			continue;
		}
		perms(v, text);
		if (strcmp(text, m.perms))
			complain("perms %s, maps %.200s", text, line);
		/* maps shows the offset of files only. */
		if ((v->flags & VMLAB_VMA_FILE ? v->pgoff << shift : 0) !=
		    m.offset)
			complain("pgoff %#llx, maps %.200s",
				 (unsigned long long)v->pgoff, line);
		if (v->ino != m.ino || v->dev_major != m.major ||
		    v->dev_minor != m.minor)
			complain("%x:%x %llu, maps %.200s", v->dev_major,
				 v->dev_minor, (unsigned long long)v->ino,
				 line);
		if (!!(v->flags & VMLAB_VMA_FILE) !=
		    (m.ino || m.major || m.minor))
			complain("flags %#x, maps %.200s", v->flags, line);
		if (v->reserved || v->flags & ~0x1ffU)
			complain("%llx: reserved %u, flags %#x", m.start,
				 v->reserved, v->flags);
		if (v->flags & VMLAB_VMA_NAME_CUT) {
			complain("%llx: the name is cut", m.start);
			continue;
		}
		compare_name(v, list->name[n - 1], &m);
		compare_ops(v, list->ops[n - 1]);
		compare_prot(v);
	}
	if (n < list->nr)
		complain("not in maps: %zu VMAs, the first at %#llx",
			 list->nr - n, (unsigned long long)list->vma[n].start);
	if (list->map_count != list->nr)
		complain("map_count %u, but %zu VMAs", list->map_count,
			 list->nr);
}

/*
 * The letters after "VmFlags:", in the order of the bits.  smaps of a kernel
 * says "??" of flags that it has no letters for, such as VM_LOCKONFAULT before
 * 6.2, and nothing at all of protection keys.
 */
static void compare_flags(const struct vmlab_vma *v, const char *smaps)
{
	char *copy = strdup(smaps), *word = strtok(copy, " ");
	bool same = true;

	for (int i = 0; i < 64; i++) {
		const char *mnemonic = names->bit[i].mnemonic;

		if (!(v->vm_flags >> i & 1))
			continue;
		if (word && (!strcmp(word, mnemonic) || !strcmp(word, "??")))
			word = strtok(NULL, " ");
		else if (*mnemonic)
			same = false;
	}
	if (!same || word)
		complain("%llx: vm_flags %#llx, smaps %s",
			 (unsigned long long)v->start,
			 (unsigned long long)v->vm_flags, smaps);
	free(copy);
	if (!!(v->flags & VMLAB_VMA_UFFD) !=
	    (has_flag(v, "um") || has_flag(v, "uw") || has_flag(v, "ui") ||
	     has_flag(v, "ur")))
		complain("%llx: flag UFFD, smaps %s",
			 (unsigned long long)v->start, smaps);
}

static void compare_smaps(const struct vma_list *list, char *smaps)
{
	unsigned long long kb = 0;
	size_t n = 0;
	struct maps_line m;
	bool gate = false;
	char *line;

	while ((line = next_line(&smaps))) {
		/* Fields begin with a capital letter, entries with an address. */
		if (!isupper((unsigned char)line[0])) {
			if (!parse_maps(line, &m)) {
				complain("cannot parse \"%.200s\"", line);
				continue;
			}
			gate = !strcmp(m.name, "[vsyscall]");
			n += !gate;
			continue;
		}
		if (gate || !n || n > list->nr)
			continue;
		if (proc_field(line, "Anonymous", &kb) && kb &&
		    !(list->vma[n - 1].flags & VMLAB_VMA_ANON_VMA))
			complain("%llx: no flag ANON_VMA, smaps %s", m.start,
				 line);
		if (!strncmp(line, "VmFlags: ", 9))
			compare_flags(&list->vma[n - 1], line + 9);
	}
	if (n != list->nr)
		complain("%zu VMAs, smaps %zu", list->nr, n);
}

static char *debugfs_line(const struct vma_list *list, size_t i)
{
	const struct vmlab_vma *v = &list->vma[i];
	/* debugfs has VMLAB_STRINGS_MIN for names; what does not fit is "?". */
	bool cut = strlen(list->name[i]) >= VMLAB_STRINGS_MIN;
	const char *ops = cut ? "" : list->ops[i];
	char *name = escape(cut ? "?" : list->name[i]);
	char *line, flags[64 * 21] = "", number[16];
	char text[5];
	int used = 0;

	for (int bit = 0; bit < 64; bit++) {
		const char *word = names->bit[bit].name;

		if (!(v->vm_flags >> bit & 1))
			continue;
		snprintf(number, sizeof(number), "bit%d", bit);
		used += snprintf(flags + used, sizeof(flags) - (size_t)used,
				 "%s%s", used ? "," : "", *word ? word : number);
	}
	perms(v, text);
	if (asprintf(&line, "%llx %llx %s %llx %02x:%02x %llu %llu %s %s %s %s",
		     (unsigned long long)v->start, (unsigned long long)v->end,
		     text, (unsigned long long)v->pgoff, v->dev_major,
		     v->dev_minor, (unsigned long long)v->ino,
		     (unsigned long long)(v->end - v->start) >> shift,
		     *flags ? flags : "-",
		     v->flags & VMLAB_VMA_ANON_VMA ? "yes" : "no",
		     *ops ? ops : "-",
		     *name ? name : "-") < 0)
		bail("out of memory");
	free(name);
	return line;
}

static void compare_debugfs(const struct vma_list *list, char *text)
{
	static const char header[] =
		"start end perms pgoff dev inode pages flags anon_vma ops name";
	size_t n = 0;
	char *line = next_line(&text);

	if (!line || strcmp(line, header))
		complain("header \"%.100s\"", line ? line : "(nothing)");
	while ((line = next_line(&text))) {
		char *want;

		if (n == list->nr) {
			complain("only in debugfs: %.200s", line);
			break;
		}
		want = debugfs_line(list, n);
		if (strcmp(line, want))
			complain("debugfs %.250s, ioctl %.250s", line, want);
		free(want);
		n++;
	}
	if (n != list->nr)
		complain("%zu VMAs, debugfs %zu", list->nr, n);
}

/* Has it changed since @before was read? */
static bool same_maps(pid_t pid, const char *before)
{
	char *after = slurp("/proc/%d/maps", pid);
	bool same = after && !strcmp(before, after);

	free(after);
	return same;
}

static void attach(pid_t pid, const char *file)
{
	char path[64], text[16];

	snprintf(path, sizeof(path), DEBUGFS "/%s", file);
	snprintf(text, sizeof(text), "%d", pid);
	write_file(path, text, strlen(text));
}

enum outcome { UNCHANGED, CHANGED, GONE };

enum oracle { MAPS, SMAPS, TEXT };

static const char *const oracle_names[] = {
	[MAPS] = "maps", [SMAPS] = "smaps", [TEXT] = "debugfs",
};

struct texts {
	char *text[TEXT + 1];	/* of each oracle; without smaps if NULL */
	bool equal[TEXT + 1];
};

static void compare_texts(const struct vma_list *list, struct texts *t)
{
	for (enum oracle oracle = MAPS; oracle <= TEXT; oracle++) {
		complaints = 0;
		if (!t->text[oracle])
			continue;
		if (oracle == MAPS)
			compare_maps(list, t->text[oracle]);
		else if (oracle == SMAPS)
			compare_smaps(list, t->text[oracle]);
		else
			compare_debugfs(list, t->text[oracle]);
		t->equal[oracle] = !complaints;
	}
}

static enum outcome compare_once(pid_t pid, struct texts *t, size_t *nr)
{
	struct vma_list list;
	char *maps = slurp("/proc/%d/maps", pid);
	enum outcome outcome;

	if (!maps)
		return GONE;
	memset(t, 0, sizeof(*t));
	if (get_vmas(fd, VMLAB_TARGET_PID, pid, BATCH, STRINGS, &list)) {
		bool gone = errno == ESRCH;

		free(maps);
		if (gone)
			return GONE;
		complain("VMAS: %s", strerror(errno));
		return UNCHANGED;
	}
	*nr = list.nr;
	t->text[TEXT] = slurp(DEBUGFS "/%d/vmas", pid);
	if (list.nr <= SMAPS_MAX)
		t->text[SMAPS] = slurp("/proc/%d/smaps", pid);
	/* Not those that ran meanwhile: complaints must be of one state. */
	outcome = same_maps(pid, maps) ? UNCHANGED : CHANGED;
	t->text[MAPS] = maps;
	if (outcome == UNCHANGED)
		compare_texts(&list, t);
	free_vmas(&list);
	for (enum oracle oracle = MAPS; oracle <= TEXT; oracle++)
		free(t->text[oracle]);
	return outcome;
}

static bool is_kthread(pid_t pid)
{
	char path[64], byte;
	int maps;
	bool none;

	snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	maps = open(path, O_RDONLY | O_CLOEXEC);
	none = maps >= 0 && !read(maps, &byte, 1) && proc_state(pid) != 'Z';
	close(maps);
	return none;
}

static void compare_process(pid_t pid)
{
	enum outcome outcome = CHANGED;
	char *comm = slurp("/proc/%d/comm", pid);
	struct texts t;
	size_t nr = 0;

	if (!comm)
		return;
	comm[strcspn(comm, "\n")] = '\0';
	attach(pid, "attach");
	for (int try = 0; try < TRIES && outcome == CHANGED; try++)
		outcome = compare_once(pid, &t, &nr);
	attach(pid, "detach");
	for (enum oracle oracle = MAPS; oracle <= TEXT; oracle++) {
		if (outcome == GONE)
			continue;
		if (outcome == CHANGED)
			skip("it changes all the time", "%d %s: %s", pid, comm,
			     oracle_names[oracle]);
		else if (oracle == SMAPS && nr > SMAPS_MAX)
			diag("%d %s: smaps takes minutes to read: left out",
			     pid, comm);
		else
			ok(t.equal[oracle], "%d %s: %zu VMAs as in %s", pid,
			   comm, nr, oracle_names[oracle]);
	}
	free(comm);
}

static ssize_t read_maps(char *buf, size_t size)
{
	int maps = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
	size_t len = 0;
	ssize_t got;

	while ((got = read(maps, buf + len, size - len - 1)) > 0)
		len += (size_t)got;
	close(maps);
	buf[len] = '\0';
	return (ssize_t)len;
}

/* No allocation meanwhile: each would change what is compared. */
static void test_self(void)
{
	static char before[1 << 17], after[1 << 17], strings[STRINGS];
	static const char *name[256], *ops[256];
	static struct vmlab_vma vmas[256];
	struct vmlab_vmas req = {
		.size = sizeof(req),
		.target = { .kind = VMLAB_TARGET_SELF },
		.vmas = (uintptr_t)vmas,
		.strings = (uintptr_t)strings,
		.nr = 256,
		.strings_size = sizeof(strings),
	};
	struct vma_list list = { .vma = vmas, .name = name, .ops = ops };

	read_maps(before, sizeof(before));
	if (ioctl(fd, VMLAB_IOC_VMAS, &req))
		bail("VMAS of SELF: %s", strerror(errno));
	read_maps(after, sizeof(after));
	if (!ok(!strcmp(before, after), "self: this process stood still"))
		return;
	list.nr = req.nr;
	list.map_count = req.map_count;
	for (uint32_t i = 0; i < req.nr; i++) {
		name[i] = strings + vmas[i].name_off;
		ops[i] = strings + vmas[i].ops_off;
	}
	complaints = 0;
	compare_maps(&list, before);
	ok(!complaints, "self: %u VMAs as in maps", req.nr);
}

static void test_all(void)
{
	int *pids, processes = 0, kthreads = 0, refused = 0;
	ssize_t nr = numbers_in("/proc", &pids);
	struct vma_list list;

	for (ssize_t i = 0; i < nr; i++) {
		if (pids[i] == getpid())
			continue;
		if (!is_kthread(pids[i])) {
			compare_process(pids[i]);
			processes++;
			continue;
		}
		kthreads++;
		if (get_vmas(fd, VMLAB_TARGET_PID, pids[i], 16, STRINGS, &list))
			refused += errno == ENXIO;
		else
			free_vmas(&list);
	}
	ok(processes > 2, "%d processes compared", processes);
	/* Reserved for what has no mm, as opposed to none any more: ESRCH. */
	is((uint64_t)refused, (uint64_t)kthreads,
	   "%d kernel threads have no VMAs", kthreads);
	free(pids);
}

static bool same_lists(const struct vma_list *a, const struct vma_list *b,
		       bool with_names)
{
	if (a->nr != b->nr)
		return false;
	for (size_t i = 0; i < a->nr; i++) {
		struct vmlab_vma x = a->vma[i], y = b->vma[i];

		x.name_off = y.name_off;
		x.ops_off = y.ops_off;
		if (!with_names)
			x.flags = y.flags;
		if (memcmp(&x, &y, sizeof(x)))
			return false;
		if (with_names && (strcmp(a->name[i], b->name[i]) ||
				   strcmp(a->ops[i], b->ops[i])))
			return false;
	}
	return true;
}

/* The same answer whatever the room of each call. */
static void test_batches(void)
{
	static const struct {
		uint32_t nr, strings;
	} sizes[] = {
		{ 1, 512 }, { 7, 1024 }, { 256, STRINGS },
		{ 257, STRINGS }, { 100000, 1 << 20 }, { 64, 8192 },
	};
	pid_t pid = herd_find("many_vmas");
	struct vma_list all, list;
	size_t cut = 0;

	if (!pid || get_vmas(fd, VMLAB_TARGET_PID, pid, 5000, STRINGS, &all))
		bail("no process with many VMAs");
	ok(all.nr > 2000, "%zu VMAs to walk", all.nr);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		if (works(get_vmas(fd, VMLAB_TARGET_PID, pid, sizes[i].nr,
				   sizes[i].strings, &list),
			  "%u records a call, %u bytes of names", sizes[i].nr,
			  sizes[i].strings)) {
			ok(same_lists(&all, &list, true), "... the same");
			free_vmas(&list);
		}
	}
	for (uint32_t strings = 0; strings < 2; strings++) {
		works(get_vmas(fd, VMLAB_TARGET_PID, pid, 100, strings, &list),
		      "%u bytes of names", strings);
		ok(same_lists(&all, &list, false), "... the same records");
		cut = 0;
		for (size_t i = 0; i < list.nr && i < all.nr; i++)
			if (*all.name[i] || *all.ops[i])
				cut += !(list.vma[i].flags & VMLAB_VMA_NAME_CUT) ==
				       !!strings;
		/* Without a buffer none was wanted. */
		is(cut, 0, "... each name that was left out is marked%s",
		   strings ? "" : ", unless there is no buffer");
		free_vmas(&list);
	}
	works(get_vmas(fd, VMLAB_TARGET_PID, pid, 50, 40, &list),
	      "40 bytes of names");
	ok(same_lists(&all, &list, false), "... the same records");
	cut = 0;
	for (size_t i = 0; i < list.nr && i < all.nr; i++)
		if (!(list.vma[i].flags & VMLAB_VMA_NAME_CUT) &&
		    strcmp(list.name[i], all.name[i]))
			cut++;
	is(cut, 0, "... a name is whole or marked");
	free_vmas(&list);
	free_vmas(&all);
}

/* VMAS_MIN is to hold any name, so nothing is cut with it. */
static void test_strings_min(void)
{
	static const char *const kinds[] = { "plain", "odd_names", "anon_names",
					     "long_path" };
	struct vma_list list;

	for (size_t i = 0; i < 4; i++) {
		pid_t pid = herd_find(kinds[i]);
		size_t cut = 0, longest = 0;

		if (!pid) {
			skip("no such process", "%s: names", kinds[i]);
			continue;
		}
		if (get_vmas(fd, VMLAB_TARGET_PID, pid, 16, VMLAB_STRINGS_MIN,
			     &list)) {
			ok(false, "%s: VMAS: %s", kinds[i], strerror(errno));
			continue;
		}
		for (size_t n = 0; n < list.nr; n++) {
			size_t len = list.name[n] ? strlen(list.name[n]) : 0;

			cut += !!(list.vma[n].flags & VMLAB_VMA_NAME_CUT);
			longest = len > longest ? len : longest;
		}
		/* Only a path above PATH_MAX twice over is longer. */
		if (!strcmp(kinds[i], "long_path"))
			is(cut, 1, "long_path: the longest name is cut");
		else
			is(cut, 0, "%s: VMLAB_STRINGS_MIN holds every name",
			   kinds[i]);
		diag("%s: longest name shown %zu bytes", kinds[i], longest);
		free_vmas(&list);
	}
}

static void one_call(pid_t pid, uint64_t cursor, uint64_t end,
		     struct vmlab_vmas *req)
{
	static struct vmlab_vma room[16];
	static char strings[STRINGS];

	*req = (struct vmlab_vmas){
		.size = sizeof(*req),
		.target = { .kind = VMLAB_TARGET_PID, .id = pid },
		.cursor = cursor,
		.end = end,
		.vmas = (uintptr_t)room,
		.strings = (uintptr_t)strings,
		.nr = 16,
		.strings_size = sizeof(strings),
	};
	if (ioctl(fd, VMLAB_IOC_VMAS, req))
		bail("VMAS: %s", strerror(errno));
}

static void test_ranges(void)
{
	pid_t pid = herd_find("many_vmas");
	const struct vmlab_vma *first;
	struct vma_list all;
	struct vmlab_vmas req;
	size_t i = 1000;

	if (get_vmas(fd, VMLAB_TARGET_PID, pid, 5000, STRINGS, &all))
		bail("VMAS: %s", strerror(errno));
	one_call(pid, all.vma[i].start, all.vma[i].end, &req);
	first = (struct vmlab_vma *)(uintptr_t)req.vmas;
	ok(req.nr == 1 && first->start == all.vma[i].start, "one VMA");
	is(req.cursor, all.vma[i].end, "one VMA: the cursor is at its end");
	is(req.map_count, all.map_count, "one VMA: map_count is of all");
	one_call(pid, all.vma[i].start + 1, all.vma[i].start + 2, &req);
	ok(req.nr == 1 && first->start == all.vma[i].start,
	   "addresses inside it find it whole");
	one_call(pid, all.vma[i].end - 1, all.vma[i + 1].start + 1, &req);
	is(req.nr, 2, "its last byte and the next's first: both");
	one_call(pid, all.vma[i].end, all.vma[i].end, &req);
	is(req.nr, 0, "an empty range between: none");
	one_call(pid, all.vma[all.nr - 1].end, 0, &req);
	is(req.nr, 0, "above the last: none");
	one_call(pid, UINT64_MAX, 0, &req);
	is(req.nr, 0, "cursor UINT64_MAX: none");
	one_call(pid, 0, all.vma[0].start, &req);
	is(req.nr, 0, "below the first: none");
	one_call(pid, 0, UINT64_MAX, &req);
	is(req.nr, 16, "end UINT64_MAX: as many as fit");
	free_vmas(&all);
}

enum { STABLE = 60, LIVE_MS = 2000 };

static char *region;
static size_t page;

/* Maps and unmaps every other page of the region until it is killed. */
static int mutator(void *arg)
{
	unsigned int seed = 1;

	(void)arg;
	for (;;) {
		size_t i = (size_t)rand_r(&seed) % STABLE;
		char *p = region + (2 * i + 1) * page;

		if (rand_r(&seed) & 1)
			munmap(p, page);
		else
			(void)mmap(p, page, PROT_READ | PROT_WRITE,
				   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
				   0);
	}
	return 0;
}

static size_t count_stable(const struct vma_list *list)
{
	size_t found = 0;

	for (size_t i = 0; i < list->nr; i++) {
		uint64_t off = list->vma[i].start - (uintptr_t)region;

		if (off < 2 * STABLE * page && off / page % 2 == 0 &&
		    list->vma[i].end - list->vma[i].start == page)
			found++;
	}
	return found;
}

/* Lines of debugfs ascend and hold every stable VMA once. */
static bool text_is_consistent(pid_t pid)
{
	char *text = slurp(DEBUGFS "/%d/vmas", pid), *rest = text, *line;
	unsigned long long last = 0;
	size_t found = 0;
	bool good = text;

	next_line(&rest);
	while (good && (line = next_line(&rest))) {
		unsigned long long start, end, off;

		if (sscanf(line, "%llx %llx", &start, &end) != 2 ||
		    start < last || end <= start)
			good = false;
		last = end;
		off = start - (uintptr_t)region;
		found += off < 2 * STABLE * page && off / page % 2 == 0;
	}
	free(text);
	return good && found == STABLE;
}

static void test_live(void)
{
	unsigned long long end;
	unsigned long walks = 0, failed = 0, missed = 0, texts = 0, torn = 0;
	struct vma_list list;
	pid_t pid;

	region = mmap(NULL, 2 * STABLE * page, PROT_NONE,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	/* Shared anonymous memory is an object each: these never merge. */
	for (size_t i = 0; i < STABLE; i++)
		if (mmap(region + 2 * i * page, page, PROT_READ,
			 MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0) ==
		    MAP_FAILED)
			bail("mmap: %s", strerror(errno));
	pid = spawn(mutator, NULL);
	attach(pid, "attach");
	end = now_ms() + LIVE_MS;
	while (walks < 3 || now_ms() < end) {
		if (get_vmas(fd, VMLAB_TARGET_PID, pid, 1 + walks % 20, STRINGS,
			     &list)) {
			failed++;
		} else {
			missed += count_stable(&list) != STABLE;
			free_vmas(&list);
		}
		walks++;
		torn += !text_is_consistent(pid);
		texts++;
	}
	attach(pid, "detach");
	kill_and_reap(pid);
	munmap(region, 2 * STABLE * page);
	diag("%lu walks, %lu texts", walks, texts);
	is(failed, 0, "live: no VMA is reported twice");
	is(missed, 0, "live: a VMA that stays is never missed");
	is(torn, 0, "live: debugfs is in order and complete");
}

int main(void)
{
	char *kallsyms = slurp("/proc/kallsyms");

	kallsyms_has_ops = kallsyms && strstr(kallsyms, " vmlab_vm_ops");
	free(kallsyms);
	page = page_size();
	shift = dev_info().page_shift;
	fd = dev_open(O_RDWR);
	names = dev_flag_names(fd, VMLAB_NAMES_VMA_FLAGS);
	make_masks();
	herd_start();
	test_self();
	test_all();
	test_batches();
	test_strings_min();
	test_ranges();
	herd_end();
	test_live();
	return tap_done();
}
