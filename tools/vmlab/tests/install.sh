#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# install.sh MAKE... -- FLAGS...: test that the files of `make install` suffice to
# build a program with pkg-config alone; the program is that of the documentation.
# FLAGS are those that the library was built with.
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
mkdir "$root"

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
	PKG_CONFIG_LIBDIR=$root/usr/lib/pkgconfig PKG_CONFIG_SYSROOT_DIR=$root \
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

compiles_as_cxx()
{
	echo '#include <libvmlab.h>' |
		"${CXX:-c++}" -x c++ -fsyntax-only -I"$root/usr/include" -
}

check "make install" "${make[@]}" install DESTDIR="$root" PREFIX=/usr
check "pkg-config finds it" pc --exists
version=$("$root/usr/bin/vmlab" --version | awk '{ print $2 }')
check "... as version $version" pc --exact-version="$version"
check "the example builds against the shared library" build "$root/shared"
check "... and needs libvmlab.so.1" needs_library "$root/shared"
check "the example builds against the archive" \
	build "$root/static" -Wl,-Bstatic -L"$root/usr/lib" -lvmlab -Wl,-Bdynamic \
	-Wl,--as-needed
check "... and needs no libvmlab" needs_no_library "$root/static"
if [[ -e /dev/vmlab ]]; then
	skip "/dev/vmlab is here" "without the module it reports that"
else
	check "without the module it reports that" fails_with 'module' \
		env LD_LIBRARY_PATH="$root/usr/lib" "$root/shared" 1
fi
if command -v "${CXX:-c++}" >/dev/null; then
	check "the headers are enough for C++" compiles_as_cxx
else
	skip "no C++ compiler" "the headers are enough for C++"
fi

echo "1..$points"
((failures == 0))
