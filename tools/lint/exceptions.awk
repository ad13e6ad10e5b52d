# SPDX-License-Identifier: GPL-2.0
#
# exceptions.awk EXCEPTIONS FINDINGS: print the findings that no exception covers, and the
# exceptions that cover none. Exit with 1 if something was printed.
#
# An exception is a line PATH TEXT: regular expressions for the file's path and for the
# finding, of which the path is the part before the first colon. With -v typed=1 findings are
# those of checkpatch --terse --show-types, PATH:LINE: LEVEL:TYPE: TEXT, and an exception is
# PATH TYPE [LINE], with a regular expression for the source line of the finding.

# Return line nr of a file.
function source_line(path, nr,    text, i)
{
	for (i = 1; i <= nr; i++)
		if ((getline text < path) <= 0)
			break
	close(path)
	return text
}

# Set path, and type and text, which an exception must match.  Returns success.
function parse(finding,    part)
{
	path = finding
	sub(/:.*/, "", path)
	text = finding
	if (!typed)
		return 1
	if (!match(finding, /^[^:]+:[0-9]+: [A-Z]+:[A-Z_]+: /))
		return 0
	split(finding, part, ":")
	type = part[4]
	text = source_line(path, part[2] + 0)
	return 1
}

FNR == NR {
	if (/^#/ || !NF)
		next
	n++
	exception[n] = $0
	in_path[n] = $1
	of_type[n] = typed ? $2 : ""
	pattern = $0
	sub(/^[^ \t]+[ \t]+/, "", pattern)
	if (typed)
		sub(/^[^ \t]+[ \t]*/, "", pattern)
	of_text[n] = pattern == "" ? "." : pattern
	next
}

NF {
	for (i = parse($0) ? 1 : n + 1; i <= n; i++)
		if (path ~ in_path[i] && (!typed || type == of_type[i]) && text ~ of_text[i]) {
			used[i] = 1
			next
		}
	print
	bad = 1
}

END {
	for (i = 1; i <= n; i++)
		if (!(i in used)) {
			print "not needed: " exception[i]
			bad = 1
		}
	exit bad
}
