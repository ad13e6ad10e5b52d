#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""curves.py DIRECTORY JSON [KEY=VALUE...]: print predicted beside exact misses as a table.

Writes all results of "programs.sh curves", with the keys and values, to the file JSON.
"""
import json
import pathlib
import sys

ORDER = ["sort", "python3", "sqlite3", "xz", "gcc", "git"]
BUDGETS = [25, 50, 75]


def load(path):
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def seconds(path):
    """Return the CPU time of each way to run a program: user and kernel."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    rows = [line.split() for line in text.splitlines()]
    return {row[0]: float(row[1]) + float(row[2]) for row in rows if len(row) == 3}


def misses(doc, pages):
    """Return the misses of LRU with so many pages, and their standard error; or None.

    Between two sizes of the curve, in proportion.
    """
    before = None
    for point in doc["fine"]:
        if point["pages"] >= pages:
            if point["pages"] == pages:
                return point["lru"], point["lru_error"]
            if before is None:
                return None
            share = (pages - before["pages"]) / (point["pages"] - before["pages"])
            return tuple(before[key] + share * (point[key] - before[key])
                         for key in ("lru", "lru_error"))
        before = point
    return doc["cold"], 0


def budget_row(sampled, exact, pages):
    """Return the columns of one budget: predicted, exact, difference and standard error."""
    guess = misses(sampled, pages)
    if guess is None:
        return f"{'-':>10}{'':>10}{'':>9}{'':>9}"
    text = f"{guess[0]:>10.0f}"
    if exact is None:
        return text + f"{'-':>10}{'-':>9}{guess[1] / guess[0]:>9.1%}"
    true = misses(exact, pages)[0]
    return text + f"{true:>10.0f}{guess[0] / true - 1:>+9.1%}{guess[1] / true:>9.1%}"


def print_program(name, result):
    """Print the rows of a program."""
    sampled, exact, times = result["sampled"], result["exact"], result["seconds"]
    pages = (exact or sampled)["pages"]
    slow = "not run"
    if "exact" in times:
        slow = f"{times['exact'] / times['run']:.0f}x" if exact else f"not in {times['exact']:.0f} s"
    elif exact:
        slow = "from an earlier run"
    print(f"\n{name}: {' '.join(pathlib.Path(w).name for w in sampled['command'])}")
    print(f"{pages} pages, {sampled['tracked']} in the sample, up to {sampled['keep']} kept; "
          f"CPU time {times['sampled'] / times['run']:.1f}x that of vmlab run, "
          f"{times['run']:.2f} s; --exact: {slow}")
    print(f"{'BUDGET':<10}{'PREDICTED':>10}{'EXACT':>10}{'OFF':>9}{'ERROR':>9}")
    for percent in BUDGETS:
        print(f"{pages * percent // 100:<4}{percent:>4} % " +
              budget_row(sampled, exact, pages * percent // 100))


def compact(doc):
    """Return what is kept of a result: its numbers, and the curve as rows of three numbers."""
    if doc is None:
        return None
    kept = {key: value for key, value in doc.items() if not isinstance(value, list)
            and key not in ("pid", "working_set")}
    kept["fine"] = [[point["pages"], round(point["lru"]), round(point["lru_error"])]
                    for point in doc["fine"]]
    return kept


def main():
    directory, output = pathlib.Path(sys.argv[1]), sys.argv[2]
    facts = dict(pair.split("=", 1) for pair in sys.argv[3:])
    programs = {}
    for name in ORDER:
        sampled = load(directory / f"{name}.sampled.json")
        if sampled:
            programs[name] = {
                "seconds": {**seconds(directory / f"{name}.seconds"),
                            **seconds(directory / f"{name}.exact.seconds")},
                "sampled": sampled, "exact": load(directory / f"{name}.exact.json"),
            }
    print("Misses of LRU, from a sample and from all accesses")
    print(", ".join(f"{key}: {value}" for key, value in facts.items()))
    for name, result in programs.items():
        print_program(name, result)
    kept = {name: {"seconds": result["seconds"], "sampled": compact(result["sampled"]),
                   "exact": compact(result["exact"])} for name, result in programs.items()}
    with open(output, "w", encoding="utf-8") as file:
        json.dump({"licence": "SPDX-License-Identifier: GPL-2.0", **facts, "programs": kept},
                  file, separators=(",", ":"))
        file.write("\n")


main()
