# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What the harness itself checks in a guest, as TAP on stdout. Needs
# VMLAB_HARNESS_DIR, where the modules of selftests/harness are.
#
# $text: where the module's code was, if that is known

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
	local report

	if [[ ! -w $leaks ]]; then
		skip "kmemleak" "this kernel has no CONFIG_DEBUG_KMEMLEAK"
		return
	fi
	sleep 5.5
	# It always fails, see there.
	insmod "$VMLAB_HARNESS_DIR/churn.ko" 2>/dev/null
	echo scan >"$leaks"
	echo scan >"$leaks"
	report=$(cat "$leaks")
	[[ -z $report || -z ${text:-} ]] || report+=$'\n'"vmlab's .text was at $text"
	[[ -z $report ]]
	point $? "kmemleak finds no leak" "$report"
}
