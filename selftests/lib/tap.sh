# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Test Anything Protocol for scripts, as tap.h is for programs. Sourced; it
# makes a directory $work, removed at the end with all processes in children.

work=$(mktemp -d "${TMPDIR:-/tmp}/vmlab-test-XXXXXX")
children=()

cleanup()
{
	((${#children[@]} == 0)) || kill "${children[@]}" 2>/dev/null || true
	rm -rf "$work"
}
trap cleanup EXIT

points=0
failures=0

result() # 0|1 TEXT
{
	points=$((points + 1))
	if (($1 == 0)); then
		echo "ok $points - $2"
	else
		echo "not ok $points - $2"
		failures=$((failures + 1))
	fi
}

skip() # REASON TEXT
{
	points=$((points + 1))
	echo "ok $points - $2 # SKIP $1"
}

complain() # FILE
{
	head -n 20 "$1" | sed 's/^/# /'
}

# run CODE PATTERN TEXT COMMAND...: the exit code, and a line of the output
run()
{
	local want=$1 pattern=$2 text=$3 code=0
	shift 3

	"$@" >"$work/out" 2>&1 </dev/null || code=$?
	if ((code == want)) && grep -q -e "$pattern" "$work/out"; then
		result 0 "$text"
	else
		result 1 "$text"
		echo "# exit code $code, expected $want and a line like '$pattern'"
		complain "$work/out"
	fi
}

# tenths of a second that wait_for waits
patience=300

wait_for() # COMMAND...: until it succeeds, or not for ever
{
	for ((i = 0; i < patience; i++)); do
		! "$@" || return 0
		sleep 0.1
	done
	echo "Bail out! waited in vain for: $*"
	exit 2
}
