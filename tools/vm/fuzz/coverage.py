#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""coverage.py MODULE UNREACHED FILE...: what part of a module the fuzzer reached.

MODULE is vmlab.ko, built with VMLAB_KCOV=1: gcc put a call of __sanitizer_cov_trace_pc()
into each basic block. A FILE has a line, section and offset, for each call that returned.
Print the share, and write functions and lines that were not reached to UNREACHED.
"""

import collections
import re
import subprocess
import sys

CALL_BYTES = 4      # from the relocation to the address to which the call returns


def run(*command):
    """Return the output of a command."""
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def read_points(module):
    """Return {section: set of return addresses} of all calls."""
    points = collections.defaultdict(set)
    section = None
    for line in run("readelf", "-rW", module).splitlines():
        match = re.match(r"Relocation section '\.rela(\.\S+)'", line)
        if match:
            section = match.group(1)
        elif "__sanitizer_cov_trace_pc" in line and "text" in section:
            points[section].add(int(line.split()[0], 16) + CALL_BYTES)
    return points


def locate(module, section, addresses):
    """Return {address: (function, file:line)} without inlining."""
    ordered = sorted(addresses)
    # The address before the return lies in the call itself.
    out = run("addr2line", "-e", module, "-j", section, "-f",
              *(hex(a - 1) for a in ordered)).splitlines()
    return {a: (out[2 * i], re.sub(r".*?/(module/|include/)", r"\1",
                                   out[2 * i + 1].split(" ")[0]))
            for i, a in enumerate(ordered)}


def symbols(module):
    """Return a function from (section, address) to the name of the symbol that has it."""
    names = {}
    for nr, name in re.findall(r"^ +\[ *(\d+)\] (\.\S+)", run("readelf", "-SW", module), re.M):
        names[nr] = name
    table = collections.defaultdict(list)
    for line in run("readelf", "-sW", module).splitlines():
        words = line.split()
        if len(words) == 8 and words[3] == "FUNC" and words[6] in names:
            start = int(words[1], 16)
            table[names[words[6]]].append((start, start + int(words[2], 0), words[7]))

    def name_of(section, address):
        for start, end, name in table[section]:
            if start < address <= end:
                return name
        return "?"
    return name_of


def main():
    """Compare, print and write."""
    module, unreached, files = sys.argv[1], sys.argv[2], sys.argv[3:]
    points = read_points(module)
    reached = collections.defaultdict(set)
    for path in files:
        with open(path, encoding="ascii") as file:
            for line in file:
                section, offset = line.split()
                if int(offset, 16) in points[section]:
                    reached[section].add(int(offset, 16))
    name_of = symbols(module)
    per_file = collections.defaultdict(lambda: [0, 0])
    functions = collections.defaultdict(lambda: [0, 0, "", []])
    for section, addresses in points.items():
        if not addresses:
            continue
        lines = locate(module, section, addresses)
        for address in sorted(addresses):
            name, hit = name_of(section, address), address in reached[section]
            # gcc makes these for KASAN: they are no code of the module.
            if name.startswith("_sub_"):
                points[section].discard(address)
                reached[section].discard(address)
                continue
            entry = functions[section, name]
            entry[0] += hit
            entry[1] += 1
            line = lines[address][1]
            if not entry[2] and line.startswith("module/"):
                entry[2] = line.split(":")[0]
            if not hit:
                entry[3].append(line)
    for entry in functions.values():
        per_file[entry[2]][0] += entry[0]
        per_file[entry[2]][1] += entry[1]
    with open(unreached, "w", encoding="ascii") as out:
        for (section, name), (hit, total, path, lines) in sorted(
                functions.items(), key=lambda item: (item[1][2], item[0])):
            if hit == total:
                continue
            print(f"{path} {name} ({section}): {hit} of {total}", file=out)
            for line in dict.fromkeys(lines):
                print(f"    {line}", file=out)
    total = sum(len(p) for p in points.values())
    hit = sum(len(p) for p in reached.values())
    for path, (some, all_) in sorted(per_file.items()):
        print(f"  {path or '?':36} {some:5} of {all_:5}  {100 * some // all_:3} %")
    whole = sum(1 for f in functions.values() if not f[0])
    print(f"Basic blocks reached: {hit} of {total}, {100 * hit / max(total, 1):.1f} %; "
          f"functions: {len(functions) - whole} of {len(functions)}")


if __name__ == "__main__":
    main()
