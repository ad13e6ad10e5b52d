#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# vmlab faults, top and heat as commands: what they say where they cannot work,
# with which exit code, and their output for running processes. Wrong arguments
# are in tools/vmlab/tests/nodevice.sh.
set -euo pipefail

source "$(dirname "${BASH_SOURCE[0]}")/../lib/tap.sh"
patience=600

# check TEXT COMMAND...: it succeeds
check()
{
	local text=$1 code=0
	shift

	"$@" || code=1
	result "$code" "$text"
}

# holds TEXT PYTHON: an expression over doc, the JSON in $work/json
holds()
{
	if python3 -c "
import json, sys
doc = json.load(open(sys.argv[1]))
sys.exit(not ($2))" "$work/json" 2>"$work/err"; then
		result 0 "$1"
	else
		result 1 "$1"
		echo "# $2"
		complain "$work/err"
		head -c 2000 "$work/json" | sed 's/^/# /'
		echo
	fi
}

# A copy where everybody may run it.
chmod 755 "$work"
cp "$(command -v vmlab)" "$work/vmlab"
vmlab=$work/vmlab
export NO_COLOR=1

# a name that is no UTF-8, and would colour a terminal
program=$work/$'\377&<\033[31m'
cp "$(command -v faultcase)" "$program"

start_case() # NAME PAGES: its pid in $target
{
	"$program" "$@" >"$work/case" 2>&1 &
	target=$!
	children+=("$target")
	wait_for grep -qx "$1" "/proc/$target/comm"
}

bad_input()
{
	local nobody=(setpriv --reuid=65534 --regid=65534 --clear-groups)

	run 1 'cannot write /nonexistent/x' 'a report that cannot be written' \
		"$vmlab" faults --output /nonexistent/x -- touch "$work/ran"
	run 1 'cannot write /nonexistent/x' 'stacks that cannot be written' \
		"$vmlab" faults --folded /nonexistent/x -- touch "$work/ran"
	check 'the command has not run for nothing' test ! -e "$work/ran"
	run 5 'as root' 'faults without permission' "${nobody[@]}" "$vmlab" faults -- true
	run 5 'as root' 'top without permission' "${nobody[@]}" "$vmlab" top --batch
	if [[ -e /dev/vmlab ]]; then
		run 5 . 'heat without permission' "${nobody[@]}" "$vmlab" heat $$
	fi
	run 1 'CONFIG_DEBUG_INFO_BTF' 'faults without BTF' unshare --mount sh -c \
		"mount -t tmpfs none /sys/kernel/btf && exec $vmlab faults -- true"
	run 1 'outside the container' 'faults in a pid namespace' \
		unshare --pid --fork --mount-proc "$vmlab" faults -- true
}

# more signals than their table holds
lost_is_shown()
{
	run 0 '^Lost: 904 signals' 'what does not fit is said' \
		"$vmlab" faults --histogram -- faultcase signals 5000
	check 'and the totals are right' \
		grep -q '^getrusage says .*: the same$' "$work/out"
	check 'with a histogram' grep -qE '^< [0-9.]+ [a-z]+ +[0-9]+ #' "$work/out"
}

attached() # PID: vmlab faults has all its programs in place
{
	[[ $(find "/proc/$1/fd" -lname 'anon_inode:bpf_link' 2>/dev/null | wc -l) -ge 9 ]]
}

# a process that runs, until it is killed: report, stacks and totals
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
	holds "touch_write of anonymous memory made them" \
		"sum(i['minor'] for i in doc['instructions'] if i.get('symbol') == 'touch_write' and i['kinds'] == ['anon']) * 100 > 99 * doc['total']['minor'] - 6400"
	holds "there is no getrusage to compare with" "doc['getrusage'] is None"
	check "stacks are as flame graph programs want them" \
		test "$(grep -cvE '^.+;[a-z-]+_\[k\] [0-9]+$' "$work/folded")" = 0
	check "the stack says who touched" \
		grep -qE '^loop;.*touch_write;anon_\[k\] [0-9]+$' "$work/folded"
	holds "stacks add up to the total" \
		"$(awk '{ sum += $NF } END { print sum + 0 }' "$work/folded") == doc['total']['minor'] + doc['total']['major']"
}

top_batch()
{
	start_case loop 64
	run 0 "^ *$target .* anon .*loop" 'top shows who has faults' \
		"$vmlab" top --batch --count 2 --delay 1
	"$vmlab" top --json --count 2 --delay 1 --pid "$target" >"$work/json"
	holds 'top --json has two pictures' "len(doc['pictures']) == 2"
	holds 'and the process is in them' \
		"all(p['pid'] == $target and p['minor'] % 64 <= 64 and p['comm'] == 'loop' for q in doc['pictures'] for p in q['processes']) and doc['pictures'][1]['minor'] >= 64"
	kill "$target"
}

# The first half of the pages is touched all the time, the second once.
# On a busy machine the target may miss an interval: the best of them counts.
heat_of() # METHOD HOT COLD: least and most heat of the halves
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

		# the first intervals have the start of the program
		def heat(doc, start, end):
		    return [part(sample, start, end) for sample in doc["samples"][2:]]
	END
	export PYTHONPATH=$work
	holds "heat by $1: as many intervals as asked for" "len(doc['samples']) == 8"
	holds "heat by $1: the first half is hot" \
		"max(__import__('halves').heat(doc, $address, $address + 256 * 4096)) >= $2"
	holds "heat by $1: the second half is cold" \
		"min(__import__('halves').heat(doc, $address + 256 * 4096, $address + 512 * 4096)) <= $3"
	holds "heat by $1: it says what it cost" "0 < doc['cpu_share'] < 1"
	check "heat by $1: the SVG is XML and has cells" python3 -c "
import sys, xml.dom.minidom
svg = xml.dom.minidom.parse(sys.argv[1]).documentElement
sys.exit(svg.tagName != 'svg' or len(svg.getElementsByTagName('rect')) < 20)" "$work/svg"
	# DAMON may not have met it
	[[ $1 == damon ]] ||
		check "heat by $1: with the name of the program" grep -qF '\377&amp;&lt;\033[31m' "$work/svg"
	# a picture, while the target goes
	(sleep 5 && kill "$target") &
	run 0 'looking took' "heat by $1: a picture of a process that ends" \
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
run 1 "cannot run '/nonexistent'" 'faults of no command' \
	"$vmlab" faults --brief -- /nonexistent
lost_is_shown
top_batch
# one page of a region stands for all: coarse
heat_of damon 0.3 0.6
echo "1..$points"
((failures == 0))
