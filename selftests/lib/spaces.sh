# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What the module holds, for scripts. To be sourced, after tap.sh.

spaces=/sys/kernel/debug/vmlab/spaces

has_space()
{
	[[ -n $(ls -A "$spaces") ]]
}

# There is no space, and the module is in use by other modules at most: a guest that is the only
# one has the KUnit tests loaded.
no_space()
{
	[[ -z $(ls -A "$spaces") ]] &&
		(($(</sys/module/vmlab/refcnt) == $(find /sys/module/vmlab/holders -mindepth 1 | wc -l)))
}

no_space_diagnosis()
{
	local space pid

	echo "references: $(</sys/module/vmlab/refcnt), modules: $(ls /sys/module/vmlab/holders)"
	for space in "$spaces"/*; do
		[[ -e $space ]] || continue
		echo "space ${space##*/}: $(tr "\n" " " <"$space/owner")"
	done
	for pid in /proc/[0-9]*; do
		if grep -q /dev/vmlab "$pid/maps" 2>/dev/null ||
		   [[ -n $(find "$pid/fd" -lname '*vmlab*' 2>/dev/null) ]]; then
			echo "process ${pid##*/}: $(tr "\0" " " <"$pid/cmdline")" \
				"$(grep State "$pid/status")"
		fi
	done
}

# nothing_is_left TEXT: a test point
nothing_is_left()
{
	wait_for no_space
	result 0 "$1: no space is left, and the module is not in use"
}
