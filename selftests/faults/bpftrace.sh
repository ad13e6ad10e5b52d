#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The scripts of tools/bpftrace: each runs while faultcase does what it is
# about, and has to print that. Without arguments all, else those named.
set -euo pipefail

scripts=$(cd "$(dirname "$0")/../../tools/bpftrace" && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/vmlab-bt-XXXXXX")
tracer=

cleanup()
{
	[[ -z $tracer ]] || kill -9 "$tracer" 2>/dev/null || true
	rm -rf "$work"
}
trap cleanup EXIT

points=0
failures=0
wanted=("$@")

point() # ok|not\ ok TEXT
{
	points=$((points + 1))
	echo "$1 $points - $2"
	[[ $1 == ok ]] || failures=$((failures + 1))
}

chosen() # NAME
{
	local name

	((${#wanted[@]})) || return 0
	for name in "${wanted[@]}"; do
		[[ $name != "$1" ]] || return 0
	done
	return 1
}

# check SCRIPT PATTERN COMMAND...: a line that matches, while COMMAND runs
check()
{
	local script=$1 pattern=$2 i
	shift 2

	chosen "$script" || return 0
	bpftrace "$scripts/$script.bt" >"$work/out" 2>&1 &
	tracer=$!
	# the BEGIN probe prints when all probes are attached
	for ((i = 0; i < 1200; i++)); do
		[[ ! -s $work/out ]] || break
		kill -0 "$tracer" 2>/dev/null || break
		sleep 0.1
	done
	for ((i = 0; i < 100; i++)); do
		! grep -qE 'ends|COMMAND' "$work/out" || break
		sleep 0.1
	done
	FAULTCASE_DIR=$work "$@" >/dev/null 2>&1 || true
	sleep 1
	kill -INT "$tracer" 2>/dev/null || true
	wait "$tracer" || true
	tracer=
	if grep -qE "$pattern" "$work/out"; then
		point ok "$script"
	else
		point 'not ok' "$script"
		sed 's/^/# /' "$work/out" | head -n 20
	fi
}

echo "TAP version 13"
if ! command -v bpftrace >/dev/null; then
	echo "1..0 # SKIP bpftrace is not installed"
	exit 0
fi
check faults '@minor\[faultcase\]: [0-9]{2,}' faultcase anon
check faults_by_vma '@file\[faultcase, warm, [0-9]+\]: [0-9]+' faultcase file-warm
check fault_latency '@ns\[faultcase\]' faultcase anon
check cow '@private\[faultcase\]: [0-9]{2,}' faultcase fork-child
check stack_growth 'faultcase .* 0$' faultcase stack
check stack_growth 'faultcase .* -12$' faultcase stack-limit
check segv 'faultcase .* SEGV_MAPERR' faultcase maperr
check segv 'faultcase .* SEGV_ACCERR' faultcase accerr
check segv 'faultcase .* BUS_ADRERR' faultcase beyond-end
if [[ -e /dev/vmlab ]]; then
	check vmlab_faults 'faultcase .* write +63$' faultcase vmlab
elif chosen vmlab_faults; then
	points=$((points + 1))
	echo "ok $points - vmlab_faults # SKIP the module is not loaded"
fi
if [[ -e /sys/block/zram0/disksize ]] && chosen swapin &&
	echo 64M >/sys/block/zram0/disksize && mkswap /dev/zram0 >/dev/null 2>&1 &&
	swapon /dev/zram0; then
	check swapin '@faults\[faultcase\]: [0-9]{2,}' faultcase swap
	swapoff /dev/zram0
	echo 1 >/sys/block/zram0/reset
elif chosen swapin; then
	points=$((points + 1))
	echo "ok $points - swapin # SKIP no zram device to swap to"
fi
echo "1..$points"
((failures == 0))
