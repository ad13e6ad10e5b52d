#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# breaks.sh [LAB...]: the verdict of a lab changes when an assumption of its prediction
# is broken in the experiment. With VMLAB_FULL=1 each assumption of each lab, else the
# first of each.
set -euo pipefail

source "$(dirname "${BASH_SOURCE[0]}")/../lib/tap.sh"
# A sanitizer takes address space and faults of its own.
PATH=${VMLAB_PLAIN_BIN:+$VMLAB_PLAIN_BIN:}$PATH

(($#)) || mapfile -t labs < <(vmlab lab list --noheadings --output LAB --raw)
(($#)) && labs=("$@")

# the names of the assumptions of a lab
assumptions()
{
	vmlab lab show "$1" |
		sed -n '/^Assumptions to break/,/^$/s/^  \([^ :]*\):.*/\1/p'
}

echo "TAP version 13"
for lab in "${labs[@]}"; do
	mapfile -t names < <(assumptions "$lab")
	if ((${#names[@]} == 0)); then
		result 1 "$lab has an assumption to break"
		continue
	fi
	[[ ${VMLAB_FULL:-} == 1 ]] || names=("${names[0]}")
	for name in "${names[@]}"; do
		code=0
		vmlab lab run "$lab" --break "$name" >"$work/out" 2>&1 </dev/null || code=$?
		if ((code == 77)); then
			skip "$(sed -n 's/^  skipped[^:]*: //p' "$work/out")" "$lab without '$name'"
			continue
		fi
		# "failed" is no verdict about the assumption.
		if ((code == 1)) && grep -q "^  differs .*'$name' broken" "$work/out"; then
			result 0 "$lab differs without '$name'"
		else
			result 1 "$lab differs without '$name'"
			sed -n '/^Measurement/,$p' "$work/out" | sed 's/^/# /'
		fi
	done
done
echo "1..$points"
((failures == 0))
