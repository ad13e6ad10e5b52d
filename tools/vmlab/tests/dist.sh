#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# dist.sh: test what is given to others: the version stands in one place, make dist gives
# the same bytes twice, and the source for DKMS is complete.
set -euo pipefail

src=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd -P)
source "$src/selftests/lib/tap.sh"
cd "$src"
version=$(<VERSION)

# is WANT GOT TEXT
is()
{
	result "$([[ $1 == "$2" ]] && echo 0 || echo 1)" "$3"
	[[ $1 == "$2" ]] || echo "# got '$2', expected '$1'"
}

# The first entry of each is the version of the source, also before its release.
is "$version" "$(sed -nE '1s/^vmlab \(([^)]*)\).*/\1/p' debian/changelog)" \
	"debian/changelog starts with version $version"
is "$version" "$(sed -nE 's/^## ([^ ]*).*/\1/p' CHANGELOG.md | head -n 1)" \
	"CHANGELOG.md starts with it"

tools/install/dkms-source "$work/dkms"
is "PACKAGE_VERSION=\"$version\"" "$(grep '^PACKAGE_VERSION' "$work/dkms/dkms.conf")" \
	"dkms.conf has it"
missing=$(grep -oE 'module/[a-z_0-9/]+\.o' Kbuild | sed 's/o$/c/' | while read -r file; do
	[[ -e $work/dkms/$file ]] || echo "$file"
done)
is "" "$missing" "the source for DKMS has all files of the module"

if git rev-parse -q --verify HEAD >/dev/null 2>&1 && [[ -z $(git rev-parse --show-prefix) ]]; then
	# libvmlab1.symbols has the versions in which symbols appeared, and the example of a
	# report the one that wrote it.
	is "" "$(git grep -lwF "$version" -- . ':!VERSION' ':!CHANGELOG.md' \
		':!debian/changelog' ':!debian/libvmlab1.symbols' \
		':!Documentation/labs/example-report.html')" \
		"no other file has it"
	tools/install/dist "$work/one" >/dev/null 2>&1
	sleep 1.1
	(umask 077 && TZ=Asia/Tokyo tools/install/dist "$work/two" >/dev/null 2>&1)
	code=0
	cmp "$work"/{one,two}/"vmlab-$(git show HEAD:VERSION).tar.gz" || code=$?
	result "$code" "make dist gives the same bytes twice"
	is "$(git -c core.quotePath=off ls-tree -r --name-only HEAD | LC_ALL=C sort)" \
		"$(tar tzf "$work"/one/*.tar.gz | sed 's|^[^/]*/||' | grep -v '/$' |
			grep . | LC_ALL=C sort)" "the tarball has the files of the commit"
else
	skip "not a git repository" "no other file has it"
	skip "not a git repository" "make dist gives the same bytes twice"
	skip "not a git repository" "the tarball has the files of the commit"
fi

echo "1..$points"
((failures == 0))
