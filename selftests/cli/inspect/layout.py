# SPDX-License-Identifier: GPL-2.0
"""layout against kallsyms, modules and stat."""

from process import check, equal, vmlab_json

def inside(addr, region):
    return int(region["start"], 16) <= addr <= int(region["last"], 16)

def test_kernel():
    regions = {r["name"]: r for r in vmlab_json("layout")["regions"]}
    symbols = {w[2]: int(w[0], 16) for w in map(str.split, open("/proc/kallsyms"))
               if w[2] == "_stext"}

    if symbols.get("_stext"):
        check("layout: the kernel's text is in its region",
              inside(symbols["_stext"], regions["kernel_image"]), regions)
    else:
        print("skip /proc/kallsyms shows no addresses: layout: the kernel's text")
    module = [int(l.split()[5], 16) for l in open("/proc/modules")
              if l.startswith("vmlab ")]
    check("layout: the module is among the modules",
          module and module[0] and inside(module[0], regions["modules"]), module)

def test_process(pid):
    stat = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
    process = {p["name"]: p for p in vmlab_json("layout", pid)["process"]}
    equal("layout: code of a process as in stat",
          (int(process["code"]["start"], 16), int(process["code"]["end"], 16)),
          (int(stat[23]), int(stat[24])))
