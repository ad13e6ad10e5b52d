#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# vmlab faults, top and heat as commands: messages and exit codes when something is
# missing, and their output for running processes. tools/vmlab/tests/nodevice.sh tests
# wrong arguments.
set -euo pipefail

source "$(dirname "${BASH_SOURCE[0]}")/../lib/tap.sh"
source "$(dirname "${BASH_SOURCE[0]}")/../lib/holds.sh"
source "$(dirname "${BASH_SOURCE[0]}")/../lib/vmlab.sh"
source "$(dirname "${BASH_SOURCE[0]}")/attached.sh"
patience=600

# A file name that is not UTF-8 and has an escape sequence for terminals.
program=$work/$'\377&<\033[31m'
cp "$(command -v faultcase)" "$program"

# start_case NAME PAGES: run a case of faultcase, with its pid in $target
start_case()
{
	"$program" "$@" >"$work/case" 2>&1 &
	target=$!
	children+=("$target")
	wait_for grep -qx "$1" "/proc/$target/comm"
}

bad_input()
{
	run 1 'cannot write /nonexistent/x' 'a report that cannot be written' \
		"$vmlab" faults --output /nonexistent/x -- touch "$work/ran"
	run 1 'cannot write /nonexistent/x' 'stacks that cannot be written' \
		"$vmlab" faults --folded /nonexistent/x -- touch "$work/ran"
	check 'the command is not run when the report cannot be written' test ! -e "$work/ran"
	run 5 'as root' 'faults without permission' "${nobody[@]}" "$vmlab" faults -- true
	run 5 'as root' 'top without permission' "${nobody[@]}" "$vmlab" top --batch
	if [[ -e /dev/vmlab ]]; then
		run 5 '[Pp]ermission' 'heat without permission' "${nobody[@]}" "$vmlab" heat $$
	fi
	run 1 'CONFIG_DEBUG_INFO_BTF' 'faults without BTF' unshare --mount sh -c \
		"mount -t tmpfs none /sys/kernel/btf && exec $vmlab faults -- true"
	run 1 'outside the container' 'faults in a pid namespace' \
		unshare --pid --fork --mount-proc "$vmlab" faults -- true
}

# The exit code is that of the command, and the report is on standard error.
exit_codes()
{
	local code=0

	run 127 "cannot run '/nonexistent'" 'faults: a command that does not exist: 127' \
		"$vmlab" faults --brief -- /nonexistent
	: >"$work/not-executable"
	run 126 'cannot run' 'faults: a command that cannot be run: 126' \
		"$vmlab" faults --brief -- "$work/not-executable"
	run 3 'exit status 3$' 'faults: the exit status of the command' \
		"$vmlab" faults --brief -- sh -c 'exit 3'
	run 143 'killed by SIGTERM' 'faults: 128 + the signal' \
		"$vmlab" faults --brief -- sh -c 'kill -TERM $$'
	"$vmlab" faults --brief -- echo only this >"$work/out" 2>"$work/err" || code=$?
	check 'faults: standard output has the output of the command alone' \
		test "$code $(cat "$work/out")" = '0 only this'
	check 'faults: the report is on standard error' \
		grep -q '^getrusage: .*: the same$' "$work/err"
	"$vmlab" faults --json -o "$work/json" -- sh -c 'exit 5' || code=$?
	check 'faults --json -o FILE: the exit status too' test "$code" = 5
	holds 'and it is in the report' "doc['exit_status'] == 5 and not doc['all']"
}

# --all counts a process that vmlab has not started
all_processes()
{
	start_case loop 64
	"$vmlab" faults --all --json -o "$work/json" -- sleep 2
	holds 'faults --all: the loop is counted, and has no getrusage' \
		"[p['comm'] for p in doc['processes'] if p['pid'] == $target] == ['loop'] and doc['getrusage'] is None and doc['all']"
	holds 'faults --all: so is the command' \
		"doc['pid'] in [p['pid'] for p in doc['processes']]"
	run 0 'faults: all processes$' 'faults --all for a time' \
		"$vmlab" faults --all --brief --duration 1
	run 0 '^anon$' 'faults: a column of one table' "$vmlab" faults --pid "$target" \
		--duration 1 --raw --noheadings --output kind --sort -minor
	kill "$target"
}

# More signals than fit in the table.
lost_is_shown()
{
	run 0 '^Lost: 904 signals' 'signals that do not fit are counted' \
		"$vmlab" faults --histogram -- faultcase signals 5000
	check 'and the totals are right' \
		grep -q '^getrusage: .*: the same$' "$work/out"
	check 'with a histogram' grep -qE '^< [0-9.]+ [a-z]+ +[0-9]+ #' "$work/out"
}

# Report, stacks and totals of a process until it is killed.
of_process()
{
	local before after code=0 tracer

	start_case loop 64
	before=$(awk '{ print $10 + $12 }' "/proc/$target/stat")
	"$vmlab" faults --json --output "$work/json" --folded "$work/folded" \
		--pid "$target" 2>"$work/err" &
	tracer=$!
	wait_for attached "$tracer"
	sleep 2
	after=$(awk '{ print $10 + $12 }' "/proc/$target/stat")
	kill "$target"
	wait "$tracer" || code=$?
	check "faults --pid ends with the process" test "$code" = 0
	holds "as many faults as the process can have had" \
		"64 <= doc['total']['minor'] + doc['total']['major'] <= $after - $before + 640"
	holds "most are writes of touch_write to anonymous memory" \
		"sum(i['minor'] for i in doc['instructions'] if i.get('symbol') == 'touch_write' and i['kinds'] == ['anon']) * 100 > 99 * doc['total']['minor'] - 6400"
	holds "there is no getrusage to compare with" "doc['getrusage'] is None"
	check "stacks have the format of flame graph programs" \
		test "$(grep -cvE '^.+;[a-z-]+_\[k\] [0-9]+$' "$work/folded")" = 0
	check "the stack ends in the function that wrote" \
		grep -qE '^loop;.*touch_write;anon_\[k\] [0-9]+$' "$work/folded"
	holds "stacks add up to the total" \
		"$(awk '{ sum += $NF } END { print sum + 0 }' "$work/folded") == doc['total']['minor'] + doc['total']['major']"
}

top_batch()
{
	start_case loop 64
	run 0 "^ *$target .* anon .*loop" 'top shows the process' \
		"$vmlab" top --batch --count 2 --delay 1
	"$vmlab" top --json --count 2 --delay 1 --pid "$target" >"$work/lines"
	check 'top --json prints a line for each interval' \
		test "$(wc -l <"$work/lines")" = 2
	printf '{ "pictures": [%s] }' "$(paste -sd , "$work/lines")" >"$work/json"
	holds 'the process is in both, with its faults' \
		"[[(p['pid'], p['comm']) for p in q['processes']] for q in doc['pictures']] == [[($target, 'loop')]] * 2 and all(p['minor'] >= 64 for q in doc['pictures'] for p in q['processes']) and doc['pictures'][1]['minor'] >= 64"
	run 0 "^$target loop$" 'top: columns in rows alone' "$vmlab" top --batch --count 1 \
		--pid "$target" --noheadings --raw --output pid,command --sort -time
	kill "$target"
}

# heat_of METHOD HOT COLD: the least heat of the first half of the pages, which the
# target accesses all the time, and the most of the second, which it accessed once. On
# a busy host the target may miss an interval: the best interval counts.
heat_of()
{
	local address

	start_case heat 512
	wait_for grep -q . "$work/case"
	address=$(<"$work/case")
	if ! "$vmlab" heat "$target" --method "$1" --json --interval 0.5 --count 8 \
		--svg "$work/svg" >"$work/json" 2>"$work/err"; then
		if [[ $1 == damon ]] && grep -q 'has no DAMON' "$work/err"; then
			skip "this kernel has no DAMON" "heat by $1"
		else
			result 1 "heat by $1"
			complain "$work/err"
		fi
		kill "$target" || true
		return
	fi
	cat >"$work/halves.py" <<-END
		def part(sample, start, end):
		    return sum(max(0, min(int(r["end"], 16), end) - max(int(r["start"], 16), start))
		               * r["heat"] for r in sample["runs"]) / (end - start)

		# Leave out the first intervals, in which the program starts.
		def heat(doc, start, end):
		    return [part(sample, start, end) for sample in doc["samples"][2:]]
	END
	export PYTHONPATH=$work
	holds "heat by $1: as many intervals as asked for" "len(doc['samples']) == 8"
	holds "heat by $1: the first half is hot" \
		"max(__import__('halves').heat(doc, $address, $address + 256 * 4096)) >= $2"
	holds "heat by $1: the second half is cold" \
		"min(__import__('halves').heat(doc, $address + 256 * 4096, $address + 512 * 4096)) <= $3"
	holds "heat by $1: the share of the CPU that it took" "0 < doc['cpu_share'] < 1"
	check "heat by $1: the SVG is XML and has cells" python3 -c "
import sys, xml.dom.minidom
svg = xml.dom.minidom.parse(sys.argv[1]).documentElement
sys.exit(svg.tagName != 'svg' or len(svg.getElementsByTagName('rect')) < 20)" "$work/svg"
	# DAMON may have missed the mapping of the program.
	[[ $1 == damon ]] ||
		check "heat by $1: with the name of the program" grep -qF '\377&amp;&lt;\033[31m' "$work/svg"
	# A picture, while the target exits.
	(sleep 5 && kill "$target") &
	run 0 'the measurement took' "heat by $1: a picture of a process that ends" \
		"$vmlab" heat "$target" --method "$1" --interval 0.3 --count 100
}

echo "TAP version 13"
if [[ -z ${VMLAB_FULL:-} ]]; then
	echo "1..0 # SKIP takes minutes on a slow kernel: set VMLAB_FULL=1"
	exit 0
fi
if [[ ! -e /sys/kernel/btf/vmlinux ]]; then
	echo "1..0 # SKIP this kernel has no BTF"
	exit 0
fi
bad_input
of_process
if [[ -e /dev/vmlab ]]; then
	heat_of bits 0.8 0.1
else
	skip "the module is not loaded" "heat by accessed bits"
fi
exit_codes
lost_is_shown
all_processes
top_batch
# DAMON samples one page of a region: the result is coarse.
heat_of damon 0.3 0.6
echo "1..$points"
((failures == 0))
