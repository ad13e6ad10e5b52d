/* SPDX-License-Identifier: GPL-2.0 */
/* Files that a test makes. */
#ifndef SELFTESTS_FILE_H
#define SELFTESTS_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Open a new file of @bytes in @dir that has no name; end the test on failure. */
int temp_file(const char *dir, size_t bytes);

/* Do @nr bytes at @p all equal @value? */
bool all_bytes(const char *p, char value, size_t nr);

/* Does read(2) find @nr bytes @value at @offset of a file? */
bool file_has(int file, off_t offset, char value, size_t nr);

#endif /* SELFTESTS_FILE_H */
