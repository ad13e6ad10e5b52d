#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What the vmlab command says of address spaces, page tables and changes,
# against /proc: maps, smaps, pagemap, status, kallsyms.
set -euo pipefail

source "$(dirname "${BASH_SOURCE[0]}")/../lib/tap.sh"

# A copy where everybody may run it.
chmod 755 "$work"
cp "$(command -v vmlab)" "$work/vmlab"
vmlab=$work/vmlab
export NO_COLOR=1 LC_ALL=C
nobody=(setpriv --reuid 65534 --regid 65534 --clear-groups)

# Three processes that sleep: nothing of them changes between two looks.
for ((n = 0; n < 3; n++)); do
	sleep 1000 >/dev/null 2>&1 &
	children+=("$!")
done
for target in "${children[@]}"; do
	wait_for grep -qx sleep "/proc/$target/comm"
	wait_for grep -q '^State:.S' "/proc/$target/status"
done
sleepers=("${children[@]}")
target=${sleepers[0]}
code=$(awk '$2 ~ /x/ { sub(/-.*/, ""); print; exit }' "/proc/$target/maps")

echo "TAP version 13"
run 0 'vma .*\[stack\]' 'tree' "$vmlab" tree "$target"
run 0 '^ *0  *[0-9]' 'tree --totals' "$vmlab" tree "$target" --totals
run 0 'the largest is' 'gaps' "$vmlab" gaps "$target"
run 0 'would be mapped at' 'gaps --length' "$vmlab" gaps "$target" --length 1M
run 1 'no free range' 'gaps --length of more than there is' \
	"$vmlab" gaps "$target" --length 2E
run 0 'nodes visited' 'find' "$vmlab" find "$target" "$code"
run 0 'resident' 'map' "$vmlab" map "$target"
run 0 'present' 'pagetable' "$vmlab" pagetable "$target"
run 2 'is not a flag' 'pagetable --require of no flag' \
	"$vmlab" pagetable "$target" --require bogus
run 0 'VmPTE' 'pagetable --totals' "$vmlab" pagetable "$target" --totals
run 0 'physical address: 0x' 'translate' "$vmlab" translate "$target" "$code"
run 1 'not in the user half' 'translate of a kernel address' \
	"$vmlab" translate "$target" ffff888000000000
run 0 'libc' 'sharing' "$vmlab" sharing "${sleepers[@]}"
run 2 'given twice' 'sharing of one process twice' \
	"$vmlab" sharing "$target" "$target"
run 0 'kernel_image' 'layout' "$vmlab" layout
run 0 'no VMA changed' 'diff before and after nothing' \
	"$vmlab" diff "$target" -- true
run 1 'false failed: exit code 1' 'diff with a command that fails' \
	"$vmlab" diff "$target" -- false
run 1 'cannot run /nonexistent' 'diff with no command' \
	"$vmlab" diff "$target" -- /nonexistent
run 0 'watching' 'watch --count' \
	"$vmlab" watch "$target" --interval 0.1 --count 2
for command in tree gaps map pagetable sharing snapshot watch layout; do
	run 4 'no process 4194305' "$command of no process" \
		"$vmlab" "$command" 4194305
done
run 4 'no process 4194305' 'translate of no process' \
	"$vmlab" translate 4194305 1000
run 4 'no process 4194305' 'find in no process' "$vmlab" find 4194305 1000
if [[ $(</proc/2/comm) == kthreadd ]]; then
	for command in tree gaps map pagetable snapshot watch layout; do
		run 1 'kernel thread' "$command of a kernel thread" \
			"$vmlab" "$command" 2
	done
fi
for command in tree gaps map pagetable snapshot watch; do
	run 5 'no permission' "$command: no permission" \
		"${nobody[@]}" "$vmlab" "$command" "$target"
done
run 0 'hidden' 'pagetable of itself hides frames from nobody' \
	"${nobody[@]}" "$vmlab" pagetable self
run 5 'CAP_SYS_ADMIN' 'sharing needs frames' \
	"${nobody[@]}" "$vmlab" sharing self
run 0 'hidden' 'layout hides the kernel half from nobody' \
	"${nobody[@]}" "$vmlab" layout

# Drawing: box characters where the locale has them, ASCII elsewhere.
"$vmlab" tree "$target" >"$work/ascii"
result "$(grep -q '[^ -~]' "$work/ascii" && echo 1 || echo 0)" \
	'tree is ASCII in the C locale'
LC_ALL=C.UTF-8 "$vmlab" tree "$target" >"$work/box"
result "$(grep -q $'\xe2\x94\x9c' "$work/box" && echo 0 || echo 1)" \
	'and has box characters in UTF-8'
for columns in 60 80 132; do
	COLUMNS=$columns "$vmlab" map "$target" >"$work/map"
	widest=$(head -n -2 "$work/map" |
		awk '{ if (length > n) n = length } END { print n + 0 }')
	result "$((widest > 0 && widest <= (columns < 61 ? 61 : columns) ? 0 : 1))" \
		"map fits $columns columns: $widest"
done

# One Python for the rest: each takes seconds to start on an emulated machine.
# It is a target too, since it knows what it maps.
cat >"$work/oracle.py" <<'END'
import ctypes, json, mmap, os, signal, struct, subprocess, sys, time
import xml.dom.minidom

vmlab, work, sleepers = sys.argv[1], sys.argv[2], list(map(int, sys.argv[3:]))
PAGE = mmap.PAGESIZE
libc = ctypes.CDLL(None, use_errno=True)
for f in (libc.mmap, libc.mremap):
    f.restype = ctypes.c_void_p
R, W, X = 1, 2, 4
PRIVATE, FIXED, ANON = 2, 0x10, 0x20
me = os.getpid()

def check(text, good, *more):
    print(int(not good), text, flush=True)
    if not good:
        for m in more:
            print("#", str(m)[:600].replace("\n", " "), flush=True)

def same(text, got, want):
    check(text, got == want, f"got  {got}", f"want {want}")

def ask(*args):
    p = subprocess.run([vmlab, *map(str, args), "--json"], capture_output=True,
                       text=True, stdin=subprocess.DEVNULL)
    if p.returncode:
        raise RuntimeError(f"vmlab {args}: {p.returncode} {p.stderr}")
    return json.loads(p.stdout)

def map_at(addr, pages, prot=R | W, flags=0):
    a = libc.mmap(ctypes.c_void_p(addr), ctypes.c_size_t(pages * PAGE), prot,
                  PRIVATE | ANON | flags, -1, ctypes.c_long(0))
    assert a != ctypes.c_void_p(-1).value, "mmap"
    return a

def protect(addr, pages, prot):
    assert not libc.mprotect(ctypes.c_void_p(addr),
                             ctypes.c_size_t(pages * PAGE), prot), "mprotect"

def unmap(addr, pages):
    assert not libc.munmap(ctypes.c_void_p(addr),
                           ctypes.c_size_t(pages * PAGE)), "munmap"

def touch(addr, value=1):
    ctypes.c_char.from_address(addr).value = bytes([value])

def look(addr):
    return ctypes.c_char.from_address(addr).value

def maps(pid):
    out = []
    with open(f"/proc/{pid}/maps") as f:
        for line in f:
            w = line.split(None, 5)
            a, b = (int(x, 16) for x in w[0].split("-"))
            if a < 1 << 63:
                out.append((a, b, w[1], w[5].strip() if len(w) > 5 else ""))
    return out

def pagemap(pid, start, end):
    n = (end - start) // PAGE
    with open(f"/proc/{pid}/pagemap", "rb") as f:
        f.seek(start // PAGE * 8)
        return struct.unpack(f"{n}Q", f.read(8 * n))

def pfn(entry):
    return entry & (1 << 55) - 1

PRESENT, EXCLUSIVE, FILE = 1 << 63, 1 << 56, 1 << 61

# --- trees, gaps, lookups: the same VMAs as in maps ---
pid = sleepers[0]
vmas = maps(pid)
tree = ask("tree", pid)
same("tree: the entries are the VMAs",
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
totals = ask("tree", pid, "--totals")
same("tree --totals: nodes by level as in the tree",
     [l["nodes"] for l in totals["levels"]],
     [sum(n["level"] == l for n in nodes.values())
      for l in range(tree["depth"])])
same("tree --totals: VMAs", totals["vmas"], len(vmas))

# vmlab starts there too, or at 0 on a kernel without sysctls
minimum = 0
if os.path.exists("/proc/sys/vm/mmap_min_addr"):
    minimum = int(open("/proc/sys/vm/mmap_min_addr").read())
gaps = ask("gaps", pid)
ends = [minimum] + [b for _, b, *_ in vmas]
want = [(a, b) for a, b in zip(ends, [v[0] for v in vmas]) if a < b]
got = [(int(g["start"], 16), int(g["end"], 16)) for g in gaps["gaps"]]
same("gaps: what lies between the VMAs", got[:len(want)], want)
check("gaps: and one above at most", len(got) - len(want) in (0, 1))
same("gaps: the largest", gaps["totals"]["largest"]["size"],
     max(b - a for a, b in got))
same("gaps: the sum", gaps["totals"]["free"], sum(b - a for a, b in got))

length = 1 << 20
area = int(ask("gaps", me, "--length", "1M")["address"], 16)
here = map_at(None, length // PAGE)
# Between the question and the answer this process maps nothing of its own,
# unless malloc(3) does: then ask once more.
if here != area:
    unmap(here, length // PAGE)
    area = int(ask("gaps", me, "--length", "1M")["address"], 16)
    here = map_at(None, length // PAGE)
same("gaps --length: mmap(2) then maps there", hex(here), hex(area))
unmap(here, length // PAGE)

def range_of(v):
    return v and (int(v["start"], 16), int(v["end"], 16))

def expected(addr, end):
    first = next(((a, b) for a, b, *_ in vmas if b > addr), None)
    return (first, first if first and first[0] < end else None,
            next(((a, b) for a, b, *_ in reversed(vmas) if b <= addr), None),
            next(((a, b) for a, b, *_ in vmas if a >= end), None))

stack = next(v for v in vmas if v[3] == "[stack]")
for name, addr, end in (
        ("inside", vmas[1][0] + 5, None), ("at the start", vmas[2][0], None),
        ("at the last byte", vmas[0][1] - 1, None),
        ("below all", vmas[0][0] - PAGE, None),
        ("in the gap below the stack", stack[0] - PAGE, None),
        ("above the stack", stack[1], None),
        ("a range over several", vmas[0][0] - PAGE, vmas[3][0]),
        ("a range in a gap", stack[0] - 9 * PAGE, stack[0])):
    f = ask("find", pid, hex(addr), *([hex(end)] if end else []))
    same(f"find: {name}", tuple(map(range_of, (
        f["find_vma"], f["intersection"], f["previous"], f["next"]))),
        expected(addr, end or addr + 1))
check("find: it visits a node on each level", f["nodes_visited"] == f["depth"])

# --- page tables ---
t = ask("pagetable", pid, "--totals")
vmpte = next(int(l.split()[1]) * 1024 for l in open(f"/proc/{pid}/status")
             if l.startswith("VmPTE"))
same("pagetable --totals: VmPTE", (t["bytes"], t["kernel_bytes"]),
     (vmpte, vmpte))

def entries(pid, a, b):
    """page address -> pagemap entry, from pagetable --raw"""
    out = {}
    for e in ask("pagetable", pid, "--raw", "--range", f"{a:x}-{b:x}")["entries"]:
        for i in range(e["entry_size"] // PAGE):
            at = int(e["start"], 16) + i * PAGE
            if not a <= at < b:
                continue
            flags = e["flags"]
            out[at] = (int(e["phys"], 16) // PAGE + i, "exclusive" in flags,
                       "file" in flags and "anon" not in flags)
    return out

def expected_entries(pid, a, b):
    out = {}
    for i, e in enumerate(pagemap(pid, a, b)):
        if e & PRESENT:
            out[a + i * PAGE] = (pfn(e), bool(e & EXCLUSIVE), bool(e & FILE))
    return out

for v in (v for v in vmas if "libc" in v[3] or v[3] in ("[heap]", "[stack]")):
    same(f"pagetable: frames of {v[3]} {v[2]} as in pagemap",
         entries(pid, v[0], v[1]), expected_entries(pid, v[0], v[1]))

base = map_at(None, 64)
protect(base, 1, 0)
protect(base + 63 * PAGE, 1, 0)
base += PAGE
for i in (0, 1, 2, 5, 40):
    touch(base + i * PAGE)
look(base + 7 * PAGE)
touch(base + 50 * PAGE)
protect(base + 50 * PAGE, 1, 0)
same("pagetable: a mapping of which 7 pages were touched",
     {(a - base) // PAGE for a in entries(me, base, base + 62 * PAGE)},
     {0, 1, 2, 5, 7, 40, 50})
zero = ask("pagetable", me, "--range", f"{base:x}-{base + 62 * PAGE:x}",
           "--require", "zero")["entries"]
same("pagetable --require zero: the page that was only read",
     [(int(e["start"], 16) - base) // PAGE for e in zero], [7])
dirty = ask("pagetable", me, "--raw", "--range",
            f"{base:x}-{base + 62 * PAGE:x}", "--require", "anon",
            "--not", "protnone")["entries"]
same("pagetable --require --not: those that were written",
     [(int(e["start"], 16) - base) // PAGE for e in dirty], [0, 1, 2, 5, 40])
fold = ask("pagetable", me, "--fold", "--range", f"{base:x}-{base + 3 * PAGE:x}",
           "--require", "present")["entries"]
same("pagetable --fold: three pages are one run",
     [(int(e["start"], 16), e["nr"]) for e in fold], [(base, 3)])

for i in (0, 5, 40):
    a = base + i * PAGE + 0x123
    r = ask("translate", me, hex(a))
    entry = pagemap(me, a - 0x123, a - 0x123 + PAGE)[0]
    same(f"translate: page {i}", (r["outcome"], int(r["phys"], 16), r["pfn"]),
         ("mapped", pfn(entry) * PAGE + 0x123, pfn(entry)))
    check(f"translate: page {i}: each index is of the address, each step leads to the next",
          all(s["index"] == a >> s["shift"] & 511 for s in r["steps"]) and
          all(x["phys"] == y["table"]
              for x, y in zip(r["steps"], r["steps"][1:]) if y["walked"]))
same("translate: never touched", ask("translate", me, hex(base + 3 * PAGE))
     ["outcome"], "none")
r = ask("translate", me, hex(base + 50 * PAGE))
same("translate: no access", (r["outcome"], r["access"], r["vma_access"]),
     ("protnone", [], []))
unmap(base + 20 * PAGE, 1)
same("translate: nothing mapped",
     ask("translate", me, hex(base + 20 * PAGE))["outcome"], "no_vma")
hidden = json.loads(subprocess.run(
    ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups",
     vmlab, "translate", "self", "400000", "--json"],
    capture_output=True, text=True).stdout)
check("translate: nobody is told what is hidden",
      hidden["hidden"] and hidden["phys"] is None, hidden)

# --- what is resident, per VMA ---
m = ask("map", pid)
rss, at = {}, None
with open(f"/proc/{pid}/smaps") as f:
    for line in f:
        w = line.split()
        if "-" in w[0] and not w[0].endswith(":"):
            at = int(w[0].split("-")[0], 16)
        elif w[0] == "Rss:":
            rss[at] = int(w[1]) * 1024
same("map: RSS of every VMA as in smaps",
     {int(i["start"], 16): i["rss"] for i in m["items"] if i["kind"] != "gap"},
     {a: r for a, r in rss.items() if a < 1 << 63})
# the example of the documentation, over libvmlab
lines = subprocess.run(["pagesizes", str(pid)], capture_output=True, text=True,
                       check=True).stdout.splitlines()[1:]
sizes = {int(l.split()[0], 16): 1024 * sum(map(int, l.split()[2:5]))
         for l in lines}
program = [v[0] for v in vmas if v[3] == os.readlink(f"/proc/{pid}/exe")]
check("pagesizes: every VMA", list(sizes) == [v[0] for v in vmas], lines)
same("pagesizes: what is mapped of the program, as smaps says",
     [sizes[a] for a in program], [rss[a] for a in program])

check("map: items follow each other without holes",
      all(x["end"] == y["start"] for x, y in zip(m["items"], m["items"][1:])))
subprocess.run([vmlab, "map", str(pid), "--svg", work + "/m.svg", "--html",
                work + "/m.html"], check=True)
svg = open(work + "/m.svg", encoding="utf-8").read()
html = open(work + "/m.html", encoding="utf-8").read()
dom = xml.dom.minidom.parseString(svg)
same("map --svg: well-formed XML with an item for each VMA and gap",
     sum("item" in g.getAttribute("class")
         for g in dom.getElementsByTagName("g")), len(m["items"]))
check("map --svg --html: refer to nothing outside",
      not any(w in svg + html for w in ("href", "src=", "<script", "url(", "@import")))
same("map --html: a row for each item", html.count("<tr class="),
     len(m["items"]))

# --- sharing ---
s = ask("sharing", *sleepers, "--pfns")
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
same("sharing: frames and pages of libc's text",
     (o["frames"], o["file_frames"], o["file_pages"], o["processes"]),
     (len(union), len(union), len(per_page), len(sleepers)))
same("sharing --pfns: those that two or more map", set(o["pfns"]), shared)
same("sharing: their mappings", o["mappings"],
     sum(len(p & shared) for p in per_proc.values()))
check("sharing: each process is private plus shared",
      all(p["resident"] == p["private"] + p["shared"] for p in s["processes"]))
two = ask("sharing", *sleepers[:2])
a, b = (set().union(*(
    {pfn(e) for e in pagemap(p, v[0], v[1]) if e & PRESENT}
    for v in maps(p) if not v[3].startswith("[v")))
    for p in sleepers[:2])
vdso = sum(x["shared_frames"] for x in two["objects"]
           if x["name"] and x["name"].startswith("[v"))
same("sharing: what the pair shares, by pagemap",
     two["pairs"][0]["frames"] - vdso, len(a & b))

# --- changes ---
area = map_at(None, 4096)
protect(area, 4096, 0)
base = area + 64 * PAGE
snapshots = 0

def snapshot():
    global snapshots
    snapshots += 1
    path = f"{work}/snapshot.{snapshots}"
    with open(path, "w") as out:
        subprocess.run([vmlab, "snapshot", str(me)], stdout=out, check=True)
    return path

def name_of(e):
    return (e["event"], (int(e["start"], 16) - base) // PAGE,
            (int(e["end"], 16) - base) // PAGE)

def events(doc):
    """those near base: this process's own heap changes too"""
    return [e for e in doc if base - 32 * PAGE <= int(e["start"], 16)
            and int(e["end"], 16) <= area + 4096 * PAGE
            and e["event"] not in ("rss",)
            and int(e["start"], 16) != area]

before = snapshot()

def step(text, want, act):
    global before
    act()
    after = snapshot()
    got = sorted(map(name_of, events(ask("diff", before, after)["events"])))
    # what is around is one mapping without access, cut by each of these
    got = [g for g in got if g[0] not in ("split", "merged", "grew", "shrank")
           or g[1] >= 0 and g[2] <= 64]
    same(f"diff: {text}", got, sorted(want))
    before = after

step("mmap", [("flags", 0, 16)], lambda: protect(base, 16, R | W))
touch(base)
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
    touch(base + (9 + i) * PAGE)
after = snapshot()
e = [e for e in ask("diff", before, after)["events"]
     if e["event"] == "rss" and int(e["start"], 16) == base]
same("diff: three pages touched",
     [x["after"][0]["rss"] - x["before"][0]["rss"] for x in e], [3 * PAGE])
before = after

def move():
    unmap(base + 30 * PAGE, 20)
    a = libc.mremap(ctypes.c_void_p(base), ctypes.c_size_t(14 * PAGE),
                    ctypes.c_size_t(14 * PAGE), 3,
                    ctypes.c_void_p(base + 32 * PAGE))
    assert a == base + 32 * PAGE, "mremap"
step("mremap", [("moved", 32, 46)], move)
step("munmap", [("gone", 32, 46)], lambda: unmap(base + 32 * PAGE, 14))
step("mmap", [("appeared", 33, 40)],
     lambda: map_at(base + 33 * PAGE, 7, R | W, FIXED))

def on_signal(*_):
    protect(base + 35 * PAGE, 1, R)
signal.signal(signal.SIGUSR1, on_signal)
script = (f"kill -USR1 {me}; for i in $(seq 100); do "
          f"grep -q '^{base + 35 * PAGE:08x}-' /proc/{me}/maps && exit 0; "
          "sleep 0.1; done; exit 1")
# In the background: a signal is handled in the main thread's Python code.
p = subprocess.Popen([vmlab, "diff", "--json", str(me), "--", "sh", "-c",
                      script], stdout=subprocess.PIPE, text=True)
while p.poll() is None:
    time.sleep(0.05)
same("diff PID -- COMMAND: what the command made it do",
     [name_of(e) for e in events(json.loads(p.stdout.read())["events"])
      if e["event"] in ("split", "flags")],
     [("split", 33, 40), ("flags", 35, 36)])

p = subprocess.Popen([vmlab, "watch", "--json", "--interval", "0.1", str(me)],
                     stdout=subprocess.PIPE, text=True)
check("watch: it says that it starts",
      json.loads(p.stdout.readline())["event"] == "start")
protect(base + 35 * PAGE, 1, R | W)
seen, deadline = [], time.monotonic() + 20
while time.monotonic() < deadline:
    seen.append(json.loads(p.stdout.readline()))
    if seen[-1]["event"] == "flags" and name_of(seen[-1]) == ("flags", 35, 36):
        break
check("watch: a merge is seen live",
      ("merged", 33, 40) in map(name_of, (e for e in seen if "start" in e)),
      seen)
p.terminate()
same("watch: an interrupt ends it", p.wait(), 0)

child = subprocess.Popen(["sleep", "1000"])
p = subprocess.Popen([vmlab, "watch", "--json", "--interval", "0.1",
                      str(child.pid)], stdout=subprocess.PIPE, text=True)
p.stdout.readline()
child.kill()
child.wait()
lines = p.stdout.read().splitlines()
same("watch: ends when the process ends",
     (p.wait(), json.loads(lines[-1])["event"]), (0, "exit"))

# --- the kernel half ---
regions = {r["name"]: r for r in ask("layout")["regions"]}
symbols = {w[2]: int(w[0], 16) for w in map(str.split, open("/proc/kallsyms"))
           if w[2] == "_stext"}

def inside(addr, region):
    return int(region["start"], 16) <= addr <= int(region["last"], 16)

if symbols.get("_stext"):
    check("layout: the kernel's text is in its region",
          inside(symbols["_stext"], regions["kernel_image"]), regions)
else:
    print("skip /proc/kallsyms shows no addresses: layout: the kernel's text")
module = [int(l.split()[5], 16) for l in open("/proc/modules")
          if l.startswith("vmlab ")]
check("layout: the module is among the modules",
      module and module[0] and inside(module[0], regions["modules"]), module)
stat = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
process = {p["name"]: p for p in ask("layout", pid)["process"]}
same("layout: code of a process as in stat",
     (int(process["code"]["start"], 16), int(process["code"]["end"], 16)),
     (int(stat[23]), int(stat[24])))
END

while read -r failed text; do
	case $failed in
	[01]) result "$failed" "$text" ;;
	skip)
		points=$((points + 1))
		echo "ok $points - ${text#*: } # SKIP ${text%%: *}"
		;;
	*) echo "$failed $text" ;;
	esac
done < <(python3 "$work/oracle.py" "$vmlab" "$work" "${sleepers[@]}" 2>&1 ||
	echo '1 the oracle ran to its end')

echo "1..$points"
((failures == 0))
