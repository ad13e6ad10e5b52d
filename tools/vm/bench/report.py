#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""report.py ROWS CONSOLE [--json FILE] [--base CONSOLE] [--reasons FILE] [KEY=VALUE...]

Print the table of a benchmark from the output of bench-instructions. ROWS names the rows
and their goals; KEY=VALUE describes the run and goes into the JSON file as it is.

With --base, list the results of vmlab that are more than 2 % above those of another run,
and exit with 1 if there are any without a reason. A line of --reasons is
"Slower: RESULT reason", as in the messages of commits.
"""
import argparse
import json
import re
import sys

TOLERANCE = 1.02


def parse(path):
    """Return the results, the curves and what is missing from a console's log."""
    results, curves, missing = {}, {}, {}
    with open(path, errors="replace") as console:
        for line in console:
            word = line.split()
            if line.startswith("RESULT ") and len(word) == 3:
                results[word[1]] = float(word[2])
            elif line.startswith("POINT ") and len(word) == 4:
                curves.setdefault(word[1], []).append([float(word[2]), float(word[3])])
            elif line.startswith("MISSING "):
                missing[word[1]] = " ".join(word[2:])
            elif line.startswith("ERROR "):
                sys.exit(f"bench: {line.strip()}")
    return results, curves, missing


def read_rows(path):
    """Yield the heading of a section as a string, and a row as a dictionary."""
    with open(path) as rows:
        for line in rows:
            line = line.strip()
            if line.startswith("= "):
                yield line[2:]
            elif line and not line.startswith("#"):
                cell = [c.strip() for c in line.split("|")]
                if len(cell) != 6:
                    sys.exit(f"bench: {path}: a row has 6 columns: {line}")
                yield dict(title=cell[0], peer=cell[1], peer_result=cell[2],
                           result=cell[3], goal=float(cell[4]) if cell[4] else None,
                           floor=cell[5])


def verdict(ratio, goal):
    if goal is None:
        return "ahead" if ratio <= 1 else "-"
    if round(ratio, 2) <= goal:
        return "met"
    return "ahead" if ratio <= 1 else "behind"


def table(rows, results, missing):
    """Print the table and return its rows, filled in, for the JSON file."""
    form = "{:42} {:26} {:>8} {:>8} {:>6} {:>5} {:>7}  {}"
    filled = []
    for row in rows:
        if isinstance(row, str):
            print(f"\n{row}")
            print(form.format("ROW", "PEER", "PEER'S", "VMLAB'S", "RATIO", "GOAL", "FLOOR",
                              "VERDICT"))
            continue
        own, peer = results.get(row["result"]), results.get(row["peer_result"])
        floor = results.get(row["floor"])
        goal = "" if row["goal"] is None else f"{row['goal']:.2f}"
        if own is None or peer is None:
            name = row["result"] if own is None else row["peer_result"]
            print(form.format(row["title"], row["peer"], "", "", "", goal, "",
                              f"no {name}: {missing.get(name, 'not measured')}"))
            continue
        ratio = own / peer
        row.update(peer_value=peer, value=own, ratio=round(ratio, 3),
                   floor_value=floor, verdict=verdict(ratio, row["goal"]))
        filled.append(row)
        print(form.format(row["title"], row["peer"], f"{peer:,.0f}", f"{own:,.0f}",
                          f"{ratio:.2f}", goal, "" if floor is None else f"{floor:,.0f}",
                          row["verdict"]))
    met = sum(r["verdict"] == "met" for r in filled)
    behind = sum(r["verdict"] == "behind" for r in filled)
    print(f"\n{len(filled)} rows: {met} meet their goal, {behind} are behind their peer")
    return filled


def save(path, about, rows, results, curves):
    """Write the JSON file, a row a line, so that two versions can be compared."""
    def lines(values):
        return ",\n  ".join(json.dumps(v) for v in values)

    with open(path, "w") as out:
        out.write('{"licence": "SPDX-License-Identifier: GPL-2.0",\n'
                  f' "about": {json.dumps(about, indent=2)},\n'
                  f' "rows": [\n  {lines(rows)}],\n'
                  f' "results": {json.dumps(results)},\n'
                  f' "curves": {json.dumps(curves)}}}\n')


def is_own(name):
    return name.endswith(".vmlab") or name.startswith("observed.")


def compare(results, base, reasons):
    """List what got worse; return how many results did so without a reason."""
    unexplained = 0
    print(f"\n{'RESULT':32} {'BASE':>9} {'NOW':>9} {'CHANGE':>8}")
    for name in sorted(filter(is_own, results.keys() & base.keys())):
        change = results[name] / base[name]
        if 1 / TOLERANCE <= change <= TOLERANCE:
            continue
        note = ""
        if change > TOLERANCE:
            note = reasons.get(name, "WORSE, and no commit says why")
            unexplained += name not in reasons
        print(f"{name:32} {base[name]:9,.0f} {results[name]:9,.0f} {change - 1:+8.1%}  {note}")
    print(f"{unexplained} results got worse by more than {TOLERANCE - 1:.0%} without a reason")
    return unexplained


def read_reasons(path):
    reasons = {}
    with open(path) as lines:
        for line in lines:
            match = re.match(r"Slower: (\S+)\s+(\S.*)", line)
            if match:
                reasons[match[1]] = match[2]
    return reasons


def main():
    parser = argparse.ArgumentParser(usage=__doc__.replace("%", "%%"))
    parser.add_argument("rows")
    parser.add_argument("console")
    parser.add_argument("--json")
    parser.add_argument("--base")
    parser.add_argument("--reasons")
    parser.add_argument("about", nargs="*")
    args = parser.parse_intermixed_args()

    results, curves, missing = parse(args.console)
    rows = table(list(read_rows(args.rows)), results, missing)
    if args.json:
        save(args.json, dict(a.split("=", 1) for a in args.about), rows, results, curves)
    if args.base:
        base = parse(args.base)[0]
        reasons = read_reasons(args.reasons) if args.reasons else {}
        return 1 if compare(results, base, reasons) else 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
