# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What the module holds, for scripts. To be sourced, after tap.sh.

spaces=/sys/kernel/debug/vmlab/spaces

# There is no space, and the module is not in use.
no_space()
{
	[[ -z $(ls -A "$spaces") && $(</sys/module/vmlab/refcnt) == 0 ]]
}

# nothing_is_left TEXT: a test point
nothing_is_left()
{
	wait_for no_space
	result 0 "$1: no space is left, and the module is not in use"
}
