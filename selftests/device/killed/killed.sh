#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# killed.sh VICTIMS: run that program while places.bt kills its processes, once at each
# place of the kernel where one of their threads sleeps. VMLAB_OUT/places lists them.
set -euo pipefail

source "$(dirname "${BASH_SOURCE[0]}")/../../lib/tap.sh"
here=$(dirname "${BASH_SOURCE[0]}")
places=${VMLAB_OUT:-$work}/places

if ! command -v bpftrace >/dev/null; then
	skip "no bpftrace" "processes killed where they sleep"
	echo "1..$points"
	exit 0
fi
bpftrace --unsafe "$here/places.bt" >"$places" 2>"$work/err" &
tracer=$!
children+=("$tracer")
attached()
{
	grep -q attached "$places" || ! kill -0 "$tracer" 2>/dev/null
}
patience=1200
wait_for attached
if ! grep -q attached "$places"; then
	result 1 "bpftrace runs"
	complain "$work/err"
	echo "1..$points"
	exit 1
fi

# stacks: where the kernel has the threads of the victims, and the tracer
stacks()
{
	local task

	for task in /proc/[0-9]*/task/[0-9]*; do
		case $(cat "$task/comm" 2>/dev/null) in
		victim | child | device-victims | bpftrace)
			echo "# $task: $(cat "$task/comm")"
			sed 's/^/#   /' "$task/stack"
			;;
		esac
	done 2>/dev/null
}

# Many times what it takes, and less than what a guest that prints nothing has.
{
	for ((i = 0; i < 360; i++)); do
		sleep 1
	done
	echo "# not done after 360 s"
	stacks
	kill -KILL "$tracer"
	pkill -KILL -x 'victim|device-victims'
} &
watch=$!
children+=("$watch")

# Its points are printed as they come: a guest that prints nothing for long is killed.
rc=0
"$1" 2>&1 | tee "$work/victims" | sed -u '/^1\.\.[0-9]*$/d' || rc=$?
kill -INT "$tracer"
wait "$tracer" || true
kill "$watch" 2>/dev/null || true
children=()
points=$(grep -cE '^(not )?ok ' "$work/victims" || true)
failures=$(grep -c '^not ok ' "$work/victims" || true)
((rc == 0 || failures > 0)) || result 1 "the victims: exit code $rc"

# A stack of @places is one record: its functions, a line each, up to the bracket.
of_module=$(awk '/^@places\[/ { stack = 1; module = 0; next }
	/^\]: / { n += stack && module; stack = 0; next }
	stack && /vmlab/ { module = 1 }
	END { print n + 0 }' "$places")
echo "# places inside the module: $of_module"
result "$((of_module < 10))" "at least 10 places inside the module"
echo "1..$points"
((failures == 0))
