#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# cleanup.sh: a lab leaves nothing, however it ends: by itself, by SIGTERM, by SIGKILL of the
# program that runs it, or of the process that cleans up. Runs that change the system exclude
# each other.
set -euo pipefail

source "$(dirname "${BASH_SOURCE[0]}")/../lib/tap.sh"
# A sanitizer takes address space and faults of its own.
PATH=${VMLAB_PLAIN_BIN:+$VMLAB_PLAIN_BIN:}$PATH

# The lines of what a lab can leave: processes, swap areas, zram devices, mounts,
# cgroups, settings.
state()
{
	pgrep -x vmlab || true
	tail -n +2 /proc/swaps
	find /sys/block -name 'zram*'
	cut -d ' ' -f 5 /proc/self/mountinfo
	find /sys/fs/cgroup -name 'vmlab-*' -type d 2>/dev/null || true
	for setting in page-cluster overcommit_memory overcommit_ratio overcommit_kbytes \
		max_map_count min_free_kbytes watermark_scale_factor; do
		echo "$setting $(<"/proc/sys/vm/$setting")"
	done
	for setting in transparent_hugepage/enabled transparent_hugepage/shmem_enabled \
		lru_gen/enabled ksm/run; do
		[[ ! -e /sys/kernel/mm/$setting ]] ||
			echo "$setting $(<"/sys/kernel/mm/$setting")"
	done
}

# Some time may pass until the keeper has cleaned up.
is_clean()
{
	state >"$work/now"
	cmp -s "$work/before" "$work/now"
}

check() # TEXT
{
	for ((i = 0; i < 300; i++)); do
		if is_clean; then
			result 0 "$1"
			return
		fi
		sleep 0.1
	done
	result 1 "$1"
	diff "$work/before" "$work/now" | sed 's/^/# /'
}

is_running() # PID: a child that was not waited for
{
	[[ $(ps -o stat= -p "$1") == [!Z]* ]]
}

labs()
{
	vmlab lab list --noheadings --output LAB --raw
}

state >"$work/before"
echo "TAP version 13"
while read -r lab; do
	for signal in TERM KILL; do
		vmlab lab run "$lab" >/dev/null 2>&1 </dev/null &
		runner=$!
		sleep "0.$((RANDOM % 90 + 10))"
		kill "-$signal" "$runner" 2>/dev/null || true
		wait "$runner" 2>/dev/null || true
		check "$lab: nothing stays after SIG$signal"
	done
done < <(labs)

vmlab lab run all --quiet >/dev/null 2>&1 </dev/null &
runner=$!
sleep 2
kill -KILL "$runner" 2>/dev/null || true
wait "$runner" 2>/dev/null || true
check "run all: nothing stays after SIGKILL"
# Each run restores what it found: it must not find what another one has changed.
runners=()
for list in "limits leak reclaim" "reclaim limits leak" "mm-fields demand-paging malloc"; do
	read -ra names <<<"$list"
	vmlab lab run --quiet "${names[@]}" >"$work/run.${#runners[@]}" 2>&1 </dev/null &
	runners+=($!)
done
for i in "${!runners[@]}"; do
	code=0
	wait "${runners[i]}" || code=$?
	result $((code != 0 && code != 77)) "run $i of three at the same time: no lab differs"
	((code == 0 || code == 77)) || sed 's/^/# /' "$work/run.$i"
done
check "three at the same time: nothing stays"

# The keeper is the child of the runner; the OOM killer could end it. Not while a zram
# device is created: the kernel then tells its number, which comes into the log next.
vmlab lab run reclaim >"$work/out" 2>&1 </dev/null &
runner=$!
while is_running "$runner" && ! grep -q '^/dev/zram' /proc/mounts; do
	sleep 0.05
done
pkill -KILL -P "$runner" || true
code=0
wait "$runner" || code=$?
if ((code == 77)); then
	skip "$(sed -n 's/^  skipped: //p' "$work/out")" "the keeper is killed"
else
	result $((code != 1)) "the keeper is killed: the lab fails"
fi
check "the keeper is killed: nothing stays"
echo "1..$points"
((failures == 0))
