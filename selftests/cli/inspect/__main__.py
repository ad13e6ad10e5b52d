# SPDX-License-Identifier: GPL-2.0
"""
inspect VMLAB DIRECTORY PID...: compare the JSON of vmlab with /proc, for
processes that sleep, and for this process, which knows what it maps.

Prints a line for each test, "0 TEXT" when it passed or "1 TEXT" when it failed,
and "skip REASON: TEXT".  One program for all tests, because starting Python takes
seconds on an emulated machine.
"""

import sys

import changes
import layout
import memory
import pagetables
import process
import resident
import sharing
import trees

sleepers = list(map(int, sys.argv[3:]))
pid = sleepers[0]
vmas = process.maps(pid)

trees.test_tree(pid, vmas)
trees.test_gaps(pid, vmas)
trees.test_gaps_length()
trees.test_find(pid, vmas)
pagetables.test_totals(pid)
pagetables.test_frames(pid, vmas)
base = pagetables.make_mapping()
pagetables.test_filters(base)
pagetables.test_translate(base)
pagetables.test_symbols()
pagetables.test_hidden()
memory.test_memory(pid)
resident.test_map(pid, vmas)
resident.test_pagesizes(pid, vmas)
sharing.test_object(sleepers)
sharing.test_pair(sleepers)
changes.test_diff()
changes.test_move()
changes.test_diff_command()
changes.test_watch()
changes.test_watch_exit()
layout.test_kernel()
layout.test_process(pid)
