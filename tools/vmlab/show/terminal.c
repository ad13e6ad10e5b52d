// SPDX-License-Identifier: GPL-2.0
#include <curses.h>
#include <stdio.h>
#include <stdlib.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>

#include "show/terminal.h"
#include "sys/must.h"

/* capabilities of the terminal; NULL for those that it lacks */
struct terminal {
	struct termios saved;
	const char *enter, *leave; /* a screen of its own */
	const char *hide, *show; /* the cursor */
	const char *clear, *home, *clear_line, *clear_below;
};

static const char *capability(const char *name)
{
	const char *text = tigetstr(name);

	/* (char *)-1: not a capability that is a string */
	return text == (const char *)-1 ? NULL : text;
}

static int put_character(int c)
{
	return putchar(c);
}

static void put(const char *text)
{
	if (text)
		tputs(text, 1, put_character);
}

struct terminal *terminal_open(void)
{
	struct terminal *t;
	int err;

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO) ||
	    setupterm(NULL, STDOUT_FILENO, &err) != OK)
		return NULL;
	t = must(calloc(1, sizeof(*t)));
	t->enter = capability("smcup");
	t->leave = capability("rmcup");
	t->hide = capability("civis");
	t->show = capability("cnorm");
	t->clear = capability("clear");
	t->home = capability("home");
	t->clear_line = capability("el");
	t->clear_below = capability("ed");
	if (!t->clear || !t->home || !t->clear_line || !t->clear_below ||
	    tcgetattr(STDIN_FILENO, &t->saved)) {
		free(t);
		return NULL;
	}
	terminal_resume(t);
	return t;
}

void terminal_resume(struct terminal *t)
{
	struct termios raw = t->saved;

	/* ISIG stays: ^C and ^Z send signals */
	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	raw.c_cc[VMIN] = 0;
	raw.c_cc[VTIME] = 0;
	tcsetattr(STDIN_FILENO, TCSANOW, &raw);
	put(t->enter);
	put(t->hide);
	put(t->clear);
	fflush(stdout);
}

void terminal_suspend(struct terminal *t)
{
	if (!t->leave)
		put(t->clear);
	put(t->show);
	put(t->leave);
	fflush(stdout);
	tcsetattr(STDIN_FILENO, TCSANOW, &t->saved);
}

void terminal_close(struct terminal *t)
{
	if (!t)
		return;
	terminal_suspend(t);
	free(t);
}

void terminal_clear(struct terminal *t)
{
	put(t->clear);
}

void terminal_home(struct terminal *t)
{
	put(t->home);
}

void terminal_clear_line(struct terminal *t)
{
	put(t->clear_line);
}

void terminal_clear_below(struct terminal *t)
{
	put(t->clear_below);
	fflush(stdout);
}

bool terminal_key(struct terminal *t, char *key)
{
	(void)t;
	return read(STDIN_FILENO, key, 1) == 1;
}
