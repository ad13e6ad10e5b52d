// SPDX-License-Identifier: GPL-2.0
/*
 * The environment variable of run_protocol.h.  Read before constructors have run: the
 * dynamic loader itself allocates memory, and libc has no environment yet then.
 */
#include <string.h>
#include <unistd.h>

#include "run_protocol.h"
#include "settings.h"

/* The stack as execve(2) left it: argc, argv, NULL, environment, NULL. */
extern void *__libc_stack_end;

static struct settings settings;

void complain(const char *first, const char *second)
{
	char line[256];
	size_t len = 0;
	const char *const parts[] = { "vmlab run: ", first, second, "\n" };

	for (size_t i = 0; i < 4; i++)
		for (const char *p = parts[i]; *p && len < sizeof(line); p++)
			line[len++] = *p;
	raw3(SYS_write, 2, (long)line, (long)len);
}

static const char *variable(void)
{
	const size_t len = sizeof(RUN_ENVIRONMENT) - 1;
	char **env = environ;

	if (!env) {
		env = (char **)__libc_stack_end;
		env += *(long *)__libc_stack_end + 2;
	}
	for (; *env; env++)
		if (!strncmp(*env, RUN_ENVIRONMENT, len) && (*env)[len] == '=')
			return *env + len + 1;
	return NULL;
}

/* Read a number at *@text, which is moved behind it. */
static bool number(const char **text, uint64_t *value)
{
	const char *p = *text, *first;
	unsigned int base = 10;

	*value = 0;
	if (p[0] == '0' && (p[1] | 32) == 'x') {
		base = 16;
		p += 2;
	}
	for (first = p;; p++) {
		const char c = *p | 32;
		unsigned int digit = *p >= '0' && *p <= '9' ? (unsigned int)(*p - '0') :
				     c >= 'a' && c <= 'f' ? (unsigned int)(c - 'a' + 10) : 16;

		if (digit >= base || *value > (UINT64_MAX - digit) / base)
			break;
		*value = *value * base + digit;
	}
	*text = p;
	return p != first && (!*p || *p == ',');
}

static bool set(const char *name, size_t len, uint64_t value)
{
	struct vmlab_paging *paging = &settings.paging;
	uint64_t version = 0;
	const struct {
		const char *name;
		void *to;
		size_t bytes;
	} known[] = {
		{ "version", &version, 8 },
		{ "budget", &paging->budget, 8 },
		{ "policy", &paging->policy, 4 },
		{ "policy_id", &paging->policy_id, 4 },
		{ "seed", &paging->seed, 8 },
		{ "prefetch", &paging->prefetch, 4 },
		{ "prefetch_pages", &paging->prefetch_pages, 4 },
		{ "sample", &paging->sample, 4 },
		{ "sample_keep", &paging->sample_keep, 4 },
		{ "paging_flags", &paging->flags, 4 },
		{ "space_flags", &settings.space_flags, 4 },
		{ "event_mask", &settings.event_mask, 4 },
		{ "events", &settings.events, 4 },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (strlen(known[i].name) != len || memcmp(known[i].name, name, len))
			continue;
		if (known[i].bytes == 4 && value > UINT32_MAX)
			return false;
		memcpy(known[i].to, &value, known[i].bytes);
		return !version || version == RUN_VERSION;
	}
	return false;
}

static bool parse(const char *text)
{
	while (*text) {
		const size_t len = strcspn(text, "=,");
		const char *name = text;
		uint64_t value;

		if (text[len] != '=')
			return false;
		text += len + 1;
		if (len == 6 && !memcmp(name, "socket", 6)) {
			settings.socket_len = strlen(text);
			if (settings.socket_len >= sizeof(settings.socket))
				return false;
			memcpy(settings.socket, text, settings.socket_len);
			return true;
		}
		if (!number(&text, &value) || !set(name, len, value))
			return false;
		text += *text == ',';
	}
	return true;
}

const struct settings *settings_get(void)
{
	static enum { UNREAD, GOOD, WRONG } state;

	if (state == UNREAD) {
		const char *text = variable();

		settings.paging.size = sizeof(settings.paging);
		state = !text || parse(text) ? GOOD : WRONG;
		if (state == WRONG)
			complain(RUN_ENVIRONMENT
				 " is not understood, memory is not managed: ", text);
	}
	return state == GOOD ? &settings : NULL;
}
