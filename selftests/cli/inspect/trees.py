# SPDX-License-Identifier: GPL-2.0
"""tree, gaps and find against maps."""

import os

from process import PAGE, check, equal, map_at, me, unmap, vmlab_json

def test_tree(pid, vmas):
    tree = vmlab_json("tree", pid)
    equal("tree: the entries are the VMAs",
          [(int(i["first"], 16), int(i["last"], 16) + 1)
           for i in tree["items"] if i["kind"] == "vma"],
          [(a, b) for a, b, *_ in vmas])
    nodes = {i["id"]: i for i in tree["items"] if i["id"]}
    check("tree: every item lies in its parent, at its slot",
          all(int(nodes[i["parent"]]["first"], 16) <= int(i["first"], 16) and
              int(i["last"], 16) <= int(nodes[i["parent"]]["last"], 16) and
              i["slot"] < nodes[i["parent"]]["used"] and
              i["level"] == nodes[i["parent"]]["level"] + 1
              for i in tree["items"] if i["parent"]))
    totals = vmlab_json("tree", pid, "--totals")
    equal("tree --totals: nodes by level as in the tree",
          [l["nodes"] for l in totals["levels"]],
          [sum(n["level"] == l for n in nodes.values())
           for l in range(tree["depth"])])
    equal("tree --totals: VMAs", totals["vmas"], len(vmas))

def test_gaps(pid, vmas):
    # vmlab begins at mmap_min_addr, or at 0 on a kernel without sysctls.
    minimum = 0
    if os.path.exists("/proc/sys/vm/mmap_min_addr"):
        minimum = int(open("/proc/sys/vm/mmap_min_addr").read())
    gaps = vmlab_json("gaps", pid)
    ends = [minimum] + [b for _, b, *_ in vmas]
    want = [(a, b) for a, b in zip(ends, [v[0] for v in vmas]) if a < b]
    got = [(int(g["start"], 16), int(g["end"], 16)) for g in gaps["gaps"]]
    equal("gaps: the ranges between the VMAs", got[:len(want)], want)
    check("gaps: at most one more, above the last VMA", len(got) - len(want) in (0, 1))
    equal("gaps: the largest", gaps["totals"]["largest"]["size"],
          max(b - a for a, b in got))
    equal("gaps: the sum", gaps["totals"]["free"], sum(b - a for a, b in got))

def test_gaps_length():
    length = 1 << 20
    area = int(vmlab_json("gaps", me, "--length", "1M")["address"], 16)
    here = map_at(None, length // PAGE)
    # malloc(3) may have mapped memory meanwhile: then repeat once.
    if here != area:
        unmap(here, length // PAGE)
        area = int(vmlab_json("gaps", me, "--length", "1M")["address"], 16)
        here = map_at(None, length // PAGE)
    equal("gaps --length: mmap(2) then returns that address", hex(here), hex(area))
    unmap(here, length // PAGE)

def range_of(v):
    return v and (int(v["start"], 16), int(v["end"], 16))

def expected(vmas, addr, end):
    """find_vma, intersection, previous and next by maps"""
    first = next(((a, b) for a, b, *_ in vmas if b > addr), None)
    return (first, first if first and first[0] < end else None,
            next(((a, b) for a, b, *_ in reversed(vmas) if b <= addr), None),
            next(((a, b) for a, b, *_ in vmas if a >= end), None))

def test_find(pid, vmas):
    stack = next(v for v in vmas if v[3] == "[stack]")
    for name, addr, end in (
            ("inside", vmas[1][0] + 5, None), ("at the start", vmas[2][0], None),
            ("at the last byte", vmas[0][1] - 1, None),
            ("below all", vmas[0][0] - PAGE, None),
            ("in the gap below the stack", stack[0] - PAGE, None),
            ("above the stack", stack[1], None),
            ("a range over several", vmas[0][0] - PAGE, vmas[3][0]),
            ("a range in a gap", stack[0] - 9 * PAGE, stack[0])):
        f = vmlab_json("find", pid, hex(addr), *([hex(end)] if end else []))
        equal(f"find: {name}", tuple(map(range_of, (
             f["find_vma"], f["intersection"], f["previous"], f["next"]))),
             expected(vmas, addr, end or addr + 1))
    check("find: it visits one node on each level", f["nodes_visited"] == f["depth"])
