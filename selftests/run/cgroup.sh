#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# vmlab run in a control group: the memory of a program is charged to its group, and the
# limits of the group hold.
#
# usage: cgroup.sh
set -euo pipefail

source "$(dirname "${BASH_SOURCE[0]}")/../lib/tap.sh"
source "$(dirname "${BASH_SOURCE[0]}")/../lib/holds.sh"
source "$(dirname "${BASH_SOURCE[0]}")/../lib/spaces.sh"
export NO_COLOR=1

group=/sys/fs/cgroup/vmlab-run

# in_group CODE TEXT COMMAND...: run COMMAND, not vmlab itself, in the group; the report is in
# $work/json
in_group()
{
	local want=$1 text=$2 code=0
	shift 2

	# shellcheck disable=SC2016 # expanded by that shell
	vmlab run --json -o "$work/json" "${options[@]}" -- \
		sh -c 'echo $$ >"$0/cgroup.procs" && exec "$@"' "$group" "$@" \
		>"$work/out" 2>"$work/err" </dev/null || code=$?
	check "$text: exit code $want" test "$code" = "$want"
	((code == want)) || complain "$work/err"
}
options=()

# What the group has in a file, as a number of MiB.
mib()
{
	echo $(($(<"$group/$1") >> 20))
}

# Without the page cache, which stays.
group_is_empty()
{
	awk '$1 ~ /^(anon|shmem|kernel)$/ { sum += $2 } END { exit sum >= 8388608 }' \
		"$group/memory.stat"
}

group_is_empty_diagnosis()
{
	cat "$group/memory.stat"
}

nothing_is_charged()
{
	wait_for group_is_empty
	result 0 "$1: nothing is charged to the group any more"
}

# Writes so many MiB, and forks a child that writes them again.
program='
import os, sys
n = int(sys.argv[1]) << 20
b = bytearray(n)
b[::4096] = bytes(n >> 12)
if os.fork() == 0:
    b[::4096] = b"x" * (n >> 12)
    os._exit(0)
status = os.wait()[1]
print(sum(b), status)
'

charged()
{
	in_group 0 'a program' python3 -S -c "$program" 24
	check '... with its output' test "$(<"$work/out")" = '0 0'
	if [[ -e $group/memory.peak ]]; then
		check '... its memory, and that of its child, is charged to the group' \
			test "$(mib memory.peak)" -ge 48
	else
		skip 'no memory.peak before Linux 5.19' '... is charged to the group'
	fi
	nothing_is_charged '...'
	options=(--budget 4M)
	in_group 0 'with a budget' python3 -S -c "$program" 24
	check '... the same output' test "$(<"$work/out")" = '0 0'
	holds '... frames were evicted' "doc['paging_stats']['evicted'] > 0"
	# the store of a space is memory of the group, too
	nothing_is_charged '...'
	options=()
}

oom_killed()
{
	awk '$1 == "oom_kill" { exit !$2 }' "$group/memory.events"
}

limited()
{
	echo 0 >"$group/memory.swap.max" || true
	echo 32M >"$group/memory.max"
	in_group 137 'more memory than the group may have' python3 -S -c "$program" 96
	check '... the OOM killer ended it' oom_killed
	holds '... the report says by which signal' "doc['signal'] == 9 and doc['stats']['filled'] > 0"
	nothing_is_left '...'
	nothing_is_charged '...'
	in_group 0 'less memory in the same group, afterwards' python3 -S -c "$program" 4
	check '... with its output' test "$(<"$work/out")" = '0 0'
	echo max >"$group/memory.max"
}

processes()
{
	if [[ ! -e $group/pids.max ]]; then
		skip 'no pids controller' 'as many processes as the group may have'
		return
	fi
	echo 1 >"$group/pids.max"
	in_group 1 'fork(2) beyond the limit of processes' python3 -S -c "$program" 1
	check '... is its error' grep -q BlockingIOError "$work/err"
	nothing_is_left '...'
}

echo "TAP version 13"
skip_without_allocator
echo '+memory +pids' >/sys/fs/cgroup/cgroup.subtree_control 2>/dev/null ||
	echo '+memory' >/sys/fs/cgroup/cgroup.subtree_control 2>/dev/null || true
if ! mkdir -p "$group" 2>/dev/null || [[ ! -e $group/memory.max ]]; then
	echo '1..0 # SKIP no control groups (version 2) of memory'
	exit 0
fi
charged
limited
processes
wait_for rmdir "$group"
echo "1..$points"
((failures == 0))
