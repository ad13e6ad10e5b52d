#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# vmlab replay: published reference strings, a simulation, traces, and what it prints.
#
# usage: replay.sh [STRINGS]
#
# STRINGS: as many strings as paging/strings runs; here a 25th of them, each with
# eight policies and three budgets.
set -euo pipefail

strings=$((${1:-1000} / 25))
((strings >= 8)) || strings=8
source "$(dirname "${BASH_SOURCE[0]}")/../lib/tap.sh"
source "$(dirname "${BASH_SOURCE[0]}")/../lib/vmlab.sh"
export LC_ALL=C
belady=1,2,3,4,1,2,5,1,2,3,4,5

echo "TAP version 13"
run 0 '^lru \+4 \+12 \+8 \+4 \+33.3 ' 'the table has the hit ratio' \
	"$vmlab" replay --policy lru --frames 4 $belady
run 0 '^   7    5    5 1 2  fault -4$' 'steps: a fault and what it evicts' \
	"$vmlab" replay --steps $belady
run 0 '^   8    1    5 1 2  hit        5 1 2  hit        1 2 5  hit$' \
	'steps: three policies side by side' \
	"$vmlab" replay --steps --policy fifo,clock,opt $belady
run 0 '^   2    Bw   ' 'steps: letters and writes' "$vmlab" replay --steps A,Bw,C
run 0 '^4 4 fault 1 2,3,4$' 'steps --raw: a row an access' \
	"$vmlab" replay --steps --raw --noheadings $belady
run 0 '^     4    10    8$' 'curve: a row for each budget' \
	"$vmlab" replay --curve --policy fifo,lru $belady
run 0 "^fifo: 10 faults with 4 frames, 9 with 3: Belady's anomaly" \
	'curve: the anomaly' "$vmlab" replay --curve $belady
run 0 '</svg>' 'curve: SVG on standard output' \
	"$vmlab" replay --curve --svg - --policy fifo,lru $belady
result "$(grep -q '^FRAMES' "$work/out" && echo 1 || echo 0)" '... and nothing else'
run 0 '^mru \+3 \+4 \+4 ' 'a loaded frame counts for nothing' \
	"$vmlab" replay --policy mru --loaded 9,8,7 1,2,3,4
run 0 '^fifo \+3 \+3 \+0 \+3 \+100.0 \+0 \+0$' 'only loaded pages: no fault' \
	"$vmlab" replay --loaded 9,8,7 7,8,9
run 0 '^mru \+built-in' 'policy list has mru' "$vmlab" policy list
run 0 '^evicted \+48 ' 'space with mru' \
	"$vmlab" space --size 256K --budget 16 --policy mru
printf '1000 R\n2000 W\n3000 R\n4000 R\n5000 R\n1000 R\n2000 R\n' >"$work/short"
run 0 '^fifo \+3 \+7 \+7 \+0 \+0.0 \+4 \+1$' 'a trace: faults and write-outs' \
	"$vmlab" replay --file "$work/short"
# shellcheck disable=SC2016 # for the inner shell
run 0 '^fifo \+3 \+7 \+7 ' 'a trace on standard input' \
	bash -c '"$1" replay --file - <"$2"' _ "$vmlab" "$work/short"
# The lines of --help from a command on, up to the next example, without their indent.
"$vmlab" replay --help | sed -n '/^  \$ vmlab/,/^Example/ { /^Example/d; s/^  //; p }' >"$work/help"
read -ra example < <(sed -n '1 s/^\$ vmlab //p' "$work/help")
"$vmlab" "${example[@]}" >"$work/printed" 2>&1 || true
result "$(diff <(sed 1d "$work/help") "$work/printed" >"$work/diff" && [[ -s $work/help ]] &&
	echo 0 || echo 1)" 'the example of --help prints what is shown there'
complain "$work/diff"
out=$("$vmlab" replay --frames 1, 1 2>/dev/null) || true
result $((${#out} != 0)) 'wrong arguments print nothing on standard output'

while read -r failed text; do
	case $failed in
	[01]) result "$failed" "$text" ;;
	*) echo "$failed $text" ;;
	esac
done < <(python3 -B "$(dirname "${BASH_SOURCE[0]}")/replay" "$vmlab" "$work" \
	"$strings" 2>&1 || echo '1 the comparison with the simulation ran to its end')

echo "1..$points"
((failures == 0))
