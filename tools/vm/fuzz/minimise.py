#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""minimise.py FILE COMMAND...: drop programs and calls that a finding does not need.

COMMAND FILE runs programs: it fails as long as the finding is there. It must pass for a
program that does nothing, or else it fails for a reason of its own. First whole programs
are dropped, then calls: halves of them, quarters, and so on to single ones; then what the
calls do not need to say. The result is FILE.min, and FILE.min.c stands alone.
"""

import os
import subprocess
import sys

FUZZ = os.path.dirname(os.path.abspath(__file__))
NOTHING = [["program", "yield"]]
PLAIN = ("thread=", "fail=", "again=", "where=")


class Search:
    """The programs that still show the finding."""

    def __init__(self, path, command):
        self.path, self.command, self.runs = path, command, 0
        with open(path, encoding="utf-8") as file:
            programs = [self.lines(p) for p in file.read().split("\n\n")]
        self.programs = [p for p in programs if len(p) > 1]

    @staticmethod
    def lines(text):
        """Return the lines of a program without comments."""
        return [line for line in text.strip().split("\n") if line and not line.startswith("#")]

    def write(self, path, programs):
        """Write programs to a file."""
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n\n".join("\n".join(p) for p in programs) + "\n")

    def fails(self, programs):
        """Run programs; tell whether the finding is still there."""
        self.runs += 1
        attempt = self.path + ".try"
        self.write(attempt, programs)
        status = subprocess.run([*self.command, attempt], check=False,
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode
        os.remove(attempt)
        print(f"run {self.runs}: {len(programs)} programs, {sum(len(p) - 1 for p in programs)} "
              f"calls: {'still fails' if status else 'passes'}", file=sys.stderr)
        return status != 0

    def shorten(self, items, fails):
        """Return as few of some items as still fail: ever smaller parts are left out."""
        part = max(len(items) // 2, 1)
        while items:
            at = 0
            while at < len(items):
                fewer = items[:at] + items[at + part:]
                if fails(fewer):
                    items = fewer
                else:
                    at += part
            if part == 1:
                break
            part = max(part // 2, 1)
        return items

    def drop_programs(self):
        """Keep the shortest end of the list that fails, then what of it is needed."""
        keep = 1
        while keep < len(self.programs):
            if self.fails(self.programs[-keep:]):
                self.programs = self.programs[-keep:]
                break
            keep *= 2
        if len(self.programs) > 1:
            self.programs = self.shorten(self.programs, lambda some: some and self.fails(some))

    def replaced(self, nr, program):
        """Return the programs with another one in a place."""
        return self.programs[:nr] + [program] + self.programs[nr + 1:]

    def drop_calls(self):
        """Drop the calls that are not needed."""
        for nr, program in enumerate(self.programs):
            head = program[:1] if program[0].startswith("program") else []
            calls = self.shorten(program[len(head):], lambda some, nr=nr, head=head:
                                 some and self.fails(self.replaced(nr, head + some)))
            self.programs[nr] = head + calls

    def drop_words(self):
        """Drop threads, failures and flags of programs that are not needed."""
        for nr, program in enumerate(self.programs):
            for i, line in enumerate(program):
                words = line.split()
                plain = [w for w in words if not w.startswith(PLAIN)] if words[0] != "program" \
                    else words[:1]
                if plain == words:
                    continue
                shorter = program[:i] + [" ".join(plain)] + program[i + 1:]
                if self.fails(self.replaced(nr, shorter)):
                    program = self.programs[nr] = shorter


def main():
    """Minimise, and write the result in both forms."""
    search = Search(sys.argv[1], sys.argv[2:])
    if not search.fails(search.programs):
        sys.exit("minimise: the programs do not show the finding")
    if search.fails(NOTHING):
        sys.exit("minimise: a program that does nothing fails, too")
    search.drop_programs()
    search.drop_calls()
    search.drop_words()
    result = sys.argv[1] + ".min"
    search.write(result, search.programs)
    with open(result + ".c", "w", encoding="utf-8") as file:
        subprocess.run([sys.executable, "-B", os.path.join(FUZZ, "standalone.py"), result],
                       check=True, stdout=file)
    print(f"{result}, {result}.c after {search.runs} runs")


if __name__ == "__main__":
    main()
