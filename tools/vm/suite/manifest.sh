# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What selftests/manifest says. Sourced by who runs tests, on the host and in the
# guest.

# manifest_guests FILE: the guests that it names
manifest_guests()
{
	sed -n 's/^\[\(.*\)\].*/\1/p' "$1"
}

# manifest_options FILE GUEST: what boot is to be told of it
manifest_options()
{
	sed -n "s/^\[$2\] *//p" "$1"
}

# manifest_tests FILE GUEST: name, limit and command of each test of that guest, if
# it is one that VMLAB_TESTS asks for
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
