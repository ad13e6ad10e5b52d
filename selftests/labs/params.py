#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""params.py [all|LAB...]: labs agree for values of their parameters, or say why they cannot run.

Each parameter of all labs, or of the labs given, has its least value, its greatest and one
between, or each of its words, while the other parameters keep their defaults: more than 100
runs. Without arguments, and with VMLAB_FULL=1, only the ends are tried, and slow labs are
left out. Prints TAP, a point a value.
"""

import json
import os
import subprocess
import sys

# Delays are what these labs are about.
SLOW = ("lazy-eager", "thrashing", "sleeping", "pagers")


def vmlab(*arguments):
    """Run vmlab; return its exit code and its output."""
    done = subprocess.run(["vmlab", *arguments], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          errors="replace", check=False)
    return done.returncode, done.stdout


def between(low, high):
    """Return a number far from both ends: the geometric mean."""
    return round((max(low, 1) * high) ** 0.5)


def values(param, all_of_them):
    """Return the values to try."""
    if "words" in param:
        return param["words"]
    low, high = param["min"], param["max"]
    middle = {between(low, high)} if all_of_them else set()
    return [str(n) for n in sorted({low, high} | middle)]


def run(lab, name, value):
    """Run the lab; return whether that is good, why it was skipped, and what it printed."""
    code, output = vmlab("lab", "run", lab, "--param", f"{name}={value}")
    reason = next((line[11:] for line in output.split("\n")
                   if line.startswith("  skipped: ")), None)
    return code == 0 or (code == 77 and reason), reason, output


def main():
    names = sys.argv[1:]
    if os.environ.get("VMLAB_FULL") != "1" and not names:
        print("TAP version 13\n1..0 # SKIP takes minutes on a slow kernel: set VMLAB_FULL=1")
        return 0
    plain = os.environ.get("VMLAB_PLAIN_BIN")
    if plain:
        # A sanitizer takes address space and faults of its own.
        os.environ["PATH"] = plain + ":" + os.environ["PATH"]
    labs = json.loads(vmlab("lab", "list", "--json")[1])["labs"]
    print("TAP version 13")
    points = failures = 0
    for lab in labs:
        if lab["name"] not in names and names != ["all"] and (names or lab["name"] in SLOW):
            continue
        for param in lab["params"]:
            for value in values(param, bool(names)):
                good, reason, output = run(lab["name"], param["name"], value)
                points += 1
                failures += not good
                skip = f" # SKIP {reason}" if good and reason else ""
                print(f"{'ok' if good else 'not ok'} {points} - {lab['name']} with "
                      f"{param['name']}={value}{skip}", flush=True)
                if not good:
                    for line in output.split("\n")[-60:]:
                        print("# " + line)
    print(f"1..{points}")
    return 1 if failures or not points else 0


if __name__ == "__main__":
    sys.exit(main())
