#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# vmlab mrc and vmlab compare: commands that fail, files that cannot be written, signals, and
# programs with little or no managed memory.
#
# usage: failures.sh
set -euo pipefail

source "$(dirname "${BASH_SOURCE[0]}")/../lib/tap.sh"
source "$(dirname "${BASH_SOURCE[0]}")/../lib/holds.sh"
source "$(dirname "${BASH_SOURCE[0]}")/../lib/spaces.sh"
export NO_COLOR=1

gone()
{
	! kill -0 "$1" 2>/dev/null
}

# json CODE TEXT COMMAND...: its standard output is in $work/json
json()
{
	local want=$1 text=$2 code=0
	shift 2

	"$@" >"$work/json" 2>"$work/err" </dev/null || code=$?
	check "$text: exit code $want" test "$code" = "$want"
	((code == want)) || complain "$work/err"
}

commands()
{
	run 127 "cannot run '/nonexistent'" 'mrc: a command that does not exist' \
		vmlab mrc -- /nonexistent
	json 143 'mrc: a signal ends the command' vmlab mrc --json -o - -- sh -c 'kill -TERM $$'
	holds '... and there is a curve' "doc['processes'] >= 1"
	json 1 'compare: a signal ends the command' \
		vmlab compare --json --policies fifo --budgets 64K -- sh -c 'kill -SEGV $$'
	holds '... in each run' "[r['runs'][0]['signal'] for r in doc['results']] == [11, 11]"
	json 0 'compare: much output, all input' vmlab compare --json --policies lru \
		--budgets 1T,100% -- sh -c 'cat; seq 200000'
	holds '... a budget above the memory of the machine evicts nothing' \
		"[r['runs'][0]['evicted'] for r in doc['results'] if r['budget'] == '1T'] == [0]"
	json 0 'compare: 16 pages' vmlab compare --json --policies fifo,random --seed 5 \
		--budgets 16p -- true
	holds '... are a budget' "{r['budget_pages'] for r in doc['results'][1:]} == {16}"
}

# The caller left something closed or ignored.
surroundings()
{
	run 0 '^vmlab run: true' 'run: SIGCHLD is ignored' \
		timeout -k 1 60 env --ignore-signal=CHLD vmlab run -- true
	run 1 'fifo .*SIGRTMIN+' 'compare: a signal without a name' \
		vmlab compare --policies fifo --budgets none -- sh -c 'kill -40 $$'
	vmlab compare --policies fifo --budgets none --svg "$work/svg" -- true \
		</dev/null 2>"$work/err" >&- && code=0 || code=$?
	check 'compare: closed standard output is an error' test "$code" = 1
	check '... and its table is in no other file' test "$(tail -n 1 "$work/svg")" = '</svg>'
	vmlab mrc --svg "$work/svg" -- true </dev/null 2>&- && code=0 || code=$?
	check 'mrc: closed standard error' test "$code" = 0
	check '... whose report is in no other file' test "$(tail -n 1 "$work/svg")" = '</svg>'
	run 0 'no access was seen, .*give --rate a smaller number' 'mrc: a sample without a page' \
		vmlab mrc --rate 16777216 -- true
}

files()
{
	run 1 'cannot write /nonexistent/x' 'mrc: --svg to no directory' \
		vmlab mrc --svg /nonexistent/x -- touch "$work/ran"
	run 1 'cannot write /nonexistent/x' 'mrc: --html to no directory' \
		vmlab mrc --html /nonexistent/x -- touch "$work/ran"
	run 1 'cannot write /nonexistent/x' 'compare: --svg to no directory' \
		vmlab compare --svg /nonexistent/x -- touch "$work/ran"
	check '... and the command does not run' test ! -e "$work/ran"
	run 1 'cannot write .*full' 'mrc: --svg to a full disk' vmlab mrc --svg /dev/full -- true
	run 1 'cannot write .*full' 'mrc: --html to a full disk' vmlab mrc --html /dev/full -- true
	run 1 'cannot write .*full' 'mrc: a report to a full disk' vmlab mrc -o /dev/full -- true
	run 1 'cannot write .*full' 'compare: --svg to a full disk' \
		vmlab compare --policies fifo --budgets none --svg /dev/full -- true
}

programs()
{
	local python='import threading, os
def f():
    b = bytearray(1 << 20)
    for i in range(3):
        b[::4096] = bytes(256)
if os.fork() == 0:
    f()
    os._exit(0)
os.wait()
t = [threading.Thread(target=f) for i in range(4)]
[x.start() for x in t]
[x.join() for x in t]'

	json 0 'mrc: a program that ends at once' vmlab mrc --json -o - -- true
	holds '... has a few pages' "0 < doc['cold'] < 200 and doc['curve'][-1]['lru'] == doc['cold']"
	json 0 'mrc: the same, each access' vmlab mrc --json --exact -o - -- true
	holds '... from one page on' "doc['least'] == 1 and doc['keep'] == 0"
	json 0 'mrc: threads and a child' vmlab mrc --json -o - -- python3 -c "$python"
	holds '... two processes' "doc['processes'] >= 2"
	holds '... whose curves fall' "all(a['lru'] >= b['lru'] for a, b in zip(doc['curve'], doc['curve'][1:]))"
	holds '... from where they are known' "all(p['pages'] >= doc['least'] for p in doc['curve'])"
}

# terminated CONDITION CODE TEXT COMMAND...: SIGTERM ends a command some time after CONDITION
terminated()
{
	local condition=$1 want=$2 text=$3 pid code=0
	shift 3

	"$@" >/dev/null 2>"$work/err" &
	pid=$!
	children+=("$pid")
	wait_for "$condition"
	sleep 1
	kill -TERM "$pid"
	wait "$pid" || code=$?
	check "$text" test "$code" = "$want"
	nothing_is_left '...'
}

runs_first()
{
	[[ -s $work/runs ]]
}

runs_again()
{
	[[ $(wc -l 2>/dev/null <"$work/runs") == 2 ]]
}

is_sampled()
{
	[[ $(cat "$spaces"/*/policy 2>/dev/null | awk '$1 == "sample" { print $2 }') != 0 ]]
}

# Sampling makes each access fault: it ends with the recording.
sampling_ends()
{
	local pid command

	vmlab mrc -o /dev/null -- sh -c "sleep 600 >/dev/null & echo \$! >'$work/daemon'; sleep 1"
	check 'mrc: a process outlives the command' kill -0 "$(<"$work/daemon")"
	check '... and is not sampled any more' sh -c \
		"[ \"\$(awk '\$1 == \"sample\" { print \$2 }' $spaces/*/policy)\" = 0 ]"
	kill "$(<"$work/daemon")"
	wait_for no_space

	vmlab run -o /dev/null -- sleep 600 &
	pid=$!
	children+=("$pid")
	wait_for has_space
	wait_for pgrep -P "$pid" sleep >/dev/null
	command=$(pgrep -P "$pid" sleep)
	vmlab mrc --pid "$command" -o /dev/null 2>/dev/null &
	children+=($!)
	wait_for is_sampled
	kill -KILL $!
	wait $! || true
	check 'mrc --pid: SIGKILL leaves the process sampled' is_sampled
	run 0 '^vmlab mrc: process' '... and the next recording' \
		vmlab mrc --duration 0.5 --pid "$command"
	check '... ends that' sh -c "[ \"\$(awk '\$1 == \"sample\" { print \$2 }' $spaces/*/policy)\" = 0 ]"
	kill "$pid"
	wait "$pid" || true
	wait_for no_space
}

interrupted()
{
	local pid

	terminated has_space 143 'mrc: SIGTERM ends the command: 143' \
		vmlab mrc --json -o "$work/json" -- sleep 600
	holds '... there is a curve of what was seen' "doc['cold'] > 0"
	terminated runs_first 143 'mrc --verify: SIGTERM in the first run: 143' \
		vmlab mrc --json --verify -o "$work/json" -- sh -c "echo >>'$work/runs'; exec sleep 600"
	check '... ends all runs' test "$(wc -l <"$work/runs")" = 1
	holds '... there is a curve, and nothing is verified' "doc['cold'] > 0 and doc['verified'] == []"
	rm "$work/runs"
	terminated runs_again 130 'mrc --verify: SIGTERM in the second run: 130' \
		vmlab mrc --json --verify -o "$work/json" -- \
		sh -c "echo >>'$work/runs'; [ \$(wc -l <'$work/runs') = 1 ] || exec sleep 600"
	check '... ends all runs' test "$(wc -l <"$work/runs")" = 2
	holds '... there is a curve, and nothing is verified' "doc['cold'] > 0 and doc['verified'] == []"
	terminated has_space 130 'compare: SIGTERM ends the command, and there is no other run: 130' \
		vmlab compare --policies fifo --budgets none -- sleep 600

	vmlab mrc -- sh -c "echo \$\$ >$work/pid; exec sleep 600" >/dev/null 2>"$work/err" &
	pid=$!
	wait_for test -s "$work/pid"
	wait_for has_space
	kill -KILL "$pid"
	wait "$pid" || true
	check 'mrc: after SIGKILL the command still runs' kill -0 "$(<"$work/pid")"
	kill "$(<"$work/pid")"
	wait_for gone "$(<"$work/pid")"
	nothing_is_left '... and ends'
}

# A space with the policy opt, whose trace mrc could not restore.
with_opt()
{
	local pid

	python3 -c "
import ctypes, fcntl, mmap, os, struct, time
trace = (ctypes.c_uint64 * 3)(1, 2, 1)
paging = struct.pack('=IIQIIQQQIIII', 64, 0, 2, 5, 0, 0, ctypes.addressof(trace), 3, 0, 0, 0, 0)
fd = os.open('/dev/vmlab', os.O_RDWR)
fcntl.ioctl(fd, 0xb751, paging)
fcntl.ioctl(fd, 0xb758, struct.pack('=IIII', 16, 0, 1 << 1, 16))
open('$work/ready', 'w').close()
while not os.path.exists('$work/go'):
    time.sleep(0.1)
mmap.mmap(fd, 4096)[0] = 1
os.set_blocking(fd, False)
open('$work/events', 'w').write(str(len(os.read(fd, 4800))))
" &
	pid=$!
	children+=("$pid")
	wait_for test -e "$work/ready"
	run 1 'has the policy opt' 'mrc --pid: a space with the policy opt' \
		vmlab mrc --duration 1 --pid "$pid"
	touch "$work/go"
	wait "$pid" || true
	check '... still has the events that it recorded' test "$(<"$work/events")" = 48
}

attached()
{
	local pid command

	run 4 'no process 4194303\|no such process' 'mrc --pid: no such process' \
		vmlab mrc --pid 4194303
	vmlab run -o /dev/null -- python3 -c "
import time
b = bytearray(1 << 20)
end = time.time() + 6
while time.time() < end:
    b[::4096] = bytes(256)
    time.sleep(0.01)
" &
	pid=$!
	children+=("$pid")
	wait_for pgrep -P "$pid" python3 >/dev/null
	command=$(pgrep -P "$pid" python3)
	wait_for has_space
	if command -v setpriv >/dev/null; then
		run 5 'run vmlab as root\|not permitted\|denied' 'mrc --pid: of another user' \
			setpriv --reuid 65534 --clear-groups "$(command -v vmlab)" mrc \
			--duration 1 --pid "$command"
	else
		skip 'no setpriv' 'mrc --pid: of another user'
	fi
	json 0 'mrc --pid: the process ends meanwhile' vmlab mrc --json -o - --pid "$command"
	holds '... and has a curve' "doc['seen'] > 0"
	wait "$pid" || true
	nothing_is_left '...'
}

echo "TAP version 13"
skip_without_allocator
commands
surroundings
files
programs
sampling_ends
interrupted
attached
with_opt
echo "1..$points"
((failures == 0))
