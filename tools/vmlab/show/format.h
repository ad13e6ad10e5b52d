/* SPDX-License-Identifier: GPL-2.0 */
/* Values as text, for tables. */
#ifndef VMLAB_SHOW_FORMAT_H
#define VMLAB_SHOW_FORMAT_H

#include <locale.h>
#include <stddef.h>
#include <stdint.h>

#define SIZE_TEXT_MAX 32
#define TIME_TEXT_MAX 32
#define CLOCK_TEXT_MAX 32
#define SIGNAL_TEXT_MAX 32

/** format_size - write bytes for people: "0", "512 B", "4 KiB"; return @buf */
const char *format_size(uint64_t bytes, char buf[static SIZE_TEXT_MAX]);

/** format_ns - write a duration for people: "850 ns", "1.2 us"; return @buf */
const char *format_ns(uint64_t ns, char buf[static TIME_TEXT_MAX]);

/**
 * format_clock - write a time of day, "16:05:09.042", in the local time zone
 * @time_ns: CLOCK_REALTIME, in ns
 *
 * Return: @buf.
 */
const char *format_clock(uint64_t time_ns, char buf[static CLOCK_TEXT_MAX]);

/** format_signal - write the name of a signal: "SIGTERM", "SIGRTMIN+2"; return @buf */
const char *format_signal(int number, char buf[static SIGNAL_TEXT_MAX]);

/** format_list - replace the blanks in @words by commas; return @words */
char *format_list(char *words);

/**
 * format_safe - make a name from the kernel fit for a terminal and for one line
 * @s: any bytes
 *
 * Control characters and bytes that are not UTF-8 become \ooo as in
 * /proc/PID/maps.
 *
 * Return: a string to be freed by the caller, NULL without memory.
 */
char *format_safe(const char *s);

/** format_width - return the columns that a terminal needs for UTF-8 text */
size_t format_width(const char *s);

/**
 * format_tail - find the longest end of @s that fits @width columns
 *
 * Return: where it begins; @s itself when all of it fits.
 */
const char *format_tail(const char *s, size_t width);

/**
 * utf8_enter - let the C library take text as UTF-8, whatever the user's locale
 *
 * Return: the locale to go back to with uselocale(3).
 */
locale_t utf8_enter(void);

/** utf8_length - return the bytes of the well-formed UTF-8 character at @s, or 0 */
size_t utf8_length(const char *s);

/** utf8_valid - tell whether all of @s is well-formed UTF-8 */
int utf8_valid(const char *s);

#endif /* VMLAB_SHOW_FORMAT_H */
