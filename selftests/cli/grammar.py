#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The grammar of vmlab's command line.

    grammar.py VMLAB [--device]

Reads commands, operands and options from --help, so that a new option is tested without
a change here, and tries wrong command lines. Each must exit with 2, print nothing on
standard output, and one line on standard error that names the option or operand and
the accepted form. A kind of value that WRONG does not list is a failure: add it.

Most errors are found before the device is opened, and need no module. --device tests the
few that depend on names which the module provides.
"""
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from tap import Tap

# What a terminal has at least.
COLUMNS = 80
TOO_LARGE = "99999999999999999999"
# The unit tests of the parsers try more.
NUMBERS = ["", "-1", "1x", "nan", TOO_LARGE]

# By the name of a value in --help: values that no option with such a value takes.
WRONG = {
    "N": [*NUMBERS, "1.5"],
    "SIZE": [*NUMBERS, "1.5M", "4KB"],
    "TIME": [*NUMBERS, "1e3", "1s1"],
    "PID": [*NUMBERS, "0", "2147483648"],
    "RANGE": ["", "x", "-1", "5-1", "1+", "1-2-3", "10000000000000000"],
    "LIST": ["", ",", "1,", ",1", "1,,2"],
    "COLUMNS": ["", "nosuch", "nosuch,"],
    "COLUMN": ["", "-", "nosuch", "-nosuch"],
    "FILE": [""],
    "WHEN": ["", "nosuch", "aut", "auto never"],
    "METHOD": ["", "nosuch", "bit", "auto bits"],
    "HOW": ["", "nosuch", "rea", "none read"],
    "BIT": ["", "2", "-1", "01", "0 1"],
    "RULE": ["", "nosuch", "fifo,", "sigbus,", "sigbus,nth", "sigbus,nth=x",
             "sigbus,nth=0",
             "sigbus,probability=nan", "sigbus,us=5", "delay", "fifo lru"],
    "KIND": ["", "nosuch", "next", "next:", "next:0", "next:" + TOO_LARGE, "zero:1",
             "none:1", "file"],
    "NAME": [""],
    "NAME=VALUE": ["", "x", "=1", "nosuch=1"],
}
# The same for values that depend on names of the module.
WRONG_DEVICE = {"NAME": ["nosuch"], "FLAG": ["", "nosuch", "present,dirty"]}
# The module provides the names that these options take.
DEVICE_OPTIONS = {("vmas", "flag"), ("pagetable", "require"), ("pagetable", "any"),
                  ("pagetable", "not"), ("space", "policy"), ("run", "policy")}

# By the operands in the usage line: operands that are right, and wrong ones, each with
# the word that the message must contain. A missing operand is in the second list.
OPERANDS = {
    "": ([], [(["x"], "x")]),
    "PID": (["self"], [([], "PID"), (["self", "x"], "x")]),
    "PID ...": (["self"], [([], "PID"), (["self", "nosuch.name"], "nosuch.name"),
                          (["nosuch.name", "self"], "nosuch.name")]),
    "[PID ...]": (["self"], [(["self", "nosuch.name"], "nosuch.name")]),
    "PID ADDR": (["self", "1000"], [
        ([], "PID ADDR"), (["self"], "PID ADDR"), (["self", "1000", "x"], "x"),
        (["self", "xyz"], "ADDR"), (["self", ""], "ADDR"),
        (["self", "10000000000000000"], "ADDR")]),
    "PID START [END]": (["self", "1000"], [
        ([], "PID START"), (["self"], "PID START"), (["self", "1", "2", "x"], "x"),
        (["self", "xyz"], "START"), (["self", "1", "xyz"], "END"),
        (["self", "2", "1"], "END")]),
    "KIND": (["vmalloc"], [([], "KIND"), (["heap"], "heap"), (["vmap", "x"], "x")]),
    "BEFORE AFTER | PID -- COMMAND ...": (["self", "--", "true"], [
        ([], "BEFORE"), (["a"], "BEFORE"), (["a", "b", "c"], "c"),
        (["x", "--", "true"], "x"), (["self", "x", "--", "true"], "x"),
        (["self", "--"], "COMMAND")]),
    "STRING | --file FILE": (["1,2,3"], [
        ([], "STRING"), (["1", "2"], "2"), (["1,x"], "STRING"), ([""], "STRING"),
        (["A,1"], "STRING"), (["1,,2"], "STRING"), (["--file", "x", "1"], "--file")]),
    "load FILE | list | set SPACE NAME | unload NAME": (["list"], [
        ([], "load FILE"), (["nosuch"], "nosuch"), (["load"], "load FILE"),
        (["unload"], "unload NAME"), (["set"], "set SPACE NAME"),
        (["set", "1"], "set SPACE NAME"), (["set", "x", "lru"], "x"),
        (["set", "0", "lru"], "0"), (["list", "x"], "policy list"),
        (["load", "a", "b"], "load FILE"), (["set", "1", "2", "x"], "x")]),
    "-- COMMAND [ARG...]": (["--", "true"], [
        ([], "-- COMMAND"), (["--"], "-- COMMAND")]),
    "[-- COMMAND [ARG...]]": (["--pid=self"], [
        ([], "--pid"), ([], "--all"), (["--pid=self", "--", "true"], "--pid"),
        (["--pid=self", "--all"], "--all"), (["--all", "--follow"], "--follow"),
        (["--duration=1", "--", "true"], "--duration"),
        (["--follow", "--", "true"], "--follow")]),
    "-- COMMAND [ARG...] | --pid=PID": (["--", "true"], [
        ([], "--pid"), (["--pid=self", "--", "true"], "--pid"),
        (["--duration=1", "--", "true"], "--duration"), (["--verify", "--pid=self"], "--verify"),
        (["--exact", "--rate=2", "--", "true"], "--exact")]),
    "ACTION [LAB...]": (["run", "11"], [
        ([], "ACTION"), (["nosuch"], "nosuch"), (["list", "11"], "list"),
        (["show"], "show"), (["show", "11", "12"], "show"), (["run"], "run"),
        (["run", "nosuch"], "nosuch"), (["run", "0"], "0")]),
    "[LAB...]": ([], [(["nosuch"], "nosuch"), (["0"], "0")]),
    "[COMMAND]": ([], [(["nosuch"], "nosuch"), (["vmas", "x"], "x")]),
    "bash|zsh": (["bash"], [([], "bash|zsh"), (["fish"], "fish"), (["bash", "x"], "x")]),
}
# Values of one option that are right, although they are wrong for others of its kind.
RIGHT = {
    # a file: the old spelling of --output-file
    ("faults", "output"): {"nosuch"},
}
# Options that need others beside them, or other operands.
BESIDE = {
    ("replay", "clock-load"): ["--policy=clock"],
    ("replay", "lfu-ties"): ["--policy=lfu"],
    ("faults", "duration"): ["--pid=self"],
}

OPTION = re.compile(r"  (?:-(\w), |    )--([a-z][a-z-]*)(?:=(\S+))? +\S")


class Option:
    def __init__(self, match):
        self.letter, self.name, self.arg = match.groups()

    def __repr__(self):
        return (f"-{self.letter}, " if self.letter else "") + f"--{self.name}" + \
            (f"={self.arg}" if self.arg else "")


class Grammar(Tap):
    def __init__(self, vmlab, device):
        super().__init__()
        self.vmlab = vmlab
        self.device = device
        # The terminal's name, colours and sizes must not matter.
        self.env = {"PATH": os.environ["PATH"], "LC_ALL": "C",
                    "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "")}
        self.pool = ThreadPoolExecutor(os.cpu_count())

    def run(self, words):
        return subprocess.run([self.vmlab, *words], capture_output=True, text=True,
                              errors="replace", stdin=subprocess.DEVNULL, env=self.env,
                              check=False)

    def wrong(self, command, words, *parts):
        """Return what is wrong with the answer to a wrong command line, or None"""
        line = [command, *words] if command else words
        p = self.run(line)
        why = None
        if p.returncode != 2:
            why = f"exit code {p.returncode}"
        elif p.stdout:
            why = "it prints on standard output"
        elif not re.fullmatch(r"vmlab: [^\n]+\n", p.stderr):
            why = "the message is not one line"
        elif not p.stderr.endswith(f"; see 'vmlab {command + ' ' if command else ''}"
                                   "--help'\n"):
            why = "it does not name the help"
        else:
            for part in parts:
                if part not in p.stderr:
                    why = f"it lacks '{part}'"
        return why and f"{line}: {why}: {p.stderr or p.stdout}".strip()

    def all_wrong(self, tries, text):
        """A test point: all of (command, words, part...) are rejected in the right way"""
        problems = [p for p in self.pool.map(lambda t: self.wrong(*t), tries) if p]
        self.result(problems, f"{text} ({len(tries)})")

    def read_help(self, words):
        """Return the text of --help, checked"""
        p = self.run(words)
        ok = p.returncode == 0 and not p.stderr and p.stdout.startswith("Usage: vmlab")
        problems = [] if ok else [f"exit code {p.returncode}: {p.stderr}"]
        problems += [f"{len(line)} columns: {line}" for line in p.stdout.split("\n")
                     if len(line) > COLUMNS]
        self.result(problems, f"vmlab {' '.join(words)}: in {COLUMNS} columns")
        return p.stdout


def value_tries(g, command, option, operands):
    """Wrong values of an option"""
    device = (command, option.name) in DEVICE_OPTIONS
    table = WRONG_DEVICE if g.device else WRONG
    right = RIGHT.get((command, option.name), set())
    values = [v for v in table.get(option.arg, []) if v not in right]
    if g.device and not device:
        values = []
    if option.arg == "FLAG" and not g.device:
        return []
    # these names are not checked at all without the names of the module
    if (command, option.name) == ("vmas", "flag") and not g.device:
        return []
    parts = [f"--{option.name}", "give "]
    # operands first: a trace of no file must not hide the value
    beside = BESIDE.get((command, option.name), [])
    return [(command, [f"--{option.name}={v}", *beside, *operands],
             *parts, *([f"'{v}'"] if v and option.arg != "NAME=VALUE" and "," not in v
                       else []))
            for v in values]


def test_option(g, command, option, operands, names):
    known = option.arg is None or option.arg in WRONG or option.arg in WRONG_DEVICE
    tries = value_tries(g, command, option, operands) if option.arg else []
    if not g.device:
        long = f"--{option.name}"
        if option.arg:
            tries.append((command, [*operands_before(operands), long], f"'{long}'",
                          "needs a value", f"give {long}={option.arg}"))
        else:
            tries.append((command, [f"{long}=1", *operands], f"'{long}=1'",
                          "takes no value", f"give {long}"))
        if option.arg and option.letter:
            tries.append((command, [*operands_before(operands), f"-{option.letter}"],
                          f"'-{option.letter}'", "needs a value",
                          f"give {long}={option.arg}"))
        if option.name[:-1] and option.name[:-1] not in names:
            tries.append((command, [long[:-1], *operands], f"'{long[:-1]}'",
                          "is not an option"))
    if not known:
        g.result([f"{command}: WRONG lacks values for {option}"], f"{command} {option}")
    elif tries:
        g.all_wrong(tries, f"{command or 'vmlab'} {option}: wrong uses are rejected")


def operands_before(operands):
    """The operands that may precede an option: none that a command to run follows"""
    return [] if "--" in operands else operands


def read_options(text):
    return [Option(m) for m in map(OPTION.match, text.split("\n")) if m]


def test_command(g, command):
    text = g.read_help([command, "--help"])
    usage = text.split("\n")[0].removeprefix(f"Usage: vmlab {command} [options]").strip()
    options = read_options(text)
    if usage not in OPERANDS:
        g.result([f"OPERANDS lacks '{usage}'"], f"{command}: operands")
        return options
    if not {"json", "color", "help"} <= {o.name for o in options}:
        g.result([f"read only {options}"], f"{command}: options of all commands")
    operands, wrong = OPERANDS[usage]
    names = {o.name for o in options}
    for option in options:
        test_option(g, command, option, operands, names)
    if g.device:
        return options

    if g.run([command, "-h"]).stdout != text or g.run(["help", command]).stdout != text:
        g.result(["the texts differ"], f"{command}: -h, help")
    letters = {o.letter for o in options}
    unused = next(c for c in "ZYXWVUTSQPON" if c not in letters)
    tries = [(command, ["--no-such-option", *operands], "'--no-such-option'"),
             (command, ["--no-such-option=1", *operands], "'--no-such-option'"),
             (command, [f"-{unused}", *operands], f"'-{unused}'"),
             (command, [f"-j{unused}", *operands], f"'-{unused}'")]
    g.all_wrong(tries, f"{command}: unknown options are rejected")
    g.all_wrong([(command, words, part) for words, part in wrong],
                f"{command}: wrong, missing and superfluous operands are rejected")
    if usage.split(" ")[0] in ("PID", "[PID"):
        pids = [v for v in WRONG["PID"] if not v.startswith("-")]
        g.all_wrong([(command, [v, *operands[1:]], f"'{v}' is not a process", "give a pid")
                     for v in pids], f"{command}: wrong pids are rejected")
    return options


def test_meanings(g, options):
    """One name, one letter, one kind of value in all commands, and back"""
    names, letters, problems = {}, {}, []
    for command, option in options:
        # a LIST of what is one NAME elsewhere; for a program, bytes instead of frames; and
        # a FILE where standard output is the program's
        arg = {("replay", "policy"): "NAME", ("run", "budget"): "N",
               ("run", "events"): None}.get((command, option.name), option.arg)
        first = names.setdefault(option.name, (command, option.letter, arg))
        if first[1:] != (option.letter, arg):
            problems.append(f"{command} {option}, but '{first[0]}' has "
                            f"-{first[1]} and ={first[2]}")
        if option.letter:
            other = letters.setdefault(option.letter, (command, option.name))
            if other[1] != option.name:
                problems.append(f"-{option.letter} is --{option.name} in {command} and "
                                f"--{other[1]} in {other[0]}")
    g.result(problems, f"an option means the same in all commands ({len(names)} names, "
             f"{len(letters)} letters)")
    page = os.path.join(os.path.dirname(__file__), "../../Documentation/cli.rst")
    with open(page, encoding="utf-8") as f:
        listed = dict(re.findall(r"^``-(\w)``  ``--([a-z-]+)", f.read(), re.MULTILINE))
    used = {letter: name for letter, (_, name) in letters.items()}
    g.result([f"{set(listed.items()) ^ set(used.items())}"] if listed != used else [],
             "Documentation/cli.rst lists the letters")


def main():
    device = "--device" in sys.argv[2:]
    g = Grammar(sys.argv[1], device)
    text = g.read_help(["--help"])
    groups = text.split("Commands:\n")[1].split("\nOptions:")[0].strip().split("\n\n")
    commands = [name for group in groups
                for name in re.findall(r"^  ([a-z]+) ", group, re.MULTILINE)]
    g.result([] if len(commands) > 20 else [str(commands)], f"{len(commands)} commands")
    g.result([group for group in groups if not re.match(r"[A-Z][a-z ]+:\n  [a-z]", group)] or
             [f"{len(groups)} groups"] * (len(groups) < 4) or
             ["a command stands twice"] * (len(set(commands)) < len(commands)),
             f"each command belongs to one of {len(groups)} groups")
    if not device:
        g.all_wrong([("", [], "which command?", "give "), ("", ["nosuch"], "'nosuch'", "give "),
                     ("", ["--nosuch"], "'--nosuch'"), ("", ["-Z"], "'-Z'"),
                     ("", ["--jso", "info"], "'--jso'"),
                     ("", ["--color"], "'--color'", "give --color=WHEN"),
                     ("", ["--color=x", "info"], "--color", "'x'", "give ")],
                    "vmlab: wrong options and commands are rejected")
    of_vmlab = read_options(text)
    for option in of_vmlab if not device else []:
        test_option(g, "", option, [], {o.name for o in of_vmlab})
    options = [("vmlab", o) for o in of_vmlab]
    options += [(c, o) for c in commands for o in test_command(g, c)]
    if not device:
        test_meanings(g, options)
    return g.done()


if __name__ == "__main__":
    sys.exit(main())
