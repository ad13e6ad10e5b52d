# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Test Anything Protocol for scripts, as tap.h is for programs. To be sourced.
# It makes a directory $work; at exit it removes that and kills all processes
# in the array children.

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

# run CODE PATTERN TEXT COMMAND...: a test point: COMMAND must exit with CODE, and
# a line of its output must match PATTERN
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

# says PATTERN COMMAND...: does a line of what COMMAND prints match, whatever its exit code is?
says()
{
	local pattern=$1
	shift

	grep -q -e "$pattern" <<<"$("$@" 2>&1 </dev/null || true)"
}

# skip_without_allocator: end a test of vmlab run that cannot run, before its first point
skip_without_allocator()
{
	! says 'install the package libjemalloc2' vmlab run -- true || {
		echo '1..0 # SKIP there is no libjemalloc.so.2: install libjemalloc2'
		exit 0
	}
}

# how long wait_for waits, in tenths of a second
patience=300

# wait_for COMMAND...: run it until it succeeds; end the test after $patience.  A function
# COMMAND_diagnosis says then why it did not.
wait_for()
{
	for ((i = 0; i < patience; i++)); do
		! "$@" || return 0
		sleep 0.1
	done
	! declare -F "$1_diagnosis" >/dev/null || "$1_diagnosis" | sed 's/^/# /'
	echo "Bail out! waited in vain for: $*"
	exit 2
}
