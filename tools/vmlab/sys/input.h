/* SPDX-License-Identifier: GPL-2.0 */
/* A FILE argument to read from: "-" is standard input. */
#ifndef VMLAB_SYS_INPUT_H
#define VMLAB_SYS_INPUT_H

#include "sys/failure.h"

/**
 * input_read - read all of a text file
 * @path: the file, or "-"
 * @form: the accepted form, as the end of the sentence in @failure
 * @text: [out] the contents and a NUL, to be freed by the caller
 *
 * A NUL in the file ends the text.
 *
 * Return: 0 or a negative errno, with a sentence in @failure.
 */
int input_read(const char *path, const char *form, char **text,
	       struct failure *failure);

#endif /* VMLAB_SYS_INPUT_H */
