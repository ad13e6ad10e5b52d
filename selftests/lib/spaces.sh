# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What the module holds, for scripts. To be sourced.

spaces=/sys/kernel/debug/vmlab/spaces

# There is no space, and the module is not in use.
no_space()
{
	[[ -z $(ls -A "$spaces") && $(</sys/module/vmlab/refcnt) == 0 ]]
}
