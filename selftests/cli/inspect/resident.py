# SPDX-License-Identifier: GPL-2.0
"""map and pagesizes against smaps, and the pictures of map."""

import os
import subprocess
import xml.dom.minidom

from process import check, equal, vmlab, vmlab_json, work

def rss_of(pid):
    """The RSS of each VMA in smaps, by its start"""
    rss, at = {}, None
    with open(f"/proc/{pid}/smaps") as f:
        for line in f:
            w = line.split()
            if "-" in w[0] and not w[0].endswith(":"):
                at = int(w[0].split("-")[0], 16)
            elif w[0] == "Rss:":
                rss[at] = int(w[1]) * 1024

    return rss

def test_map(pid, vmas):
    m = vmlab_json("map", pid)
    rss = rss_of(pid)

    equal("map: RSS of every VMA as in smaps",
          {int(i["start"], 16): i["rss"] for i in m["items"] if i["kind"] != "gap"},
          {a: r for a, r in rss.items() if a < 1 << 63})

    check("map: items follow each other without holes",
          all(x["end"] == y["start"] for x, y in zip(m["items"], m["items"][1:])))

    test_pictures(pid, m)

def test_pagesizes(pid, vmas):
    """pagesizes, the example of the documentation, uses libvmlab"""
    rss = rss_of(pid)

    lines = subprocess.run(["pagesizes", str(pid)], capture_output=True, text=True,
                           check=True).stdout.splitlines()[1:]
    sizes = {int(l.split()[0], 16): 1024 * sum(map(int, l.split()[2:5]))
             for l in lines}
    program = [v[0] for v in vmas if v[3] == os.readlink(f"/proc/{pid}/exe")]
    check("pagesizes: every VMA", list(sizes) == [v[0] for v in vmas], lines)
    equal("pagesizes: the mapped pages of the program equal those of smaps",
          [sizes[a] for a in program], [rss[a] for a in program])

def test_pictures(pid, m):
    subprocess.run([vmlab, "map", str(pid), "--svg", work + "/m.svg", "--html",
                    work + "/m.html"], check=True)
    svg = open(work + "/m.svg", encoding="utf-8").read()
    html = open(work + "/m.html", encoding="utf-8").read()
    dom = xml.dom.minidom.parseString(svg)
    equal("map --svg: well-formed XML with an item for each VMA and gap",
          sum("item" in g.getAttribute("class")
              for g in dom.getElementsByTagName("g")), len(m["items"]))
    check("map --svg --html: refer to nothing outside",
          not any(w in svg + html for w in ("href", "src=", "<script", "url(", "@import")))
    equal("map --html: a row for each item", html.count("<tr class="),
          len(m["items"]))
