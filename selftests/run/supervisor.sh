#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# vmlab run with a client that talks the protocol of the preload library itself
# (client.c): what the report must say is known exactly.
set -euo pipefail

source "$(dirname "${BASH_SOURCE[0]}")/../lib/tap.sh"
source "$(dirname "${BASH_SOURCE[0]}")/../lib/holds.sh"
source "$(dirname "${BASH_SOURCE[0]}")/../lib/spaces.sh"
# nothing is preloaded
export VMLAB_RUN_LIBRARY='' NO_COLOR=1

# client CODE TEXT STEP...: the client must end with CODE; its report is in $work/json
client()
{
	local want=$1 text=$2 code=0
	shift 2

	vmlab run --json -o "$work/json" "${options[@]}" -- test-run-client "$@" \
		>"$work/out" 2>"$work/err" </dev/null || code=$?
	check "$text: exit code $want" test "$code" = "$want"
	((code == want)) || complain "$work/err"
}
options=()

# What must hold in every report.
consistent()
{
	holds "$1: the totals are the sums" "all(sum(p['stats'][k] for p in doc['programs']) == v for k, v in doc['stats'].items() if k != 'frames_peak') and all(sum(p['paging_stats'][k] for p in doc['programs']) == v for k, v in doc['paging_stats'].items() if k != 'refault_distance')"
	holds "$1: faults are the sum of their outcomes" "doc['stats']['faults'] == sum(doc['stats'][k] for k in ('filled', 'mapped', 'sigbus', 'oom', 'interrupted', 'error')) == sum(doc['latency'])"
}

counts()
{
	client 0 'one space' space touch 100
	holds '... its fills' "doc['stats']['filled'] == 100 and doc['stats']['write_faults'] == 100"
	holds '... its peak, exactly' "doc['frames_peak'] == 100 and doc['frames_peak_exact']"
	holds '... of one process' "doc['nr_processes'] == 1 and [(p['comm'], p['pid'], p['managed'], p['spaces'], p['running']) for p in doc['programs']] == [('client', doc['pid'], True, 1, False)]"
	consistent 'one space'
	options=(--budget 64K --policy lru --prefetch next:2)
	client 0 'a budget' space touch 100
	holds '... and the other settings reach the space' "doc['paging']['budget'] == 16 and doc['paging']['policy'] == 'lru' and doc['paging_stats']['evicted'] >= 84 and doc['paging_stats']['prefetched'] > 0"
	holds '... the peak is the budget' "doc['frames_peak'] == 16"
	consistent 'a budget'
	options=()
	client 0 'a space that takes the place of another' space touch 10 replace touch 20
	holds '... both are counted' "doc['stats']['filled'] == 30 and doc['programs'][0]['spaces'] == 2 and len(doc['programs']) == 1"
	client 0 'a connection that ends early' space touch 10 disconnect touch 5
	holds '... all faults are counted' "doc['stats']['filled'] == 15 and len(doc['programs']) == 1"
}

processes()
{
	client 0 'fork' space touch 50 fork 20 touch 10
	holds '... two processes' "doc['nr_processes'] == 2 and [(p['forked'], p['stats']['filled']) for p in doc['programs']] == [(False, 60), (True, 20)]"
	holds '... their peak is a sample' "not doc['frames_peak_exact'] and doc['frames_peak'] >= 70"
	consistent 'fork'
	client 0 'exec' space touch 30 exec space touch 40
	holds '... two programs of one process' "doc['nr_processes'] == 1 and [(p['pid'], p['exec'], p['stats']['filled']) for p in doc['programs']] == [(doc['pid'], False, 30), (doc['pid'], True, 40)]"
	holds '... one after the other: an exact peak' "doc['frames_peak_exact'] and doc['frames_peak'] == 40"
	consistent 'exec'
}

messages()
{
	client 0 'no space' no-space
	holds '... says why' "[(p['managed'], p['why'], p['errno']) for p in doc['programs']] == [(False, 'failed', 13)]"
	client 0 'mappings given back' space given 8192 given 4096
	holds '... are added up' "doc['programs'][0]['given_back_bytes'] == 12288"
	client 0 'messages that are wrong' garbage space touch 5
	holds '... are ignored' "doc['stats']['filled'] == 5 and doc['nr_processes'] == 1"
}

exit_codes()
{
	client 7 'an exit status' space touch 1 exit 7
	holds '... is in the report' "doc['exit_status'] == 7 and doc['signal'] is None"
	client 137 'SIGKILL of the command' space touch 3 kill 9
	holds '... is in the report' "doc['exit_status'] is None and doc['signal'] == 9 and doc['stats']['filled'] == 3"
	nothing_is_left 'SIGKILL of the command'
}

events()
{
	options=(--events "$work/events")
	client 0 'events' space touch 20 fork 10
	python3 -c "
import json, sys
events = [json.loads(line) for line in open(sys.argv[1])]
json.dump({'pages': [e['page'] for e in events if (e['event'], e['detail']) == ('fault', 'filled')],
           'pids': sorted({e['pid'] for e in events}), 'nr': len(events),
           'lost': sum(e['lost'] for e in events), 'report': json.load(open(sys.argv[2]))},
          open(sys.argv[3], 'w'))" "$work/events" "$work/json" "$work/both"
	mv "$work/both" "$work/json"
	holds '... all of them, from the first fault on' "sorted(doc['pages']) == list(range(30)) and not doc['lost']"
	holds '... of both processes' "doc['pids'] == sorted(p['pid'] for p in doc['report']['programs'])"
	holds '... as many as the report says' "doc['nr'] == doc['report']['events'] and doc['report']['events_lost'] == 0"
	options=()
	vmlab run --events "$work/events" -- test-run-client space touch 20 2>"$work/err"
	check '... as a table' test "$(grep -cE '^ *[0-9.]+ +fault +[0-9]+ +filled ' "$work/events")" = 20
}

# start STEP...: run the client in the background until it waits; its pid is in $target, that
# of vmlab in $supervisor
start()
{
	: >"$work/out"
	# the shell lets commands in the background ignore SIGINT
	env --default-signal=INT vmlab run --json -o "$work/json" -- test-run-client "$@" print ready wait \
		>"$work/out" 2>"$work/err" &
	supervisor=$!
	children+=("$supervisor")
	wait_for grep -q ready "$work/out"
	target=$(<"/proc/$supervisor/task/$supervisor/children")
	target=${target%% *}
}

# ended WANT TEXT: vmlab ends with the code WANT
ended()
{
	local code=0

	wait "$supervisor" || code=$?
	check "$2" test "$code" = "$1"
}

signals()
{
	start space touch 5
	kill -TERM "$supervisor"
	ended 143 'SIGTERM is passed on'
	holds '... and the report is complete' "doc['signal'] == 15 and doc['stats']['filled'] == 5"
	start space touch 5
	kill -INT "$supervisor"
	ended 130 'SIGINT that was sent to vmlab alone is passed on'
	nothing_is_left 'after signals'

	start space touch 5
	kill -KILL "$supervisor"
	ended 137 'SIGKILL of vmlab'
	check '... the command goes on' kill -0 "$target"
	kill -KILL "$target"
	nothing_is_left 'SIGKILL of vmlab, and of the command'
}

orphans()
{
	local pid

	vmlab run --json -o "$work/json" -- \
		sh -c 'test-run-client orphan space touch 10 print ready wait | head -n 1' \
		>"$work/out" 2>"$work/err" </dev/null
	holds 'a process that outlives the command is counted until then' "doc['nr_running'] == 1 and doc['stats']['filled'] == 10 and [p['running'] for p in doc['programs'] if p['managed']] == [True]"
	pid=$(python3 -c "import json, sys; print(*(p['pid'] for p in json.load(open(sys.argv[1]))['programs'] if p['running']))" \
		"$work/json")
	check '... and goes on' kill -KILL "$pid"
	nothing_is_left 'after it'
}

# Another process of the system finds the name of the socket.
strangers()
{
	start space touch 5
	tr '\0' '\n' <"/proc/$target/environ" | sed -n 's/^VMLAB_RUN=.*socket=//p' >"$work/name"
	# a descendant of this shell, but not of vmlab
	VMLAB_RUN="version=1,socket=$(<"$work/name")" test-run-client space touch 9
	kill -TERM "$supervisor"
	ended 143 'a process that is not of the command reports a space'
	holds '... which does not count' "doc['stats']['filled'] == 5 and len(doc['programs']) == 1"
	if ! command -v setpriv >/dev/null; then
		skip 'no setpriv' 'one of another user, which has ended when vmlab looks at it'
		return
	fi
	start space touch 5
	# every user can read the name
	sed -n 's/.*@vmlab-run-/vmlab-run-/p' /proc/net/unix | head -n 1 >"$work/name"
	kill -STOP "$supervisor"
	VMLAB_RUN="version=1,socket=$(<"$work/name")" setpriv --reuid 65534 --clear-groups \
		"$(type -P test-run-client)" space touch 9
	kill -CONT "$supervisor"
	sleep 0.5
	kill -TERM "$supervisor"
	ended 143 'one of another user, which has ended when vmlab looks at it'
	holds '... does not count either' "doc['stats']['filled'] == 5 and len(doc['programs']) == 1"
}

echo "TAP version 13"
counts
processes
messages
exit_codes
events
signals
orphans
strangers
nothing_is_left 'at the end'
echo "1..$points"
((failures == 0))
