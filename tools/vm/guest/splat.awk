# SPDX-License-Identifier: GPL-2.0
#
# Print each complaint of the kernel in a console log, from its first line to its last.
# Exit with 1 if there is one.
#
# A complaint starts at a line that starts() knows. It ends at the kernel's own end
# marker, at a line of this harness, where the log has a gap of two seconds, or after
# 150 lines.  A data race (KCSAN) counts when one of the three innermost functions of one of its
# stacks is that of a module: the kernel has races of its own, also in what a module calls.

function body(line)
{
	sub(/\r$/, "", line)
	sub(/^\[ *[0-9]+\.[0-9]+\](\[ *[TC][0-9]+\])? ?/, "", line)
	return line
}

function stamp(line)
{
	return match(line, /^\[ *[0-9]+\.[0-9]+\]/) ? substr(line, 2, RLENGTH - 2) + 0 : -1
}

# Not when kmemleak finds no memory for one of its records, without which it scans all
# of an object: tests make each allocation fail.
function starts(line)
{
	if (line ~ /^kmemleak: Cannot allocate a scan area/)
		return 0
	return line ~ /^(watchdog: |NMI watchdog: |rcu: )?BUG[: ]/ ||
	       line ~ /^WARNING: / ||
	       line ~ /^Oops: / || line ~ /^Oops!/ ||
	       line ~ /^(Kernel panic|kernel BUG at|general protection fault|double fault|stack segment)/ ||
	       line ~ /^(Unable to handle|int3:|invalid opcode:|divide error|traps: PANIC)/ ||
	       line ~ /^(UBSAN: |ODEBUG: |refcount_t: |list_(add|del) corruption|memory leak in )/ ||
	       line ~ /^INFO: (task .* blocked for more than|trying to register non-static key|lockdep is turned off|NMI handler)/ ||
	       line ~ /^INFO: (possible |rcu_.*detected|suspicious)/ ||
	       line ~ /^rcu: INFO: .*(stall|expedited)/ ||
	       line ~ /^rcu: .*kthread starved/ ||
	       line ~ /^unreferenced object 0x/ ||
	       line ~ /^kmemleak: [0-9]+ new suspected memory leaks/ ||
	       line ~ /^kmemleak: (Cannot|Memory pool empty|Kernel memory leak detector disabled)/ ||
	       line ~ /^(page:|page_table_check: |Bad rss-counter|Bad page )/ ||
	       line ~ /^(DEBUG_LOCKS_WARN_ON|usercopy: Kernel memory|detected buffer overflow|Voluntary context switch)/ ||
	       line ~ /(scheduling while atomic|sleeping function called from invalid context)/ ||
	       line ~ /Objects remaining (in|on) / ||
	       line ~ /(BUG|WARNING): (KASAN|KCSAN|KMSAN|lock|suspicious|possible|nested|bad|inconsistent)/
}

function end_complaint()
{
	if (inside && (!race || of_module)) {
		printf "%s\n", text
		found++
	}
	inside = 0
}

{
	line = body($0)
	now = stamp($0)

	if (inside && (line ~ /^vmlab-guest: / || (now >= 0 && now > last + 2) || lines >= 150))
		end_complaint()
	if (now >= 0)
		last = now
	if (line ~ /^vmlab-guest: /)
		during = substr(line, 14)
	if (!inside && starts(line)) {
		inside = 1
		lines = 0
		race = line ~ /BUG: KCSAN/
		of_module = 0
		text = during != "" ? "(during: " during ")\n" : ""
	}
	if (inside) {
		sub(/\r$/, "")
		text = text $0 "\n"
		frame = line ~ /^ / ? frame + 1 : 0
		of_module = of_module || (frame <= 3 && line ~ /\[[a-z0-9_]+\]$/)
		lines++
		if (line ~ /^---\[ end (trace|Kernel panic)/ ||
		    (race && lines > 1 && line ~ /^=+$/))
			end_complaint()
	}
}

END {
	end_complaint()
	exit found > 0
}
