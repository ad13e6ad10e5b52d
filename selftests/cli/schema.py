# SPDX-License-Identifier: GPL-2.0
"""Validate JSON against tools/vmlab/vmlab.schema.json.

Knows the part of JSON Schema that the file uses, so that the test needs no package. It is
stricter: a member that the schema does not list is an error, while the schema allows those
of later versions.
"""
import json
import os
import re

PATH = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                    "../../tools/vmlab/vmlab.schema.json")
KEYWORDS = {"$ref", "additionalProperties", "anyOf", "description", "enum", "items", "minimum",
            "pattern", "properties", "required", "type"}
TYPES = {
    "array": lambda v: isinstance(v, list),
    "boolean": lambda v: isinstance(v, bool),
    "integer": lambda v: isinstance(v, int) and not isinstance(v, bool),
    "null": lambda v: v is None,
    "number": lambda v: isinstance(v, (int, float)) and not isinstance(v, bool),
    "object": lambda v: isinstance(v, dict),
    "string": lambda v: isinstance(v, str),
}


class Schema:
    """The schema of all commands"""

    def __init__(self):
        with open(PATH, encoding="utf-8") as file:
            self.defs = json.load(file)["$defs"]

    def unknown(self, schema=None, where="$defs"):
        """Yield what is wrong with the schema itself"""
        if schema is None:
            for name, part in self.defs.items():
                yield from self.unknown(part, name)
            return
        for key in set(schema) - KEYWORDS:
            yield f"{where}: the keyword {key} is not known here"
        if "$ref" in schema and schema["$ref"].removeprefix("#/$defs/") not in self.defs:
            yield f"{where}: {schema['$ref']} does not exist"
        for name in set(schema.get("required", [])) - set(schema.get("properties", {})):
            yield f"{where}: {name} is required and has no schema"
        parts = list(schema.get("properties", {}).items()) + \
            [("[]", schema[key]) for key in ("items", "additionalProperties") if key in schema] + \
            [("|", part) for part in schema.get("anyOf", [])]
        for name, part in parts:
            yield from self.unknown(part, f"{where}.{name}")

    def errors(self, value, schema, where="$"):
        """Return what is wrong with a value, as a list"""
        if "$ref" in schema:
            return self.errors(value, self.defs[schema["$ref"].removeprefix("#/$defs/")], where)
        if "anyOf" in schema:
            tries = [self.errors(value, part, where) for part in schema["anyOf"]]
            return min(tries, key=len)
        if "enum" in schema:
            return [] if value in schema["enum"] else [f"{where} is {value!r}"]
        types = schema.get("type", [])
        types = [types] if isinstance(types, str) else types
        if types and not any(TYPES[t](value) for t in types):
            return [f"{where} is {value!r:.60}, not {' or '.join(types)}"]
        if isinstance(value, dict):
            return self.members(value, schema, where)
        if isinstance(value, list):
            return [e for i, item in enumerate(value)
                    for e in self.errors(item, schema.get("items", {}), f"{where}[{i}]")]
        if isinstance(value, str) and not re.search(schema.get("pattern", ""), value):
            return [f"{where} is {value!r}, which does not match {schema['pattern']}"]
        if TYPES["number"](value) and value < schema.get("minimum", value):
            return [f"{where} is {value}"]
        return []

    def members(self, value, schema, where):
        """Return what is wrong with the members of an object"""
        if not schema:
            return []
        known = schema.get("properties", {})
        found = [f"{where}.{name} is missing" for name in schema.get("required", [])
                 if name not in value]
        for name, member in value.items():
            part = known.get(name, schema.get("additionalProperties"))
            found += [f"{where}.{name} is not in the schema"] if part is None else \
                self.errors(member, part, f"{where}.{name}")
        return found


def documents(text):
    """Return the values in a text, one after the other"""
    decoder, values, at = json.JSONDecoder(), [], 0
    text = text.strip()
    while at < len(text):
        value, at = decoder.raw_decode(text, at)
        values.append(value)
        while at < len(text) and text[at].isspace():
            at += 1
    return values
