# SPDX-License-Identifier: GPL-2.0
#
# coccicheck-filter.awk EXCEPTIONS FINDINGS: print the findings that no exception covers, and the
# exceptions that cover none. Exit with 1 if something was printed.

FNR == NR {
	if (/^#/ || !NF)
		next
	n++
	in_path[n] = $1
	pattern = $0
	sub(/^[^ \t]+[ \t]+/, "", pattern)
	of_text[n] = pattern
	next
}

{
	path = $0
	sub(/:.*/, "", path)
	for (i = 1; i <= n; i++)
		if (path ~ in_path[i] && $0 ~ of_text[i]) {
			used[i] = 1
			next
		}
	print
	bad = 1
}

END {
	for (i = 1; i <= n; i++)
		if (!(i in used)) {
			print "coccicheck-exceptions: not needed: " in_path[i] " " of_text[i]
			bad = 1
		}
	exit bad
}
