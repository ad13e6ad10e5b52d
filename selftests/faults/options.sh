#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# vmlab faults, top and heat: threads, signals, ends of processes, and "-" as a FILE.
set -euo pipefail

source "$(dirname "${BASH_SOURCE[0]}")/../lib/tap.sh"
patience=600

echo "TAP version 13"
if [[ -z ${VMLAB_FULL:-} ]]; then
	echo "1..0 # SKIP takes minutes on a slow kernel: set VMLAB_FULL=1"
	exit 0
fi
if [[ ! -e /sys/kernel/btf/vmlinux ]]; then
	echo "1..0 # SKIP this kernel has no BTF"
	exit 0
fi
export NO_COLOR=1
damon=/sys/kernel/mm/damon/admin/kdamonds
cd "$work"

check() # TEXT COMMAND...: it succeeds
{
	local text=$1 code=0
	shift

	"$@" || code=1
	result "$code" "$text"
}

start_case() # NAME PAGES: its pid in $target
{
	faultcase "$@" >"$work/case" 2>&1 &
	target=$!
	children+=("$target")
	wait_for grep -qx "$1" "/proc/$target/comm"
}

# a thread that is not the leader of its process
threads()
{
	local thread

	python3 -c "
import threading, time
threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
time.sleep(1000)" &
	target=$!
	children+=("$target")
	wait_for test -e "/proc/$target/task"
	wait_for has_two_threads
	thread=$(find "/proc/$target/task" -mindepth 1 -maxdepth 1 -printf '%f\n' |
		grep -vx "$target" | head -n 1)
	run 1 "$thread is a thread of process $target: give --pid=$target" \
		'faults: the id of a thread names its process' \
		vmlab faults --pid "$thread" --duration 1
	run 1 "$thread is a thread of process $target: give --pid=$target" \
		'top: the same' vmlab top --batch --count 1 --pid "$thread"
	kill "$target"
}

has_two_threads()
{
	[[ $(find "/proc/$target/task" -mindepth 1 -maxdepth 1 | wc -l) -ge 2 ]]
}

top_ends()
{
	local code=0 viewer

	start_case loop 64
	vmlab top --batch --delay 1 --pid "$target" >"$work/out" 2>"$work/err" &
	viewer=$!
	wait_for grep -q loop "$work/out"
	kill "$target"
	for ((i = 0; i < 100; i++)); do
		kill -0 "$viewer" 2>/dev/null || break
		sleep 0.1
	done
	check 'top --pid ends with the process' test "$i" -lt 100
	kill "$viewer" 2>/dev/null || true
	wait "$viewer" || code=$?
	check '... with exit status 0' test "$code" = 0
}

damon_is_off()
{
	[[ $(<"$damon/nr_kdamonds") == 0 ]]
}

damon_is_on()
{
	[[ $(<"$damon/nr_kdamonds") == 1 && $(<"$damon/0/state") == on ]]
}

# nothing stays on, whatever signal ends the measurement
damon_signals()
{
	local signal viewer

	if [[ ! -e $damon ]]; then
		skip "this kernel has no DAMON" "signals while DAMON is on"
		return
	fi
	start_case heat 512
	for signal in HUP TERM INT QUIT; do
		# in a process group of its own: bash lets jobs ignore SIGINT and SIGQUIT
		set -m
		vmlab heat "$target" --method damon --interval 30 >"$work/out" 2>&1 &
		viewer=$!
		set +m
		wait_for damon_is_on
		sleep 0.5
		kill -"$signal" "$viewer"
		wait "$viewer" 2>/dev/null || true
		check "DAMON is off after SIG$signal" damon_is_off
		echo 0 >"$damon/nr_kdamonds" || true
	done
	kill "$target"
}

# a picture that cannot be written costs no measurement
heat_opens_first()
{
	local start=$SECONDS

	start_case heat 512
	run 1 'cannot write /nonexistent/x' 'heat --svg: a file that cannot be written' \
		vmlab heat "$target" --interval 10 --count 8 --svg /nonexistent/x
	check 'heat reports it before the measurement' test $((SECONDS - start)) -lt 60
	kill "$target"
}

standard_output()
{
	vmlab faults --output - -- true >"$work/out"
	check 'faults --output -: the report is on standard output' \
		grep -q '^getrusage: .*: the same$' "$work/out"
	vmlab faults --folded - -- true >"$work/out"
	check 'faults --folded -: stacks are on standard output, and nothing else' \
		test "$(grep -cvE '^.+;[a-z-]+_\[k\] [0-9]+$' "$work/out")" = 0
	vmlab faults --folded - --output "$work/report" -- true >"$work/out"
	check 'faults --folded - --output FILE: both' \
		grep -q '^getrusage: ' "$work/report"
	if [[ -e $damon || -e /dev/vmlab ]]; then
		start_case heat 512
		vmlab heat "$target" --interval 0.2 --count 3 --svg - >"$work/svg"
		check 'heat --svg -: the picture is on standard output, and nothing else' \
			python3 -c "import sys, xml.dom.minidom
xml.dom.minidom.parse(sys.argv[1])" "$work/svg"
		kill "$target"
	else
		skip "neither the module nor DAMON" "heat --svg -"
	fi
	if [[ -e $damon || -e /dev/vmlab ]] && command -v script >/dev/null; then
		start_case heat 512
		TERM=xterm script -qec "vmlab heat $target --interval 0.2 --count 3" /dev/null \
			>"$work/out" </dev/null
		# drawn three times while it measures, and once more at the end
		check 'heat draws again after each interval' \
			test "$(grep -c $'\033\\[[0-9]*A\033\\[J' "$work/out")" = 3
		kill "$target"
	else
		skip "no script, or nothing that measures" "heat draws again after each interval"
	fi
	check "no file is called '-'" test ! -e "$work/-"
}

threads
top_ends
heat_opens_first
standard_output
damon_signals
echo "1..$points"
((failures == 0))
