#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""coverage.py MODULE REASONS UNREACHED FILE...: what part of a module the fuzzer reached.

MODULE is vmlab.ko, built with VMLAB_KCOV=1: gcc put a call into each basic block. A FILE
has a line, section and offset, for each call that returned. Print the share, and write
what was not reached to UNREACHED, by the reason that the table REASONS gives for it.
"""

import collections
import os
import re
import sys

import blocks

# What lockdep asks about RCU and locks. Blocks of these that no run reaches follow a misuse.
ASKS = re.compile(r"include/linux/(rcupdate|lockdep)\.h:")
NO_REASON = "no reason given"
AFTER_REPORT = "only after the report of a broken invariant"
INLINED = "gcc has inlined the function into all callers; only tests of KUnit call this copy"
TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../..")
SOURCES = {}


def locate(module, section, addresses):
    """Return {address: [(function, file:line)]}: an inlined function first, then its caller."""
    places, frames = {}, None
    # The address before the return lies in the call itself.
    lines = iter(blocks.run("addr2line", "-aife", module, "-j", section,
                            *(hex(a - 1) for a in sorted(addresses))).splitlines())
    for line in lines:
        if line.startswith("0x"):
            frames = places[int(line, 16) + 1] = []
        else:
            place = re.sub(r".*?/(module/|include/)", r"\1", next(lines).split(" ")[0])
            frames.append((line, os.path.normpath(place)))
    return places


def symbols(module):
    """Return a function from (section, address) to the name of the symbol that has it."""
    names = {}
    for nr, name in re.findall(r"^ +\[ *(\d+)\] (\.\S+)", blocks.run("readelf", "-SW", module),
                               re.M):
        names[nr] = name
    table = collections.defaultdict(list)
    for line in blocks.run("readelf", "-sW", module).splitlines():
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


def unused(module, code):
    """Return the global functions that the module itself does not use."""
    names = {words[7] for words in map(str.split, blocks.run("readelf", "-sW", module).splitlines())
             if len(words) == 8 and words[3:5] == ["FUNC", "GLOBAL"] and words[6] != "UND"}
    return names - code.used() - {"init_module", "cleanup_module"}


def source_line(place):
    """Return the text of a line of the module, or ""."""
    path, _, nr = place.partition(":")
    if not path.startswith("module/") or not nr.isdigit():
        return ""
    if path not in SOURCES:
        with open(os.path.join(TOP, path), encoding="utf-8") as file:
            SOURCES[path] = file.read().splitlines()
    return SOURCES[path][int(nr) - 1]


class Reasons:
    """The table of reasons: paragraphs of a text, and indented patterns of what it is for."""

    def __init__(self, path, unused):
        self.rules, text, self.unused = [], "", unused
        with open(path, encoding="utf-8") as file:
            for line in file:
                if line.startswith("#") or not line.strip():
                    text = ""
                elif line[0].isspace():
                    for word in line.split():
                        parts = [part.partition("@") for part in word.split("&")]
                        self.rules.append(([(re.compile(name), re.compile(inside))
                                            for name, _, inside in parts], text))
                else:
                    text = (text + " " + line.strip()).strip()

    def of(self, function, frames):
        """Return the reason for a block of a function, inlined as the frames say."""
        # The outermost frame has the name without what gcc appends.
        frames = frames[:-1] + [(function, frames[-1][1])]
        for parts, text in self.rules:
            if all(any((name.fullmatch(function_) or name.fullmatch(place)) and
                       inside.search(source_line(place)) for function_, place in frames)
                   for name, inside in parts):
                return text
        return INLINED if function in self.unused else NO_REASON


class Block:
    """One basic block."""

    def __init__(self, at, function, frames, reached, reports):
        self.at, self.function, self.frames, self.place = at, function, frames, frames[0][1]
        self.reached, self.reports = reached, reports


def read_blocks(module, code, files):
    """Return all blocks of a module, in order."""
    reached = collections.defaultdict(set)
    for path in files:
        with open(path, encoding="ascii") as file:
            for line in file:
                section, offset = line.split()
                reached[section].add(int(offset, 16))
    name_of = symbols(module)
    result = []
    for section, addresses in code.points().items():
        places = locate(module, section, addresses)
        for address in sorted(addresses):
            name = name_of(section, address)
            # gcc makes these for KASAN: they are no code of the module.
            if not name.startswith("_sub_"):
                name = re.sub(r"\.(cold|isra|part|constprop)\b.*", "", name)
                result.append(Block((section, address), name, places[address],
                                    address in reached[section],
                                    bool(ASKS.match(places[address][0][1])) or
                                    code.only_reports((section, address))))
    return result


def own_files(all_blocks):
    """Return {function: the file of the module that it is from}."""
    counts = collections.defaultdict(collections.Counter)
    for block in all_blocks:
        path = block.place.split(":")[0]
        if path.startswith("module/"):
            # Most of a function can be inlined from headers.
            counts[block.function][path] += 1 if path.endswith(".h") else 1000
    return {name: counter.most_common(1)[0][0] for name, counter in counts.items()}


def share(some, total):
    """Return "some of total, percent"."""
    return f"{some} of {total}, {100 * some / max(total, 1):.1f} %"


def give_reasons(missing, reports, reasons, code):
    """Return {block: reason}. Where all blocks before one have a reason, it has the same."""
    of_block = {block.at: reasons.of(block.function, block.frames) for block in missing}
    of_block.update({block.at: AFTER_REPORT for block in reports})
    todo = [at for at, reason in of_block.items() if reason != NO_REASON]
    before = collections.defaultdict(set)
    for block in code.all_points():
        for point in code.traced_after(block):
            before[point].add(block)
    while todo:
        for point in code.traced_after(todo.pop()):
            if of_block.get(point) == NO_REASON and \
                    all(of_block.get(at, NO_REASON) != NO_REASON for at in before[point] - {point}):
                of_block[point] = next(of_block[at] for at in before[point] - {point})
                todo.append(point)
    return of_block


def write_unreached(path, missing, of_block, files):
    """Write what was not reached: by reason, then by function; return {reason: number}."""
    groups = collections.defaultdict(lambda: collections.defaultdict(list))
    for block in missing:
        where = block.place
        for function, place in block.frames[1:]:
            where += f" < {function} {place}"
        groups[of_block[block.at]][block.function].append(where)
    counts = {reason: sum(map(len, functions.values())) for reason, functions in groups.items()}
    with open(path, "w", encoding="utf-8") as out:
        for reason in sorted(counts, key=lambda r: (r == NO_REASON, -counts[r])):
            print(f"== {counts[reason]} blocks: {reason}", file=out)
            for function in sorted(groups[reason], key=lambda f: (files.get(f, "?"), f)):
                places = groups[reason][function]
                print(f"{files.get(function, '?')} {function}: {len(places)}", file=out)
                for place in dict.fromkeys(places):
                    print(f"    {place}", file=out)
            print(file=out)
    return counts


def main():
    """Compare, print and write."""
    module, table, unreached, files = sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:]
    code = blocks.Code(module)
    all_blocks = read_blocks(module, code, files)
    of_function = own_files(all_blocks)
    per_file = collections.defaultdict(lambda: [0, 0, 0])
    functions = collections.defaultdict(bool)
    for block in all_blocks:
        functions[block.function] |= block.reached
        entry = per_file[of_function.get(block.function, "?")]
        entry[0] += block.reached
        entry[1] += 1
        entry[2] += block.reports and not block.reached
    for path, (some, total, reports) in sorted(per_file.items()):
        print(f"  {path:36} {some:5} of {total:5}  {100 * some // total:3} %"
              f"{f', {reports} report bugs' if reports else ''}")
    missing = [b for b in all_blocks if not b.reached and not b.reports]
    reports = [b for b in all_blocks if not b.reached and b.reports]
    idle = unused(module, code) - {name for name, some in functions.items() if some}
    of_block = give_reasons(missing, reports, Reasons(table, idle), code)
    counts = write_unreached(unreached, missing, of_block, of_function)
    reached, total = sum(b.reached for b in all_blocks), len(all_blocks)
    for reason in sorted(counts, key=counts.get, reverse=True):
        print(f"Not reached: {counts[reason]:4} {reason}")
    print(f"Basic blocks reached: {share(reached, total)}; "
          f"functions: {sum(functions.values())} of {len(functions)}")
    print(f"Without the {len(reports)} blocks that only report a broken invariant: "
          f"{share(reached, total - len(reports))}; no reason: {counts.get(NO_REASON, 0)}")


if __name__ == "__main__":
    main()
