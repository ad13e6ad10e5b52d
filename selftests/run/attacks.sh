#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# vmlab run with commands, options and surroundings that are not made for it.
set -euo pipefail

source "$(dirname "${BASH_SOURCE[0]}")/../lib/tap.sh"
source "$(dirname "${BASH_SOURCE[0]}")/../lib/holds.sh"
source "$(dirname "${BASH_SOURCE[0]}")/../lib/spaces.sh"
export NO_COLOR=1

# who runs vmlab: words before it
as=()

# report CODE TEXT OPTION... -- COMMAND...: the report is in $work/json
report()
{
	local want=$1 text=$2 code=0
	shift 2

	"${as[@]}" vmlab run --json -o "$work/json" "$@" >"$work/out" 2>"$work/err" </dev/null || code=$?
	check "$text: exit code $want" test "$code" = "$want"
	((code == want)) || complain "$work/err"
}

# one page after the other leaves the space
cat >"$work/give-back.py" <<'END'
import mmap, os, sys, time

def wait_for(name):
    while not os.path.exists(name):
        time.sleep(0.01)

def give_back(nr):
    for _ in range(nr):
        with mmap.mmap(-1, 4096, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) as m:
            m.madvise(18)  # MADV_WIPEONFORK

os.chdir(sys.argv[1])
open("ready", "w").close()
wait_for("go")
give_back(1500)
open("done", "w").close()
wait_for("end")
give_back(1)
END

# A supervisor that does not run does not stop the command.
stopped_supervisor()
{
	vmlab run --json -o "$work/json" -- python3 "$work/give-back.py" "$work" &
	children+=($!)
	wait_for test -e "$work/ready"
	kill -STOP $!
	touch "$work/go"
	wait_for test -e "$work/done"
	result 0 'a command goes on while vmlab is stopped'
	kill -CONT $!
	sleep 0.3
	touch "$work/end"
	check '... and ends' wait $!
	holds '... what was given back is in the report' "doc['programs'][0]['given_back_bytes'] == 1501 * 4096"
}

# Nor do more processes than can wait for one that does not run to take their connections.
full_backlog()
{
	local before file=/proc/sys/net/core/somaxconn

	rm -f "$work"/{ready,go,done}
	before=$(<$file)
	echo 2 >$file
	# shellcheck disable=SC2016 # expanded by the command's shell
	vmlab run --json -o "$work/json" -- sh -c 'touch "$1/ready"
		until test -e "$1/go"; do sleep 0.1; done
		for i in 1 2 3 4 5 6; do /bin/true; done
		touch "$1/done"' - "$work" &
	children+=($!)
	wait_for test -e "$work/ready"
	kill -STOP $!
	touch "$work/go"
	wait_for test -e "$work/done"
	result 0 'processes start while vmlab is stopped, and its backlog is full'
	kill -CONT $!
	check '... and it ends' wait $!
	echo "$before" >$file
}

few_descriptors()
{
	(
		ulimit -n 32
		report 0 'more processes than descriptors' -- \
			sh -c 'for i in 1 2 3 4 5 6 7 8 9 10 11 12; do sleep 8 & done; wait'
		echo "$points $failures" >"$work/points"
	)
	read -r points failures <"$work/points"
	holds '... those that are not counted are' "doc['nr_refused'] > 0 and doc['nr_processes'] > 3"
	nothing_is_left 'after it'
}

without_library()
{
	report 0 'a child without LD_PRELOAD' -- sh -c 'env -i sleep 0.7'
	holds '... is listed as not managed' "[(p['comm'], p['why']) for p in doc['programs'] if not p['managed']] == [('sleep', 'silent')]"
	cp "$(type -P true)" "$work/setuid"
	chown 65534 "$work/setuid"
	chmod u+s "$work/setuid"
	report 0 'a setuid child' -- sh -c "$work/setuid; $work/setuid"
	check '... prints nothing that it does not print otherwise' test ! -s "$work/err"
}

names()
{
	local odd=$work/$'a\nb "\\\377\033[31m'

	cp "$(type -P sleep)" "$odd"
	report 0 'a name with control characters that is no UTF-8' -- "$odd" 0.3
	holds '... the JSON is right' "doc['nr_processes'] == 1 and r'a\\012b' in doc['command'][0]"
	vmlab run -o "$work/table" -- "$odd" 0
	check '... and the table prints none of them' \
		sh -c "! LC_ALL=C grep -q '[^[:print:][:space:]]' '$work/table'"
}

full_disk()
{
	run 1 '^vmlab: cannot write /dev/full: No space left' 'events on a full disk' \
		vmlab run --events /dev/full -- true
	run 1 '^vmlab: cannot write /dev/full: No space left' 'a report on a full disk' \
		vmlab run -o /dev/full -- true
}

# Flags in all kinds of combinations change no output.
combinations()
{
	local options

	seq 150 | sort -r >"$work/numbers"
	sort -n "$work/numbers" >"$work/want"
	for options in '--budget 1p' '--budget 2p --policy mru' '--budget 64p --policy mru' \
		'--budget 8p --policy lfu --prefetch next:8' '--budget 1p --prefetch whole' \
		"--budget 64K --prefetch stride:4 --events $work/events" \
		"--policy random --seed 5 --budget 20p --events $work/events" \
		'--huge' '--huge --budget 1M --policy clock' '--huge --budget 1p --prefetch next:4'; do
		if [[ $options == --huge* ]] && says 'cannot map huge' vmlab run --huge -- true; then
			skip 'this kernel has no huge frames' "$options"
			continue
		fi
		# shellcheck disable=SC2086 # several words
		report 0 "$options" $options -- timeout 100 sort -n "$work/numbers"
		check '... the same output' cmp "$work/out" "$work/want"
	done
	run 0 '^vmlab: note: --budget: 1 pages are few' 'a budget of one page is noted' \
		vmlab run --budget 1p -- true
	# ASan's runtime does not let other libraries be preloaded.
	report 0 'vmlab run in vmlab run' --budget 64K -- \
		"${VMLAB_PLAIN_BIN:+$VMLAB_PLAIN_BIN/}vmlab" run --budget 64K -o "$work/inner" -- sort -n "$work/numbers"
	check '... the same output' cmp "$work/out" "$work/want"
	check '... and a report of its own' grep -q '^vmlab run: sort -n' "$work/inner"
}

sandboxes()
{
	report 0 'a program that gives up system calls' -- \
		bash -c 'exec -a case test-run-processes seccomp'
	holds '... what was given back is in the report' "sum(p['given_back_bytes'] for p in doc['programs']) > 0"
	if ! mount -o remount,noexec /dev 2>"$work/err"; then
		skip "$(<"$work/err")" 'code in managed memory without execution'
		return
	fi
	report 0 'code in managed memory, where /dev is mounted noexec' -- \
		bash -c 'exec -a case test-run-processes executable'
	mount -o remount,exec /dev
	holds '... which is given back' "sum(p['given_back_bytes'] for p in doc['programs']) > 0"
}

# Access to the device is all that it takes.
other_user()
{
	local owner

	if ! command -v setpriv >/dev/null; then
		skip 'no setpriv' 'vmlab run of a user without privileges'
		return
	fi
	owner=$(stat -c '%a %u:%g' /dev/vmlab)
	chmod 755 "$work"
	touch "$work/json"
	chmod 666 "$work/json"
	chown 0:12345 /dev/vmlab
	chmod 660 /dev/vmlab
	as=(setpriv --reuid=65534 --regid=65534 --groups=12345 --no-new-privs)
	report 0 'a user of the group of the device' --budget 64K -- sort -n "$work/numbers"
	check '... the same output' cmp "$work/out" "$work/want"
	holds '... managed, with the budget' "doc['nr_processes'] == 1 and doc['programs'][0]['managed'] and doc['paging_stats']['evicted'] > 0"
	as=(setpriv --reuid=65534 --regid=65534 --clear-groups)
	report 5 'a user of another group' -- touch "$work/ran"
	chmod 666 /dev/vmlab
	report 0 'a user, where all may open the device' -- sort -n "$work/numbers"
	check '... the same output' cmp "$work/out" "$work/want"
	as=()
	chmod "${owner% *}" /dev/vmlab
	chown "${owner#* }" /dev/vmlab
}

# The supervisor, or the command, is killed at any moment of processes that begin and end.
killed()
{
	local i pid

	for i in 1 2 3 4 5 6; do
		vmlab run -- sh -c 'for i in 1 2 3; do sort /etc/services | cat >/dev/null; done' \
			>/dev/null 2>&1 &
		pid=$!
		sleep "0.$((i * 3 / 2))"
		((i % 2)) || pid=$(cut -d' ' -f1 "/proc/$pid/task/$pid/children" 2>/dev/null) || pid=
		[[ -z $pid ]] || kill -KILL "$pid" 2>/dev/null || true
		wait
	done
	nothing_is_left 'SIGKILL at any moment'
}

echo "TAP version 13"
skip_without_allocator
stopped_supervisor
full_backlog
few_descriptors
without_library
names
full_disk
combinations
sandboxes
other_user
killed
nothing_is_left 'at the end'
echo "1..$points"
((failures == 0))
