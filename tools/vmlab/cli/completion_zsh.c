// SPDX-License-Identifier: GPL-2.0
/* Completion for zsh. */
#include <string.h>

#include "cli/completion.h"
#include "cli/option_tables.h"

/* Print text inside the single quotes of a specification for _arguments. */
static void print_text(FILE *out, const char *s)
{
	for (; *s; s++) {
		if (*s == '\'')
			fputs("'\\''", out);
		else if (strchr("[]:\\", *s))
			fprintf(out, "\\%c", *s);
		else
			fputc(*s, out);
	}
}

static const char *value_action(const struct option_spec *spec)
{
	if (!strcmp(spec->arg, "FILE"))
		return "_files";
	return strcmp(spec->arg, "PID") ? "" : "_vmlab_pids";
}

/* Print options, but for those that @own replaces. */
static void print_options(FILE *out, const struct option_spec *spec,
			  const struct option_spec *own)
{
	for (; spec && spec->name; spec++) {
		if (spec->hidden || has_option(own, spec->name))
			continue;
		fprintf(out, " \\\n\t\t\t'*--%s%s[", spec->name,
			spec->arg ? "=" : "");
		print_text(out, spec->help);
		fputc(']', out);
		if (spec->arg)
			fprintf(out, ":%s:%s%s%s", spec->arg,
				spec->words ? "(" : "",
				spec->words ? spec->words : value_action(spec),
				spec->words ? ")" : "");
		fputc('\'', out);
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
	case OPERAND_LAB:
		return " \\\n\t\t\t'1:action:(list show run)'"
		       " \\\n\t\t\t'*:lab:_vmlab_labs'";
	case OPERAND_VMLAB:
		return " \\\n\t\t\t'1:command:(${cmds%%:*})'";
	case OPERAND_NONE:
		break;
	}
	return "";
}

void completion_print_zsh(FILE *out, const struct command *const *commands)
{
	fputs("#compdef vmlab\n"
	      "# zsh completion for vmlab, printed by 'vmlab completion zsh'\n"
	      "_vmlab_pids() { compadd self; _pids }\n"
	      "_vmlab_labs() { compadd all ${(f)\"$(vmlab lab list --noheadings "
	      "--raw --output LAB 2>/dev/null)\"} }\n"
	      "_vmlab()\n"
	      "{\n"
	      "\tlocal context state line\n"
	      "\tlocal -a cmds\n"
	      "\tcmds=(\n",
	      out);
	for (const struct command *const *c = commands; *c; c++) {
		fprintf(out, "\t\t'%s:", (*c)->name);
		print_text(out, (*c)->summary);
		fputs("'\n", out);
	}
	fputs("\t)\n\t_arguments -C", out);
	print_options(out, common_options, NULL);
	print_options(out, top_options, NULL);
	fputs(" \\\n\t\t\t'1:command:->command' '*::argument:->argument'\n"
	      "\tcase $state in\n"
	      "\tcommand)\n\t\t_describe command cmds\n\t\t;;\n"
	      "\targument)\n\t\tcase $words[1] in\n",
	      out);
	for (const struct command *const *c = commands; *c; c++) {
		fprintf(out, "\t\t%s)\n\t\t\t_arguments", (*c)->name);
		print_options(out, common_options, NULL);
		print_options(out, (*c)->options, NULL);
		if ((*c)->tables)
			print_options(out, table_options, (*c)->options);
		fprintf(out, "%s\n\t\t\t;;\n", zsh_operand((*c)->operand));
	}
	fputs("\t\tesac\n\t\t;;\n\tesac\n}\n"
	      "if [[ $funcstack[1] == _vmlab ]]; then\n"
	      "\t_vmlab \"$@\"\n"
	      "else\n"
	      "\tcompdef _vmlab vmlab\n"
	      "fi\n",
	      out);
}
