/* SPDX-License-Identifier: GPL-2.0 */
/* The parts of test-inspect-vmas. */
#ifndef SELFTESTS_VMAS_H
#define SELFTESTS_VMAS_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/dev.h"

enum { STRINGS = 64 * 1024 };	/* bytes of names: more than any name here */

extern int vmlab_fd;		/* /dev/vmlab */
extern bool kallsyms_has_ops;	/* the module can name its vm_operations_struct */
extern unsigned int shift;	/* log2 of the page size */

/* Names of the bits of vm_flags; call read_flag_letters() first. */
extern const struct vmlab_flag_names *flag_names;
void read_flag_letters(void);

/* Whether a VMA has the flag with these letters in smaps. */
bool has_flag(const struct vmlab_vma *v, const char *mnemonic);

/* Permissions as maps shows them. */
void perms(const struct vmlab_vma *v, char text[5]);

/* Escape newlines as files of the kernel do: a string to free(). */
char *escape(const char *name);

/* A line of maps, or the first line of an entry of smaps. */
struct maps_line {
	unsigned long long start, end, offset, ino;
	unsigned int major, minor;
	char perms[8];
	const char *name;
};

bool parse_maps(const char *line, struct maps_line *m);

/* Comparisons, which report each difference with differs(); they cut the text. */
void compare_maps(const struct vma_list *list, char *maps);
void compare_smaps(const struct vma_list *list, char *smaps);
void compare_debugfs(const struct vma_list *list, char *text);

void test_self(void);
void test_all(void);
void test_batches(void);
void test_strings_min(void);
void test_ranges(void);
void test_live(void);

#endif /* SELFTESTS_VMAS_H */
