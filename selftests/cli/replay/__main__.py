# SPDX-License-Identifier: GPL-2.0
"""
replay VMLAB DIRECTORY STRINGS: compare the JSON of vmlab replay with published
numbers, and with a simulation on STRINGS random strings and on a trace.

Prints a line for each test, "0 TEXT" when it passed or "1 TEXT" when it failed, and
comments.  One program for all tests, because starting Python takes seconds on an
emulated machine.
"""

import json
import random
import subprocess
import sys

import books
from simulate import Simulation

vmlab, work, nr_strings = sys.argv[1], sys.argv[2], int(sys.argv[3])

POLICIES = ["fifo", "second-chance", "clock", "lru", "mru", "lfu", "random", "opt"]


def replay(*arguments, text=None):
    """Return the document, or None with a comment."""
    done = subprocess.run([vmlab, "replay", "--json", *arguments], input=text,
                          capture_output=True, text=True, check=False)
    if done.returncode:
        print("#", " ".join(arguments)[:300], "exit code", done.returncode)
        print("#", done.stderr.replace("\n", " "))
        return None
    return json.loads(done.stdout)


def result(good, text):
    print(int(not good), text, flush=True)


def test_books():
    for string in books.STRINGS:
        frames = sorted({n for f in string.faults.values() for n in f})
        doc = replay("--policy", ",".join(string.faults), "--frames",
                     ",".join(map(str, frames)), "-", text=string.text)
        runs = doc["runs"] if doc else []
        got = {(r["policy"], r["frames"]): r["faults"] for r in runs}
        good = bool(runs)
        for policy, faults in string.faults.items():
            for n, want in faults.items():
                if got.get((policy, n)) != want:
                    print(f"# {policy}, {n} frames: {got.get((policy, n))} faults, "
                          f"not {want}")
                    good = False
        result(good, string.source)


def test_curve():
    string = books.STRINGS[2]
    doc = replay("--curve", "--policy", "lru,fifo,opt", string.text)
    good = bool(doc)
    for curve in doc["curves"] if doc else []:
        got = dict(zip(curve["frames"], curve["faults"]))
        good = good and got == string.faults[curve["policy"]] and \
            not curve["anomalies"]
    result(good, "--curve: 1 to 7 frames")
    doc = replay("--curve", "--frames", "5", "--policy", "fifo,lru",
                 books.STRINGS[0].text)
    result(doc and [c["anomalies"] for c in doc["curves"]] == [[4], []] and
           doc["curves"][0]["frames"] == [1, 2, 3, 4, 5],
           "--curve names Belady's anomaly, of fifo with 4 frames")


class RandomString:
    """A string with repeats, writes, loaded frames, as numbers or letters."""

    def __init__(self, rng):
        nr_pages = rng.randint(2, 15)
        length = rng.randint(1, 60)
        self.letters = rng.random() < 0.3
        self.frames = sorted(rng.sample(range(1, 10), 3))
        self.loaded = []
        if rng.random() < 0.6:
            self.loaded = rng.sample(range(nr_pages + 2),
                                     min(rng.randint(1, self.frames[0]),
                                         nr_pages))
        self.pages = [rng.randrange(nr_pages)]
        while len(self.pages) < length:
            self.pages.append(self.pages[-1] if rng.random() < 0.25 else
                              rng.randrange(nr_pages))
        self.accesses = [rng.choice(["", "r", "w"]) for _ in self.pages]
        self.write_rest = rng.random() < 0.3
        self.clock_load = rng.randrange(2)
        self.lfu_ties = rng.choice(["fifo", "lru"])
        self.seed = rng.randrange(1 << 32)

    def name(self, page):
        return chr(ord("A") + page) if self.letters else page

    def text(self):
        return ",".join(f"{self.name(p)}{a}"
                        for p, a in zip(self.pages, self.accesses))

    def arguments(self):
        arguments = ["--steps", "--policy", ",".join(POLICIES),
                     "--frames", ",".join(map(str, self.frames)),
                     "--clock-load", str(self.clock_load),
                     "--lfu-ties", self.lfu_ties, "--seed", str(self.seed)]
        if self.loaded:
            arguments += ["--loaded",
                          ",".join(str(self.name(p)) for p in self.loaded)]
        if self.write_rest:
            arguments.append("--write")
        return arguments + [self.text()]

    def simulate(self, policy, frames):
        writes = [a == "w" or (not a and self.write_rest) for a in self.accesses]
        return Simulation(policy, frames, self.loaded + self.pages,
                          [False] * len(self.loaded) + writes, len(self.loaded),
                          self.clock_load, self.lfu_ties, self.seed).run()

    def difference(self, run):
        """Compare a run with the simulation; return what differs, or ''."""
        want = self.simulate(run["policy"], run["frames"])
        for counter in ("faults", "evicted", "saved"):
            if run[counter] != getattr(want, counter):
                return f"{counter} {run[counter]}, not {getattr(want, counter)}"
        if len(run["steps"]) != len(want.steps):
            return f"{len(run['steps'])} steps"
        for i, (step, (fault, evicted, frames)) in enumerate(zip(run["steps"],
                                                                 want.steps)):
            frames = [self.name(p) for p in frames]
            frames += [None] * (run["frames"] - len(frames))
            evicted = [self.name(p) for p in evicted]
            if (step["fault"], step["evicted"], step["in_frames"]) != \
                    (fault, evicted, frames):
                return f"step {i + 1}: {step}, not {fault} {evicted} {frames}"
        return ""


def test_random():
    rng = random.Random(5)
    agreed = dict.fromkeys(POLICIES, 0)
    saved = loaded = 0
    for _ in range(nr_strings):
        string = RandomString(rng)
        doc = replay(*string.arguments())
        loaded += bool(string.loaded)
        for run in doc["runs"] if doc else []:
            difference = string.difference(run)
            agreed[run["policy"]] += not difference
            saved += run["saved"]
            if difference:
                print("#", " ".join(string.arguments()))
                print(f"# {run['policy']}, {run['frames']} frames: {difference}")
    for policy, nr in agreed.items():
        result(nr == 3 * nr_strings,
               f"random strings: {nr} of {3 * nr_strings} runs of {policy} are those "
               "of the simulation, frame by frame")
    result(saved and loaded, f"they have {saved} write-outs, and {loaded} of "
           f"{nr_strings} strings have loaded frames")


def test_trace():
    rng = random.Random(7)
    pages = rng.sample(range(1 << 36), 60)
    accesses = [(pages[min(int(rng.expovariate(0.1)), 59)], rng.random() < 0.3)
                for _ in range(3000)]
    forms = ["{0:08x} {1}", "{1} 0x{0:x}", "0x{0:X} {2}"]
    with open(f"{work}/trace", "w", encoding="ascii") as f:
        f.write("# a trace\n\n")
        for i, (page, write) in enumerate(accesses):
            f.write(forms[i % 3].format(page * 4096 + rng.randrange(4096),
                                        "RW"[write], "rw"[write]) + "\n")
    doc = replay("--policy", "fifo,clock,lru,lfu,opt", "--frames", "5,16", "--file",
                 f"{work}/trace")
    good = bool(doc)
    for run in doc["runs"] if doc else []:
        want = Simulation(run["policy"], run["frames"], [p for p, _ in accesses],
                          [w for _, w in accesses]).run()
        if (run["faults"], run["evicted"], run["saved"]) != \
                (want.faults, want.evicted, want.saved):
            print(f"# {run}, not {want.faults}, {want.evicted}, {want.saved}")
            good = False
    result(good, "a trace of 3,000 lines: faults and write-outs")
    result(doc and doc["pages"] == len({p for p, _ in accesses}),
           "it maps its different pages only")


test_books()
test_curve()
test_random()
test_trace()
