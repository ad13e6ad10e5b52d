# SPDX-License-Identifier: GPL-2.0
"""vmas --memory against smaps, and columns on request."""

import re
import shutil
import subprocess

from process import check, equal, vmlab, vmlab_json


def smaps(pid):
    """Return {start: {field: bytes}} of a process"""
    found, fields = {}, None
    with open(f"/proc/{pid}/smaps", encoding="utf-8", errors="replace") as file:
        for line in file:
            head = re.match(r"([0-9a-f]+)-[0-9a-f]+ ", line)
            value = re.match(r"(\w+): +(\d+) kB", line)
            if head:
                fields = found.setdefault(int(head.group(1), 16), {})
            elif value:
                fields[value.group(1)] = int(value.group(2)) * 1024
    # without the gate VMA
    return {start: f for start, f in found.items() if start < 1 << 63}


def test_memory(pid):
    """Resident memory and swap of a process that sleeps do not change"""
    want = smaps(pid)
    rows = vmlab_json("vmas", pid, "--memory")["vmas"]
    equal("vmas --memory: rss, dirty and swap as in smaps",
          {int(v["start"], 16): (v["rss"], v["dirty"], v["swap"]) for v in rows},
          {start: (f["Rss"], f["Shared_Dirty"] + f["Private_Dirty"], f["Swap"])
           for start, f in want.items()})
    check("vmas --memory: pss and shared memory are a part of rss",
          all(v["pss"] <= v["rss"] and v["shared"] <= v["rss"] for v in rows), rows)
    table = subprocess.run(
        [vmlab, "vmas", str(pid), "--memory", "--sort", "-rss", "--raw", "--noheadings",
         "--bytes", "--output", "rss"], capture_output=True, text=True, check=True).stdout
    equal("vmas --sort -rss --bytes: the largest first", [int(n) for n in table.split()],
          sorted((f["Rss"] for f in want.values()), reverse=True))
    test_build_id(rows)


def test_build_id(rows):
    """Of the program, as readelf prints it"""
    name = next(v["name"] for v in rows if (v["name"] or "").endswith("/sleep"))
    ids = {v["build_id"] for v in rows if v["name"] == name}
    if not shutil.which("readelf"):
        print("skip no readelf: vmas --memory: the build id", flush=True)
        return
    notes = subprocess.run(["readelf", "-n", name], capture_output=True, text=True,
                           check=True).stdout
    found = re.search(r"Build ID: ([0-9a-f]+)", notes)
    equal("vmas --memory: the build id", ids, {found.group(1) if found else None})
