# SPDX-License-Identifier: GPL-2.0
#
# Read one TAP or KTAP stream. Print one line for each test point,
#
#   pass|fail|skip <TAB> SUITE <TAB> NAME <TAB> WHY
#
# and one more failure if the stream as a whole is wrong: no plan, another number of
# points than planned, or an exit status that no failed point explains.
#
# Variables: suite; status, the exit status, empty if there is none; limit, the time
# limit in seconds. KUnit indents the cases of a suite: the cases are the points.

function out(verdict, name, why)
{
	gsub(/\t/, " ", name)
	gsub(/\t/, " ", why)
	printf "%s\t%s\t%s\t%s\n", verdict, suite, name, why
	count[verdict]++
}

function flush_point()
{
	if (pending != "")
		out("fail", pending, why)
	pending = why = ""
}

BEGIN {
	indent = suite ~ /^kunit-/ ? "    " : ""
	planned = -1
}

{ sub(/\r$/, "") }

# Diagnostics belong to the failed point before them (TAP) or after them (KTAP).
/^ *#/ {
	text = $0
	sub(/^ *# ?/, "", text)
	if (indent != "" && text ~ /^(Subtest|module|speed|Totals)|: pass:[0-9]/)
		next
	if (pending != "") {
		if (lines++ < 60)
			why = why (why == "" ? "" : "\\n") text
	} else if (indent != "") {
		before = before (before == "" ? "" : "\\n") text
	}
	next
}

match($0, "^" indent "1\\.\\.[0-9]+") {
	planned = substr($0, length(indent) + 4) + 0
	if (planned == 0 && /# *(SKIP|skip)/) {
		flush_point()
		text = $0
		sub(/.*# *(SKIP|skip) */, "", text)
		out("skip", "all", text)
	}
	next
}

match($0, "^" indent "(not )?ok( |$)") {
	flush_point()
	ok = $0 !~ "^" indent "not "
	name = $0
	sub(/^ *(not )?ok */, "", name)
	sub(/^[0-9]+ */, "", name)
	sub(/^- */, "", name)
	seen++
	if (match(name, /# *(SKIP|skip)/)) {
		text = substr(name, RSTART + RLENGTH)
		sub(/^ */, "", text)
		name = substr(name, 1, RSTART - 1)
		sub(/ *$/, "", name)
		if (ok)
			out("skip", name, text)
		else
			out("fail", name, "skipped, but not ok")
	} else if (ok) {
		out("pass", name, "")
	} else {
		pending = name == "" ? "point " seen : name
		why = before
		lines = 0
	}
	before = ""
	next
}

/^Bail out!/ { bail = $0 }

END {
	flush_point()
	if (bail != "")
		out("fail", "whole test", bail)
	else if (status == "")
		out("fail", "whole test", "was not reached or did not end")
	else if (status == 124 || status == 137)
		out("fail", "whole test", "killed after " limit " s, its time limit")
	else if (planned < 0)
		out("fail", "whole test", "printed no plan (exit status " status ")")
	else if (planned != seen + 0)
		out("fail", "whole test", "planned " planned " points, reported " seen + 0)
	else if (status != 0 && !count["fail"] && !(status == 4 && count["skip"]))
		out("fail", "whole test", "exit status " status)
}
