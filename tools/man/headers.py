# SPDX-License-Identifier: GPL-2.0
"""Turn the comments of a C header into sections of a manual page."""

import re

import roff

SECTION = re.compile(r"/\* --- (.*?) -+ \*/")
# a comment, and the declarations up to the next empty line, comment or preprocessor line
GROUP = re.compile(r"/\* (.*?) \*/|/\* (.*)")
DEFINE = re.compile(r"#define\s+(VMLAB_\w+)\s+(\S.*)")


def comment_text(lines):
    """Return the lines of a comment without its stars."""
    text = "\n".join(line.expandtabs(8) for line in lines)
    text = re.sub(r"^/\*\*?\s?|\s*\*/$", "", text)
    out = [re.sub(r"^ \* ?", "", line) for line in text.split("\n")]
    # A tab after the star is indentation too.
    return [line.rstrip() for line in out]


def declaration(lines, i):
    """Return the declarations from line i on, and the line after them."""
    out, depth = [], 0
    while i < len(lines):
        line = lines[i]
        if depth == 0 and (not line.strip() or line.startswith(("/*", "#"))):
            break
        depth += line.count("{") - line.count("}")
        out.append(line.expandtabs(8))
        i += 1
    return out, i


def documented(lines):
    """Yield ("section", title), ("item", comment, declaration) and ("define", lines) in order."""
    i = 0
    while i < len(lines):
        line = lines[i]
        section = SECTION.match(line)
        if section:
            yield "section", section.group(1)
            i += 1
        elif line.startswith("/*"):
            end = i
            while "*/" not in lines[end]:
                end += 1
            comment = lines[i:end + 1]
            i = end + 1
            if line.startswith("/**"):
                declared, i = declaration(lines, i)
                yield "item", comment_text(comment), declared
            elif not re.match(r"/\*( SPDX|$)", line):
                yield "title", " ".join(" ".join(comment_text(comment)).split())
        elif DEFINE.match(line):
            # the value, and a comment that may have several lines
            end = i
            while "/*" in line and "*/" not in lines[end]:
                end += 1
            yield "define", " ".join(" ".join(lines[i:end + 1]).split())
            i = end + 1
        else:
            i += 1


def introduction(lines):
    """Return the nodes of the first comment that is not the licence."""
    start = next(i for i, line in enumerate(lines) if line == "/*")
    end = next(i for i in range(start, len(lines)) if lines[i].strip() == "*/")
    return roff.parse(comment_text(lines[start:end])[1:])


def item_name(comment):
    """Return what stands before the dash of the first line, and the text after it."""
    first = " ".join(comment[:1])
    name, _, text = first.partition(" - ")
    return name, text


def capital(text):
    """Return the text with a capital letter at its start, unless a name stands there."""
    return text if re.match(r"\w*[A-Z_]", text) else text[:1].upper() + text[1:]


def render_item(comment, declared):
    """Return the roff of a documented declaration."""
    name, text = item_name(comment)
    end = next((i for i, line in enumerate(comment) if not line.strip()), len(comment))
    # the first sentence may continue on the lines before the first parameter
    first = 1
    while first < end and not comment[first].startswith(("@", " ")):
        text += " " + comment[first]
        first += 1
    out = [".SS " + roff.escape(name)]
    if declared:
        out += [".nf", *(roff.bold(line) if line.strip() else "" for line in declared), ".fi",
                ".PP"]
    sentence = capital(text)
    out.append(roff.prose(sentence if sentence.endswith((".", "?")) else sentence + "."))
    rest = roff.render(roff.parse(comment[first:]))
    if rest and not rest[0].startswith(("." "TP", ".IP", ".RS", ".PP")):
        out.append(".PP")
    return out + rest


def render_define(text):
    """Return the roff of "#define NAME value", with its comment as its description."""
    name, value = DEFINE.match(text).groups()
    comment = re.search(r"/\* (.*?) ?\*/", value)
    value = re.sub(r"\s*/\*.*", "", value)
    if comment:
        words = re.sub(r" \* ", " ", comment.group(1))
        return [".TP", f"{roff.bold(name)} {roff.escape(value)}", roff.prose(words)]
    return [".TP", f"{roff.bold(name)} {roff.escape(value)}", "\\&"]


def render(text, defines=True):
    """Return the roff of all documented declarations of a header."""
    out, title = [], None
    for kind, *what in documented(text.split("\n")):
        if kind == "section":
            out += [".SH " + roff.escape(what[0]).upper()]
            title = None
        elif kind == "item":
            out += render_item(*what)
            title = None
        elif kind == "title":
            title = what[0]
        elif defines and not what[0].startswith("#define VMLAB_IOC_MAGIC"):
            if title:
                out += [".SS Values: " + roff.escape(title)]
                title = None
            out += render_define(what[0])
    return out
