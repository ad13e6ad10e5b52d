#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# vmlab policy: load, list, set and unload policies in BPF.
#
# usage: policy.sh EXAMPLES-DIR
set -euo pipefail

dir=$1
source "$(dirname "${BASH_SOURCE[0]}")/../lib/tap.sh"
export NO_COLOR=1

finish()
{
	echo "1..$points"
	exit $((failures > 0))
}

echo "TAP version 13"
if ! says '^struct_ops  *yes' vmlab info; then
	run 1 'no policies in BPF on this kernel' 'load reports that this kernel has none' \
		vmlab policy load "$dir/fifo.bpf.o"
	run 0 '^clock \+built-in' 'list has the built-in ones' vmlab policy list
	run 0 '^evicted \+48 ' 'a built-in policy works' \
		vmlab space --size 256K --budget 16 --policy clock
	skip 'this kernel has no struct_ops for modules' 'policies in BPF'
	finish
fi

if says 'was built with libbpf' vmlab policy load "$dir/fifo.bpf.o"; then
	skip 'libbpf is older than 1.4' 'policies in BPF'
	finish
fi
vmlab policy unload bpf-fifo >/dev/null || true
run 0 '^bpf-fifo: loaded' 'load' vmlab policy load "$dir/fifo.bpf.o"
run 1 "'bpf-fifo' is loaded already.*unload bpf-fifo" 'load once more' \
	vmlab policy load "$dir/fifo.bpf.o"
run 0 '^  "loaded": "bpf-sieve"' 'load with JSON' vmlab policy load --json "$dir/sieve.bpf.o"
run 1 'is no BPF object' 'load a file that is no BPF object' vmlab policy load /bin/true
run 1 'cannot read .*nowhere: .*: give a BPF object' 'load a file that does not exist' vmlab policy load "$work/nowhere"
run 0 '^bpf-fifo \+bpf \+[0-9]\+ \+0 \+no' 'list' vmlab policy list
run 0 '"name": "bpf-sieve", "kind": "bpf", "id": [0-9]\+, "spaces": 0, "samples": true' \
	'list with JSON' vmlab policy list --json
echo 'int victim;' >"$work/policy.c"
run 1 'is C source' 'load C source' vmlab policy load "$work/policy.c"
run 1 'has no victim callback' 'load a policy without victim' \
	vmlab policy load "$VMLAB_SELFTESTS"/*victim.bpf.o
run 1 "'unused' has no victim callback, .*: set .victim" 'load one that does not name its callback' \
	vmlab policy load "$VMLAB_SELFTESTS"/unused_callback.bpf.o
run 1 'verifier rejected it: program sleep[a-z]*_victim: [^ ]' 'load a program that may sleep' \
	vmlab policy load "$VMLAB_SELFTESTS"/sleep*.bpf.o
run 1 'verifier rejected it: program unbounded_victim: \(infinite loop\|BPF program is too large\)' \
	'load a program with a loop that may never end' \
	vmlab policy load "$VMLAB_SELFTESTS"/unbounded.bpf.o
# The object may be below a directory that only root can read.
# shellcheck disable=SC2016 # for the inner shell
run 5 'no permission' 'load without privilege' \
	bash -c '"${@:2}" <"$1"' _ "$dir/clock.bpf.o" \
	setpriv --reuid 65534 --regid 65534 --clear-groups -- \
	"$(command -v vmlab)" policy load -
# shellcheck disable=SC2016 # for the inner shell
run 0 '^bpf-clock: loaded' 'load from standard input' \
	bash -c 'vmlab policy load - <"$1"' _ "$dir/clock.bpf.o"
run 0 '^bpf-clock: unloaded' '... and unload' vmlab policy unload bpf-clock

run 0 '^evicted \+48 ' 'space with a policy in BPF' \
	vmlab space --size 256K --budget 16 --policy bpf-fifo
run 2 "'nobody' is not a policy: .*policy list" 'space with an unknown policy' \
	vmlab space --size 256K --budget 16 --policy nobody

run 0 '^bpf-fifo \+4 \+12 \+10 ' 'replay with a policy in BPF: the textbook' \
	vmlab replay --frames 3,4 --policy fifo,bpf-fifo 1,2,3,4,1,2,5,1,2,3,4,5

# Its victim() always names page 0, which is never resident here.
run 0 '^misbehaving: loaded' 'load a policy that names wrong victims' \
	vmlab policy load "$VMLAB_SELFTESTS/misbehaving.bpf.o"
run 0 '^misbehaving \+3 \+12 \+9 \+3 \+25.0 \+6 \+0 \+6$' 'replay shows its fallbacks' \
	vmlab replay --policy misbehaving,bpf-fifo 1,2,3,4,1,2,5,1,2,3,4,5
run 0 "note: policy 'misbehaving' with 3 frames named no page .* 6 of 6 evictions" \
	'and a note says what decided' vmlab replay --policy misbehaving 1,2,3,4,1,2,5,1,2,3,4,5
run 0 '"fallbacks": 6' 'JSON has the fallbacks' \
	vmlab replay --json --policy misbehaving 1,2,3,4,1,2,5,1,2,3,4,5
run 0 '^bpf-fifo .* 0$' 'a policy that names right victims has none' \
	vmlab replay --policy bpf-fifo 1,2,3,4,1,2,5,1,2,3,4,5
run 0 '^misbehaving: unloaded' 'unload it' vmlab policy unload misbehaving

vmlab space --size 256K --budget 16 --hold 60 >"$work/held" 2>&1 &
holder=$!
children+=("$holder")
wait_for grep -q holding "$work/held"
space=$(sed -nE 's/^space ([0-9]+):.*/\1/p' "$work/held")
run 0 "^space $space: bpf-sieve" 'set' vmlab policy set "$space" bpf-sieve
run 0 '^policy bpf-sieve' 'debugfs shows the policy' cat "/sys/kernel/debug/vmlab/spaces/$space/policy"
run 0 '^bpf-sieve \+bpf \+[0-9]\+ \+1 \+yes' 'list counts the space that uses it' vmlab policy list
run 5 'no permission' 'set without privilege' \
	setpriv --reuid 65534 --regid 65534 --clear-groups -- \
	"$(command -v vmlab)" policy set "$space" clock
run 1 'no space 999999 is open' 'set of an unknown space' \
	vmlab policy set 999999 clock
run 2 'too few operands: give .vmlab policy set SPACE NAME' 'set without a policy' vmlab policy set "$space"
run 2 "'frobnicate' is not an action: give load, list, set or unload" 'an unknown action' vmlab policy frobnicate
run 0 '^bpf-sieve: unloaded' 'unload while a space uses it' vmlab policy unload bpf-sieve
result "$(kill -0 "$holder" 2>/dev/null && echo 0 || echo 1)" 'the process that uses the space continues'
kill "$holder"
wait "$holder" || true
children=()
run 0 '^bpf-fifo: unloaded' 'unload' vmlab policy unload bpf-fifo
run 1 "no policy 'bpf-fifo' is loaded" 'unload once more' vmlab policy unload bpf-fifo
run 1 "'fifo' is built in" 'unload a built-in policy' vmlab policy unload fifo
run 1 'is no name' 'unload an invalid name' vmlab policy unload ../x
result "$([[ -z $(ls /sys/fs/bpf/vmlab 2>/dev/null) ]] && echo 0 || echo 1)" 'nothing stays pinned'
finish
