#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# faults.sh [ROUNDS [PAGES]]: what it costs a program to be looked at, on one
# that does nothing but fault: the first write to PAGES pages of anonymous memory.
# All ways are tried in turn in every round, so that they meet the same machine;
# the table has the median of the rounds, and its ratio to the one without.
set -euo pipefail

rounds=${1:-9}
pages=${2:-4000}
work=$(mktemp -d "${TMPDIR:-/tmp}/vmlab-bench-XXXXXX")
trap 'rm -rf "$work"' EXIT

# measure WAY COMMAND...: a line of faultcase in $work/WAY
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
		# its command starts when its probes are attached
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
