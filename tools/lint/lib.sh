# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Functions that lint and its checks share: lists of the files to check, and the kernel whose
# tools check them. Paths and messages come from tools/vm.

source "$(dirname "${BASH_SOURCE[0]}")/../vm/lib/common.sh"

LINT=$REPO/tools/lint
# the exit status of a check that cannot run here; its last line of output is the reason
SKIP=77
# shellcheck disable=SC2034 # for the scripts that source this file
readonly LINT SKIP

# lint_kernel: set LINT_KDIR, the build tree of the kernel whose tools are used, and
# LINT_KSRC, its source; build the kernel if the cache has none. Checks inherit both.
lint_kernel()
{
	if [[ -z ${LINT_KDIR:-} ]]; then
		LINT_KDIR=$("$REPO/tools/vm/vm" kernel lean-7.3)
	fi
	LINT_KSRC=$LINT_KDIR
	[[ ! -e $LINT_KDIR/source ]] || LINT_KSRC=$LINT_KDIR/source
	export LINT_KDIR LINT_KSRC
}

# sources PATTERN...: print the paths of the project's files whose names match, relative
# to the current directory, which is the top of the project
sources()
{
	local pattern names=()

	for pattern; do
		names+=(-o -name "$pattern")
	done
	find . \( -path ./build -o -path ./.git \) -prune -o \
		-type f \( "${names[@]:1}" \) -printf '%P\n' | LC_ALL=C sort
}

# kernel_sources, user_sources: print the paths of the C files of the module, and of the
# programs
kernel_sources()
{
	sources '*.[ch]' | grep -E '^(module|uapi)/'
}

user_sources()
{
	sources '*.[ch]' | grep -E '^(tools|selftests)/'
}

# clean_open CHECK FILE...: remember in which sources CHECK finds nothing, as long as the FILEs,
# its program and its settings, stay the same
clean_open()
{
	clean_dir=$BUILD/lint/clean-$1
	mkdir -p "$clean_dir"
	clean_salt=$(cat "${@:2}" | sha256sum)
	find "$clean_dir" -type f -mtime +30 -delete
}

# clean_path SOURCE [OPTIONS]: print the path that stands for SOURCE as it is, checked with
# these OPTIONS
clean_path()
{
	echo "$clean_dir/$({ echo "$clean_salt $*" && cat "$1"; } | sha256sum | cut -d' ' -f1)"
}

# is_clean SOURCE [OPTIONS], set_clean SOURCE [OPTIONS]: ask, record that nothing is found
is_clean()
{
	[[ -e $(clean_path "$@") ]]
}

set_clean()
{
	: >"$(clean_path "$@")"
}

# compile_database DIR: write DIR/compile_commands.json for clang-tidy and cppcheck, with
# the commands by which the Makefiles compile the programs, and make the headers that the
# build generates. Fail if no Makefile compiles some file.
compile_database()
{
	local file missed=

	mkdir -p "$1"
	make -C tools/vmlab --no-print-directory O="$1/vmlab/check" \
		"$1/vmlab/check/bpf/faults.skel.h" >&2
	make -C selftests --no-print-directory O="$1/selftests" "$1/selftests/grammar.inc" >&2
	{
		dry_run tools/vmlab O="$1/vmlab/check" SANITIZE=1 build-tests
		dry_run selftests O="$1/selftests" all
		dry_run tools/vm/guest O="$1/vm" all
		dry_run tools/vm/bench O="$1/bench" all
	} | awk '
		BEGIN { print "[" }
		{ print (NR > 1 ? "," : "") $0 }
		END { print "]" }
	' >"$1/compile_commands.json"

	while read -r file; do
		if [[ ! -e ${file%/*}/Kbuild ]] &&
		   ! grep -qF "\"file\": \"$REPO/$file\"" "$1/compile_commands.json"; then
			echo "$file: no Makefile compiles it"
			missed=1
		fi
	done < <(user_sources | grep '\.c$')
	[[ -z $missed ]]
}

# dry_run DIR ARG...: print the entries of the database for the Makefile in DIR
dry_run()
{
	make -C "$1" --no-print-directory -nB "${@:2}" |
		"$LINT/compile-commands" "$REPO/$1"
}

cd "$REPO"
