// SPDX-License-Identifier: GPL-2.0
/* Injection rules as a user writes them: ACTION[,KEY=VALUE]... */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model/inject_rule.h"
#include "model/paging_words.h"
#include "model/parse.h"

/* Set @start and @end from one page, FIRST-LAST or FIRST-. */
static int rule_pages(const char *s, uint64_t page_size,
		      struct vmlab_inject_rule *rule)
{
	struct page_run *runs;
	size_t nr;
	int err;

	err = parse_pages(s, UINT64_MAX / page_size, &runs, &nr);
	if (err)
		return err;
	if (nr != 1)
		err = -EINVAL;
	rule->start = runs[0].first * page_size;
	rule->end = s[strlen(s) - 1] == '-' ? 0 :
					      (runs[0].last + 1) * page_size;
	free(runs);
	return err;
}

static int rule_access(const char *s, struct vmlab_inject_rule *rule)
{
	rule->access = 0;
	for (; *s; s++) {
		switch (*s) {
		case 'r':
			rule->access |= VMLAB_ACCESS_READ;
			break;
		case 'w':
			rule->access |= VMLAB_ACCESS_WRITE;
			break;
		case 'x':
			rule->access |= VMLAB_ACCESS_EXEC;
			break;
		default:
			return -EINVAL;
		}
	}
	return rule->access ? 0 : -EINVAL;
}

static int rule_probability(const char *s, struct vmlab_inject_rule *rule)
{
	double p;
	int err = parse_probability(s, &p);

	if (err)
		return err;
	rule->probability = (uint32_t)(p * VMLAB_INJECT_CERTAIN + 0.5);
	return 0;
}

static int rule_pid(const char *s, pid_t self, struct vmlab_inject_rule *rule)
{
	int err = parse_pid(s, &rule->pid);

	/* parse_pid() returns 0 for "self"; in a rule 0 matches every process */
	if (!err && !rule->pid)
		rule->pid = self;
	return err;
}

static int rule_key(const char *key, const char *value, uint64_t page_size,
		    pid_t self, struct vmlab_inject_rule *rule)
{
	uint64_t n;

	if (!strcmp(key, "pages"))
		return rule_pages(value, page_size, rule);
	if (!strcmp(key, "access"))
		return rule_access(value, rule);
	if (!strcmp(key, "probability"))
		return rule_probability(value, rule);
	if (!strcmp(key, "pid"))
		return rule_pid(value, self, rule);

	if (parse_u64(value, &n))
		return -EINVAL;
	if (!strcmp(key, "nth")) {
		/* 0 would stand for all faults */
		if (!n)
			return -ERANGE;
		rule->nth = n;
	} else if (!strcmp(key, "seed")) {
		rule->seed = n;
	} else if (!strcmp(key, "us")) {
		if (n > VMLAB_INJECT_DELAY_MAX)
			return -ERANGE;
		rule->delay_us = (uint32_t)n;
	} else {
		return -EINVAL;
	}
	return 0;
}

int inject_rule_parse(const char *s, uint64_t page_size, pid_t self,
		      struct vmlab_inject_rule *rule)
{
	char *copy = strdup(s), *rest = copy, *part, *value;
	bool delays;
	int err;

	*rule = (struct vmlab_inject_rule){
		.access = VMLAB_ACCESS_READ | VMLAB_ACCESS_WRITE |
			  VMLAB_ACCESS_EXEC,
		.probability = VMLAB_INJECT_CERTAIN,
	};
	if (!copy)
		return -ENOMEM;
	part = strsep(&rest, ",");
	err = paging_action_parse(part, strlen(part), &rule->action);
	while (!err && (part = strsep(&rest, ","))) {
		value = strchr(part, '=');
		if (!value) {
			err = -EINVAL;
			break;
		}
		*value++ = '\0';
		err = rule_key(part, value, page_size, self, rule);
	}
	delays = rule->action == VMLAB_INJECT_DELAY;
	if (!err && delays != !!rule->delay_us)
		err = -EINVAL;
	free(copy);
	return err;
}
