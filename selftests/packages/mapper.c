// SPDX-License-Identifier: GPL-2.0
/*
 * mapper: map /dev/vmlab. For each line on stdin write one more page, read all pages that were
 * written before, and print the number of pages that hold what was written.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>

#define PAGES 64
#define PAGE 4096

int main(void)
{
	int fd = open("/dev/vmlab", O_RDWR);
	char *p = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED,
		       fd, 0);
	char line[16];

	if (fd < 0 || p == MAP_FAILED) {
		perror("/dev/vmlab");
		return 1;
	}
	for (int n = 1; n <= PAGES && fgets(line, sizeof(line), stdin); n++) {
		int right = 0;

		p[(n - 1) * PAGE] = n;
		for (int i = 0; i < n; i++)
			right += p[i * PAGE] == i + 1;
		printf("%d\n", right);
		fflush(stdout);
	}
	return 0;
}
