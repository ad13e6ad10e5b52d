// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "model/parse.h"

static unsigned int digit(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned int)(c - '0');
	if (c >= 'a' && c <= 'f')
		return (unsigned int)(c - 'a') + 10;
	if (c >= 'A' && c <= 'F')
		return (unsigned int)(c - 'A') + 10;
	return UINT_MAX;
}

/*
 * Read the digits at *s, and advance *s past them.  strtoull(3) would accept
 * blanks, a sign and a 0x too.
 */
static int digits(const char **s, unsigned int base, uint64_t *value)
{
	const char *p = *s;
	uint64_t v = 0;

	for (; digit(*p) < base; p++)
		if (__builtin_mul_overflow(v, base, &v) ||
		    __builtin_add_overflow(v, digit(*p), &v))
			return -ERANGE;
	if (p == *s)
		return -EINVAL;
	*s = p;
	*value = v;
	return 0;
}

static int number(const char **s, uint64_t *value)
{
	if ((*s)[0] == '0' && tolower((unsigned char)(*s)[1]) == 'x') {
		*s += 2;
		return digits(s, 16, value);
	}
	return digits(s, 10, value);
}

static int hex(const char **s, uint64_t *value)
{
	if ((*s)[0] == '0' && tolower((unsigned char)(*s)[1]) == 'x')
		*s += 2;
	return digits(s, 16, value);
}

/* Read all of @s with @read. */
static int whole(const char *s, int (*read)(const char **s, uint64_t *value),
		 uint64_t *value)
{
	uint64_t v;
	int err = read(&s, &v);

	if (err)
		return err;
	if (*s)
		return -EINVAL;
	*value = v;
	return 0;
}

int parse_u64(const char *s, uint64_t *value)
{
	return whole(s, number, value);
}

int parse_pid(const char *s, pid_t *pid)
{
	uint64_t v;
	int err;

	if (!strcmp(s, "self")) {
		*pid = 0;
		return 0;
	}
	err = digits(&s, 10, &v);
	if (err)
		return err;
	if (*s || !v)
		return -EINVAL;
	if (v > INT_MAX)
		return -ERANGE;
	*pid = (pid_t)v;
	return 0;
}

static int size_unit(const char *s, unsigned int *shift)
{
	static const char units[] = "KMGTPE";
	const char *u;

	*shift = 0;
	if (!*s || !strcasecmp(s, "B"))
		return 0;
	if (!strcmp(s, "p")) {
		*shift = (unsigned int)__builtin_ctzl((unsigned long)sysconf(_SC_PAGESIZE));
		return 0;
	}
	u = strchr(units, toupper((unsigned char)*s));
	if (!u)
		return -EINVAL;
	*shift = 10 * (unsigned int)(u - units + 1);
	/* KB means 1000 to some and 1024 to others: reject it */
	return s[1] && strcasecmp(s + 1, "iB") ? -EINVAL : 0;
}

int parse_size(const char *s, uint64_t *bytes)
{
	unsigned int shift;
	uint64_t v;
	int err = number(&s, &v);

	if (err)
		return err;
	err = size_unit(s, &shift);
	if (err)
		return err;
	if (v > UINT64_MAX >> shift)
		return -ERANGE;
	*bytes = v << shift;
	return 0;
}

int parse_address(const char *s, uint64_t *address)
{
	return whole(s, hex, address);
}

int parse_range(const char *s, uint64_t *start, uint64_t *end)
{
	uint64_t from, to = 0;
	int err = hex(&s, &from);

	if (err)
		return err;
	switch (*s) {
	case '\0':
		if (from == UINT64_MAX)
			return -ERANGE;
		to = from + 1;
		break;
	case '-':
		err = parse_address(s + 1, &to);
		break;
	case '+':
		err = parse_size(s + 1, &to);
		if (!err && to > UINT64_MAX - from)
			return -ERANGE;
		to += from;
		break;
	default:
		return -EINVAL;
	}
	if (err)
		return err;
	if (to <= from)
		return -EDOM;
	*start = from;
	*end = to;
	return 0;
}

static int page_run(const char **s, uint64_t limit, struct page_run *run)
{
	int err = digits(s, 10, &run->first);

	if (err)
		return err;
	run->last = run->first;
	if (**s == '-') {
		++*s;
		run->last = limit ? limit - 1 : 0;
		if (**s && **s != ',')
			err = digits(s, 10, &run->last);
		if (err)
			return err;
	}
	if (run->first >= limit || run->last >= limit)
		return -ERANGE;
	return run->first > run->last ? -EINVAL : 0;
}

int parse_pages(const char *s, uint64_t limit, struct page_run **runs,
		size_t *nr)
{
	struct page_run *list = NULL;
	size_t n = 0;
	int err;

	for (;;) {
		struct page_run *more =
			reallocarray(list, n + 1, sizeof(*list));

		if (!more) {
			err = -ENOMEM;
			break;
		}
		list = more;
		err = page_run(&s, limit, &list[n]);
		if (err)
			break;
		n++;
		if (!*s) {
			*runs = list;
			*nr = n;
			return 0;
		}
		if (*s++ != ',') {
			err = -EINVAL;
			break;
		}
	}
	free(list);
	return err;
}

int parse_list(char *list, size_t max, const char **item, size_t *nr)
{
	*nr = 0;
	while (list) {
		char *one = strsep(&list, ",");

		if (!*one)
			return -EINVAL;
		if (*nr == max)
			return -ERANGE;
		for (size_t i = 0; i < *nr; i++)
			if (!strcmp(item[i], one))
				return -EEXIST;
		item[(*nr)++] = one;
	}
	return 0;
}

/* Return the nanoseconds of a unit of time, 0 for no unit. */
static uint64_t time_unit(const char *s)
{
	static const struct {
		const char *name;
		uint64_t ns;
	} units[] = {
		{ "", UINT64_C(1000000000) },
		{ "us", 1000 },
		{ "ms", 1000000 },
		{ "s", UINT64_C(1000000000) },
		{ "m", UINT64_C(60000000000) },
		{ "h", UINT64_C(3600000000000) },
	};

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (!strcmp(s, units[i].name))
			return units[i].ns;
	return 0;
}

/**
 * struct decimal - a number with digits after a point
 * @whole: the part before the point
 * @fraction: the first of the @nr digits after the point
 */
struct decimal {
	uint64_t whole;
	const char *fraction;
	size_t nr;
};

/* Read a number such as "2", "0.5" or ".5" at *s, and advance *s past it. */
static int decimal(const char **s, struct decimal *d)
{
	int err;

	*d = (struct decimal){ 0 };
	if (**s != '.') {
		err = digits(s, 10, &d->whole);
		if (err || **s != '.')
			return err;
	}
	d->fraction = ++*s;
	while (digit(**s) < 10)
		++*s;
	d->nr = (size_t)(*s - d->fraction);
	return d->nr ? 0 : -EINVAL;
}

/* Multiply by @unit; digits below one are cut off. */
static int decimal_times(const struct decimal *d, uint64_t unit,
			 uint64_t *result)
{
	uint64_t value;

	if (__builtin_mul_overflow(d->whole, unit, &value))
		return -ERANGE;
	for (size_t i = 0; i < d->nr && unit; i++) {
		unit /= 10;
		if (__builtin_add_overflow(value, digit(d->fraction[i]) * unit,
					   &value))
			return -ERANGE;
	}
	*result = value;
	return 0;
}

int parse_duration(const char *s, uint64_t *ns)
{
	struct decimal d;
	uint64_t unit;
	int err = decimal(&s, &d);

	if (err)
		return err;
	unit = time_unit(s);
	return unit ? decimal_times(&d, unit, ns) : -EINVAL;
}

int parse_probability(const char *s, double *probability)
{
	const uint64_t one = UINT64_C(1000000000);
	struct decimal d;
	uint64_t parts;
	int err = decimal(&s, &d);

	if (!err && *s)
		err = -EINVAL;
	if (!err)
		err = decimal_times(&d, one, &parts);
	if (!err && parts > one)
		err = -EINVAL;
	if (!err)
		*probability = (double)parts / (double)one;
	return err;
}
