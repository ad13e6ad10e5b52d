# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Paths, messages and the progress line. Sourced by every script here.
#
# Results go to stdout, everything meant for a human goes to stderr, and what
# the tools we call have to say goes to a log file.

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

# elapsed SINCE: the seconds since then, as "42 s" or "3 min 07 s"
elapsed()
{
	local s=$((SECONDS - $1))

	if ((s < 60)); then
		printf '%d s' "$s"
	else
		printf '%d min %02d s' $((s / 60)) $((s % 60))
	fi
}

# ticker TITLE SINCE: rewrites one terminal line until killed or orphaned
ticker()
{
	trap - EXIT
	while [[ -d /proc/$$ ]]; do
		printf '\r\033[K%s ... %s' "$1" "$(elapsed "$2")" >&2
		sleep 1
	done
}

# step TITLE LOG COMMAND...: runs a program of some minutes with its output in
# LOG. A terminal sees one line with a running clock, any other reader one line
# at the start and one at the end.
#
# COMMAND must be a program. A shell function would run here with errexit off.
step()
{
	local title=$1 log=$2 since=$SECONDS rc=0 tick=
	shift 2

	mkdir -p "$(dirname "$log")"
	: >"$log"
	if [[ -t 2 ]]; then
		ticker "$title" "$since" &
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

# with_lock NAME: serialises this shell and all others that ask for NAME
with_lock()
{
	local fd

	mkdir -p "$CACHE/locks"
	exec {fd}>"$CACHE/locks/$1"
	if ! flock -n "$fd"; then
		note "Waiting for another vmlab run that is busy with $1"
		flock "$fd"
	fi
	LOCK_FD=$fd
}

unlock()
{
	exec {LOCK_FD}>&-
}
