# SPDX-License-Identifier: GPL-2.0
"""sharing against pagemap."""

from process import PRESENT, check, equal, maps, pagemap, pfn, vmlab_json

def test_object(sleepers):
    s = vmlab_json("sharing", *sleepers, "--pfns")
    per_page, per_proc = {}, {p: set() for p in sleepers}
    for p in sleepers:
        text = next(v for v in maps(p) if "libc" in v[3] and v[2] == "r-xp")
        for i, e in enumerate(pagemap(p, text[0], text[1])):
            if e & PRESENT:
                per_page.setdefault(i, set()).add(pfn(e))
                per_proc[p].add(pfn(e))
    check("each page of libc's text is one frame, by pagemap",
          per_page and all(len(f) == 1 for f in per_page.values()))
    o = next(o for o in s["objects"] if "libc" in (o["name"] or "") and o["perms"] == "r-xp")
    union = set().union(*per_proc.values())
    shared = {f for f in union if sum(f in p for p in per_proc.values()) > 1}
    equal("sharing: frames and pages of libc's text",
          (o["frames"], o["file_frames"], o["file_pages"], o["processes"]),
          (len(union), len(union), len(per_page), len(sleepers)))
    equal("sharing --pfns: those that two or more map", set(o["pfns"]), shared)
    equal("sharing: their mappings", o["mappings"],
          sum(len(p & shared) for p in per_proc.values()))
    check("sharing: each process is private plus shared",
          all(p["resident"] == p["private"] + p["shared"] for p in s["processes"]))

def test_pair(sleepers):
    two = vmlab_json("sharing", *sleepers[:2])
    a, b = (set().union(*(
        {pfn(e) for e in pagemap(p, v[0], v[1]) if e & PRESENT}
        for v in maps(p) if not v[3].startswith("[v")))
        for p in sleepers[:2])
    vdso = sum(x["shared_frames"] for x in two["objects"]
               if x["name"] and x["name"].startswith("[v"))
    equal("sharing: what the pair shares, by pagemap",
          two["pairs"][0]["frames"] - vdso, len(a & b))
