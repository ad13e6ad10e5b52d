// SPDX-License-Identifier: GPL-2.0
/*
 * A server with a leak: for each line of its standard input, a number, it serves so many
 * requests.  Each request needs two buffers, and only one of them is freed.
 */
#include <stdio.h>
#include <stdlib.h>

enum { ANSWER = 1000, HISTORY = 40000 }; /* bytes */

__attribute__((noinline)) static void answer_request(void)
{
	volatile char *buffer = malloc(ANSWER);

	for (int i = 0; buffer && i < ANSWER; i++)
		buffer[i] = 1;
	free((void *)buffer);
}

__attribute__((noinline)) static void remember_request(void)
{
	volatile char *buffer = malloc(HISTORY);

	for (int i = 0; buffer && i < HISTORY; i++)
		buffer[i] = 1;
}

int main(void)
{
	int requests;

	while (scanf("%d", &requests) == 1) {
		for (int i = 0; i < requests; i++) {
			answer_request();
			remember_request();
		}
		printf("served %d requests\n", requests);
		fflush(stdout);
	}
	return 0;
}
