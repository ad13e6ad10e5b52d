// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sys/xalloc.h"
#include "show/format.h"
#include "show/json.h"

static void print_value(FILE *out, json_t *value)
{
	char *text = check_alloc(json_dumps(check_alloc(value), JSON_ENCODE_ANY));

	fputs(text, out);
	free(text);
	json_decref(value);
}

static void print_key(struct json_doc *doc, const char *key)
{
	fprintf(doc->out, "%s\n  \"%s\": ", doc->comma ? "," : "", key);
	doc->comma = true;
}

void json_begin(struct json_doc *doc, FILE *out)
{
	memset(doc, 0, sizeof(*doc));
	doc->out = out;
	fputc('{', out);
}

void json_end(struct json_doc *doc)
{
	fputs("\n}\n", doc->out);
}

void json_member(struct json_doc *doc, const char *key, json_t *value)
{
	print_key(doc, key);
	print_value(doc->out, value);
}

void json_members(struct json_doc *doc, json_t *object)
{
	const char *key;
	json_t *value;

	json_object_foreach(object, key, value)
		json_member(doc, key, json_incref(value));
	json_decref(object);
}

void json_array_begin(struct json_doc *doc, const char *key)
{
	print_key(doc, key);
	fputc('[', doc->out);
	doc->item_comma = false;
}

void json_item(struct json_doc *doc, json_t *value)
{
	fputs(doc->item_comma ? ",\n    " : "\n    ", doc->out);
	print_value(doc->out, value);
	doc->item_comma = true;
}

void json_array_end(struct json_doc *doc)
{
	fputs(doc->item_comma ? "\n  ]" : "]", doc->out);
}

void json_print_line(FILE *out, json_t *value)
{
	char *text = check_alloc(json_dumps(check_alloc(value), 0));

	fprintf(out, "%s\n", text);
	free(text);
	json_decref(value);
}

json_t *json_flags(const struct vmlab *lab, uint64_t flags,
		   const char *(*name)(const struct vmlab *lab,
				       unsigned int bit))
{
	json_t *names = check_alloc(json_array());

	for (; flags; flags &= flags - 1) {
		unsigned int bit = (unsigned int)__builtin_ctzll(flags);
		const char *known = name(lab, bit);

		json_append(names, *known ? json_string(known) :
					    json_sprintf("bit%u", bit));
	}
	return names;
}

json_t *json_error(int err, enum vmlab_subject about, pid_t pid)
{
	char text[VMLAB_EXPLAIN_MAX];
	json_t *e = json_object();

	json_put(e, "errno", json_text(strerrorname_np(-err)));
	vmlab_explain(err, about, pid, text, sizeof(text));
	json_put(e, "message", json_string(text));
	return e;
}

void json_put(json_t *object, const char *key, json_t *value)
{
	if (json_object_set_new(object, key, check_alloc(value)))
		check_alloc(NULL);
}

void json_append(json_t *array, json_t *value)
{
	if (json_array_append_new(array, check_alloc(value)))
		check_alloc(NULL);
}

json_t *json_hex(uint64_t value)
{
	return json_sprintf("0x%" PRIx64, value);
}

json_t *json_count(uint64_t value)
{
	return json_integer((json_int_t)value);
}

json_t *json_pid(pid_t pid)
{
	return json_integer(pid ? pid : getpid());
}

json_t *json_text(const char *s)
{
	return *s ? json_string(s) : json_null();
}

static char *replace_bad_utf8(const char *s)
{
	static const char replacement[] = "\xef\xbf\xbd";
	char *out = check_alloc(malloc(3 * strlen(s) + 1));
	char *to = out;

	while (*s) {
		size_t len = utf8_length(s);

		memcpy(to, len ? s : replacement, len ? len : 3);
		to += len ? len : 3;
		s += len ? len : 1;
	}
	*to = '\0';
	return out;
}

static json_t *hex_bytes(const char *s)
{
	size_t len = strlen(s);
	char *hex = check_alloc(malloc(2 * len + 1));
	json_t *value;

	hex[0] = '\0';
	for (size_t i = 0; i < len; i++)
		snprintf(hex + 2 * i, 3, "%02x", (unsigned char)s[i]);
	value = json_string(hex);
	free(hex);
	return value;
}

void json_put_name(json_t *object, const char *key, const char *name)
{
	char hex_key[32];
	char *text;

	if (utf8_valid(name)) {
		json_put(object, key, json_text(name));
		return;
	}
	text = replace_bad_utf8(name);
	json_put(object, key, json_string(text));
	free(text);
	snprintf(hex_key, sizeof(hex_key), "%s_hex", key);
	json_put(object, hex_key, hex_bytes(name));
}
