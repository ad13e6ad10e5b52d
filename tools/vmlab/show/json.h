/* SPDX-License-Identifier: GPL-2.0 */
/*
 * JSON documents, printed while they are made.
 *
 * A document is one object.  Its members are jansson values, or arrays of
 * records that are printed one a line and freed at once, so that a long dump
 * needs little memory.  Conventions: addresses and flag words are strings
 * "0x...", since many readers hold numbers in doubles; sizes are numbers of
 * bytes; sets of flags are arrays of names; null stands for what does not
 * exist.
 */
#ifndef VMLAB_SHOW_JSON_H
#define VMLAB_SHOW_JSON_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "libvmlab.h"

struct json_doc {
	FILE *out;
	bool comma; /* a member was printed */
	bool item_comma; /* a record of the array was printed */
};

/** json_begin, json_end - print the braces of the document */
void json_begin(struct json_doc *doc, FILE *out);
void json_end(struct json_doc *doc);

/** json_member - print one member; @value is consumed */
void json_member(struct json_doc *doc, const char *key, json_t *value);

/** json_members - print all members of @object; @object is consumed */
void json_members(struct json_doc *doc, json_t *object);

/** json_array_begin, json_array_end - print a member that is an array of records */
void json_array_begin(struct json_doc *doc, const char *key);
void json_array_end(struct json_doc *doc);

/** json_item - print one record of the array; @value is consumed */
void json_item(struct json_doc *doc, json_t *value);

/** json_print_line - print @value on a line of its own; @value is consumed */
void json_print_line(FILE *out, json_t *value);

/**
 * json_flags - make an array of the names of the bits that are set
 * @name: vmlab_vm_flag_name() or vmlab_pte_flag_name()
 */
json_t *json_flags(const struct vmlab *lab, uint64_t flags,
		   const char *(*name)(const struct vmlab *lab,
				       unsigned int bit));

/** json_error - make an object of the name of an errno and vmlab_explain() */
json_t *json_error(int err, enum vmlab_subject about, pid_t pid);

/** json_put - add a member to a record; @value is consumed */
void json_put(json_t *object, const char *key, json_t *value);

/** json_append - add an element to an array; @value is consumed */
void json_append(json_t *array, json_t *value);

/** json_hex - make a value of an address or a word of flags */
json_t *json_hex(uint64_t value);

/** json_count - make a value of a size or a counter */
json_t *json_count(uint64_t value);

/** json_pid - make a value of a pid; of our own for 0 */
json_t *json_pid(pid_t pid);

/** json_text - make a value of a UTF-8 string; null when it is empty */
json_t *json_text(const char *s);

/**
 * json_put_name - add a member with a name from the kernel, which may hold any bytes
 *
 * Bytes that are not UTF-8 become U+FFFD, and a member @key + "_hex" then
 * holds all bytes in hexadecimal.
 */
void json_put_name(json_t *object, const char *key, const char *name);

#endif /* VMLAB_SHOW_JSON_H */
