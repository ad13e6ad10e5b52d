#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# agree.sh [LAB...]: each lab agrees with its prediction on this kernel. All labs by
# default.
set -euo pipefail

source "$(dirname "${BASH_SOURCE[0]}")/../lib/tap.sh"
# A sanitizer takes address space and faults of its own.
PATH=${VMLAB_PLAIN_BIN:+$VMLAB_PLAIN_BIN:}$PATH

(($#)) || mapfile -t labs < <(vmlab lab list --noheadings --output LAB --raw)
(($#)) && labs=("$@")

echo "TAP version 13"
for lab in "${labs[@]}"; do
	code=0
	vmlab lab run "$lab" >"$work/out" 2>&1 </dev/null || code=$?
	if ((code == 77)); then
		skip "$(sed -n 's/^  skipped: //p' "$work/out")" "$lab"
		continue
	fi
	result $((code != 0)) "$lab agrees"
	((code == 0)) || sed -n '/^Measurement/,$p' "$work/out" | sed 's/^/# /'
done
result $((${#labs[@]} < 37 && $# == 0)) "there are 37 labs: ${#labs[@]}"
echo "1..$points"
((failures == 0))
