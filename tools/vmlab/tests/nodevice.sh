#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The vmlab command where the module is not loaded: usage, help, exit codes.
set -euo pipefail

vmlab=$1
nr=0
failed=0

result() # 0|1 TEXT
{
	nr=$((nr + 1))
	if (($1 == 0)); then
		echo "ok $nr - $2"
	else
		echo "not ok $nr - $2"
		failed=$((failed + 1))
	fi
}

# run CODE PATTERN WORDS...: the exit code, and a line of output
run()
{
	local want=$1 pattern=$2 out code=0
	shift 2

	out=$("$vmlab" "$@" 2>&1) || code=$?
	if ((code == want)) && grep -q -e "$pattern" <<<"$out"; then
		result 0 "vmlab $*: $want"
	else
		result 1 "vmlab $*: $want"
		printf '# exit code %s\n' "$code"
		echo "# ${out//$'\n'/$'\n'# }"
	fi
}

run 2 'which command' # nothing
run 0 '^Usage: vmlab' --help
run 0 '^vmlab [0-9]' --version
run 2 "'bogus' is not a command" bogus
run 2 "'-x' is not an option" -x
run 2 "'--bogus' is not an option" mm --bogus 1
run 2 "'--json=1' takes no value" info --json=1
run 2 "'-r' needs a value" vmas -r
run 2 'choices are auto, always and never' info --color=sometimes
run 2 'missing operand: PID' mm
run 2 "unexpected operand '2'" mm 1 2
run 2 "'0' is not a process" mm 0
run 2 "'one' is not a process" vmas one
run 2 'START-END' vmas --range 5-1 1
run 2 "'4KB' is not a value" space --size 4KB
run 2 "'0' is not a value" space --stride 0
run 2 "'x' is not a value" space --touch x
run 2 'the choices are bash and zsh' completion fish
for c in info mm vmas space completion; do
	run 0 '^Exit codes:' "$c" --help
	run 0 '^Example' "$c" --help
done

if [[ -e /dev/vmlab ]]; then
	echo "ok $((++nr)) # SKIP the module is loaded: nothing to say of its absence"
else
	run 3 'insmod vmlab.ko' info
	run 3 'insmod vmlab.ko' --json mm self
	run 3 'insmod vmlab.ko' vmas 1
	run 3 'insmod vmlab.ko' space
	out=$("$vmlab" info --json 2>/dev/null) || true
	result $((${#out} != 0)) "a failure prints nothing on standard output"
fi

code=0
"$vmlab" --help 2>/dev/null >/dev/full || code=$?
result $((code != 1)) "a full disk is an error"

code=0
"$vmlab" completion bash | bash -n || code=$?
result "$code" "bash takes the completion"

# complete WORDS...: what bash offers for the last word
complete_words()
{
	bash -c 'source <("$1" completion bash); shift
		COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); compopt() { :; }
		_vmlab; echo "${COMPREPLY[@]-}"' _ "$vmlab" "$@"
}

# compare WANT WORDS...
completes()
{
	local want=$1 got
	shift
	got=$(complete_words "$@")
	result "$([[ $got == "$want" ]] && echo 0 || echo 1)" "completes '$*' to '$want'"
	[[ $got == "$want" ]] || echo "# got '$got'"
}

completes 'vmas' vmlab vm
completes 'info' vmlab --json in
completes 'self' vmlab mm se
completes "$$" vmlab vmas "$$"
completes '--stride=' vmlab space --str
completes '--version' vmlab --v
completes 'read' vmlab space --touch = re
completes 'auto always' vmlab info --color = a
completes 'zsh' vmlab completion z

echo "1..$nr"
((failed == 0))
