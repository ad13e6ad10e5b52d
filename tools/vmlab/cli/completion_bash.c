// SPDX-License-Identifier: GPL-2.0
/*
 * Completion for bash.  The script calls the helpers of bash-completion, by
 * their names before and since version 2.12, or works without them.
 */
#include <stdlib.h>
#include <string.h>

#include "cli/completion.h"
#include "cli/option_tables.h"

static const char head[] =
	"# bash completion for vmlab, printed by 'vmlab completion bash'\n"
	"_vmlab_words()\n"
	"{\n"
	"\tmapfile -t COMPREPLY < <(compgen -W \"$1\" -- \"$cur\")\n"
	"}\n"
	"_vmlab_columns()\n"
	"{\n"
	"\tmapfile -t COMPREPLY < <(compgen -P \"${cur%\"${cur##*,}\"}\" "
	"-W \"$1\" -- \"${cur##*,}\")\n"
	"\tcompopt -o nospace\n"
	"}\n"
	"_vmlab_files()\n"
	"{\n"
	"\tif declare -F _comp_compgen_filedir >/dev/null; then\n"
	"\t\t_comp_compgen_filedir\n"
	"\telif declare -F _filedir >/dev/null; then\n"
	"\t\t_filedir\n"
	"\telse\n"
	"\t\tmapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n"
	"\tfi\n"
	"}\n"
	"_vmlab_pids()\n"
	"{\n"
	"\tif declare -F _comp_compgen_pids >/dev/null; then\n"
	"\t\t_comp_compgen_pids\n"
	"\telif declare -F _pids >/dev/null; then\n"
	"\t\t_pids\n"
	"\telse\n"
	"\t\t_vmlab_words \"$(command ls /proc | command grep -E '^[0-9]+$')\"\n"
	"\tfi\n"
	"\t[[ self == \"$cur\"* ]] && COMPREPLY=(self \"${COMPREPLY[@]}\")\n"
	"}\n"
	"# a command to run, whose words begin at $1\n"
	"_vmlab_command()\n"
	"{\n"
	"\tif declare -F _comp_command_offset >/dev/null; then\n"
	"\t\t_comp_command_offset \"$1\"\n"
	"\telif declare -F _command_offset >/dev/null; then\n"
	"\t\t_command_offset \"$1\"\n"
	"\telif (($1 == cword)); then\n"
	"\t\tmapfile -t COMPREPLY < <(compgen -c -- \"$cur\")\n"
	"\telse\n"
	"\t\t_vmlab_files\n"
	"\tfi\n"
	"}\n"
	"_vmlab()\n"
	"{\n"
	"\t# shellcheck disable=SC2034 # bash-completion sets some of these\n"
	"\tlocal cur prev words cword split was_split comp_args\n"
	"\tlocal cmd='' i j options operands=''\n"
	"\tCOMPREPLY=()\n"
	"\tif declare -F _comp_initialize >/dev/null; then\n"
	"\t\t_comp_initialize -s -- \"$@\" || return\n"
	"\telif declare -F _init_completion >/dev/null; then\n"
	"\t\t_init_completion -s || return\n"
	"\telse\n"
	"\t\twords=(\"${COMP_WORDS[@]}\")\n"
	"\t\tcword=$COMP_CWORD\n"
	"\t\tcur=${words[cword]}\n"
	"\t\tprev=${words[cword - 1]}\n"
	"\t\t# bash splits --option=value at the '='\n"
	"\t\tif [[ $cur == '=' ]]; then\n"
	"\t\t\tcur=''\n"
	"\t\telif [[ $prev == '=' ]]; then\n"
	"\t\t\tprev=${words[cword - 2]}\n"
	"\t\tfi\n"
	"\tfi\n"
	"\tfor ((i = 1; i < cword; i++)); do\n"
	"\t\tcase ${words[i]} in\n"
	"\t\t";

static const char after_command[] =
	")\n"
	"\t\t\tcmd=${words[i]}\n"
	"\t\t\tbreak\n"
	"\t\t\t;;\n"
	"\t\tesac\n"
	"\tdone\n"
	"\tfor ((j = i + 1; j < cword; j++)); do\n"
	"\t\tif [[ ${words[j]} == -- ]]; then\n"
	"\t\t\t_vmlab_command $((j + 1))\n"
	"\t\t\treturn\n"
	"\t\tfi\n"
	"\tdone\n"
	"\tcase \"$cmd $prev\" in\n";

static const char tail[] =
	"\t\t;;\n"
	"\tesac\n"
	"\tif [[ $cur == -* ]]; then\n"
	"\t\t_vmlab_words \"$options\"\n"
	"\telif [[ $operands == PID ]]; then\n"
	"\t\t_vmlab_pids\n"
	"\telif [[ $operands == LAB ]]; then\n"
	"\t\t_vmlab_words \"list show run all $(vmlab lab list --noheadings \\\n"
	"\t\t\t--raw --output LAB 2>/dev/null | tr '\\n' ' ')\"\n"
	"\telif [[ $operands == COMMAND ]]; then\n"
	"\t\tmapfile -t COMPREPLY < <(compgen -c -- \"$cur\")\n"
	"\telse\n"
	"\t\t_vmlab_words \"$operands\"\n"
	"\tfi\n"
	"\tif [[ ${COMPREPLY[0]-} == *= ]]; then\n"
	"\t\tcompopt -o nospace\n"
	"\tfi\n"
	"}\n"
	"complete -F _vmlab vmlab\n";

/* Print options as words to complete, but for those that @own replaces. */
static void option_words(FILE *out, const struct option_spec *spec,
			 const struct option_spec *own)
{
	for (; spec && spec->name; spec++)
		if (!spec->hidden && !has_option(own, spec->name))
			fprintf(out, " --%s%s", spec->name,
				spec->arg ? "=" : "");
}

/* Print how to complete the value of an option of @command, "*" for all. */
static void option_value(FILE *out, const char *command,
			 const struct option_spec *spec)
{
	const char *action = NULL;

	if (spec->arg && !strcmp(spec->arg, "FILE"))
		action = "_vmlab_files";
	else if (spec->arg && !strcmp(spec->arg, "PID"))
		action = "_vmlab_pids";
	if (!action && !spec->words)
		return;
	fprintf(out, "\t%s' --%s')\n\t\t", command, spec->name);
	if (spec->words)
		fprintf(out, "_vmlab_words '%s'\n", spec->words);
	else
		fprintf(out, "%s\n", action);
	fputs("\t\treturn\n\t\t;;\n", out);
}

static void values(FILE *out, const struct command *command)
{
	const struct option_spec *spec = command->options;
	char *titles;

	for (; spec && spec->name; spec++)
		if (!spec->hidden)
			option_value(out, command->name, spec);
	if (!command->tables)
		return;
	titles = table_titles(command->tables, " ");
	fprintf(out, "\t%s' --output')\n\t\t_vmlab_columns '%s'\n"
		"\t\treturn\n\t\t;;\n", command->name, titles);
	fprintf(out, "\t%s' --sort')\n\t\t_vmlab_words '%s", command->name, titles);
	free(titles);
	titles = table_titles(command->tables, " -");
	fprintf(out, " -%s'\n\t\treturn\n\t\t;;\n", titles);
	free(titles);
}

static const char *operands(enum operand operand)
{
	switch (operand) {
	case OPERAND_PID:
		return "PID";
	case OPERAND_SHELL:
		return "bash zsh";
	case OPERAND_COMMAND:
		return "COMMAND";
	case OPERAND_POLICY:
		return "list load set unload";
	case OPERAND_LAB:
		return "LAB";
	case OPERAND_VMLAB: /* completion_print_bash() prints their names */
	case OPERAND_NONE:
		break;
	}
	return "";
}

static void names(FILE *out, const struct command *const *commands,
		  const char *between)
{
	for (const struct command *const *c = commands; *c; c++)
		fprintf(out, "%s%s", c == commands ? "" : between, (*c)->name);
}

void completion_print_bash(FILE *out, const struct command *const *commands)
{
	fputs(head, out);
	names(out, commands, " | ");
	fputs(after_command, out);
	for (const struct option_spec *o = common_options; o->name; o++)
		option_value(out, "*", o);
	for (const struct command *const *c = commands; *c; c++)
		values(out, *c);
	fputs("\tesac\n\toptions='", out);
	option_words(out, common_options, NULL);
	fputs("'\n\tcase $cmd in\n", out);
	for (const struct command *const *c = commands; *c; c++) {
		fprintf(out, "\t%s)\n\t\toptions+='", (*c)->name);
		option_words(out, (*c)->options, NULL);
		if ((*c)->tables)
			option_words(out, table_options, (*c)->options);
		fprintf(out, "'\n\t\toperands='%s",
			operands((*c)->operand));
		if ((*c)->operand == OPERAND_VMLAB)
			names(out, commands, " ");
		fputs("'\n\t\t;;\n", out);
	}
	fputs("\t*)\n\t\toptions+='", out);
	option_words(out, top_options, NULL);
	fputs("'\n\t\toperands='", out);
	names(out, commands, " ");
	fputs("'\n", out);
	fputs(tail, out);
}
