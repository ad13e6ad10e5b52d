# SPDX-License-Identifier: GPL-2.0
"""The basic blocks of a module that gcc has instrumented, and which of them only report bugs."""

import collections
import re
import subprocess
import sys

sys.setrecursionlimit(20000)
TRACE = "vmlab_cov_trace_pc"
CALL_BYTES = 4      # from the relocation to the address to which the call returns
# Calls that the kernel makes when an invariant is broken.
REPORTS = re.compile(r"^(dump_page|lockdep_rcu_suspicious|__warn_printk|warn_slowpath_fmt|_?_?printk_bug|"
                     r"__ubsan_handle_\w+|__asan_report_\w+|refcount_warn_saturate|__stack_chk_fail|"
                     r"__list_\w+_or_report|__copy_overflow|"
                     r"__fortify_\w+|fortify_panic)\b")
# Where the kernel notes that it has warned once: read after the condition was found to be true.
ONCE = (".data..once", ".data..unlikely")


def run(*command):
    """Return the output of a command."""
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


class Code:
    """The instructions of the sections with code: {section: {address: (next, text, target)}}."""

    def __init__(self, module):
        self.module = module
        self.sections = collections.defaultdict(dict)
        self.memo = {}
        section, last = None, None
        for line in run("objdump", "-dr", "--no-show-raw-insn", module).splitlines():
            if match := re.match(r"Disassembly of section (\S+):", line):
                section, last = match.group(1), None
            elif match := re.match(r"\s+([0-9a-f]+):\t(\S.*)", line):
                address = int(match.group(1), 16)
                if last is not None:
                    self.sections[section][last][0] = address
                self.sections[section][address] = [None, match.group(2), ""]
                last = address
            elif match := re.match(r"\s+[0-9a-f]+: R_\w+\t(\S+)", line):
                self.sections[section][last][2] = match.group(1)

    def used(self):
        """Return the names that code or data of the module refer to, besides exports."""
        names = {re.split(r"[+-]0x", target)[0]
                 for code in self.sections.values() for _, _, target in code.values()}
        for part in run("readelf", "-rW", self.module).split("Relocation section ")[1:]:
            if re.match(r"'\.rela\.(ro)?data|'\.rela\.init|'\.rela__param", part):
                names.update(re.findall(r"^[0-9a-f]{16} .* (\w+) \+ [0-9a-f]+$", part, re.M))
        return names

    def points(self):
        """Return {section: set of return addresses} of the calls that trace."""
        points = collections.defaultdict(set)
        for section, code in self.sections.items():
            for following, _, target in code.values():
                if following is not None and target.startswith(TRACE):
                    points[section].add(following)
        return points

    def all_points(self):
        """Return (section, address) of all of them."""
        return [(section, at) for section, points in self.points().items() for at in points]

    def traced_after(self, place):
        """Return the traced points that follow a place, with no other one in between."""
        todo, seen, points = [place], set(), set()
        while todo:
            at = todo.pop()
            if at in seen or at[1] not in self.sections[at[0]]:
                continue
            seen.add(at)
            following, _, target = self.sections[at[0]][at[1]]
            if target.startswith(TRACE) and following is not None:
                points.add((at[0], following))
            else:
                todo += self.step(*at)[1]
        return points

    def step(self, section, address):
        """Return (does it report, next places) of one instruction; no place: the way ends."""
        following, text, target = self.sections[section][address]
        name = text.split()[0]
        if name.startswith("ud") or target.startswith(ONCE):
            return True, []
        if name.startswith("call"):
            return bool(REPORTS.match(target)), [(section, following)]
        if name.startswith("ret") or name.startswith("jmp") and "*" in text:
            return False, []
        if not name.startswith("j"):
            return False, [(section, following)]
        nexts = [] if name.startswith("jmp") else [(section, following)]
        if not target:
            return False, nexts + [(section, int(text.split()[1], 16))]
        # The relocation's place lies 4 bytes before the next instruction.
        inside = re.match(r"(\.\S+?)([+-]0x[0-9a-f]+)$", target)
        if inside and inside.group(1) in self.sections:
            return False, nexts + [(inside.group(1), int(inside.group(2), 16) + CALL_BYTES)]
        return False, nexts

    def only_reports(self, place):
        """Do all ways from a place lead to the report of a broken invariant?"""
        if place in self.memo:
            return self.memo[place]
        self.memo[place] = False        # when the way comes back to it
        at, seen = place, set()
        while at not in seen and at[1] in self.sections[at[0]]:
            seen.add(at)
            reports, nexts = self.step(*at)
            if reports or len(nexts) != 1:
                self.memo[place] = reports or bool(nexts) and all(map(self.only_reports, nexts))
                break
            at = nexts[0]
        return self.memo[place]
