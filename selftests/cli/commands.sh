#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The vmlab command against the module: exit codes, JSON, colour, and its output about
# processes against /proc.
set -euo pipefail

source "$(dirname "${BASH_SOURCE[0]}")/../lib/tap.sh"
source "$(dirname "${BASH_SOURCE[0]}")/../lib/vmlab.sh"
start_sleep

echo "TAP version 13"
run 0 '^page size *4 KiB' 'info' "$vmlab" info
run 0 "^total_vm *$(($(kb VmSize) / 4)) " 'mm of a process' \
	"$vmlab" mm "$target"
run 0 '/sleep' 'vmas of a process' "$vmlab" vmas "$target"
run 0 '\[heap\]' 'vmas --long' "$vmlab" vmas --long "$target"
run 0 '^filled *16 ' 'space' "$vmlab" space --size 64K
run 0 '(vmlab)' 'mm of itself' "$vmlab" mm self
run 0 '\[stack\]' 'vmas of itself' "$vmlab" vmas self

run 4 'no process 4194305' 'mm of no process' "$vmlab" mm 4194305
run 4 'no process 4194305' 'vmas of no process' "$vmlab" vmas 4194305
run 2 'multiple of the page size' 'a size that is no multiple of a page' \
	"$vmlab" space --size 100
run 1 'too large' 'a size that is too large' "$vmlab" space --size 8388608T
if has_kernel_thread; then
	run 0 'kernel thread\|none' 'mm of a kernel thread' "$vmlab" mm 2
	run 1 'kernel thread' 'vmas of a kernel thread' "$vmlab" vmas 2
	run 1 '^process 2 is a kernel thread' 'pagesizes of a kernel thread' pagesizes 2
	result "$(grep -q START "$work/out" && echo 1 || echo 0)" '... prints no header'
else
	skip 'pid 2 is not kthreadd' 'a kernel thread'
fi

run 2 'page numbers' 'replay of a string that is no list of numbers' "$vmlab" replay 1,2,x
run 2 'not a policy' 'replay: an unknown policy' \
	"$vmlab" replay --policy best 1,2
run 2 'pages=3-5' 'space: an incomplete rule' \
	"$vmlab" space --inject sigbus,nth
run 4 'no process with the pid' 'space: a rule for a process that there is not' \
	"$vmlab" space --inject sigbus,pid=4194304
run 1 'standard input with 0<>FILE' 'space: standard input that is no file' \
	"$vmlab" space --backing file:-
head -c 8192 /dev/zero >"$work/stdin"
# shellcheck disable=SC2016 # for the inner shell
run 0 'fsync: done' 'space on standard input' \
	bash -c '"$1" space --backing file:- --sync 0<>"$2"' _ "$vmlab" "$work/stdin"
run 1 'regular file' 'space: a file that is not there' \
	"$vmlab" space --backing "file:$work/none"
head -c 10000 /dev/zero | tr '\0' a >"$work/backing"
run 0 'fsync: done' 'space on a file' \
	"$vmlab" space --backing "file:$work/backing" --pages 1 --sync
if [[ $(stat -c %s "$work/backing") == 10000 ]] &&
	! cmp -s -i 4096 -n 8 "$work/backing" <(head -c 10000 /dev/zero | tr '\0' a) &&
	cmp -s -n 4096 "$work/backing" <(head -c 4096 /dev/zero | tr '\0' a); then
	result 0 'the file has what was written, and its length'
else
	result 1 'the file has what was written, and its length'
fi

# A zombie has no mm: this parent does not wait for its child.
python3 -c '
import os, time
pid = os.fork() or os._exit(0)
os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
print(pid, flush=True)
time.sleep(1000)' >"$work/zombie" &
children+=("$!")
wait_for test -s "$work/zombie"
zombie=$(<"$work/zombie")
run 4 'has exited' 'mm of a zombie' "$vmlab" mm "$zombie"

run 5 'no permission' 'mm: no permission' "${nobody[@]}" "$vmlab" mm "$target"
run 5 'no permission' 'vmas: no permission' \
	"${nobody[@]}" "$vmlab" vmas "$target"
run 0 '(vmlab)' 'mm of itself needs no permission' "${nobody[@]}" "$vmlab" mm self
run 0 '^filled *16 ' 'space needs no permission' "${nobody[@]}" "$vmlab" space --size 64K

# Its handle of the device, which has a space too, is closed meanwhile: also in the child.
"$vmlab" space --size 64K --fork --hold 600 >"$work/held" 2>&1 &
holder=$!
children+=("$holder")
patience=3000
wait_for grep -q holding "$work/held"
result "$(($(grep -lx "pid $holder" /sys/kernel/debug/vmlab/spaces/*/owner | wc -l) == 1 ? 0 : 1))" \
	'while vmlab space holds its space, it has no other'
kill "$holder"

# Without the device: in a mount namespace whose /dev has no vmlab.
# shellcheck disable=SC2016 # for the inner shell
no_device=(unshare --mount bash -c '
	mount -t tmpfs none /dev && mknod -m 666 /dev/null c 1 3 || exit 99
	exec "$@"' _)
run 3 'insmod' 'info without the device' "${no_device[@]}" "$vmlab" info
run 3 'insmod' 'mm without the device' "${no_device[@]}" "$vmlab" mm 1
run 3 'insmod' 'space without the device' "${no_device[@]}" "$vmlab" space
# shellcheck disable=SC2016
closed_device=(unshare --mount bash -c '
	cp -a /dev/vmlab "$0/node" && chmod 600 "$0/node" &&
		mount --bind "$0/node" /dev/vmlab || exit 99
	exec "$@"' "$work")
run 5 'no permission to open' 'a device that may not be opened' \
	"${closed_device[@]}" "${nobody[@]}" "$vmlab" info

run 2 'which command' 'no command' "$vmlab"
run 2 'not a command' 'an unknown command' "$vmlab" bogus
run 2 'not an option' 'an unknown option' "$vmlab" mm --bogus 1
run 2 'PID' 'mm without a pid' "$vmlab" mm
run 2 'not a process' 'mm of a name' "$vmlab" mm one
for command in info mm vmas space replay; do
	run 0 "^Usage: vmlab $command" "$command --help" \
		"$vmlab" "$command" --help
done
# shellcheck disable=SC2016
run 1 'cannot write' 'a full disk' \
	bash -c '"$1" vmas self >/dev/full' _ "$vmlab"

# json TEXT EXPRESSION COMMAND...: run a command and keep its output, the JSON j, for
# json_check, which evaluates the Python expressions of all tests in one process:
# starting Python takes seconds on an emulated machine.
checks=0
json()
{
	local text=$1 expression=$2 code=0
	shift 2

	checks=$((checks + 1))
	"$@" >"$work/json.$checks" 2>"$work/err.$checks" </dev/null || code=$?
	printf '%s' "$text" >"$work/text.$checks"
	printf '(%s)' "$expression" >"$work/expression.$checks"
	echo "$code" >"$work/code.$checks"
}

json_check()
{
	python3 - "$work" "$checks" >"$work/results" <<-'END'
		import json, sys
		work, checks = sys.argv[1], int(sys.argv[2])
		def read(name, n):
		    with open(f"{work}/{name}.{n}", encoding="utf-8") as f:
		        return f.read()
		for n in range(1, checks + 1):
		    why, expression = "", read("expression", n)
		    try:
		        if int(read("code", n)):
		            why = "exit code " + read("code", n) + read("err", n)
		        elif not eval(expression, {"j": json.loads(read("json", n))}):
		            why = "does not hold: " + expression
		    except Exception as e:
		        why = f"{e}: {expression}"
		    print(int(bool(why)), read("text", n))
		    for line in why.splitlines():
		        print("#", line)
		    if why:
		        print("#", read("json", n)[:600].replace("\n", " "))
	END
	while read -r failed text; do
		case $failed in
		[01]) result "$failed" "$text" ;;
		*) echo "$failed $text" ;;
		esac
	done <"$work/results"
}

json 'info --json: the kernel' \
	"j['kernel_release'] == '$(uname -r)' and j['abi_version'] == 1" \
	"$vmlab" info --json
json 'info --json: features are true or false' \
	"j['features'] and all(isinstance(f, bool) for f in j['features'].values())" \
	"$vmlab" info --json
json 'mm --json: the process' \
	"j['pid'] == $target and j['comm'] == 'sleep' and not j['kthread']" \
	"$vmlab" mm --json "$target"
json 'mm --json: sizes as in status' \
	"[j['mm'][f] // 1024 for f in
	    ('total_vm', 'hiwater_vm', 'rss', 'rss_anon', 'rss_file', 'data_vm',
	     'stack_vm', 'pgtables')] ==
	 [$(kb VmSize), $(kb VmPeak), $(kb VmRSS), $(kb RssAnon), $(kb RssFile),
	  $(kb VmData), $(kb VmStk), $(kb VmPTE)]" \
	"$vmlab" mm --json "$target"
json 'mm --json: the task' \
	"[t['tid'] for t in j['tasks']] == [$target]" \
	"$vmlab" mm --json "$target"
grep -v '\[vsyscall\]' "/proc/$target/maps" >"$work/maps"
json 'vmas --json: ranges and permissions as in maps' \
	"[(v['start'][2:], v['end'][2:], v['perms']) for v in j['vmas']] ==
	 [(l.split()[0].split('-')[0].lstrip('0'),
	   l.split()[0].split('-')[1].lstrip('0'), l.split()[1])
	  for l in open('$work/maps')]" \
	"$vmlab" vmas --json "$target"
json 'vmas --json: names as in maps' \
	"[v['name'] or '' for v in j['vmas']] ==
	 [' '.join(l.split()[5:]) for l in open('$work/maps')]" \
	"$vmlab" vmas --json "$target"
json 'vmas --json --flag: exec is x' \
	"j['vmas'] and all(v['perms'][2] == 'x' for v in j['vmas'])" \
	"$vmlab" vmas --json --flag exec "$target"
first=$(awk 'NR == 1 { sub(/-.*/, ""); print }' "$work/maps")
json 'vmas --json --range: an address' \
	"[v['start'] for v in j['vmas']] == ['0x$first']" \
	"$vmlab" vmas --json --range "0x$first" "$target"
json 'space --json: counters of 16 writes' \
	"[j['stats'][f] for f in
	    ('frames', 'faults', 'filled', 'mapped', 'write_faults', 'mkwrite',
	     'vmas')] == [16, 16, 16, 0, 16, 16, 1]" \
	"$vmlab" space --json --size 64K
json 'space --json --fork: the child sees what the parent wrote' \
	"j['processes'][1]['nonzero'] == 16 and j['stats']['mapped'] == 16" \
	"$vmlab" space --json --size 64K --fork
json 'space --json --private --fork --remap: the child does not' \
	"j['processes'][1]['nonzero'] == 0 and j['stats']['cow_faults'] == 16" \
	"$vmlab" space --json --size 64K --private --fork --remap
json 'space --json: beyond the end' \
	"j['stats']['sigbus'] == 2 and j['stats']['frames'] == 16" \
	"$vmlab" space --json --size 64K --length 72K
json 'replay --json: the textbook' \
	"[(r['policy'], r['frames'], r['faults']) for r in j['runs']] ==
	 [('fifo', 3, 9), ('fifo', 4, 10), ('lru', 3, 10), ('lru', 4, 8),
	  ('opt', 3, 7), ('opt', 4, 6)]" \
	"$vmlab" replay --json --frames 3,4 --policy fifo,lru,opt \
	1,2,3,4,1,2,5,1,2,3,4,5
json 'replay --json --steps: resident and evicted pages' \
	"[s['resident'] for s in j['runs'][0]['steps']] ==
	 [[7], [7, 8], [7, 8], [8, 9], [9, 7]] and
	 [s['evicted'] for s in j['runs'][0]['steps']] == [[], [], [], [7], [8]]
	 and [s['fault'] for s in j['runs'][0]['steps']] ==
	 [True, True, False, True, True]" \
	"$vmlab" replay --json --steps --write --frames 2 7,8,7,9,7
json 'space --json --budget: frames, and the contents of evicted pages' \
	"j['stats']['frames'] == 4 and j['paging']['policy'] == 'lru' and
	 j['processes'][1]['nonzero'] == 16 and
	 j['paging_stats']['evicted'] == 28 and
	 j['paging_stats']['refaults'] == 16" \
	"$vmlab" space --json --size 64K --budget 4 --policy lru --fork
json 'space --json --inject: the third write' \
	"j['processes'][0]['sigbus'] == 1 and j['inject'][0]['hits'] == 1 and
	 j['inject'][0]['matches'] == 8" \
	"$vmlab" space --json --size 32K --inject sigbus,access=w,nth=3
json 'space --json --inject pid=self: the parent, not its child' \
	"[p['sigbus'] for p in j['processes']] == [4, 0]" \
	"$vmlab" space --json --size 16K --fork --inject sigbus,pid=self
json 'space --json --events: faults and evictions in order' \
	"[(e['event'], e['page'], e['detail']) for e in j['events']] ==
	 [('fault', 0, 'filled'), ('evict', 0, 'dropped'),
	  ('fault', 1, 'filled'), ('evict', 1, 'dropped'),
	  ('fault', 2, 'filled')]" \
	"$vmlab" space --json --size 12K --touch read --budget 1 --events
json 'space --json --backing=pattern: each page but the first is not zero' \
	"j['processes'][0]['nonzero'] == 15 and j['backing'] == 'pattern'" \
	"$vmlab" space --json --size 64K --backing pattern --touch read
if grep -q '^huge_frames yes' /sys/kernel/debug/vmlab/features; then
	json 'space --json --huge: 4 MiB in two faults' \
		"j['huge'] and j['stats']['faults'] == 2 and
		 j['stats']['frames'] == 1024 and
		 j['paging_stats']['huge_filled'] == 2" \
		"$vmlab" space --json --size 4M --huge
else
	run 1 'leave out --huge' 'space --huge without huge frames' "$vmlab" space --huge
fi
if has_kernel_thread; then
	json 'mm --json of a kernel thread' \
		"j['kthread'] and j['mm'] is None" "$vmlab" mm --json 2
fi

json_check

# colour yes|no TEXT COMMAND...: whether the output has escape sequences
colour()
{
	local want=$1 text=$2 got=no
	shift 2

	"$@" >"$work/out" 2>&1 </dev/null || true
	if grep -q $'\033\[' "$work/out"; then got=yes; fi
	if [[ ! -s $work/out || $got != "$want" ]]; then
		result 1 "$text"
		head -n 3 "$work/out" | cat -v | sed 's/^/# /'
	else
		result 0 "$text"
	fi
}

unset NO_COLOR
on_a_terminal=(env TERM=xterm script -qec "$vmlab vmas self" /dev/null)
colour no 'no colour in a pipe' env TERM=xterm "$vmlab" vmas self
colour yes 'colour where it is asked for' \
	env TERM=xterm "$vmlab" vmas self --color=always
if command -v script >/dev/null; then
	colour yes 'colour on a terminal' "${on_a_terminal[@]}"
	colour no 'no colour on a terminal with NO_COLOR' \
		env NO_COLOR=1 "${on_a_terminal[@]}"
else
	skip 'script(1) is not installed' 'colour on a terminal'
fi

echo "1..$points"
((failures == 0))
