# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Read selftests/manifest. Sourced on the host and in the guest.

# manifest_guests FILE: print the names of the guests
manifest_guests()
{
	sed -n 's/^\[\(.*\)\].*/\1/p' "$1"
}

# manifest_options FILE GUEST: print the options of boot for that guest
manifest_options()
{
	sed -n "s/^\[$2\] *//p" "$1"
}

# manifest_tests FILE GUEST: print name, time limit and command of each test of that
# guest whose name matches VMLAB_TESTS
manifest_tests()
{
	local name limit command guest=''

	while read -r name limit command; do
		case $name in
		'' | \#*) continue ;;
		\[*)
			guest=${name//[][]/}
			continue
			;;
		esac
		# shellcheck disable=SC2053 # a pattern
		[[ $guest != "$2" ]] ||
			[[ -n ${VMLAB_TESTS:-} && $name != $VMLAB_TESTS ]] ||
			printf '%s %s %s\n' "$name" "$limit" "$command"
	done <"$1"
}

# manifest_check FILE: refuse a VMLAB_TESTS that no name matches
manifest_check()
{
	local guest

	for guest in $(manifest_guests "$1"); do
		[[ -z $(manifest_tests "$1" "$guest") ]] || return 0
	done
	die "VMLAB_TESTS: no test is called '${VMLAB_TESTS:-}': give a pattern over the names in ${1#"$REPO"/}"
}
