/* SPDX-License-Identifier: GPL-2.0 */
/* The list of all labs. */
#ifndef LABS_LIST_H
#define LABS_LIST_H

#include "labs/lab.h"

/** lab_list - return all labs by ascending number; a NULL ends them */
const struct lab *const *lab_list(void);

/** lab_find - find a lab by its name or its number; NULL when there is none */
const struct lab *lab_find(const char *name);

/** lab_param_find - find a parameter of a lab; NULL when it has no such */
const struct lab_param *lab_param_find(const struct lab *lab,
				       const char *name);

/** lab_break_find - find an assumption of a lab; NULL when it has no such */
const struct lab_break *lab_break_find(const struct lab *lab,
				       const char *name);

/**
 * lab_param_parse - read a value of a parameter
 * @number: [out] of a number; 0 of a word
 *
 * Return: 0, or -EINVAL when @param does not accept @value.
 */
int lab_param_parse(const struct lab_param *param, const char *value,
		    uint64_t *number);

#endif /* LABS_LIST_H */
