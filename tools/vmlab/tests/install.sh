#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# install.sh MAKE... -- FLAGS...: test that the files of `make install` suffice to
# build a program with pkg-config alone; the program is that of the documentation. Test
# that `make uninstall` removes these files and no other. FLAGS are those that the library
# was built with.
#
# shellcheck disable=SC2317 # functions are handed to check()
set -euo pipefail

make=()
while [[ $# -gt 0 && $1 != -- ]]; do
	make+=("$1")
	shift
done
shift
flags=("$@")

src=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd -P)
example=$src/Documentation/examples/pagesizes.c
source "$src/selftests/lib/tap.sh"
root=$work/root
# not the default, as on Debian
libdir=/usr/lib/here
mkdir "$root"
where=(DESTDIR="$root" PREFIX=/usr LIBDIR="$libdir")

# check TEXT COMMAND...
check()
{
	local text=$1
	shift
	if "$@" >"$work/out" 2>&1; then
		result 0 "$text"
	else
		result 1 "$text"
		complain "$work/out"
	fi
}

# pc OPTION...: pkg-config that sees what was installed, and not the host's own
pc()
{
	PKG_CONFIG_LIBDIR=$root$libdir/pkgconfig PKG_CONFIG_SYSROOT_DIR=$root \
		"${PKG_CONFIG:-pkg-config}" "$@" vmlab
}

# build OUT LINKER_FLAG...
build()
{
	local out=$1 cflags libs
	shift
	read -ra cflags <<<"$(pc --cflags)"
	read -ra libs <<<"$(pc --libs)"
	"${CC:-cc}" -std=c11 -Wall -Wextra -Werror "${flags[@]}" "${cflags[@]}" \
		-o "$out" "$example" "$@" "${libs[@]}"
}

# fails_with PATTERN COMMAND...: succeed if COMMAND fails and prints PATTERN
fails_with()
{
	local pattern=$1
	shift
	if "$@" >"$root/printed" 2>&1; then
		return 1
	fi
	cat "$root/printed"
	grep -q "$pattern" "$root/printed"
}

needs_library()
{
	readelf -d "$1" >"$root/dynamic"
	grep -q 'libvmlab\.so\.1' "$root/dynamic"
}

needs_no_library()
{
	readelf -d "$1" >"$root/dynamic"
	if grep libvmlab "$root/dynamic"; then
		return 1
	fi
}

# builds_before: the example builds against what make left, and runs from there
builds_before()
{
	local flags_here

	read -ra flags_here <<<"$(PKG_CONFIG_PATH=$1 "${PKG_CONFIG:-pkg-config}" --cflags --libs vmlab)"
	"${CC:-cc}" -std=c11 "${flags[@]}" -o "$work/before-install" "$example" \
		"${flags_here[@]}" && needs_no_library "$work/before-install"
}

compiles_as_cxx()
{
	echo '#include <libvmlab.h>' |
		"${CXX:-c++}" -x c++ -fsyntax-only -I"$root/usr/include" -
}

# is_link NAME TARGET
is_link()
{
	[[ $(readlink "$root$libdir/$1") == "$2" && -f $root$libdir/$2 ]]
}

# same_names DIRECTORY FILE...: succeed if the installed DIRECTORY holds files of these
# names and no others
same_names()
{
	local dir=$root/usr/$1
	shift
	diff <(printf '%s\n' "${@##*/}" | LC_ALL=C sort) <(LC_ALL=C ls -1 "$dir")
}

# policy_files: print what belongs in the directory of policies
policy_files()
{
	ls "$src"/tools/bpf/policies/*.[ch]
	printf '%s\n' "$src"/tools/bpf/policies/*.bpf.c | sed 's/c$/o/'
}

# survives_an_object: an object that a user compiled beside the sources is not installed
survives_an_object()
{
	cp -a "$src/tools/bpf" "$work/bpf"
	: >"$work/bpf/policies/mine.bpf.o"
	: >"$work/bpf/policies/fifo.bpf.o"
	"${make[@]}" install "${where[@]}" bpf="$work/bpf" &&
		[[ ! -e $root/usr/share/vmlab/policies/mine.bpf.o &&
		   -s $root/usr/share/vmlab/policies/fifo.bpf.o ]]
}

# install_without_python: install into another root
install_without_python()
{
	"${make[@]}" install DESTDIR="$work/plain" PREFIX=/usr PYTHON=/nonexistent &&
		[[ -x $work/plain/usr/bin/vmlab && ! -e $work/plain/usr/share/man ]]
}

# paths: print the files and links below the root
paths()
{
	(cd "$root" && find . ! -type d | LC_ALL=C sort)
}

# files that vmlab did not install, beside its own
mkdir -p "$root/usr/bin" "$root/usr/share/vmlab/policies" "$root/usr/include/linux"
touch "$root/usr/bin/other" "$root/usr/share/vmlab/policies/own.bpf.o" \
	"$root/usr/include/linux/other.h"
paths >"$work/before"

for word in "${make[@]}"; do
	[[ $word != O=* ]] || check "the example builds before make install" builds_before "${word#O=}"
done
check "make install" "${make[@]}" install "${where[@]}"
check "pkg-config finds it" pc --exists
version=$("$root/usr/bin/vmlab" --version | awk '{ print $2 }')
check "... as version $version" pc --exact-version="$version"
check "... which is that of the file VERSION" test "$version" = "$(<"$src/VERSION")"
check "libvmlab.so leads to libvmlab.so.1" is_link libvmlab.so libvmlab.so.1
check "... and that to the file of this version" \
	is_link libvmlab.so.1 "libvmlab.so.1.$version"
rm "$root/usr/share/vmlab/policies/own.bpf.o"
mapfile -t names < <(policy_files)
check "policies are installed, with their sources" \
	same_names share/vmlab/policies "${names[@]}"
check "scripts for bpftrace are installed" \
	same_names share/vmlab/bpftrace "$src"/tools/bpftrace/*.bt
check "examples are installed" same_names share/doc/vmlab/examples \
	"$src"/Documentation/examples/*.c "$src"/tools/install/examples/*
mapfile -t pages < <("$root/usr/bin/vmlab" --help |
	sed -nE 's/^  +([a-z]+)  +[^ ].*/vmlab-\1.1/p')
check "bash takes the completion" bash -n "$root/usr/share/bash-completion/completions/vmlab"
check "zsh would find its own" grep -q '^#compdef vmlab' \
	"$root/usr/share/zsh/site-functions/_vmlab"
check "fish has its completion" \
	test -s "$root/usr/share/fish/vendor_completions.d/vmlab.fish"
if command -v python3 >/dev/null; then
	check "each command has a manual page, and no other name" same_names share/man/man1 \
		vmlab.1 "${pages[@]}"
	check "the device and the library have one" \
		test -s "$root/usr/share/man/man4/vmlab.4" -a -s "$root/usr/share/man/man3/libvmlab.3"
else
	skip "no python3" "manual pages are installed"
fi
check "the example builds against the shared library" build "$root/shared"
check "... and needs libvmlab.so.1" needs_library "$root/shared"
check "the example builds against the archive" \
	build "$root/static" -Wl,-Bstatic -L"$root$libdir" -lvmlab -Wl,-Bdynamic \
	-Wl,--as-needed
check "... and needs no libvmlab" needs_no_library "$root/static"
if [[ -e /dev/vmlab ]]; then
	skip "/dev/vmlab is here" "without the module it reports that"
else
	check "without the module it reports that" fails_with 'module' \
		env LD_LIBRARY_PATH="$root$libdir" "$root/shared" 1
fi
if command -v "${CXX:-c++}" >/dev/null; then
	check "the headers are enough for C++" compiles_as_cxx
else
	skip "no C++ compiler" "the headers are enough for C++"
fi

check "an object beside the sources of policies changes nothing" survives_an_object
touch "$root/usr/share/vmlab/policies/own.bpf.o"
check "without Python the manual pages are left out" install_without_python
check "SHARED=1: make install" "${make[@]}" install "${where[@]}" SHARED=1
check "... installs a vmlab that needs libvmlab.so.1" needs_library "$root/usr/bin/vmlab"
check "... and runs" env LD_LIBRARY_PATH="$root$libdir" "$root/usr/bin/vmlab" --version

rm -f "$root"/{shared,static,printed,dynamic}
check "make uninstall" "${make[@]}" uninstall "${where[@]}"
check "... removes what was installed, and no other file" \
	diff "$work/before" <(paths)
rm "$root/usr/share/vmlab/policies/own.bpf.o"
check "make uninstall, again" "${make[@]}" uninstall "${where[@]}"
check "... removes directories that only vmlab uses" \
	test ! -e "$root/usr/share/vmlab" -a ! -e "$root/usr/share/doc/vmlab"

echo "1..$points"
((failures == 0))
