#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""grammar.py HEADER...: print the calls that the fuzzer makes from the UAPI headers, as C.

A request is described by its structure: the kernel-doc of "struct vmlab_x - VMLAB_IOC_Y"
names the requests, that of a member says whether it is input, which constants it takes
(VMLAB_X_*), whether it is a pointer, an offset, an address or must be zero. A structure
that changes changes what the fuzzer does, without a change here.
"""

import re
import sys

# Structures that only report: all but size, flags and target are output.
REPORTS = ("info", "translation", "mm", "space_stats", "paging_stats", "tree_stats", "pgtable_totals")
# Elements that the fuzzer fills of an array that is input.
SIDE_ELEMENTS = 2
TRACE_ELEMENTS = 6
ARRAY_ELEMENTS = 2
DELAY_US = 3000
WIDTH = {"__u64": 8, "__u32": 4, "__s32": 4, "__u16": 2, "__u8": 1}


def parse_structs(text):
    """Return {struct: (title, {member: doc}, [(type, name, array)])}."""
    structs = {}
    for doc, name, body in re.findall(
            r"/\*\*\n((?: \*[^\n]*\n)*?) \*/\nstruct (vmlab_\w+) \{\n(.*?)\n\};", text, re.S):
        doc = re.sub(r"^ \* ?", "", doc, flags=re.M)
        title = doc.split("\n@", 1)[0]
        members = dict(re.findall(r"^@(\w+): (.*?)(?=^@|^$|\Z)", doc, re.M | re.S))
        fields = [(type_.replace("struct ", ""), field, size) for type_, field, size in
                  re.findall(r"^\t((?:struct )?\w+) (\w+)(?:\[(\w+)\])?;", body, re.M)]
        structs[name] = (title, members, fields)
    return structs


def constants_of(defines, field, doc):
    """Return the constants that the text of a member names by a prefix, and if they are bits."""
    names = []
    for prefix in re.findall(r"(VMLAB_\w+_)\*", doc):
        names += [name for name in defines if name.startswith(prefix) and
                  not re.search(r"_(MAX|MIN|NR|ALL|CERTAIN)$|_IOC_", name)]
    names += [] if field != "flags" else [name for name in re.findall(r"VMLAB_\w+[A-Z0-9](?![\w*])", doc)
              if "<<" in defines.get(name, "") and not name.endswith(("_MAX", "_MIN"))]
    # A prefix can stand for numbers and for bits of another member.
    return [name for name in dict.fromkeys(names)
            if ("<<" in defines[name]) == ("<<" in defines[names[0]])]


class Grammar:
    """What is printed: tables of constants, of arguments and of calls."""

    def __init__(self, structs, defines):
        self.structs, self.defines = structs, defines
        self.out, self.calls = [], []

    def words(self, label, names, shift):
        """Print a table of constants, return what refers to it."""
        self.out.append(f"static const struct word words_{label}[] = {{")
        for name in names:
            value = f"1ULL << {name}" if shift else name
            self.out.append(f'\t{{ "{name}", {value} }},')
        self.out.append("};\n")
        return f".words = words_{label}, .nr_words = {len(names)}"

    def kind(self, struct, field, doc, label):
        """Return the initialiser of an argument that is one number."""
        if re.match(r"\[in\] bits", doc):
            doc += " VMLAB_PTE_*"
        named = constants_of(self.defines, field, doc)
        report = not doc.startswith("[in") and (struct in REPORTS and field != "flags" or
                                                label.endswith("_get_" + field))
        limit = re.search(r"VMLAB_\w+_(MAX|CERTAIN)\b", doc)
        if field == "size":
            return f".type = A_SIZE, .limit = sizeof(struct vmlab_{struct})"
        if (report and not re.match(r"(\[.*\] )?pointer", doc)) or doc.startswith("[out]") or re.match(r"(\[in\] )?(must be )?zero\b", doc):
            return ".type = A_ZERO"
        if re.match(r"(\[.*\] )?pointer to", doc):
            filled = "input of SET" in doc or "[in] pointer to the future" in doc
            if label.endswith("_get_trace"):
                return ".type = A_ZERO"
            return ".type = " + ("A_SIDE" if filled else "A_BUF")
        if named and "1 <<" in doc:
            return ".type = A_FLAGS, " + self.words(label, named, True)
        if named:
            bits = any("<<" in self.defines[name] for name in named)
            return f".type = {'A_FLAGS' if bits else 'A_ENUM'}, " + self.words(label, named, False)
        if struct == "tree_cursor":
            return ".type = A_CURSOR"
        if field == "delay_us":
            return f".type = A_NUMBER, .limit = {DELAY_US}"
        least = re.search(r"VMLAB_\w+_MIN|at least 1\b", doc)
        if field in ("nr", "strings_size") and least:
            return (f".type = A_NUMBER, .limit = 100, .least = "
                    f"{least.group(0).replace('at least ', '')}")
        if field == "nr" and struct == "inject":
            return f".type = A_NUMBER, .limit = {SIDE_ELEMENTS + 1}"
        if field == "fd":
            return ".type = A_FILE"
        if field == "policy_id":
            return ".type = A_POLICY"
        if field == "space_id":
            return ".type = A_SPACE"
        if field == "pid":
            return ".type = A_TARGET_ID"
        if re.search(r"offset in the space, pages|offsets in the space, in pages", doc):
            return ".type = A_NUMBER, .limit = 64"
        if re.search(r"address|multiple of the page size; 0 for all|pass it back|of the range", doc) \
                and "offset in the" not in doc:
            # Of these, 0 has a meaning of its own.
            return ".type = A_ADDR" + ("" if field in ("addr", "start") else ", .limit = 1")
        if re.search(r"^(\[.*\] )?(start |end )?offset|multiple of the page size|bytes", doc):
            return ".type = A_OFFSET"
        if limit:
            return f".type = A_NUMBER, .limit = {limit.group(0)}"
        return ".type = A_NUMBER, .limit = 64"

    def args(self, struct, place, offset, label):
        """Return the arguments of a structure, as lines of C."""
        _, docs, fields = self.structs["vmlab_" + struct]
        lines = []
        for type_, field, array in fields:
            doc = " ".join(docs.get(field, "").split())
            where = f"{offset} + offsetof(struct vmlab_{struct}, {field})"
            name = place + field
            if type_ == "vmlab_target":
                lines += [f'{{ .name = "{name}_kind", .offset = {where}, .width = 4, '
                          f".type = A_TARGET_KIND }}",
                          f'{{ .name = "{name}_id", .offset = {where} + 4, .width = 4, '
                          f".type = A_TARGET_ID }}"]
            elif type_ == "vmlab_tree_cursor":
                lines += self.args("tree_cursor", name + "_", where, f"{label}_{field}")
            elif type_ in WIDTH and (
                    struct not in REPORTS or field in ("size", "flags") or doc.startswith("[in")):
                for i in range(ARRAY_ELEMENTS if array else 1):
                    kind = self.kind(struct, field, doc, f"{label}_{field}{i if array else ''}")
                    lines.append(
                        f'{{ .name = "{name}{i if array else ""}", '
                        f".offset = {where} + {i * WIDTH[type_]}, "
                        f".width = {WIDTH[type_]}, {kind} }}")
        return lines

    def side(self, struct, label):
        """Return the arguments that fill arrays which are input."""
        _, docs, _ = self.structs["vmlab_" + struct]
        lines = []
        for doc in docs.values():
            match = re.match(r"(?:\[.*\] )?pointer to an array of struct vmlab_(\w+)", doc)
            if "input of SET" in " ".join(doc.split()) and match:
                element = match.group(1)
                for i in range(SIDE_ELEMENTS):
                    lines += self.args(element, f"{element}{i}_",
                                       f"SIDE + {i} * sizeof(struct vmlab_{element})",
                                       f"{label}_{element}{i}")
            if doc.startswith("[in] pointer to the future"):
                lines += [f'{{ .name = "trace{i}", .offset = SIDE + {i * 8}, .width = 8, '
                          ".type = A_NUMBER, .limit = 64 }" for i in range(TRACE_ELEMENTS)]
        return lines

    def request(self, struct, request):
        """Add the call that makes one request."""
        label = request.lower()
        lines = self.args(struct, "", "0", label)
        if not request.endswith("_GET"):
            lines += self.side(struct, label)
        self.out.append(f"static const struct arg args_{label}[] = {{")
        self.out += [f"\tREQUEST_ARGS,"] + [f"\t{line}," for line in lines] + ["};\n"]
        self.calls.append(
            f'\t{{ .name = "{label}", .args = args_{label}, .nr_args = ARRAY_SIZE(args_{label}), '
            f".run = run_request, .request = VMLAB_IOC_{request}, "
            f".size = sizeof(struct vmlab_{struct}), .weight = 4 }},")

    def text(self):
        """Return all of it."""
        return "\n".join(["/* Generated by grammar.py from the UAPI headers. */"] + self.out +
                         ["const struct call_kind request_kinds[] = {"] + self.calls +
                         ["};", "const size_t nr_request_kinds = ARRAY_SIZE(request_kinds);", ""])


def main():
    """Print the calls of all headers."""
    text = ""
    for path in sys.argv[1:]:
        with open(path, encoding="utf-8") as file:
            text += file.read()
    structs = parse_structs(text)
    defines = dict(re.findall(r"^#define (VMLAB_\w+)[ \t]+(.*)$", text, re.M))
    requests = [name[len("VMLAB_IOC_"):] for name in defines
                if name.startswith("VMLAB_IOC_") and name != "VMLAB_IOC_MAGIC"]
    grammar, found = Grammar(structs, defines), []
    for name, (title, _, _) in structs.items():
        for request in re.findall(r"VMLAB_IOC_(\w+)", title):
            found.append(request)
            grammar.request(name[len("vmlab_"):], request)
    if sorted(found) != sorted(requests):
        sys.exit(f"grammar.py: no structure names these requests: {set(requests) - set(found)}")
    print(grammar.text(), end="")


if __name__ == "__main__":
    main()
