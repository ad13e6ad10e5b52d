# SPDX-License-Identifier: GPL-2.0
"""Results, vmlab as a command, and this process as a target."""

import ctypes
import json
import mmap
import os
import struct
import subprocess
import sys

vmlab, work = sys.argv[1:3]

PAGE = mmap.PAGESIZE
libc = ctypes.CDLL(None, use_errno=True)
for f in (libc.mmap, libc.mremap):
    f.restype = ctypes.c_void_p
R, W, X = 1, 2, 4
PRIVATE, FIXED, ANON = 2, 0x10, 0x20
me = os.getpid()

# Bits of pagemap.
PRESENT, EXCLUSIVE, FILE = 1 << 63, 1 << 56, 1 << 61

def check(text, good, *more):
    """Print a result, and more about a failure"""
    print(int(not good), text, flush=True)
    if not good:
        for m in more:
            print("#", str(m)[:600].replace("\n", " "), flush=True)

def equal(text, got, want):
    check(text, got == want, f"got  {got}", f"want {want}")

def vmlab_json(*args):
    """The JSON of a vmlab command"""
    p = subprocess.run([vmlab, *map(str, args), "--json"], capture_output=True,
                       text=True, stdin=subprocess.DEVNULL)
    if p.returncode:
        raise RuntimeError(f"vmlab {args}: {p.returncode} {p.stderr}")
    return json.loads(p.stdout)

# mmap(2), mprotect(2) and munmap(2) of this process.
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

def write_byte(addr, value=1):
    ctypes.c_char.from_address(addr).value = bytes([value])

def read_byte(addr):
    return ctypes.c_char.from_address(addr).value

def maps(pid):
    """(start, end, permissions, name) of each VMA, without the gate VMA"""
    out = []
    with open(f"/proc/{pid}/maps") as f:
        for line in f:
            w = line.split(None, 5)
            a, b = (int(x, 16) for x in w[0].split("-"))
            if a < 1 << 63:
                out.append((a, b, w[1], w[5].strip() if len(w) > 5 else ""))
    return out

def pagemap(pid, start, end):
    """The entries of pagemap of a range"""
    n = (end - start) // PAGE
    with open(f"/proc/{pid}/pagemap", "rb") as f:
        f.seek(start // PAGE * 8)
        return struct.unpack(f"{n}Q", f.read(8 * n))

def pfn(entry):
    return entry & (1 << 55) - 1
