# SPDX-License-Identifier: GPL-2.0
"""pagetable and translate against pagemap and status."""

import ctypes
import json
import os
import subprocess

from process import (EXCLUSIVE, FILE, PAGE, PRESENT, check, equal, libc, map_at,
                     maps, me, pagemap, pfn, protect, read_byte, unmap, vmlab,
                     vmlab_json, write_byte)

def test_totals(pid):
    t = vmlab_json("pagetable", pid, "--totals")
    vmpte = next(int(l.split()[1]) * 1024 for l in open(f"/proc/{pid}/status")
                 if l.startswith("VmPTE"))
    equal("pagetable --totals: VmPTE", (t["bytes"], t["kernel_bytes"]),
          (vmpte, vmpte))

def entries(pid, a, b):
    """(frame, exclusive, file) by page address, from pagetable --raw"""
    out = {}
    for e in vmlab_json("pagetable", pid, "--raw", "--range", f"{a:x}-{b:x}")["entries"]:
        for i in range(e["entry_size"] // PAGE):
            at = int(e["start"], 16) + i * PAGE
            if not a <= at < b:
                continue
            flags = e["flags"]
            out[at] = (int(e["phys"], 16) // PAGE + i, "exclusive" in flags,
                       "file" in flags and "anon" not in flags)
    return out

def expected_entries(pid, a, b):
    """The same from pagemap"""
    out = {}
    for i, e in enumerate(pagemap(pid, a, b)):
        if e & PRESENT:
            out[a + i * PAGE] = (pfn(e), bool(e & EXCLUSIVE), bool(e & FILE))
    return out

def without_exclusive(pages):
    """(frame, file) by page address"""
    return {at: (frame, of_file) for at, (frame, _, of_file) in pages.items()}

def test_frames(pid, vmas):
    for v in (v for v in vmas if "libc" in v[3] or v[3] in ("[heap]", "[stack]")):
        seen, expected = entries(pid, v[0], v[1]), expected_entries(pid, v[0], v[1])
        if "libc" in v[3]:
            # vmlab maps it too while it looks: a page is exclusive only afterwards.
            seen, expected = without_exclusive(seen), without_exclusive(expected)
        equal(f"pagetable: frames of {v[3]} {v[2]} as in pagemap", seen, expected)

def make_mapping():
    """Map 62 pages and access some: the address."""
    base = map_at(None, 64)
    protect(base, 1, 0)
    protect(base + 63 * PAGE, 1, 0)
    base += PAGE
    for i in (0, 1, 2, 5, 40):
        write_byte(base + i * PAGE)
    read_byte(base + 7 * PAGE)
    write_byte(base + 50 * PAGE)
    protect(base + 50 * PAGE, 1, 0)

    return base

def test_filters(base):
    equal("pagetable: a mapping of which 7 pages were touched",
          {(a - base) // PAGE for a in entries(me, base, base + 62 * PAGE)},
          {0, 1, 2, 5, 7, 40, 50})
    zero = vmlab_json("pagetable", me, "--range", f"{base:x}-{base + 62 * PAGE:x}",
                      "--require", "zero")["entries"]
    equal("pagetable --require zero: the page that was only read",
          [(int(e["start"], 16) - base) // PAGE for e in zero], [7])
    dirty = vmlab_json("pagetable", me, "--raw", "--range",
                       f"{base:x}-{base + 62 * PAGE:x}", "--require", "anon",
                       "--not", "protnone")["entries"]
    equal("pagetable --require --not: those that were written",
          [(int(e["start"], 16) - base) // PAGE for e in dirty], [0, 1, 2, 5, 40])
    fold = vmlab_json("pagetable", me, "--fold", "--range", f"{base:x}-{base + 3 * PAGE:x}",
                      "--require", "present")["entries"]
    equal("pagetable --fold: three pages are one run",
          [(int(e["start"], 16), e["nr"]) for e in fold], [(base, 3)])

def test_translate(base):
    for i in (0, 5, 40):
        a = base + i * PAGE + 0x123
        r = vmlab_json("translate", me, hex(a))
        entry = pagemap(me, a - 0x123, a - 0x123 + PAGE)[0]
        equal(f"translate: page {i}", (r["outcome"], int(r["phys"], 16), r["pfn"]),
              ("mapped", pfn(entry) * PAGE + 0x123, pfn(entry)))
        check(f"translate: page {i}: each index is of the address, each step leads to the next",
              all(s["index"] == a >> s["shift"] & 511 for s in r["steps"]) and
              all(x["phys"] == y["table"]
                  for x, y in zip(r["steps"], r["steps"][1:]) if y["walked"]))
    equal("translate: never touched", vmlab_json("translate", me, hex(base + 3 * PAGE))
          ["outcome"], "none")
    r = vmlab_json("translate", me, hex(base + 50 * PAGE))
    equal("translate: no access", (r["outcome"], r["access"], r["vma_access"]),
          ("protnone", [], []))
    unmap(base + 20 * PAGE, 1)
    equal("translate: nothing mapped",
          vmlab_json("translate", me, hex(base + 20 * PAGE))["outcome"], "no_vma")

def test_hidden():
    hidden = json.loads(subprocess.run(
        ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups",
         vmlab, "translate", "self", "400000", "--json"],
        capture_output=True, text=True).stdout)
    check("translate: frames are hidden from nobody",
          hidden["hidden"] and hidden["phys"] is None, hidden)

def test_symbols():
    """A function of libc: vmlab finds the address at which this process calls it"""
    os.getppid()
    address = ctypes.cast(libc.getppid, ctypes.c_void_p).value
    path = next(name for start, end, _, name in maps(me) if start <= address < end)
    symbol = f"{os.path.basename(path)}:getppid"
    equal("translate: SYMBOL+OFFSET",
          int(vmlab_json("translate", me, symbol + "+0x1")["address"], 16), address + 1)
    found = vmlab_json("find", me, symbol)
    equal("find: SYMBOL", int(found["start"], 16), address)
    rows = vmlab_json("pagetable", me, "--each", "--range", symbol)["entries"]
    equal("pagetable: --range SYMBOL", {int(e["start"], 16) for e in rows},
          {address & ~(PAGE - 1)})
