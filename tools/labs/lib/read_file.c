// SPDX-License-Identifier: GPL-2.0
/* Files of the kernel that hold one line. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "labs/system.h"

bool lab_read_text(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t len;

	if (fd < 0)
		return false;
	len = read(fd, text, size - 1);
	close(fd);
	if (len < 0)
		return false;
	text[len] = '\0';
	text[strcspn(text, "\n")] = '\0';
	return true;
}

uint64_t lab_read_number(const char *path, uint64_t missing)
{
	char text[64], *end;
	uint64_t number;

	if (!lab_read_text(path, text, sizeof(text)))
		return missing;
	number = strtoull(text, &end, 10);
	return end == text ? missing : number;
}
