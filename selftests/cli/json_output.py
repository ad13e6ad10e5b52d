#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""What --json prints matches tools/vmlab/vmlab.schema.json.

    json_output.py VMLAB [--device]

Each command that prints JSON is run, with options that change the records, and everything
that it prints is validated. A command of `vmlab --help` that is not tried here is a failure.
Without --device: the commands that need neither the module nor root, and the schema itself.
"""
import copy
import json
import mmap
import os
import re
import subprocess
import sys
import tempfile

import schema
from tap import Tap

# They print no JSON.
WITHOUT_JSON = {"completion", "help"}
# They print one object a line.
LINES = {"snapshot", "top", "watch"}
STRING = "1,2,3,4,1,2,5,1,2,3,4,5"

# (arguments, exit code); PID, ADDR, PAGE, DIR and POLICY are replaced.
ALWAYS = [
    ("lab list", 0),
    ("lab show demand-paging", 0),
    # Not a lab that counts faults of its own memory: a vmlab with sanitizers has more.
    ("lab run page-replacement", (0, 77)),
    ("report -o DIR/report.html page-replacement", (0, 77)),
]
DEVICE = [
    ("info", 0),
    ("mm PID", 0), ("mm 2", 0), ("mm self PID", 0),
    ("vmas PID", 0), ("vmas self", 0), ("vmas PID --memory", 0),
    ("tree PID", 0), ("tree PID --totals", 0),
    ("gaps PID", 0), ("gaps PID --totals", 0), ("gaps PID --length 1M", 0),
    ("find PID ADDR", 0), ("find PID 0 1000", 0),
    ("layout", 0), ("layout PID", 0),
    ("kmem kmalloc", 0), ("kmem vmap", 0),
    ("map PID", 0),
    ("pagetable PID", 0), ("pagetable PID --each --tables --range ADDR", 0),
    ("pagetable PID --totals", 0),
    ("translate PID ADDR", 0), ("translate PID 1000", 0),
    ("sharing PID self", 0), ("sharing --pfns PID self", 0),
    ("snapshot PID", 0), ("diff PID -- true", 0), ("diff DIR/before DIR/after", 0),
    ("watch PID --count 2 --interval 0.1", 0), ("watch self --count 2 --interval 0.1 --rss", 0),
    ("space --size 64K", 0),
    ("space --size 64K --budget 8 --fork --events --inject sigbus,pages=1-1", 0),
    (f"replay --policy fifo,lru --steps {STRING}", 0), (f"replay --curve {STRING}", 0),
    ("replay --loaded 9,8 1,2w", 0), ("replay --file DIR/trace", 0),
    ("policy list", 0),
    ("run -o - -- true", 0), ("run -o - --budget 64K -- sh -c 'ls / >&2; exit 3'", 3),
    ("compare --policies lru --budgets 50%,none --runs 2 -- true", 0),
    ("compare --budgets 64K -- sh -c 'exit 3'", 1),
    ("mrc -o - -- true", 0), ("mrc -o - --exact --verify -- sh -c 'exit 3'", 3),
    ("heat PID --count 2 --interval 0.1 --method bits", 0),
]
BTF = [
    ("faults -o - -- true", 0), ("faults -o - --brief -- true", 0),
    ("faults -o - -- sh -c 'kill -SEGV $$'", 128 + 11),
    ("faults --all --duration 0.5", 0), ("faults --pid PID --duration 0.2", 0),
    ("top --count 2 --interval 0.2", 0),
]


class Test(Tap):
    """Runs commands, and counts test points"""

    def __init__(self, vmlab):
        super().__init__()
        self.vmlab = vmlab
        self.schema = schema.Schema()
        self.tried = set()

    def run(self, arguments, code, words):
        """Run a command; return what it prints, or None"""
        command = f"{self.vmlab} {arguments}"
        for word, value in words.items():
            command = re.sub(rf"\b{word}\b", value, command)
        name = arguments.split()[0]
        command = command.replace(f" {name}", f" {name} --json", 1)
        self.tried.add(name)
        p = subprocess.run(command, shell=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                           stdin=subprocess.DEVNULL, text=True, check=False)
        codes = code if isinstance(code, tuple) else (code,)
        problems = [] if p.returncode in codes else [f"exit code {p.returncode}: {p.stderr}{p.stdout}"]
        if not problems:
            problems = self.check(name, p.stdout)
        self.result(problems, f"{arguments}: JSON as in the schema")
        return p.stdout

    def check(self, name, text):
        try:
            values = schema.documents(text)
        except ValueError as error:
            return [f"no JSON: {error}: {text[:60]!r}"]
        if name in LINES and len(values) != len(text.splitlines()):
            return [f"{len(values)} objects in {len(text.splitlines())} lines"]
        return [e for value in values for e in self.schema.errors(value, self.schema.defs[name])] \
            + ["it prints nothing"] * (not values)


def test_schema(t):
    """The schema, and that the validator finds errors"""
    t.result(list(t.schema.unknown()), "the schema refers to what it has")
    part = t.schema.defs["gaps"]
    good = {"pid": 1, "map_count": 2, "totals": {"gaps": 1, "free": 4096, "changed": False,
            "largest": {"start": "0x1000", "end": "0x2000", "size": 4096}}}
    t.result(t.schema.errors(good, part), "a right document is valid")
    for change, text in (
            (lambda d: d.pop("map_count"), "a member is missing"),
            (lambda d: d.update(other=1), "a member is not in the schema"),
            (lambda d: d.update(pid="1"), "a member has another type"),
            (lambda d: d["totals"]["largest"].update(start="1000"), "an address has no 0x"),
            (lambda d: d["totals"].update(free=-1), "a count is negative")):
        bad = copy.deepcopy(good)
        change(bad)
        t.result([] if t.schema.errors(bad, part) else ["it is valid"], f"an error: {text}")


def all_commands(vmlab):
    text = subprocess.run([vmlab, "--help"], stdout=subprocess.PIPE, text=True,
                          check=True).stdout
    return set(re.findall(r"^  ([a-z]+) ", text.split("\nOptions:")[0], re.MULTILINE))


def test_device(t, work):
    """Commands about a process that sleeps, and about this one"""
    memory = mmap.mmap(-1, 1 << 20)
    memory.write(b"x" * (1 << 16))
    with open("/proc/self/maps", encoding="utf-8") as maps:
        addr = next(line.split("-")[0] for line in maps if "python" in line)
    words = {"PID": str(os.getpid()), "ADDR": addr, "DIR": work}
    with open(f"{work}/trace", "w", encoding="utf-8") as trace:
        trace.write("1000 R\n2000 W\n3000 R\n1000 R\n")
    for name in ("before", "after"):
        with open(f"{work}/{name}", "w", encoding="utf-8") as file:
            file.write(t.run("snapshot PID", 0, words))
        memory.close() if name == "before" else None
    for arguments, code in DEVICE:
        t.run(arguments, code, words)
    for arguments, code in BTF:
        if os.path.exists("/sys/kernel/btf/vmlinux"):
            t.run(arguments, code, words)
        else:
            t.tried.add(arguments.split()[0])
            t.skip("this kernel has no BTF", arguments)


def main():
    t = Test(sys.argv[1])
    device = "--device" in sys.argv[2:]
    with tempfile.TemporaryDirectory() as work:
        if device:
            test_device(t, work)
        else:
            test_schema(t)
        for arguments, code in ALWAYS:
            t.run(arguments, code, {"DIR": work})
    commands = all_commands(sys.argv[1])
    t.result([f"no {name}" for name in sorted(commands - WITHOUT_JSON - set(t.schema.defs))],
             "the schema has every command")
    if device:
        t.result([f"not tried: {name}" for name in sorted(commands - WITHOUT_JSON - t.tried)],
                 "every command was tried")
    return t.done()


if __name__ == "__main__":
    sys.exit(main())
