#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""table.py DIRECTORY JSON [KEY=VALUE...]: print the results of programs.sh as a table.

Writes all of them, with the keys and values, to the file JSON.
"""
import json
import pathlib
import statistics
import sys

ORDER = ["sort", "xz", "sqlite3", "python3", "gcc", "git"]
BUDGETS = ["25%", "50%", "75%"]
BUILT_IN = ["fifo", "clock", "lru", "lfu", "random", "mru"]


def rank(policy):
    return (BUILT_IN.index(policy), "") if policy in BUILT_IN else (len(BUILT_IN), policy)


def policy_name(path, program):
    """Return "bpf-NAME" for the policy of a file NAME.bpf.o."""
    name = path.stem.removeprefix(program + "-")
    return "bpf-" + name.removesuffix(".bpf") if name.endswith(".bpf") else name


def filled(result):
    """Return the text for the first run of a result; ">" when it, or a child, was ended."""
    run = result["runs"][0]
    return f"{'' if run['exit_status'] == 0 else '>'}{run['filled']}"


def print_program(name, docs):
    """Print the table of a program; docs has the comparison with each policy."""
    some = next(iter(docs.values()))
    peaks = [doc["frames_peak"] for doc in docs.values()]
    cold = [doc["results"][0]["runs"][0]["filled"] for doc in docs.values()]
    print(f"\n{name}: {' '.join(pathlib.Path(w).name for w in some['command'])}")
    print(f"peak: {statistics.median_low(peaks)} pages; "
          f"{statistics.median_low(cold)} filled without a budget")
    print(f"{'POLICY':<12}" + "".join(f"{b:>10}" for b in BUDGETS))
    for policy, doc in docs.items():
        by_budget = {r["budget"]: filled(r) for r in doc["results"]}
        print(f"{policy:<12}" + "".join(f"{by_budget[b]:>10}" for b in BUDGETS))


def main():
    directory, output = pathlib.Path(sys.argv[1]), sys.argv[2]
    facts = dict(pair.split("=", 1) for pair in sys.argv[3:])
    programs = {}
    for name in ORDER:
        docs = {policy_name(path, name): json.loads(path.read_text(encoding="utf-8"))
                for path in directory.glob(f"{name}-*.json")}
        if docs:
            programs[name] = dict(sorted(docs.items(), key=lambda d: rank(d[0])))
    print("Pages filled with 25, 50 and 75 % of the peak of each program")
    print(", ".join(f"{key}: {value}" for key, value in facts.items()))
    for name, docs in programs.items():
        print_program(name, docs)
    with open(output, "w", encoding="utf-8") as file:
        json.dump({"licence": "SPDX-License-Identifier: GPL-2.0", **facts, "programs": programs}, file,
                  separators=(",", ":"))
        file.write("\n")


main()
