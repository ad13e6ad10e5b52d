# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # variables for, and of, the script that sources this
#
# The vmlab command under test. Sourced after tap.sh.

# A copy that every user may run.
chmod 755 "$work"
cp "$(command -v vmlab)" "$work/vmlab"
vmlab=$work/vmlab
export NO_COLOR=1

# Prefix of a command that an unprivileged user runs.
nobody=(setpriv --reuid=65534 --regid=65534 --clear-groups)

# The pid of a sleeping process in $target, also in children[]. Nothing in it changes
# while it sleeps.
start_sleep()
{
	sleep 1000 >/dev/null 2>&1 &
	target=$!
	children+=("$target")
	# The shell has executed sleep, and sleep is sleeping.
	wait_for grep -qx sleep "/proc/$target/comm"
	wait_for grep -q '^State:.S' "/proc/$target/status"
}

# kb FIELD: a size in the status of the process $target, in KiB
kb()
{
	awk -v field="$1:" '$1 == field { print $2 }' "/proc/$target/status"
}

# Whether pid 2 is a kernel thread, as it is in the initial pid namespace.
has_kernel_thread()
{
	[[ $(</proc/2/comm) == kthreadd ]]
}
