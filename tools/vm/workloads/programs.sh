#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# programs.sh compare|mrc MODULE POLICIES [NAME...]: in a guest, with each program:
#
#   compare  run it with each policy; NAME-POLICY.json in $VMLAB_OUT is the result. POLICIES is
#            the directory of those in BPF
#   mrc      predict misses from each access (NAME.exact.json) and from a sample
#            (NAME.sampled.json), and measure them; NAME.seconds has the times of three runs
#            alone, below vmlab run and below vmlab mrc
set -euo pipefail

mode=$1 module=$2 policies=$3
shift 3
[[ -e /dev/vmlab ]] || insmod "$module"

work=$(mktemp -d)
cd "$work"
# the same hashes in each run
export PYTHONHASHSEED=0 HOME=$work GIT_CONFIG_NOSYSTEM=1

# Each takes a second or two in an emulated guest.
seq 5000 | shuf --random-source=/dev/zero >numbers
seq -f 'line %g of a text that is compressed' 60000 | xz -1 >text.xz
cat >join.sql <<'END'
CREATE TABLE t(a INTEGER PRIMARY KEY, b TEXT);
WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 1500)
INSERT INTO t SELECT x, hex(x * 7919 % 8009) || hex(x) FROM c;
CREATE INDEX i ON t(b);
SELECT count(*) FROM t AS x JOIN t AS y ON x.b = y.b;
END
cat >words.py <<'END'
words = {i * 7919 % 6007: "word %d" % i for i in range(6000)}
print(len(sorted(words.values())), sum(len(words.get(k, "")) for k in range(6007)))
END
for ((i = 1; i <= 12; i++)); do
	echo "int f$i(int n, const int *p) { int i, s = 0; for (i = 0; i < n; i++)" \
		"s += p[i] > $i ? p[i] * $i : -p[i]; return s; }"
done >functions.c
{
	for ((i = 1; i <= 40; i++)); do
		seq -f "file $i line %g" "$i" $((i + 60)) >content
		printf 'commit refs/heads/main\ncommitter A <a@b> %d +0000\ndata 1\nx\n' "$i"
		printf 'M 644 inline f%d\ndata %d\n' $((i % 4)) "$(stat -c %s content)"
		cat content
		echo
	done
} >history
git init -q repository
git -C repository fast-import --quiet <history

python=$(python3 -c 'import sys; print(sys.executable)')
declare -A programs=(
	[sort]='sort numbers'
	[xz]='xz -T1 -dc text.xz'
	[sqlite3]='sqlite3 -init join.sql :memory: .quit'
	[python3]="$python -S words.py"
	[gcc]='gcc -O1 -c functions.c -o functions.o'
	[git]='git --no-pager -C repository log -p main'
)
[[ $# -gt 0 ]] || set -- sort xz sqlite3 python3 gcc git

# A run ends after so many seconds of CPU time: it would take minutes where each access evicts
# the page that the next one needs.
readonly LONGEST=5

run_compare()
{
	local policy code

	# opt needs the accesses to come
	for policy in fifo clock lru random lfu mru "$policies"/*.bpf.o; do
		code=0
		# xz(1) only notes SIGXCPU; SIGKILL follows
		(ulimit -S -t $LONGEST && ulimit -H -t $((LONGEST + 1)) && exec vmlab compare --json --policies "$policy" \
			--budgets 25%,50%,75% -- "${command[@]}") </dev/null \
			>"$VMLAB_OUT/$name-$(basename "$policy" .o).json" 2>errors || code=$?
		# 1: runs that were ended
		((code <= 1)) || { cat errors && return "$code"; }
	done
}

# seconds WAY COMMAND...: print how long it takes
seconds()
{
	local TIMEFORMAT="$1 %R"
	shift

	time "$@" >/dev/null 2>errors </dev/null
}

run_mrc()
{
	local i

	for i in 1 2 3; do
		seconds alone env LD_PRELOAD=libjemalloc.so.2 "${command[@]}"
		seconds run vmlab run -- "${command[@]}"
		seconds mrc vmlab mrc -- "${command[@]}"
	done 2>"$VMLAB_OUT/$name.seconds"
	vmlab mrc --exact --json -o "$VMLAB_OUT/$name.exact.json" -- "${command[@]}" \
		>/dev/null </dev/null
	vmlab mrc --verify --json -o "$VMLAB_OUT/$name.sampled.json" -- "${command[@]}" \
		>/dev/null </dev/null
}

for name; do
	read -ra command <<<"${programs[$name]:?"$name is not a program of this script"}"
	"run_$mode"
	echo "$name: done after $SECONDS s"
done
