// SPDX-License-Identifier: GPL-2.0
/* JSON documents. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "printed.h"
#include "show/json.h"
#include "tap.h"

static void document(FILE *out)
{
	struct json_doc doc;
	json_t *o;

	json_begin(&doc, out);
	json_member(&doc, "address", json_hex(UINT64_MAX));
	json_member(&doc, "bytes", json_count(UINT64_C(1) << 62));
	json_member(&doc, "none", json_text(""));
	json_array_begin(&doc, "empty");
	json_array_end(&doc);
	json_array_begin(&doc, "records");
	for (int i = 0; i < 2; i++) {
		o = json_object();
		json_put(o, "i", json_integer(i));
		json_item(&doc, o);
	}
	json_array_end(&doc);
	o = json_object();
	json_put_name(o, "name", "a\"\\\n\001/\xff\xc3\xa9");
	json_put_name(o, "plain", "/tmp/x");
	json_members(&doc, o);
	json_member(&doc, "error", json_error(-ESRCH, VMLAB_ABOUT_PROCESS, 0));
	json_end(&doc);
}

static void test_json(void)
{
	char *text = printed(document);
	json_error_t error;
	json_t *error_member;
	json_t *doc = json_loads(text, 0, &error);

	ok(doc, "the document is JSON: %s", doc ? "yes" : error.text);
	streq(json_string_value(json_object_get(doc, "address")),
	      "0xffffffffffffffff", "an address is a string of all bits");
	is((uint64_t)json_integer_value(json_object_get(doc, "bytes")),
	   UINT64_C(1) << 62, "a size is an exact number");
	ok(json_is_null(json_object_get(doc, "none")), "what is empty is null");
	is(json_array_size(json_object_get(doc, "empty")), 0, "an empty array");
	ok(json_is_array(json_object_get(doc, "empty")), "is an array");
	is(json_array_size(json_object_get(doc, "records")), 2, "two records");
	streq(json_string_value(json_object_get(doc, "name")),
	      "a\"\\\n\001/\xef\xbf\xbd\xc3\xa9",
	      "a name with any bytes is replaced");
	streq(json_string_value(json_object_get(doc, "name_hex")),
	      "61225c0a012fffc3a9", "and its bytes are kept");
	ok(!json_object_get(doc, "plain_hex"),
	   "a name that is UTF-8 needs none");
	error_member = json_object_get(doc, "error");
	streq(json_string_value(json_object_get(error_member, "errno")),
	      "ESRCH", "an error has its name");
	json_decref(doc);
	free(text);
}

int main(void)
{
	test_json();
	return tap_done();
}
