# SPDX-License-Identifier: GPL-2.0
"""Read C source without a compiler: tokens, and what a file defines, declares and uses.

The source is taken as it stands: all branches of #if count, and macros are not
expanded. That suffices for code in kernel style, and needs no kernel to be built.
"""

import re

TOKEN = re.compile(r"""
      (?P<space>\s+)
    | (?P<comment>/\*.*?\*/|//[^\n]*)
    | (?P<string>L?"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')
    | (?P<name>[A-Za-z_]\w*)
    | (?P<number>\.?\d[\w.]*)
    | (?P<op>->|\.\.\.|==|!=|<=|>=|.)
""", re.VERBOSE | re.DOTALL)

DIRECTIVE = re.compile(r"^[ \t]*#[ \t]*(\w+)((?:\\\n|[^\n])*)", re.MULTILINE)

# They look like a function's name and its parameters in a declaration.
ATTRIBUTES = frozenset("""
    __attribute__ __printf __scanf __acquires __releases __must_hold __aligned
    _Alignas __alignof__ __typeof__ typeof __section __counted_by __cold __bpf_md_ptr
    __free __guarded_by _Static_assert static_assert DECLARE_BITMAP
""".split())

OPEN, CLOSE = frozenset("([{"), frozenset(")]}")


class Token:
    """One token of the source; kind is name, number, string or op."""

    __slots__ = ("kind", "text", "line")

    def __init__(self, kind, text, line):
        self.kind = kind
        self.text = text
        self.line = line


def strip_comments(text):
    """Return the source with each comment replaced by a space and its newlines."""

    def replace(match):
        if match.lastgroup != "comment":
            return match.group()
        return " " + "\n" * match.group().count("\n")

    return TOKEN.sub(replace, text)


def tokens(text, line=1):
    """Return the tokens of source without comments; line is the number of its first."""
    result = []
    for match in TOKEN.finditer(text):
        if match.lastgroup not in ("space", "comment"):
            result.append(Token(match.lastgroup, match.group(), line))
        line += match.group().count("\n")
    return result


def skip_group(toks, i):
    """Return the index after the group that the bracket at index i opens."""
    depth = 0
    while i < len(toks):
        if toks[i].text in OPEN:
            depth += 1
        elif toks[i].text in CLOSE:
            depth -= 1
            if depth == 0:
                return i + 1
        i += 1
    return i


def outer_words(toks):
    """Return the words outside all brackets: "static" is also a part of parameters."""
    words, i = set(), 0
    while i < len(toks):
        if toks[i].text in OPEN:
            i = skip_group(toks, i)
        else:
            words.add(toks[i].text)
            i += 1
    return words


class Source:
    """What one C file contains.

    includes  list of (line, name) of #include "name"
    defines   dictionary of its global functions and variables: name -> line
    static    set of its static functions and variables
    declares  dictionary of its declarations: name -> line
    uses      list of (line, name, called): names in bodies, initialisers and macros
    """

    def __init__(self, text):
        self.includes = []
        self.defines = {}
        self.static = set()
        self.declares = {}
        self.uses = []
        text = self._directives(strip_comments(text))
        self._file_scope(tokens(text))

    def _directives(self, text):
        """Read the preprocessor's lines, and return the text with them blanked."""

        def replace(match):
            word, rest = match.groups()
            line = text.count("\n", 0, match.start()) + 1
            if word == "include":
                name = re.match(r'\s*"([^"]+)"', rest)
                if name:
                    self.includes.append((line, name.group(1)))
            elif word == "define":
                body = re.sub(r"^\s*\w+(\([^)]*\))?", "", rest.replace("\\\n", " \n"))
                self._use(tokens(body, line))
            return "\n" * match.group().count("\n")

        return DIRECTIVE.sub(replace, text)

    def _use(self, toks):
        """Record the names in an expression or a body, but not names of members."""
        for i, tok in enumerate(toks):
            if tok.kind != "name" or (i and toks[i - 1].text in (".", "->")):
                continue
            called = i + 1 < len(toks) and toks[i + 1].text == "("
            self.uses.append((tok.line, tok.text, called))

    def _file_scope(self, toks):
        """Split the file into its declarations and definitions."""
        head, i = [], 0
        while i < len(toks):
            tok = toks[i]
            if tok.text == ";":
                self._declaration(head)
                head, i = [], i + 1
            elif tok.text == "}":
                # the end of extern "C"
                i += 1
            elif tok.text == "{":
                end = skip_group(toks, i)
                if [t.text for t in head] in (["extern", '"C"'], ["extern", "C"]):
                    # What it holds is declared as everywhere else.
                    head, end = [], i + 1
                elif self._is_type(head):
                    # The name of the type, and what it holds, matter no more.
                    head = head[:1] + [Token("type", "{}", tok.line)]
                elif any(t.text == "=" for t in head):
                    head += toks[i:end]
                else:
                    self._function(head)
                    self._use(toks[i + 1:end - 1])
                    head = []
                i = end
            elif tok.text in ("(", "["):
                end = skip_group(toks, i)
                head += toks[i:end]
                i = end
            else:
                head.append(tok)
                i += 1

    @staticmethod
    def _is_type(head):
        """Tell whether a brace after these tokens opens a struct, union or enum."""
        for tok in head[:-5:-1]:
            if tok.text in ("struct", "union", "enum"):
                return True
            if tok.kind != "name":
                return False
        return False

    @staticmethod
    def _function_name(head):
        """Return the token of the function that is declared, or None."""
        depth = 0
        for i, tok in enumerate(head):
            if tok.text == "(":
                if depth == 0 and i > 1 and head[i - 1].kind == "name" and \
                   head[i - 1].text not in ATTRIBUTES and \
                   (head[i - 2].kind in ("name", "type") or head[i - 2].text in ("*", ")")):
                    return head[i - 1]
                depth += 1
            elif tok.text == ")":
                depth -= 1
        return None

    def _function(self, head):
        name = self._function_name(head)
        if name is None:
            # A macro that defines one, with its name and parameters in parentheses.
            self._use(head[1:])
        elif "static" in outer_words(head):
            self.static.add(name.text)
        else:
            self.defines[name.text] = name.line

    def _declaration(self, head):
        words = outer_words(head)
        if not head or "typedef" in words:
            return
        equals = next((i for i, t in enumerate(head) if t.text == "="), None)
        if equals is None:
            name = self._function_name(head)
            if name is not None:
                if "static" not in words:
                    self.declares[name.text] = name.line
                return
            if len(head) > 1 and head[0].kind == "name" and head[1].text == "(":
                # A macro of the file scope: its arguments can be functions.
                self._use(head[1:])
                return
        self._variables(head, words)

    def _variables(self, head, words):
        """Read the declarators: separated by commas, each with an initialiser or none."""
        i, name, count = 0, None, 0
        while i <= len(head):
            text = head[i].text if i < len(head) else ","
            if text in (",", "="):
                # "struct x" alone declares no variable.
                if name is not None and (count > 2 or "struct" not in words):
                    if "static" in words:
                        self.static.add(name.text)
                    elif "extern" in words:
                        self.declares[name.text] = name.line
                    else:
                        self.defines[name.text] = name.line
                name = None
                if text == "=":
                    start = i
                    while i < len(head) and head[i].text != ",":
                        i = skip_group(head, i) if head[i].text in OPEN else i + 1
                    self._use(head[start + 1:i])
            elif text in OPEN:
                i = skip_group(head, i)
                continue
            elif head[i].kind in ("name", "type"):
                name = head[i] if head[i].kind == "name" else None
                count += 1
            i += 1
