# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Functions for the checks of the harness itself in a guest: TAP on stdout, and the leak
# scan. VMLAB_HARNESS_DIR holds the modules of selftests/harness.
#
# $text: address of the module's code, if it is known, to resolve leaks' stack traces

leaks=/sys/kernel/debug/kmemleak
kcsan=/sys/kernel/debug/kcsan

# mark TEXT: write a line to the console log, so that a complaint of the kernel can be
# attributed to the test that TEXT names
mark()
{
	echo "vmlab-guest: $*" >/dev/kmsg
}

# point STATUS WHAT [WHY]: print one TAP line, ok if STATUS is 0, with WHY if it is not
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

# skip WHAT WHY: print one TAP line for a check that cannot run
skip()
{
	points=$((points + 1))
	echo "ok $points - $1 # SKIP $2"
}

# finish NAME: print the plan of TAP file NAME, to which stdout goes
finish()
{
	echo "1..$points"
	echo 0 >"$VMLAB_OUT/tap/$1.status"
	points=0
}

# leak_clear: forget the leaks that kmemleak has found until now
leak_clear()
{
	[[ ! -w $leaks ]] || echo clear >"$leaks"
}

# leak_scan: print one TAP line, ok if kmemleak finds no leak
#
# kmemleak reports objects that are at least 5 seconds old and whose contents did not
# change between two scans.
leak_scan()
{
	local report

	if [[ ! -w $leaks ]]; then
		skip "kmemleak" "this kernel has no CONFIG_DEBUG_KMEMLEAK"
		return
	fi
	sleep 5.5
	# It always fails with EAGAIN: see churn.c.
	insmod "$VMLAB_HARNESS_DIR/churn.ko" 2>/dev/null
	echo scan >"$leaks"
	echo scan >"$leaks"
	report=$(cat "$leaks")
	[[ -z $report || -z ${text:-} ]] || report+=$'\n'"vmlab's .text was at $text"
	[[ -z $report ]]
	point $? "kmemleak finds no leak" "$report"
}

# kcsan_on: let KCSAN look for data races, if the kernel has it: it is off at the boot
kcsan_on()
{
	[[ ! -w $kcsan ]] || echo on >"$kcsan"
}

# kcsan_looked: print one TAP line, ok if KCSAN has set watchpoints, and is still on
kcsan_looked()
{
	if [[ ! -w $kcsan ]]; then
		skip "KCSAN looked for data races" "this kernel has no CONFIG_KCSAN"
		return
	fi
	grep -qx 'enabled: 1' "$kcsan" && grep -q '^setup_watchpoints: [1-9]' "$kcsan"
	point $? "KCSAN looked for data races" "$(<"$kcsan")"
}
