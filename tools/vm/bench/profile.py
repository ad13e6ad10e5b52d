#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""profile.py SYMBOLS CONSOLE BLOCKS: print the instructions by function, most first.

SYMBOLS is the output of nm for the kernel; CONSOLE has the lines of /proc/kallsyms for
modules; BLOCKS is what the plugin profile.c wrote. User addresses are one line.
"""
import bisect
import collections
import re
import sys


def symbols(nm, console):
    found = []
    with open(nm) as lines:
        for line in lines:
            addr, kind, name = line.split()[:3]
            if kind in "tTwW":
                found.append((int(addr, 16), name))
    with open(console, errors="replace") as lines:
        for line in lines:
            match = re.match(r"([0-9a-f]{16}) [tT] (\S+)\s+\[(\w+)\]", line)
            if match:
                found.append((int(match[1], 16), f"{match[2]} [{match[3]}]"))
    return sorted(found)


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    table = symbols(sys.argv[1], sys.argv[2])
    starts = [addr for addr, _ in table]
    counts = collections.Counter()
    with open(sys.argv[3]) as blocks:
        for line in blocks:
            addr, count = line.split()
            addr = int(addr, 16)
            name = "(user mode)" if addr < 1 << 47 else \
                table[bisect.bisect_right(starts, addr) - 1][1]
            counts[name] += int(count)
    total = sum(counts.values())
    if not total:
        sys.exit("profile.py: no instruction was counted")
    print(f"{'INSTRUCTIONS':>14} {'SHARE':>6}  FUNCTION")
    print(f"{total:14,} {1:6.1%}  all")
    for name, count in counts.most_common(60):
        print(f"{count:14,} {count / total:6.1%}  {name}")


if __name__ == "__main__":
    main()
