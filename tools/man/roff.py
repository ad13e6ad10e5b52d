# SPDX-License-Identifier: GPL-2.0
"""Turn the plain text of --help and of comments in headers into the language of man(7).

Text is parsed into nodes: a paragraph, lines that keep their form, a list of terms with
their descriptions, a list with bullets, and an indented block. The text is written so that
people read it in a terminal; the rules that tell its parts apart stand at parse().
"""

import collections
import re

Paragraph = collections.namedtuple("Paragraph", "text")
Code = collections.namedtuple("Code", "lines")
Terms = collections.namedtuple("Terms", "items")  # of (term, nodes)
Bullets = collections.namedtuple("Bullets", "items")  # of nodes
Block = collections.namedtuple("Block", "nodes")

TERM = re.compile(r"(\S(?:.{0,30}?\S)??) {2,}(\S.*)")
PARAMETER = re.compile(r"(@\w+(?:, @\w+)*): ?(.*)")
LONGEST_TERM = 30


def escape(text):
    """Return text in which no character has a meaning for roff."""
    for char, name in (("\\", "\\e"), ("-", "\\-"), ("'", "\\(aq"), ("`", "\\(ga"),
                       ("^", "\\(ha"), ("~", "\\(ti"), ('"', "\\(dq")):
        text = text.replace(char, name)
    return re.sub(r"^\.", r"\\&.", text)


def bold(text):
    """Return escaped text in bold."""
    return f"\\fB{escape(text)}\\fR"


def italic(text):
    """Return escaped text in italics."""
    return f"\\fI{escape(text)}\\fR"


def prose(text):
    """Return an escaped paragraph; @name is a parameter or a member."""
    return re.sub(r"@(\w+)", r"\\fI\1\\fR", escape(" ".join(text.split())))


def term_of(line):
    """Return (term, start of its description, column of it) of a line, or None."""
    found = PARAMETER.match(line)
    if found:
        return found.group(1), found.group(2), 0
    found = TERM.match(line)
    if not found or len(found.group(1)) > LONGEST_TERM:
        return None
    # Two blanks may also stand between two sentences; "START..." is a term.
    if re.search(r"(?<!\.\.)[.:!?]['\")]?$", found.group(1)):
        return None
    return found.group(1), found.group(2), found.start(2)


def indent_of(line):
    """Return the number of blanks at the start of a line."""
    return len(line) - len(line.lstrip(" "))


def run(lines, start, blank=False):
    """Return the end of the lines from start that are indented; blank ones may separate them."""
    end = start
    for i in range(start, len(lines)):
        if lines[i].startswith(" "):
            end = i + 1
        elif not (blank and not lines[i].strip()):
            break
    return end


def dedent(lines):
    """Return the lines without the blanks that all of them start with."""
    width = min((indent_of(line) for line in lines if line.strip()), default=0)
    return [line[width:] for line in lines]


def parse_terms(lines, i):
    """Parse the list of terms that starts at line i; return the node and the line after it."""
    items, column = [], None
    while i < len(lines):
        found = term_of(lines[i])
        if not found and column and lines[i][column - 1:column] == " " and \
                lines[i][column:].strip() and not lines[i].startswith(" ") and \
                lines[i][column] != " ":
            # a term so long that one blank follows it
            found = lines[i][:column - 1], lines[i][column:], column
        if not found:
            break
        term, text, column = found
        end = run(lines, i + 1)
        body = [line[column:] if column and indent_of(line) >= column else line.lstrip()
                for line in lines[i + 1:end]]
        if not column:
            body = dedent(lines[i + 1:end])
        items.append((term, parse([text] + body if text else body)))
        i = end
    return Terms(items), i


def parse(lines):
    """Parse lines into nodes.

    "TERM  TEXT", with two blanks or more, and "@NAME: TEXT" start a description, whose other
    lines are indented. "- TEXT" starts a bullet. An indented line after a paragraph starts a
    block, which is parsed by itself. Empty lines separate paragraphs.
    """
    nodes, i = [], 0
    while i < len(lines):
        if not lines[i].strip():
            i += 1
        elif lines[i].startswith(" "):
            end = run(lines, i, blank=True)
            nodes.append(Block(parse(dedent(lines[i:end]))))
            i = end
        elif lines[i].startswith("- "):
            items = []
            while i < len(lines) and lines[i].startswith("- "):
                end = run(lines, i + 1)
                items.append(parse([lines[i][2:]] + [line[2:] for line in lines[i + 1:end]]))
                i = end
            nodes.append(Bullets(items))
        elif term_of(lines[i]):
            node, i = parse_terms(lines, i)
            nodes.append(node)
        else:
            end = i + 1
            while end < len(lines) and lines[end].strip() and not lines[end].startswith(" ") \
                    and not lines[end].startswith("- ") and not term_of(lines[end]):
                end += 1
            nodes.append(Paragraph(" ".join(lines[i:end])))
            i = end
    return nodes


def render_item(nodes):
    """Return the roff of a description, whose first paragraph follows its term."""
    if not nodes:
        return ["\\&"]
    out = []
    if isinstance(nodes[0], Paragraph):
        out.append(prose(nodes[0].text))
        nodes = nodes[1:]
    else:
        out.append("\\&")
    if nodes:
        out += [".RS", *render(nodes), ".RE"]
    return out


def render(nodes):
    """Return the lines of roff of nodes that follow a heading or the start of a block."""
    out = []
    for nr, node in enumerate(nodes):
        if isinstance(node, Paragraph):
            out += [".PP"] if nr else []
            out.append(prose(node.text))
        elif isinstance(node, Code):
            out += [".PP"] if nr else []
            out += [".RS 4", ".nf", *(escape(line.expandtabs()) for line in node.lines), ".fi",
                    ".RE"]
        elif isinstance(node, Block):
            out += [".RS 4", *render(node.nodes), ".RE"]
        elif isinstance(node, Bullets):
            for item in node.items:
                out += [".IP \\(bu 3", *render_item(item)]
        else:
            for term, body in node.items:
                title = ", ".join(map(italic, re.findall(r"@(\w+)", term))) \
                    if term.startswith("@") else bold(term)
                out += [".TP", title, *render_item(body)]
    return out


def page(name, section, date, source, manual, body):
    """Return a whole page."""
    head = ['.\\" SPDX-License-Identifier: GPL-2.0',
            '.\\" Generated by tools/man/pages: do not edit it.',
            f'.TH {name.upper()} {section} {date} "{source}" "{manual}"', ".nh", ".ad l"]
    return "\n".join(head + body) + "\n"
