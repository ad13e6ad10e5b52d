# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Paths, messages and the progress line. Every script of tools/vm and tools/lint
# sources this file.
#
# Results go to stdout, messages for people to stderr, and the output of the
# programs that a step runs to a log file.

set -euo pipefail

VM_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
REPO=$(cd "$VM_DIR/../.." && pwd -P)
BUILD=$REPO/build
CACHE=${VMLAB_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/vmlab}
LOGS=$BUILD/log
# shellcheck disable=SC2034 # for the scripts that source this file
readonly VM_DIR REPO BUILD CACHE LOGS

die()
{
	printf 'vm: %s\n' "$*" >&2
	exit 1
}

# unavailable TEXT...: end as what Debian does not have, now or any more
readonly UNAVAILABLE=69
unavailable()
{
	printf 'vm: %s\n' "$*" >&2
	exit "$UNAVAILABLE"
}

note()
{
	printf '%s\n' "$*" >&2
}

as_root()
{
	if [[ $EUID -eq 0 ]]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo "$@"
	else
		die "'$*' must run as root, and there is no sudo"
	fi
}

# elapsed SINCE: print the time since $SECONDS was SINCE, as "42 s" or "3 min 07 s"
elapsed()
{
	local s=$((SECONDS - $1))

	if ((s < 60)); then
		printf '%d s' "$s"
	else
		printf '%d min %02d s' $((s / 60)) $((s % 60))
	fi
}

# progress LOG TOTAL SINCE: print what part of the TOTAL lines a log has, and an estimate
# of the time that is left
progress()
{
	local lines passed=$((SECONDS - $3))

	lines=$(wc -l <"$1")
	# The total is of another compiler and configuration: near the end it is a guess.
	if ((lines * 100 >= $2 * 97)); then
		printf ', nearly done'
	elif ((lines * 100 >= $2 * 2)); then
		printf ', %d %%, about %s left' $((lines * 100 / $2)) \
			"$(elapsed $((SECONDS - passed * ($2 - lines) / lines)))"
	fi
}

# ticker TITLE LOG SINCE: rewrite one terminal line each second, until this process is
# killed or the script ends
ticker()
{
	trap - EXIT
	while [[ -d /proc/$$ ]]; do
		printf '\r\033[K%s ... %s%s' "$1" "$(elapsed "$3")" \
			"$( ((${STEP_LINES:-0} == 0)) || progress "$2" "$STEP_LINES" "$3")" >&2
		sleep 1
	done
}

# step TITLE LOG COMMAND...: run a program that can take minutes, with its output in
# LOG. On a terminal, show one line with a running clock; elsewhere, print one line at
# the start and one at the end. With STEP_LINES, about how many lines the log will have,
# the clock shows what part is done and how long the rest will take.
#
# COMMAND must be a program: a shell function would run here with errexit off.
step()
{
	local title=$1 log=$2 since=$SECONDS rc=0 tick=
	shift 2

	mkdir -p "$(dirname "$log")"
	: >"$log"
	if [[ -t 2 ]]; then
		ticker "$title" "$log" "$since" &
		tick=$!
	else
		note "$title ..."
	fi

	"$@" >>"$log" 2>&1 </dev/null || rc=$?

	if [[ -n $tick ]]; then
		kill "$tick" 2>/dev/null || true
		wait "$tick" 2>/dev/null || true
		printf '\r\033[K' >&2
	fi
	if ((rc == 0)); then
		note "$title: done in $(elapsed "$since")"
		return 0
	fi
	note "$title: FAILED after $(elapsed "$since"). Last lines of $log:"
	tail -n 20 "$log" | sed 's/^/  | /' >&2
	return "$rc"
}

# with_lock NAME: wait until no other shell holds lock NAME, and hold it until
# unlock or the end of this shell
with_lock()
{
	local fd

	cache_ensure
	mkdir -p "$CACHE/locks"
	exec {fd}>"$CACHE/locks/$1"
	if ! flock -n "$fd"; then
		note "Waiting for another vmlab run that holds the lock $1"
		flock "$fd"
	fi
	LOCK_FD=$fd
}

unlock()
{
	exec {LOCK_FD}>&-
}

source "$VM_DIR/lib/cache.sh"
