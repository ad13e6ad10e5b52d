#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# faults.sh [ROUNDS [PAGES]]: measure what each way of observing page faults costs a
# program that only faults: it writes to PAGES pages of anonymous memory for the first
# time. Each round measures all ways in turn, so that other load on the machine affects
# all alike. The table shows the median of the rounds, and its ratio to that of the
# program alone.
set -euo pipefail

rounds=${1:-9}
pages=${2:-4000}
work=$(mktemp -d "${TMPDIR:-/tmp}/vmlab-bench-XXXXXX")
trap 'rm -rf "$work"' EXIT

# measure WAY COMMAND...: append the time that faultcase reports to $work/WAY
measure()
{
	local way=$1
	shift

	"$@" faultcase timing "$pages" 2>/dev/null | grep ' ns a fault$' >>"$work/$way"
}

with_top()
{
	local top

	vmlab top --batch --delay 1 >/dev/null &
	top=$!
	sleep 3
	"$@"
	kill "$top"
	wait "$top" || true
}

median()
{
	sort -n "$1" | awk '{ ns[NR] = $1 } END { print ns[int((NR + 1) / 2)] }'
}

for ((i = 0; i < rounds; i++)); do
	measure none
	measure brief vmlab faults --brief --output "$work/report" --
	measure default vmlab faults --output "$work/report" --
	measure folded vmlab faults --folded "$work/stacks" --output "$work/report" --
	measure top with_top
	if command -v bpftrace >/dev/null; then
		# bpftrace starts the command after it has attached its probes
		bpftrace -o "$work/report" -c "$(command -v faultcase) timing $pages" \
			"$(dirname "$0")/../../tools/bpftrace/fault_latency.bt" 2>/dev/null |
			grep ' ns a fault$' >>"$work/fault_latency.bt"
	fi
done

base=$(median "$work/none")
printf '%-18s %10s %6s\n' WAY 'NS A FAULT' RATIO
for way in none brief default folded top fault_latency.bt; do
	[[ -s $work/$way ]] || continue
	ns=$(median "$work/$way")
	awk -v way="$way" -v ns="$ns" -v base="$base" \
		'BEGIN { printf "%-18s %10d %6.2f\n", way, ns, ns / base }'
done
