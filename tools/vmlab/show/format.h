/* SPDX-License-Identifier: GPL-2.0 */
/* Values as text, for tables. */
#ifndef VMLAB_FORMAT_H
#define VMLAB_FORMAT_H

#include <stddef.h>
#include <stdint.h>

#define SIZE_TEXT_MAX 32
#define TIME_TEXT_MAX 32

/** format_size - bytes for people: "0", "512 B", "4 KiB", "1.5 GiB"; returns @buf */
const char *format_size(uint64_t bytes, char buf[static SIZE_TEXT_MAX]);

/** format_ns - a duration for people: "850 ns", "1.2 us", "3.4 ms", "5.6 s" */
const char *format_ns(uint64_t ns, char buf[static TIME_TEXT_MAX]);

/**
 * format_safe - a name from the kernel, fit for a terminal and for one line
 * @s: any bytes
 *
 * Control characters and what is not UTF-8 become \ooo as in /proc/PID/maps.
 *
 * Return: a string to be freed, NULL without memory.
 */
char *format_safe(const char *s);

/**
 * format_tail - where the last @width characters of @s begin
 *
 * Return: @s itself when it has no more.
 */
const char *format_tail(const char *s, size_t width);

/** utf8_length - bytes of the well-formed UTF-8 character at @s, or 0 */
size_t utf8_length(const char *s);

/** utf8_valid - whether all of @s is well-formed UTF-8 */
int utf8_valid(const char *s);

#endif /* VMLAB_FORMAT_H */
