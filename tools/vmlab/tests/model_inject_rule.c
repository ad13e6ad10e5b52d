// SPDX-License-Identifier: GPL-2.0
/* Parsing of injection rules. */
#include <errno.h>
#include <string.h>

#include "model/inject_rule.h"
#include "tap.h"

static void test_rules(void)
{
	static const struct {
		const char *text;
		int err;
		struct vmlab_inject_rule rule;
	} cases[] = {
		{ "sigbus", 0,
		  { .access = 7, .probability = 1000000 } },
		{ "sigbus,pages=3-5,access=w,nth=2", 0,
		  { .start = 0x3000, .end = 0x6000, .access = 2, .nth = 2,
		    .probability = 1000000 } },
		{ "retry,pages=4-", 0,
		  { .start = 0x4000, .access = 7, .action = 3,
		    .probability = 1000000 } },
		{ "hwpoison,pages=4,access=rx", 0,
		  { .start = 0x4000, .end = 0x5000, .access = 5, .action = 2,
		    .probability = 1000000 } },
		{ "delay,us=500,probability=0.25,seed=7,pid=12", 0,
		  { .access = 7, .action = 4, .probability = 250000,
		    .seed = 7, .pid = 12, .delay_us = 500 } },
		{ "sigbus,pid=self", 0,
		  { .access = 7, .probability = 1000000, .pid = 4711 } },
		{ "", -EINVAL, { 0 } },
		{ "sigbus,pid=0", -EINVAL, { 0 } },
		{ "bogus", -EINVAL, { 0 } },
		{ "sigbus,", -EINVAL, { 0 } },
		{ "sigbus,pages", -EINVAL, { 0 } },
		{ "sigbus,pages=1-2-3", -EINVAL, { 0 } },
		{ "sigbus,access=", -EINVAL, { 0 } },
		{ "sigbus,access=q", -EINVAL, { 0 } },
		{ "sigbus,us=5", -EINVAL, { 0 } },
		{ "sigbus,other=5", -EINVAL, { 0 } },
		{ "delay", -EINVAL, { 0 } },
		{ "delay,us=60000001", -ERANGE, { 0 } },
		{ "oom,probability=1.5", -EINVAL, { 0 } },
		{ "oom,probability=nan", -EINVAL, { 0 } },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct vmlab_inject_rule rule = { 0 };

		if (ok(inject_rule_parse(cases[i].text, 4096, 4711, &rule) ==
		       cases[i].err, "rule '%s'", cases[i].text) &&
		    !cases[i].err)
			ok(!memcmp(&rule, &cases[i].rule, sizeof(rule)),
			   "rule '%s': its members", cases[i].text);
	}
}

int main(void)
{
	test_rules();
	return tap_done();
}
