# SPDX-License-Identifier: GPL-2.0
"""snapshot, diff and watch of this process while it changes its VMAs."""

import ctypes
import json
import signal
import subprocess
import time

from process import (FIXED, PAGE, R, W, check, equal, libc, map_at, me, protect,
                     unmap, vmlab, vmlab_json, work, write_byte)

# Pages that these tests map and unmap begin at base, in an area that is mapped
# without access.
area = base = 0

def map_area():
    global area, base
    area = map_at(None, 4096)
    protect(area, 4096, 0)
    base = area + 64 * PAGE

snapshots = 0

def snapshot():
    """Write a snapshot of this process to a file: its path"""
    global snapshots
    snapshots += 1
    path = f"{work}/snapshot.{snapshots}"
    with open(path, "w") as out:
        subprocess.run([vmlab, "snapshot", str(me)], stdout=out, check=True)
    return path

def name_of(e):
    """An event with its range in pages from base"""
    return (e["event"], (int(e["start"], 16) - base) // PAGE,
            (int(e["end"], 16) - base) // PAGE)

def events(doc):
    """Events near base, because the heap of this process changes too"""
    return [e for e in doc if base - 32 * PAGE <= int(e["start"], 16)
            and int(e["end"], 16) <= area + 4096 * PAGE
            and e["event"] not in ("rss",)
            and int(e["start"], 16) != area]

before = None    # the last snapshot

def step(text, want, act):
    """Change something and compare the events since the last snapshot"""
    global before
    act()
    after = snapshot()
    got = sorted(map(name_of, events(vmlab_json("diff", before, after)["events"])))
    # Each step also splits, merges or resizes the area around.
    got = [g for g in got if g[0] not in ("split", "merged", "grew", "shrank")
           or g[1] >= 0 and g[2] <= 64]
    equal(f"diff: {text}", got, sorted(want))
    before = after

def test_diff():
    global before
    map_area()
    before = snapshot()

    step("mmap", [("flags", 0, 16)], lambda: protect(base, 16, R | W))
    write_byte(base)
    before = snapshot()
    step("mprotect in the middle", [("split", 0, 16), ("flags", 4, 8)],
         lambda: protect(base + 4 * PAGE, 4, R))
    step("mprotect back", [("merged", 0, 16), ("flags", 4, 8)],
         lambda: protect(base + 4 * PAGE, 4, R | W))
    step("munmap in the middle", [("split", 0, 16)],
         lambda: unmap(base + 6 * PAGE, 2))
    step("mmap that closes the gap", [("merged", 0, 16)],
         lambda: map_at(base + 6 * PAGE, 2, R | W, FIXED))
    step("munmap of the end", [("shrank", 12, 16)],
         lambda: unmap(base + 12 * PAGE, 4))
    step("mmap at the end", [("grew", 12, 14)],
         lambda: map_at(base + 12 * PAGE, 2, R | W, FIXED))
    for i in range(3):
        write_byte(base + (9 + i) * PAGE)
    after = snapshot()
    e = [e for e in vmlab_json("diff", before, after)["events"]
                if e["event"] == "rss" and int(e["start"], 16) == base]
    equal("diff: three pages touched",
          [x["after"][0]["rss"] - x["before"][0]["rss"] for x in e], [3 * PAGE])
    before = after

def move():
    unmap(base + 30 * PAGE, 20)
    a = libc.mremap(ctypes.c_void_p(base), ctypes.c_size_t(14 * PAGE),
                    ctypes.c_size_t(14 * PAGE), 3,
                    ctypes.c_void_p(base + 32 * PAGE))
    assert a == base + 32 * PAGE, "mremap"

def test_move():
    step("mremap", [("moved", 32, 46)], move)
    step("munmap", [("gone", 32, 46)], lambda: unmap(base + 32 * PAGE, 14))
    step("mmap", [("appeared", 33, 40)],
         lambda: map_at(base + 33 * PAGE, 7, R | W, FIXED))

def on_signal(*_):
    protect(base + 35 * PAGE, 1, R)

def test_diff_command():
    signal.signal(signal.SIGUSR1, on_signal)
    script = (f"kill -USR1 {me}; for i in $(seq 100); do "
              f"grep -q '^{base + 35 * PAGE:08x}-' /proc/{me}/maps && exit 0; "
              "sleep 0.1; done; exit 1")
    # Do not block: Python handles signals between instructions of this thread.
    p = subprocess.Popen([vmlab, "diff", "--json", str(me), "--", "sh", "-c",
                          script], stdout=subprocess.PIPE, text=True)
    while p.poll() is None:
        time.sleep(0.05)
    equal("diff PID -- COMMAND: what the process does on the signal of the command",
          [name_of(e) for e in events(json.loads(p.stdout.read())["events"])
           if e["event"] in ("split", "flags")],
          [("split", 33, 40), ("flags", 35, 36)])

def test_watch():
    p = subprocess.Popen([vmlab, "watch", "--json", "--interval", "0.1", str(me)],
                         stdout=subprocess.PIPE, text=True)
    check("watch: the first event is start",
          json.loads(p.stdout.readline())["event"] == "start")
    protect(base + 35 * PAGE, 1, R | W)
    seen, deadline = [], time.monotonic() + 20
    while time.monotonic() < deadline:
        seen.append(json.loads(p.stdout.readline()))
        if seen[-1]["event"] == "flags" and name_of(seen[-1]) == ("flags", 35, 36):
            break
    check("watch: a merge is reported while it runs",
          ("merged", 33, 40) in map(name_of, (e for e in seen if "start" in e)),
          seen)
    p.terminate()
    equal("watch: SIGTERM ends it", p.wait(), 0)

def test_watch_exit():
    child = subprocess.Popen(["sleep", "1000"])
    p = subprocess.Popen([vmlab, "watch", "--json", "--interval", "0.1",
                          str(child.pid)], stdout=subprocess.PIPE, text=True)
    p.stdout.readline()
    child.kill()
    child.wait()
    lines = p.stdout.read().splitlines()
    equal("watch: ends when the process ends",
          (p.wait(), json.loads(lines[-1])["event"]), (0, "exit"))
