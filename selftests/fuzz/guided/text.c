// SPDX-License-Identifier: GPL-2.0
/*
 * Programs as text.  A line for each call: its name, then name=value for each
 * argument that is not 0; a value is a number, or constants with | between them.
 * A first line "program" has the flags of the program: concurrent, user, tidy.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/guided/program.h"

static const char *const flag_names[] = { "concurrent", "user", "tidy" };

struct writer {
	char *text;
	size_t size, used;
};

__attribute__((format(printf, 2, 3)))
static void put(struct writer *w, const char *fmt, ...)
{
	__builtin_va_list ap;
	int n;

	if (w->used >= w->size)
		return;
	__builtin_va_start(ap, fmt);
	n = vsnprintf(w->text + w->used, w->size - w->used, fmt, ap);
	__builtin_va_end(ap);
	w->used += n > 0 ? (size_t)n : 0;
}

static void put_value(struct writer *w, const struct arg *a, uint64_t value)
{
	const char *between = "";

	for (unsigned int i = 0; i < a->nr_words; i++) {
		const struct word *word = &a->words[i];

		if (a->type == A_ENUM ? value != word->value :
		    !word->value || (value & word->value) != word->value)
			continue;
		put(w, "%s%s", between, word->name);
		between = "|";
		value &= ~word->value;
		if (a->type == A_ENUM)
			return;
	}
	if (value || !*between)
		put(w, "%s%#" PRIx64, between, value);
}

int program_print(const struct program *p, char *text, size_t size)
{
	struct writer w = { text, size, 0 };

	put(&w, "program");
	for (size_t i = 0; i < ARRAY_SIZE(flag_names); i++)
		if (p->flags & 1u << i)
			put(&w, " %s", flag_names[i]);
	put(&w, "\n");
	for (uint32_t i = 0; i < p->nr; i++) {
		const struct call *c = &p->call[i];
		const struct call_kind *kind = kind_of(c->kind);

		put(&w, "%s", kind->name);
		if (c->thread)
			put(&w, " thread=%u", c->thread);
		if (c->fail)
			put(&w, " fail=%u", c->fail);
		for (unsigned int k = 0; k < kind->nr_args; k++) {
			if (!c->word[k])
				continue;
			put(&w, " %s=", kind->args[k].name);
			put_value(&w, &kind->args[k], c->word[k]);
		}
		put(&w, "\n");
	}
	return w.used < size ? (int)w.used : -1;
}

static int parse_word(const struct arg *a, const char *text, uint64_t *value)
{
	char *end;

	for (unsigned int i = 0; a && i < a->nr_words; i++) {
		if (!strcmp(a->words[i].name, text)) {
			*value |= a->words[i].value;
			return 0;
		}
	}
	*value |= strtoull(text, &end, 0);
	return *text && !*end ? 0 : -1;
}

static int parse_value(const struct arg *a, char *text, uint64_t *value)
{
	char *save, *word;

	*value = 0;
	for (word = strtok_r(text, "|", &save); word; word = strtok_r(NULL, "|", &save))
		if (parse_word(a, word, value))
			return -1;
	return 0;
}

static const struct arg *find_arg(const struct call_kind *kind, const char *name)
{
	for (unsigned int i = 0; i < kind->nr_args; i++)
		if (!strcmp(kind->args[i].name, name))
			return &kind->args[i];
	return NULL;
}

static int parse_argument(struct call *c, const struct call_kind *kind, char *text)
{
	char *equals = strchr(text, '=');
	const struct arg *a;
	uint64_t value;

	if (!equals)
		return -1;
	*equals = 0;
	a = find_arg(kind, text);
	if (parse_value(a, equals + 1, &value))
		return -1;
	if (a)
		c->word[a - kind->args] = value;
	else if (!strcmp(text, "thread"))
		c->thread = (uint8_t)value;
	else if (!strcmp(text, "fail"))
		c->fail = (uint16_t)value;
	else
		return -1;
	return 0;
}

static int parse_flag(struct program *p, const char *text)
{
	for (size_t i = 0; i < ARRAY_SIZE(flag_names); i++) {
		if (!strcmp(text, flag_names[i])) {
			p->flags |= 1u << i;
			return 0;
		}
	}
	return -1;
}

static int parse_line(struct program *p, char *line)
{
	char *save, *text = strtok_r(line, " \t", &save);
	struct call *c;
	int kind;

	if (!text || *text == '#')
		return 0;
	if (!strcmp(text, "program")) {
		while ((text = strtok_r(NULL, " \t", &save)))
			if (parse_flag(p, text))
				return -1;
		return 0;
	}
	kind = kind_named(text);
	if (kind < 0 || p->nr == MAX_CALLS)
		return -1;
	c = &p->call[p->nr++];
	memset(c, 0, sizeof(*c));
	c->kind = (uint8_t)kind;
	while ((text = strtok_r(NULL, " \t", &save))) {
		if (parse_argument(c, kind_of(c->kind), text)) {
			fprintf(stderr, "vmlab-fuzz: %s: what is '%s'?\n",
				kind_of(c->kind)->name, text);
			return -1;
		}
	}
	return 0;
}

int program_parse(struct program *p, const char *text)
{
	char *copy = strdup(text), *save, *line;
	int ret = 0;

	memset(p, 0, sizeof(*p));
	for (line = strtok_r(copy, "\n", &save); line && !ret; line = strtok_r(NULL, "\n", &save))
		ret = parse_line(p, line);
	free(copy);
	return ret ? -1 : (int)p->nr;
}
