/* SPDX-License-Identifier: GPL-2.0 */
/* The address of a symbol in a process. */
#ifndef VMLAB_SYS_PROCESS_SYMBOL_H
#define VMLAB_SYS_PROCESS_SYMBOL_H

#include <stdint.h>
#include <sys/types.h>

/**
 * process_symbol - find a function or an object in the files that a process maps
 * @pid: 0 for self
 * @text: NAME, or FILE:NAME with the last part of the path of a file
 * @address: [out]
 * @size: [out] bytes, 0 when the symbol table has none
 *
 * Reads the symbol tables of the files, and of their separate debug files.  A symbol of
 * the program precedes those of libraries, and a global one a local one.
 *
 * Return: 0; -ENOENT when no file has the symbol; -EEXIST when several files have one
 * that is as good; or another negative errno.
 */
int process_symbol(pid_t pid, const char *text, uint64_t *address, uint64_t *size);

#endif /* VMLAB_SYS_PROCESS_SYMBOL_H */
