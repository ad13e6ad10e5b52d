# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What the harness itself checks in a guest, as TAP on stdout.

leaks=/sys/kernel/debug/kmemleak

# The console log says by this during which test a complaint came.
mark()
{
	echo "vmlab-guest: $*" >/dev/kmsg
}

# point STATUS WHAT [WHY]: one TAP line of the harness itself
points=0
point()
{
	points=$((points + 1))
	if [[ $1 -eq 0 ]]; then
		echo "ok $points - $2"
	else
		echo "not ok $points - $2"
		[[ -z ${3:-} ]] || printf '%s\n' "# ${3//$'\n'/$'\n'# }"
	fi
}

skip()
{
	points=$((points + 1))
	echo "ok $points - $1 # SKIP $2"
}

# finish NAME: closes the TAP file NAME that stdout goes to
finish()
{
	echo "1..$points"
	echo 0 >"$VMLAB_OUT/tap/$1.status"
	points=0
}

leak_clear()
{
	[[ ! -w $leaks ]] || echo clear >"$leaks"
}

# A scan reports objects that are 5 seconds old and whose contents did not change
# since the scan before.
leak_scan()
{
	local report shrink

	if [[ ! -w $leaks ]]; then
		skip "kmemleak" "this kernel has no CONFIG_DEBUG_KMEMLEAK"
		return
	fi
	sleep 5.5
	# Objects that wait in a CPU's sheaf leave their old addresses there, which
	# would pass for references.
	for shrink in /sys/kernel/slab/*/shrink; do
		[[ ! -w $shrink ]] || echo 1 >"$shrink"
	done
	echo scan >"$leaks"
	echo scan >"$leaks"
	report=$(cat "$leaks")
	[[ -z $report ]]
	point $? "kmemleak finds no leak" "$report"
}
