// SPDX-License-Identifier: GPL-2.0
/* What the commands that run a command on managed memory share. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "cli/failure.h"
#include "cli/values.h"
#include "cmd/paging_common.h"
#include "cmd/run_arguments.h"
#include "model/paging_words.h"

bool run_begin(struct cli *cli, int argc, char **argv, const struct run_syntax *syntax,
	       void *request, struct vmlab **lab, int *code)
{
	int c;

	*code = EXIT_OK;
	while (!*code && (c = cli_option(cli, syntax->options, argc, argv)) != CLI_END) {
		if (c == CLI_STOP) {
			*code = cli->exit_code;
			return false;
		}
		*code = syntax->parse(cli, request, c);
	}
	if (!*code)
		*code = syntax->check(cli, request, argc, argv);
	if (!*code)
		*code = cli_open(lab);
	return !*code;
}

int run_check_huge(const struct vmlab *lab, uint32_t space_flags)
{
	if (!(space_flags & VMLAB_SPACE_HUGE) || vmlab_has_feature(lab, VMLAB_FEAT_HUGE))
		return EXIT_OK;
	return cli_error("--huge: this kernel cannot map huge frames of a module: that takes "
			 "Linux 6.15 or later, with transparent huge pages");
}

uint64_t run_budget_pages(uint64_t bytes)
{
	const uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);

	return bytes / page + (bytes % page != 0);
}

bool run_is_file(const char *text)
{
	size_t length = strlen(text);

	return strchr(text, '/') || (length > 2 && !strcmp(text + length - 2, ".o"));
}

int run_find_policy(const struct cli *cli, const struct vmlab *lab, const char *option,
		    const char *text, struct vmlab_paging *paging,
		    struct policy_attached **attached)
{
	char name[VMLAB_POLICY_NAME_MAX];
	struct failure failure;
	int err;

	*attached = NULL;
	if (!run_is_file(text))
		return paging_find_policy(cli, lab, option, text, &paging->policy,
					  &paging->policy_id);
	if (!vmlab_has_feature(lab, VMLAB_FEAT_STRUCT_OPS))
		return cli_error("%s=%s: this kernel has no policies in BPF: see 'vmlab "
				 "policy --help'; the built-in ones work", option, text);
	if (policy_attach(text, name, attached, &failure))
		return cli_failure(&failure);
	err = paging_find_policy(cli, lab, option, name, &paging->policy, &paging->policy_id);
	if (err)
		policy_detach(*attached);
	return err;
}

int run_parse_seed(const struct cli *cli, struct vmlab_paging *paging)
{
	uint64_t n = 0;
	int err = cli_number(cli, NULL, 0, UINT64_MAX, &n);

	paging->seed = n;
	return err;
}

int run_parse_prefetch(const struct cli *cli, struct vmlab_paging *paging)
{
	if (!paging_prefetch_parse(optarg, paging))
		return EXIT_OK;
	return cli_bad_value(cli, "give none, next:N, stride:N or whole, N from 1 to 1024");
}

int run_failed(const struct run_report *report, const struct failure *failure)
{
	int code = cli_failure(failure);

	if (!report->start_errno)
		return code;
	return report->start_errno == ENOENT ? CODE_NOT_FOUND : CODE_NOT_RUN;
}
