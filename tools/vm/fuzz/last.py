#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""last.py FILE [N]: print the last programs before a crash, the oldest first.

FILE is the ring that vmlab-fuzz writes, a program in each slot of 16 KiB: see corpus.c.
"""

import re
import sys

SLOT = 16 * 1024


def main():
    """Print the last N programs, all by default."""
    with open(sys.argv[1], "rb") as file:
        data = file.read()
    programs = {}
    for at in range(0, len(data), SLOT):
        match = re.match(rb"# (\d+)\n(.*?)# end\n", data[at:at + SLOT], re.S)
        if match:
            programs[int(match.group(1))] = match.group(2).decode("ascii")
    nr = int(sys.argv[2]) if len(sys.argv) > 2 else len(programs)
    for key in sorted(programs)[-nr:]:
        print(f"# {key}\n{programs[key]}")


if __name__ == "__main__":
    main()
