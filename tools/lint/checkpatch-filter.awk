# SPDX-License-Identifier: GPL-2.0
#
# checkpatch-filter.awk EXCEPTIONS FINDINGS: print the findings of checkpatch --terse
# --show-types that no exception covers, and the exceptions that cover no finding. Exit
# with 1 if something was printed.

# Split "path:line: LEVEL:TYPE: text".
function parse(finding)
{
	if (!match(finding, /^[^:]+:[0-9]+: [A-Z]+:[A-Z_]+: /))
		return 0
	split(finding, part, ":")
	path = part[1]
	line = part[2] + 0
	type = part[4]
	return 1
}

# Return line nr of a file.
function source_line(path, nr,    text, i)
{
	for (i = 1; i <= nr; i++)
		if ((getline text < path) <= 0)
			break
	close(path)
	return text
}

FNR == NR {
	if (/^#/ || !NF)
		next
	n++
	in_path[n] = $1
	of_type[n] = $2
	pattern = $0
	sub(/^[^ \t]+[ \t]+[^ \t]+[ \t]*/, "", pattern)
	on_line[n] = pattern == "" ? "." : pattern
	next
}

{
	if (!parse($0)) {
		print
		bad = 1
		next
	}
	text = source_line(path, line)
	for (i = 1; i <= n; i++)
		if (type == of_type[i] && path ~ in_path[i] && text ~ on_line[i]) {
			used[i] = 1
			next
		}
	print
	bad = 1
}

END {
	for (i = 1; i <= n; i++)
		if (!(i in used)) {
			print "checkpatch-exceptions: not needed: " in_path[i] " " of_type[i] " " on_line[i]
			bad = 1
		}
	exit bad
}
