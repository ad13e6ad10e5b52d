# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# shellcheck disable=SC2154 # variables of tap.sh
#
# Test points about commands and about JSON in $work/json. Sourced after tap.sh.

# check TEXT COMMAND...: the command succeeds
check()
{
	local text=$1 code=0
	shift

	"$@" || code=1
	result "$code" "$text"
}

# holds TEXT PYTHON: the expression about doc, the JSON in $work/json, is true
holds()
{
	if python3 -c "
import json, sys
doc = json.load(open(sys.argv[1]))
sys.exit(not ($2))" "$work/json" 2>"$work/err"; then
		result 0 "$1"
	else
		result 1 "$1"
		echo "# $2"
		complain "$work/err"
		head -c 2000 "$work/json" | sed 's/^/# /'
		echo
	fi
}
