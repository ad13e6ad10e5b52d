# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# attached PID: vmlab faults has attached all its programs, to wait for it
attached()
{
	[[ $(find "/proc/$1/fd" -lname 'anon_inode:bpf_link' 2>/dev/null | wc -l) -ge 8 ]]
}
