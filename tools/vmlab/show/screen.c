// SPDX-License-Identifier: GPL-2.0
#include <curses.h>
#include <stdio.h>
#include <stdlib.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>

#include "show/screen.h"
#include "sys/xalloc.h"

/* capabilities of the terminal; NULL for those that it lacks */
struct screen {
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

struct screen *screen_open(void)
{
	struct screen *t;
	int err;

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO) ||
	    setupterm(NULL, STDOUT_FILENO, &err) != OK)
		return NULL;
	t = check_alloc(calloc(1, sizeof(*t)));
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
	screen_resume(t);
	return t;
}

void screen_resume(struct screen *t)
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

void screen_suspend(struct screen *t)
{
	if (!t->leave)
		put(t->clear);
	put(t->show);
	put(t->leave);
	fflush(stdout);
	tcsetattr(STDIN_FILENO, TCSANOW, &t->saved);
}

void screen_close(struct screen *t)
{
	if (!t)
		return;
	screen_suspend(t);
	free(t);
}

void screen_clear(struct screen *t)
{
	put(t->clear);
}

void screen_home(struct screen *t)
{
	put(t->home);
}

void screen_clear_line(struct screen *t)
{
	put(t->clear_line);
}

void screen_clear_below(struct screen *t)
{
	put(t->clear_below);
	fflush(stdout);
}

bool screen_key(struct screen *t, char *key)
{
	(void)t;
	return read(STDIN_FILENO, key, 1) == 1;
}
