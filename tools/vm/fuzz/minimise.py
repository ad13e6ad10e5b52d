#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""minimise.py KERNEL FILE: drop programs and calls that a finding does not need.

Each attempt runs in a fresh guest. First whole programs are dropped, from the front in
halves, then calls one by one. The result is FILE.min, and FILE.min.c stands alone.
"""

import os
import subprocess
import sys

VM = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


class Search:
    """The programs that still show the finding."""

    def __init__(self, kernel, path):
        self.kernel, self.path, self.runs = kernel, path, 0
        with open(path, encoding="utf-8") as file:
            self.programs = [self.lines(p) for p in file.read().split("\n\n") if p.strip()]

    @staticmethod
    def lines(text):
        """Return the lines of a program without comments."""
        return [line for line in text.strip().split("\n") if not line.startswith("#")]

    def write(self, path, programs):
        """Write programs to a file."""
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n\n".join("\n".join(p) for p in programs) + "\n")

    def fails(self, programs):
        """Run programs in a fresh guest; tell whether the finding is still there."""
        self.runs += 1
        attempt = self.path + ".try"
        self.write(attempt, programs)
        status = subprocess.run([os.path.join(VM, "fuzz/fuzz"), "--repro", attempt, self.kernel],
                                check=False, capture_output=True).returncode
        print(f"run {self.runs}: {len(programs)} programs, {sum(len(p) - 1 for p in programs)} "
              f"calls: {'still fails' if status else 'passes'}", file=sys.stderr)
        return status != 0

    def drop_programs(self):
        """Keep the shortest end of the list that fails."""
        keep = 1
        while keep < len(self.programs):
            if self.fails(self.programs[-keep:]):
                self.programs = self.programs[-keep:]
                return
            keep *= 2

    def drop_calls(self):
        """Drop calls one by one, the last first."""
        for program in self.programs:
            for i in range(len(program) - 1, 0, -1):
                call = program.pop(i)
                if not self.fails(self.programs):
                    program.insert(i, call)
        self.programs = [p for p in self.programs if len(p) > 1]


def main():
    """Minimise, and write the result in both forms."""
    search = Search(sys.argv[1], sys.argv[2])
    if not search.fails(search.programs):
        sys.exit("minimise: the programs do not show the finding")
    search.drop_programs()
    search.drop_calls()
    result = sys.argv[2] + ".min"
    search.write(result, search.programs)
    with open(result + ".c", "w", encoding="utf-8") as file:
        subprocess.run([sys.executable, "-B", os.path.join(VM, "fuzz/standalone.py"), result],
                       check=True, stdout=file)
    print(f"{result}, {result}.c after {search.runs} runs")


if __name__ == "__main__":
    main()
