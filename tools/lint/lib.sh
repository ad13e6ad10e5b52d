# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What lint and its checks share: the files to look at and the kernel to look
# at them with. Paths and messages are those of tools/vm.

source "$(dirname "${BASH_SOURCE[0]}")/../vm/lib/common.sh"

LINT=$REPO/tools/lint
# exit status of a check that cannot run here; its last line says why
SKIP=77
# shellcheck disable=SC2034 # for the scripts that source this file
readonly LINT SKIP

# lint_kernel: sets LINT_KDIR, the build tree of the kernel whose tools are used,
# and LINT_KSRC, its source; builds it if need be. Checks inherit them.
lint_kernel()
{
	if [[ -z ${LINT_KDIR:-} ]]; then
		LINT_KDIR=$("$REPO/tools/vm/vm" kernel lean-7.3)
	fi
	LINT_KSRC=$LINT_KDIR
	[[ ! -e $LINT_KDIR/source ]] || LINT_KSRC=$LINT_KDIR/source
	export LINT_KDIR LINT_KSRC
}

# sources PATTERN...: files of the project whose name matches, relative to REPO
sources()
{
	local pattern names=()

	for pattern; do
		names+=(-o -name "$pattern")
	done
	find . \( -path ./build -o -path ./.git \) -prune -o \
		-type f \( "${names[@]:1}" \) -printf '%P\n' | LC_ALL=C sort
}

# kernel_sources, user_sources: C files of either side
kernel_sources()
{
	sources '*.[ch]' | grep -E '^(module|uapi)/'
}

user_sources()
{
	sources '*.[ch]' | grep -E '^(tools|selftests)/'
}

# compile_database DIR: writes DIR/compile_commands.json, what the Makefiles of the
# user code would run to compile it, for clang-tidy and cppcheck, and makes the
# headers that the build generates. Fails when a file is in no Makefile.
compile_database()
{
	local file missed=

	mkdir -p "$1"
	make -C tools/vmlab --no-print-directory O="$1/vmlab/check" \
		"$1/vmlab/check/bpf/faults.skel.h" >&2
	{
		dry_run tools/vmlab O="$1/vmlab/check" SANITIZE=1 build-tests
		dry_run selftests O="$1/selftests" all
		dry_run tools/vm/guest O="$1/vm" all
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

dry_run()
{
	make -C "$1" --no-print-directory -nB "${@:2}" |
		"$LINT/compile-commands" "$REPO/$1"
}

cd "$REPO"
