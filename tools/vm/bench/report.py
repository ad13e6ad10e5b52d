#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""report.py ROWS CONSOLE [--time CONSOLE]... [--json FILE] [--partial]
[--base CONSOLE] [--reasons FILE] [KEY=VALUE...]

Print the table of a benchmark from the output of bench-instructions. ROWS names the rows
and their goals; KEY=VALUE describes the run and goes into the JSON file as it is.

Each --time is the output of a guest that measured time, in rounds. The ratio of a row in
time is the median of the ratios of all rounds. A row that only these guests measured has
a verdict if all of them agree on it.

With --partial, leave out the rows that were not measured.

With --base, list the results of vmlab that are more than 2 % above those of another run,
and exit with 1 if there are any without a reason. A line of --reasons is
"Slower: RESULT reason", as in the messages of commits.
"""
import argparse
import json
import re
import statistics
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


def parse_rounds(path):
    """Return the results of each round of a console's log."""
    rounds = []
    with open(path, errors="replace") as console:
        for line in console:
            word = line.split()
            if line.startswith("ROUND"):
                rounds.append({})
            elif line.startswith("RESULT ") and len(word) == 3 and rounds:
                rounds[-1][word[1]] = float(word[2])
            elif line.startswith("ERROR "):
                sys.exit(f"bench: {line.strip()}")
    return rounds


def median_ratio(rounds, row):
    """Return the median of a row's ratio in these rounds, or None."""
    ratios = [r[row["result"]] / r[row["peer_result"]] for r in rounds
              if row["result"] in r and row["peer_result"] in r]
    return statistics.median(ratios) if ratios else None


def median_result(guests, name):
    """Return the median of a result in the rounds of all guests, or None."""
    values = [r[name] for rounds in guests for r in rounds if name in r]
    return statistics.median(values) if values else None


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


def is_own(name):
    """Is that a result of vmlab, not of another interface?"""
    return name.endswith(".vmlab") or name.startswith("observed.")


def verdict(ratio, row):
    goal = row["goal"]
    if goal is not None and round(ratio, 2) <= goal:
        return "met"
    if is_own(row["peer_result"]):
        return "-" if goal is None else "not met"
    if ratio <= 1:
        return "ahead"
    return "-" if goal is None else "behind"


def number(value):
    if value is None:
        return ""
    return f"{value:,.2f}" if value < 10 else f"{value:,.0f}"


FORM = "{:44} {:26} {:>9} {:>9} {:>6} {:>6} {:>5} {:>7}  {}"


def fill(row, results, guests):
    """Add what was measured to a row; return False if its results are missing."""
    own, peer = results.get(row["result"]), results.get(row["peer_result"])
    time = median_ratio([r for rounds in guests for r in rounds], row)
    if own is not None and peer is not None:
        row.update(peer_value=peer, value=own, ratio=round(own / peer, 3),
                   verdict=verdict(own / peer, row))
    elif time is not None:
        # Only time tells: the verdict is what all guests say.
        verdicts = {verdict(median_ratio(rounds, row), row) for rounds in guests}
        row.update(peer_value=median_result(guests, row["peer_result"]),
                   value=median_result(guests, row["result"]), ratio=None,
                   verdict=verdicts.pop() if len(verdicts) == 1 else "none: two runs differ")
    else:
        return False
    row.update(floor_value=results.get(row["floor"]),
               time_ratio=None if time is None else round(time, 3))
    return True


def print_row(row):
    ratio, time = row["ratio"], row["time_ratio"]
    print(FORM.format(row["title"], row["peer"], number(row["peer_value"]),
                      number(row["value"]), "" if ratio is None else f"{ratio:.2f}",
                      "" if time is None else f"{time:.2f}",
                      "" if row["goal"] is None else f"{row['goal']:.2f}",
                      number(row["floor_value"]), row["verdict"]))


def count(rows, about, fell_short, words):
    met = sum(r["verdict"] == "met" for r in rows)
    short = sum(r["verdict"] == fell_short for r in rows)
    print(f"{len(rows)} rows against {about}: {met} meet their goal, {short} {words}")


def table(rows, results, missing, guests, partial):
    """Print the table and return its rows, filled in, for the JSON file."""
    filled, heading = [], None
    for row in rows:
        if isinstance(row, str):
            heading = row
            continue
        measured = fill(row, results, guests)
        name = row["peer_result"] if row["result"] in results else row["result"]
        if not measured and partial and name not in missing:
            continue
        if heading:
            print(f"\n{heading}")
            print(FORM.format("ROW", "PEER", "PEER'S", "VMLAB'S", "RATIO", "TIME", "GOAL",
                              "FLOOR", "VERDICT"))
            heading = None
        if measured:
            filled.append(row)
            print_row(row)
        else:
            goal = "" if row["goal"] is None else f"{row['goal']:.2f}"
            print(FORM.format(row["title"], row["peer"], "", "", "", "", goal, "",
                              f"missing: {missing.get(name, name + ' was not measured')}"))
    print()
    count([r for r in filled if not is_own(r["peer_result"])], "another interface", "behind",
          "are behind their peer")
    count([r for r in filled if is_own(r["peer_result"])], "vmlab itself", "not met",
          "do not")
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
    parser.add_argument("--time", action="append", default=[])
    parser.add_argument("--partial", action="store_true")
    parser.add_argument("--json")
    parser.add_argument("--base")
    parser.add_argument("--reasons")
    parser.add_argument("about", nargs="*")
    args = parser.parse_intermixed_args()

    results, curves, missing = parse(args.console)
    guests = [parse_rounds(path) for path in args.time]
    rows = table(list(read_rows(args.rows)), results, missing, guests, args.partial)
    if args.json:
        save(args.json, dict(a.split("=", 1) for a in args.about), rows, results, curves)
    if args.base:
        base = parse(args.base)[0]
        reasons = read_reasons(args.reasons) if args.reasons else {}
        return 1 if compare(results, base, reasons) else 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
