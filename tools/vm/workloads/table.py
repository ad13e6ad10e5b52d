#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""table.py DIRECTORY JSON [KEY=VALUE...]: print the results of programs.sh as a table.

Writes all of them, with the keys and values, to the file JSON.
"""
import json
import pathlib
import sys

ORDER = ["sort", "xz", "sqlite3", "python3", "gcc", "git"]
BUDGETS = ["25%", "50%", "75%"]


def policy_name(result):
    """Return "bpf-NAME" for the policy of a file."""
    name = result["policy"]
    if "/" not in name:
        return name
    return "bpf-" + name.rsplit("/", 1)[1].removesuffix(".bpf.o")


def run_of(result):
    return result["runs"][0]


def print_program(name, doc):
    first = run_of(doc["results"][0])
    peak = doc["frames_peak"]
    print(f"\n{name}: {' '.join(doc['command'])}")
    print(f"peak: {peak} pages; without a budget: {first['filled']} pages filled")
    print(f"{'POLICY':<12}" + "".join(f"{b:>10}" for b in BUDGETS))
    filled = {}
    for result in doc["results"][1:]:
        run = run_of(result)
        text = str(run["filled"]) if run["exit_status"] == 0 else "failed"
        filled.setdefault(policy_name(result), {})[result["budget"]] = text
    for policy, by_budget in filled.items():
        print(f"{policy:<12}" + "".join(f"{by_budget[b]:>10}" for b in BUDGETS))


def main():
    directory, output = pathlib.Path(sys.argv[1]), sys.argv[2]
    facts = dict(pair.split("=", 1) for pair in sys.argv[3:])
    programs = {}
    for name in ORDER:
        path = directory / f"{name}.json"
        if path.exists():
            programs[name] = json.loads(path.read_text(encoding="utf-8"))
    print("Pages filled with 25, 50 and 75 % of the peak of each program")
    print(", ".join(f"{key}: {value}" for key, value in facts.items()))
    for name, doc in programs.items():
        print_program(name, doc)
    with open(output, "w", encoding="utf-8") as file:
        json.dump({**facts, "programs": programs}, file, indent=1)
        file.write("\n")


main()
