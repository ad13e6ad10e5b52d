#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# vmlab run and vmlab compare with real programs.
#
# usage: commands.sh DIRECTORY-OF-POLICIES
set -euo pipefail

policies=$1
source "$(dirname "${BASH_SOURCE[0]}")/../lib/tap.sh"
source "$(dirname "${BASH_SOURCE[0]}")/../lib/holds.sh"
source "$(dirname "${BASH_SOURCE[0]}")/../lib/spaces.sh"
export NO_COLOR=1

# report CODE TEXT COMMAND...: run it with ${options[@]}; its report is in $work/json
options=()
report()
{
	local want=$1 text=$2 code=0
	shift 2

	vmlab run --json -o "$work/json" "${options[@]}" -- "$@" >"$work/out" 2>"$work/err" \
		</dev/null || code=$?
	check "$text: exit code $want" test "$code" = "$want"
	((code == want)) || complain "$work/err"
}

bad_input()
{
	local busybox=/bin/busybox

	run 127 "cannot run '/nonexistent'" 'a command that does not exist: 127' \
		vmlab run -- /nonexistent
	run 127 "cannot run 'nonexistent'" 'no such name: 127' vmlab run -- nonexistent
	: >"$work/not-executable"
	run 126 'Permission denied' 'a command that cannot be executed: 126' \
		vmlab run -- "$work/not-executable"
	cp "$(type -P true)" "$work/setuid"
	chown 65534 "$work/setuid"
	chmod u+s "$work/setuid"
	run 126 'privileges of its own' 'a setuid program: 126' vmlab run -- "$work/setuid"
	run 127 "cannot run '/nonexistent'" 'compare: a command that does not exist: 127' \
		vmlab compare -- /nonexistent
	run 2 "'nosuch' is not a policy" 'compare: a policy that does not exist' \
		vmlab compare --policies fifo,nosuch -- true
	run 1 'no such file\|No such file' 'a file of a policy that does not exist' \
		vmlab run --policy ./nosuch.bpf.o -- true
	run 1 'cannot write /nonexistent/x' 'a report that cannot be written' \
		vmlab run -o /nonexistent/x -- touch "$work/ran"
	check '... and the command does not run' test ! -e "$work/ran"
	if [[ ! -x $busybox ]] || ldd "$busybox" >/dev/null 2>&1; then
		skip 'no statically linked program' 'static programs'
		return
	fi
	run 126 'statically linked' 'a static program: 126' vmlab run -- "$busybox" true
	printf '#!%s sh\n' "$busybox" >"$work/script"
	chmod 755 "$work/script"
	run 126 "its interpreter $busybox is statically" 'a script with a static interpreter: 126' \
		vmlab run -- "$work/script"
	report 0 'a static child' sh -c "$busybox sleep 0.5"
	holds '... is named as not managed' "[(p['comm'], p['why']) for p in doc['programs'] if not p['managed']] == [('busybox', 'static')]"
}

exit_codes()
{
	report 3 'an exit status' sh -c 'exit 3'
	report 143 'a signal' sh -c 'kill -TERM $$'
	run 0 '^vmlab run: echo only this$' 'the report is on standard error' \
		sh -c "vmlab run -- echo only this 2>&1 >/dev/null"
	check 'standard output is that of the command' \
		test "$(vmlab run -- echo only this 2>/dev/null)" = 'only this'
}

counts()
{
	local program='b = bytearray(8 << 20); b[::4096] = bytes(range(256)) * 8; print(sum(b))'
	local want

	want=$(python3 -c "$program")
	report 0 'a program that writes 8 MiB' python3 -c "$program"
	check '... with its output' test "$(<"$work/out")" = "$want"
	holds '... as many fills, and as high a peak' "doc['stats']['filled'] >= 2048 and doc['frames_peak'] >= 2048 and doc['frames_peak_exact']"
	holds '... what is not managed was measured' "0 < doc['unmanaged_bytes'] < 64 << 20"
	options=(--budget 2M --policy clock)
	report 0 'with a budget of 2 MiB' python3 -c "$program"
	check '... the same output' test "$(<"$work/out")" = "$want"
	# One more: VMLAB_RANGE_DROP has a frame for a moment.
	holds '... the peak is not above the budget' "doc['paging']['budget'] == 512 and doc['frames_peak'] <= 512 + 1 + doc['paging_stats']['over_budget'] and doc['paging_stats']['refaults'] > 0"
	options=()
	report 0 'a pipeline' sh -c 'ls / | sort | cat'
	check '... with its output' test "$(<"$work/out")" = "$(sh -c 'ls / | sort | cat')"
	holds '... the totals are the sums' "all(sum(p['stats'][k] for p in doc['programs']) == v for k, v in doc['stats'].items() if k != 'frames_peak')"
	holds '... of all processes' "{'sh', 'ls', 'sort', 'cat'} <= {p['comm'] for p in doc['programs']} and doc['nr_processes'] >= 3 and doc['nr_running'] == 0"
	wait_for no_space
	result 0 'no space is left, and the module is not in use'
}

policy_files()
{
	if ! vmlab policy load "$policies/fifo.bpf.o" >"$work/out" 2>&1; then
		skip 'this kernel or libbpf has no policies in BPF' 'a policy in a file'
		return
	fi
	options=(--budget 1M --policy bpf-fifo)
	report 0 'a policy that was loaded' sort /etc/services
	holds '... was used' "doc['paging']['policy'] == 'bpf' and doc['paging_stats']['policy_lost'] == 0"
	vmlab policy unload bpf-fifo >/dev/null
	options=(--budget 1M --policy "$policies/fifo.bpf.o")
	report 0 'a policy in a file' sort /etc/services
	holds '... was used' "doc['paging']['policy'] == 'bpf' and doc['paging_stats']['policy_lost'] == 0"
	check '... and is not loaded any more' sh -c '! vmlab policy list | grep -q bpf-fifo'
	options=()
}

# The options of vmlab compare and a command; its report is in $work/json.
compare()
{
	local want=$1 text=$2 code=0
	shift 2

	vmlab compare --json "$@" >"$work/json" 2>"$work/err" <"$work/input" || code=$?
	check "compare: $text: exit code $want" test "$code" = "$want"
	((code == want)) || complain "$work/err"
}

comparisons()
{
	seq 1 20000 >"$work/input"
	compare 0 'two policies, two budgets' --policies fifo,lru --budgets 50%,none -- sort
	holds '... a result for each, and one without a budget' "[(r['policy'], r['budget'], len(r['runs'])) for r in doc['results']] == [(None, 'none', 1), ('fifo', '50%', 1), ('fifo', 'none', 1), ('lru', '50%', 1), ('lru', 'none', 1)]"
	holds '... half of the peak' "{r['budget_pages'] for r in doc['results'] if r['budget'] == '50%'} == {doc['frames_peak'] // 2}"
	holds '... which has refaults' "all((r['runs'][0]['refaults'] > 0) == (r['budget'] == '50%') for r in doc['results'])"
	compare 0 'each run reads the file' --policies fifo --budgets none --runs 3 -- \
		sh -c "cmp - $work/input"
	holds '... three times' "[len(r['runs']) for r in doc['results']] == [3, 3]"
	compare 1 'a command that fails' --policies fifo --budgets 64K -- sh -c 'exit 3'
	check '... is reported' grep -q 'failed in 2 of 2 rows' "$work/err"
	holds '... its status' "[r['runs'][0]['exit_status'] for r in doc['results']] == [3, 3]"
	compare 1 'a run that takes too long' --policies fifo --budgets 64K --timeout 2 -- \
		sh -c "if test -e $work/first; then sleep 600 & wait; fi; touch $work/first"
	holds '... is ended, the one before is not' "[(r['runs'][0]['timed_out'], r['runs'][0]['signal']) for r in doc['results']] == [(False, None), (True, 9)]"
	holds '... in time' "2e9 <= doc['results'][1]['runs'][0]['ns'] < 300e9"
	check '... with its children' sh -c '! pgrep -x sleep'
	run 1 '^fifo .* timeout$' 'compare: ... in the table' \
		vmlab compare --policies fifo --budgets 64K --timeout 1 -- sleep 600
	run 0 '^fifo \+25% ' 'compare: a table' vmlab compare --policies fifo --svg "$work/svg" -- \
		sh -c 'echo in the way; sort /etc/services'
	check '... without the output of the command' sh -c "! grep -q '^in the way' '$work/out'"
	check '... with curves' grep -qE '^ +budget +25% +50% +75%' "$work/out"
	check '... and as SVG' python3 -c "
import sys, xml.dom.minidom
svg = xml.dom.minidom.parse(sys.argv[1]).documentElement
sys.exit(svg.tagName != 'svg' or len(svg.getElementsByTagName('circle')) != 3)" "$work/svg"
}

echo "TAP version 13"
skip_without_allocator
exit_codes
bad_input
counts
policy_files
comparisons
echo "1..$points"
((failures == 0))
