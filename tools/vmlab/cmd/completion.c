// SPDX-License-Identifier: GPL-2.0
/* vmlab completion: what a shell needs to complete our command lines. */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"

/* print the options of a command as the words that complete it */
static void option_words(const struct option_spec *spec)
{
	for (; spec && spec->name; spec++)
		printf(" --%s%s", spec->name, spec->arg ? "=" : "");
}

static void bash_values(const struct option_spec *spec)
{
	for (; spec && spec->name; spec++)
		if (spec->words)
			printf("\t--%s)\n"
			       "\t\tmapfile -t COMPREPLY < <(compgen "
			       "-W '%s' -- \"$cur\")\n"
			       "\t\treturn\n"
			       "\t\t;;\n",
			       spec->name, spec->words);
}

static const char *bash_operand(enum operand operand)
{
	switch (operand) {
	case OPERAND_PID:
		return "self $(command ls /proc | command grep -E '^[0-9]+$')";
	case OPERAND_SHELL:
		return "bash zsh";
	case OPERAND_COMMAND:
		return "$(compgen -c -- \"$cur\")";
	case OPERAND_POLICY:
		return "list load set unload";
	case OPERAND_NONE:
		break;
	}
	return "";
}

static void print_bash(void)
{
	fputs("# bash completion for vmlab, made by 'vmlab completion bash'\n"
	      "_vmlab()\n"
	      "{\n"
	      "\tlocal cur prev cmd='' i word options operands\n"
	      "\tCOMPREPLY=()\n"
	      "\tcur=${COMP_WORDS[COMP_CWORD]}\n"
	      "\tprev=${COMP_WORDS[COMP_CWORD - 1]}\n"
	      "\t# bash splits --option=value at the '='\n"
	      "\tif [[ $cur == '=' ]]; then\n"
	      "\t\tcur=''\n"
	      "\telif [[ $prev == '=' ]]; then\n"
	      "\t\tprev=${COMP_WORDS[COMP_CWORD - 2]}\n"
	      "\tfi\n"
	      "\tcase $prev in\n",
	      stdout);
	bash_values(common_options);
	for (const struct command *const *c = commands; *c; c++)
		bash_values((*c)->options);
	fputs("\tesac\n"
	      "\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
	      "\t\tword=${COMP_WORDS[i]}\n"
	      "\t\tcase $word in\n"
	      "\t\t",
	      stdout);
	for (const struct command *const *c = commands; *c; c++)
		printf("%s%s", c == commands ? "" : " | ", (*c)->name);
	fputs(")\n"
	      "\t\t\tcmd=$word\n"
	      "\t\t\tbreak\n"
	      "\t\t\t;;\n"
	      "\t\tesac\n"
	      "\tdone\n"
	      "\toptions='",
	      stdout);
	option_words(common_options);
	fputs("'\n\toperands=''\n\tcase $cmd in\n", stdout);
	for (const struct command *const *c = commands; *c; c++) {
		printf("\t%s)\n\t\toptions+='", (*c)->name);
		option_words((*c)->options);
		printf("'\n\t\toperands=\"%s\"\n\t\t;;\n",
		       bash_operand((*c)->operand));
	}
	fputs("\t*)\n\t\toptions+='", stdout);
	option_words(top_options);
	fputs("'\n\t\toperands='", stdout);
	for (const struct command *const *c = commands; *c; c++)
		printf("%s%s", c == commands ? "" : " ", (*c)->name);
	fputs("'\n"
	      "\t\t;;\n"
	      "\tesac\n"
	      "\tif [[ $cur == -* ]]; then\n"
	      "\t\tmapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$cur\")\n"
	      "\telse\n"
	      "\t\tmapfile -t COMPREPLY < <(compgen -W \"$operands\" -- \"$cur\")\n"
	      "\tfi\n"
	      "\tif [[ ${COMPREPLY[0]-} == *= ]]; then\n"
	      "\t\tcompopt -o nospace\n"
	      "\tfi\n"
	      "}\n"
	      "complete -F _vmlab vmlab\n",
	      stdout);
}

/* text inside single quotes of an _arguments specification */
static void zsh_text(const char *s)
{
	for (; *s; s++) {
		if (*s == '\'')
			fputs("'\\''", stdout);
		else if (strchr("[]:\\", *s))
			printf("\\%c", *s);
		else
			putchar(*s);
	}
}

static void zsh_options(const struct option_spec *spec)
{
	for (; spec && spec->name; spec++) {
		printf(" \\\n\t\t\t'*--%s%s[", spec->name,
		       spec->arg ? "=" : "");
		zsh_text(spec->help);
		putchar(']');
		if (spec->arg)
			printf(":%s:%s%s%s", spec->arg, spec->words ? "(" : "",
			       spec->words ? spec->words : "",
			       spec->words ? ")" : "");
		putchar('\'');
	}
}

static const char *zsh_operand(enum operand operand)
{
	switch (operand) {
	case OPERAND_PID:
		return " \\\n\t\t\t'1:process:_vmlab_pids'";
	case OPERAND_SHELL:
		return " \\\n\t\t\t'1:shell:(bash zsh)'";
	case OPERAND_COMMAND:
		return " \\\n\t\t\t'*::command:_normal'";
	case OPERAND_POLICY:
		return " \\\n\t\t\t'1:action:(list load set unload)'"
		       " \\\n\t\t\t'2:object:_files'";
	case OPERAND_NONE:
		break;
	}
	return "";
}

static void print_zsh(void)
{
	fputs("#compdef vmlab\n"
	      "# zsh completion for vmlab, made by 'vmlab completion zsh'\n"
	      "_vmlab_pids() { compadd self; _pids }\n"
	      "_vmlab()\n"
	      "{\n"
	      "\tlocal context state line\n"
	      "\tlocal -a cmds\n"
	      "\tcmds=(\n",
	      stdout);
	for (const struct command *const *c = commands; *c; c++) {
		printf("\t\t'%s:", (*c)->name);
		zsh_text((*c)->summary);
		fputs("'\n", stdout);
	}
	fputs("\t)\n\t_arguments -C", stdout);
	zsh_options(common_options);
	zsh_options(top_options);
	fputs(" \\\n\t\t\t'1:command:->command' '*::argument:->argument'\n"
	      "\tcase $state in\n"
	      "\tcommand)\n\t\t_describe command cmds\n\t\t;;\n"
	      "\targument)\n\t\tcase $words[1] in\n",
	      stdout);
	for (const struct command *const *c = commands; *c; c++) {
		printf("\t\t%s)\n\t\t\t_arguments", (*c)->name);
		zsh_options(common_options);
		zsh_options((*c)->options);
		printf("%s\n\t\t\t;;\n", zsh_operand((*c)->operand));
	}
	fputs("\t\tesac\n\t\t;;\n\tesac\n}\n"
	      "if [[ $funcstack[1] == _vmlab ]]; then\n"
	      "\t_vmlab \"$@\"\n"
	      "else\n"
	      "\tcompdef _vmlab vmlab\n"
	      "fi\n",
	      stdout);
}

static int run(struct cli *cli, int argc, char **argv)
{
	const char *shell;

	if (cli_option(cli, NULL, argc, argv) == CLI_STOP)
		return cli->exit_code;
	shell = argv[optind];
	if (!strcmp(shell, "bash"))
		print_bash();
	else if (!strcmp(shell, "zsh"))
		print_zsh();
	else
		return cli_usage(cli, "no completion for '%s': the choices are "
				 "bash and zsh", shell);
	return EXIT_OK;
}

static const char help[] =
	"Prints a script for the shell; needs no module.  'make install' installs it.\n"
	"\n"
	"Example: completion in this shell, now\n"
	"  source <(vmlab completion bash)\n";

const struct command cmd_completion = {
	.name = "completion",
	.operands = "bash|zsh",
	.operand = OPERAND_SHELL,
	.nr_operands = 1,
	.summary = "print shell completion for vmlab",
	.help = help,
	.run = run,
};
