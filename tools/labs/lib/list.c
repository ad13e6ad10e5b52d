// SPDX-License-Identifier: GPL-2.0
/* The labs that were linked into the program: a section of pointers to them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "labs/lib/list.h"
#include "model/parse.h"

/* The linker defines them: the ends of the section. */
extern const struct lab *const __start_vmlab_labs[]
	__attribute__((visibility("hidden")));
extern const struct lab *const __stop_vmlab_labs[]
	__attribute__((visibility("hidden")));

enum { LABS_MAX = 100 };

const struct lab *const *lab_list(void)
{
	static const struct lab *sorted[LABS_MAX + 1];
	const struct lab *const *lab = __start_vmlab_labs;
	size_t nr = 0, i;

	if (sorted[0])
		return sorted;
	for (; (uintptr_t)lab < (uintptr_t)__stop_vmlab_labs; lab++) {
		if (nr == LABS_MAX)
			abort();
		for (i = nr++; i && sorted[i - 1]->number > (*lab)->number; i--)
			sorted[i] = sorted[i - 1];
		sorted[i] = *lab;
	}
	return sorted;
}

const struct lab *lab_find(const char *name)
{
	uint64_t number = 0;

	parse_u64(name, &number);
	for (const struct lab *const *lab = lab_list(); *lab; lab++)
		if (!strcmp((*lab)->name, name) || (*lab)->number == number)
			return *lab;
	return NULL;
}

const struct lab_param *lab_param_find(const struct lab *lab, const char *name)
{
	for (const struct lab_param *p = lab->params; p && p->name; p++)
		if (!strcmp(p->name, name))
			return p;
	return NULL;
}

const struct lab_break *lab_break_find(const struct lab *lab, const char *name)
{
	for (const struct lab_break *b = lab->breaks; b && b->name; b++)
		if (!strcmp(b->name, name))
			return b;
	return NULL;
}

/* Tell whether @word is one of @words, which are separated by blanks. */
static bool has_word(const char *words, const char *word)
{
	size_t len = strlen(word);

	if (!len || strchr(word, ' '))
		return false;
	for (const char *w = words; (w = strstr(w, word)); w += len)
		if ((w == words || w[-1] == ' ') && (!w[len] || w[len] == ' '))
			return true;
	return false;
}

int lab_param_parse(const struct lab_param *param, const char *value,
		    uint64_t *number)
{
	*number = 0;
	if (param->words)
		return has_word(param->words, value) ? 0 : -EINVAL;
	if (parse_size(value, number) || *number < param->min ||
	    *number > param->max)
		return -EINVAL;
	return 0;
}
