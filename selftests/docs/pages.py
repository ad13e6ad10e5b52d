#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""pages.py [OPTION...] DIRECTORY|FILE...: the commands on pages print what the pages show.

A page is a .rst file. Its blocks "code-block:: console" are one session of a shell: a line
"$ COMMAND" is run, and the lines below it are the output expected. In them "…" stands for
any text of a line, and a line of "…" alone for any number of lines. Blanks at the end of a
line, and empty lines at the end of an output, do not count. With --any-width, a run of blanks
counts as one, and those at the start of a line do not count: the widths of columns depend on
numbers that differ from run to run. With --from=MAJOR.MINOR, all is skipped on an older
kernel. Prints TAP, a point a command. What a page leaves running in the background is killed
after its last command.

A block "code-block:: c" with ":caption: FILE" must be a part of FILE, whose path starts at the
page; tabs are shown as blanks.

A console block is left out when the line above it is ".. not run: REASON", and skipped on an older
kernel when it is ".. from Linux MAJOR.MINOR: REASON".
"""

import os
import re
import subprocess
import sys
import tempfile

ANY = "…"
MARK = "--- vmlab pages "
LIMIT = 300  # seconds for a page


def too_old(mark):
    """Return why a block with this mark is skipped on the running kernel, or None."""
    found = re.match(r"\.\. from (Linux (\d+)\.(\d+): .*)", mark)
    if not found:
        return None
    running = tuple(int(n) for n in re.findall(r"\d+", os.uname().release)[:2])
    return found[1] if running < (int(found[2]), int(found[3])) else None


def directives(text, name):
    """Yield (line number, lines, caption, line above) of each block of that name."""
    lines = text.split("\n")
    i = 0
    while i < len(lines):
        if lines[i].strip() != f".. code-block:: {name}":
            i += 1
            continue
        before = next((line for line in reversed(lines[:i]) if line.strip()), "").strip()
        caption = None
        i += 1
        while i < len(lines) and (not lines[i].strip() or lines[i].strip().startswith(":")):
            caption = lines[i].partition(":caption: ")[2] or caption
            i += 1
        indent = len(lines[i]) - len(lines[i].lstrip()) if i < len(lines) else 0
        start, body = i + 1, []
        while i < len(lines) and (not lines[i].strip() or lines[i].startswith(" " * indent)):
            body.append(lines[i][indent:].rstrip())
            i += 1
        yield start, body, caption, before


def blocks(text):
    """Yield (line number, lines, why it is skipped) of each console block to be run."""
    for start, body, _, before in directives(text, "console"):
        if not before.startswith(".. not run:"):
            yield start, body, too_old(before)


def listings(page, text):
    """Yield (line number, FILE, whether FILE has it) of each C block with a caption."""
    for start, body, caption, _ in directives(text, "c"):
        if caption:
            with open(os.path.join(os.path.dirname(page), caption), encoding="utf-8") as file:
                yield start, caption, "\n".join(strip(body)) + "\n" in file.read().expandtabs()


def commands(text):
    """Return (line number, command, expected lines, why skipped) of a page, in order."""
    found = []
    for start, body, old in blocks(text):
        for nr, line in enumerate(body, start):
            if line.startswith("$ "):
                found.append((nr, line[2:], [], old))
            elif found and line.startswith("> ") and not found[-1][2]:
                found[-1] = (found[-1][0], found[-1][1] + "\n" + line[2:], [], old)
            elif found:
                found[-1][2].append(line)
    return found


def strip(lines):
    """Return the lines without blanks at their ends and without empty lines at the end."""
    lines = [line.rstrip() for line in lines]
    while lines and not lines[-1]:
        lines.pop()
    return lines


def matches(expected, output, any_width):
    """Tell whether the output is the expected one."""
    if any_width:
        expected, output = ([" ".join(line.split()) for line in lines]
                            for lines in (expected, output))
    pattern = ""
    for line in strip(expected):
        if line.strip() == ANY:
            pattern += r"(?:[^\n]*\n)*?"
        else:
            pattern += "[^\n]*".join(re.escape(part) for part in line.split(ANY)) + r" *\n"
    return re.fullmatch(pattern, "".join(line + "\n" for line in strip(output))) is not None


def skip_reason(output):
    """Return why the lab that printed the output was skipped, or None; also for --quiet."""
    for line in output:
        found = re.match(r"(?:  skipped(?: \([^)]*\))?|[ \d]\d \S+ +skipped +.* s): (.*)", line)
        if found:
            return found[1]
    return None


def run(page, todo):
    """Run the commands of a page in one shell; return the output of each."""
    script = ["exec 2>&1"]
    for nr, (_, command, _, old) in enumerate(todo):
        script += [f"echo '{MARK}{nr}'", ":" if old else command]
    script += [f"echo '{MARK}{len(todo)}'", "kill -KILL $(jobs -p) 2>/dev/null"]
    environment = dict(os.environ, LC_ALL="C.UTF-8", NO_COLOR="1", COLUMNS="90")
    with tempfile.TemporaryDirectory() as directory:
        try:
            done = subprocess.run(["bash"], input="\n".join(script) + "\n", text=True,
                                  stdout=subprocess.PIPE, cwd=directory, env=environment,
                                  timeout=LIMIT, errors="replace", check=False)
            output = done.stdout
        except subprocess.TimeoutExpired as expired:
            output = (expired.stdout or b"").decode("utf-8", "replace")
            print(f"# {page}: took more than {LIMIT} s")
    parts = re.split(rf"^{re.escape(MARK)}(\d+)\n", output, flags=re.MULTILINE)
    return {int(nr): text.split("\n") for nr, text in zip(parts[1::2], parts[2::2])}


def pages(arguments):
    """Return the pages that the arguments name, in order."""
    found = []
    for path in arguments:
        if os.path.isdir(path):
            found += sorted(os.path.join(path, name) for name in os.listdir(path)
                            if name.endswith(".rst"))
        else:
            found.append(path)
    return found


def main():
    plain = os.environ.get("VMLAB_PLAIN_BIN")
    if plain:
        # A sanitizer takes address space and faults of its own.
        os.environ["PATH"] = plain + ":" + os.environ["PATH"]
    print("TAP version 13")
    points = failures = 0
    options = [word for word in sys.argv[1:] if word.startswith("--")]
    any_width = "--any-width" in options
    old = next((too_old(f".. from Linux {word[7:]}: the pages show its output")
                for word in options if word.startswith("--from=")), None)
    for page in pages([word for word in sys.argv[1:] if word not in options]):
        with open(page, encoding="utf-8") as file:
            text = file.read()
        todo = [(*found[:3], found[3] or old) for found in commands(text)]
        outputs = run(page, todo) if todo else {}
        name = os.path.splitext(os.path.basename(page))[0]
        for line, listed, same in listings(page, text):
            points += 1
            failures += not same
            print(f"{'ok' if same else 'not ok'} {points} - {name}: shows a part of {listed}")
            if not same:
                print(f"# {page}:{line}: {listed} has no such lines")
        for nr, (line, command, expected, skipped) in enumerate(todo):
            points += 1
            output = outputs.get(nr, [])
            shown = command.replace("\n", " ").replace("#", "")
            same = not skipped and matches(expected, output, any_width)
            if not same and not skipped:
                skipped = skip_reason(output)
            if same:
                print(f"ok {points} - {name}: {shown}")
            elif skipped:
                print(f"ok {points} - {name}: {shown} # SKIP {skipped}")
            else:
                failures += 1
                print(f"not ok {points} - {name}: {shown}")
                print(f"# {page}:{line}: the output differs:")
                for text in strip(output)[:40]:
                    print("# " + text)
    print(f"1..{points}")
    return 1 if failures or not points else 0


if __name__ == "__main__":
    sys.exit(main())
