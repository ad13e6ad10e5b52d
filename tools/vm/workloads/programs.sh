#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# programs.sh compare|curves MODULE POLICIES [NAME...]: in a guest, with each program:
#
#   compare  run it with each policy; NAME-POLICY.json in $VMLAB_OUT is the result. POLICIES is
#            the directory of those in BPF
#   curves   predict misses from a sample (NAME.sampled.json) and from each access
#            (NAME.exact.json; absent if that takes too long, kept if it is there);
#            NAME.seconds and NAME.exact.seconds have the CPU time alone, below vmlab run
#            and below both. Inputs are larger: a few thousand pages
set -euo pipefail

mode=$1 module=$2 policies=$3
shift 3
[[ -e /dev/vmlab ]] || insmod "$module"

work=$(mktemp -d)
cd "$work"
# the same hashes in each run
export PYTHONHASHSEED=0 HOME=$work GIT_CONFIG_NOSYSTEM=1

# The sizes of the inputs. With those of compare a run takes a second or two in an emulated guest.
# Those of curves have long lines and rows: thousands of pages, but no more accesses than needed.
lines=5000 filling='' rows=1500 words=6000 functions=12 changes=40 more_lines=60
if [[ $mode == curves ]]; then
	lines=40000 filling=$(printf '%0150d' 0) rows=25000 words=50000 functions=40 changes=3
	more_lines=30000
fi

seq $lines | shuf --random-source=/dev/zero | sed "s/\$/$filling/" >numbers
seq 80000 | shuf --random-source=/dev/zero >text
seq -f 'line %g of a text that is compressed' 60000 | xz -1 >text.xz
cat >join.sql <<END
CREATE TABLE t(a INTEGER PRIMARY KEY, b TEXT);
WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < $rows)
INSERT INTO t SELECT x, hex(x * 7919 % 8009) || hex(x) || '$filling' FROM c;
CREATE INDEX i ON t(b);
SELECT count(*) FROM t AS x JOIN t AS y ON x.b = y.b;
END
cat >words.py <<END
words = {i * 7919 % ($words + 7): "word %d" % i for i in range($words)}
print(len(sorted(words.values())), sum(len(words.get(k, "")) for k in range($words + 7)))
END
for ((i = 1; i <= functions; i++)); do
	echo "int f$i(int n, const int *p) { int i, s = 0; for (i = 0; i < n; i++)" \
		"s += p[i] > $i ? p[i] * $i : -p[i]; return s; }"
done >functions.c
{
	for ((i = 1; i <= changes; i++)); do
		seq -f "file $i line %g" "$i" $((i + more_lines)) >content
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
# what is compressed has some thousand pages, not what is decompressed
[[ $mode != curves ]] || programs[xz]='xz -T1 -1 -c text'
[[ $# -gt 0 ]] || set -- sort xz sqlite3 python3 gcc git

# A run ends after so many seconds of CPU time: it would take minutes where each access evicts
# the page that the next one needs.
readonly LONGEST=5
# The same for mrc --exact, seconds of the guest's clock.
readonly LONGEST_EXACT=${VMLAB_LONGEST_EXACT:-300}

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

# seconds WAY COMMAND...: print how long it computes, in user space and in the kernel
seconds()
{
	local TIMEFORMAT="$1 %U %S"
	shift

	time "$@" >/dev/null 2>errors </dev/null
}

# All at the same addresses: offsets in a space depend on them.
run_curves()
{
	# pages of files are in the cache afterwards
	vmlab run -- "${command[@]}" >/dev/null 2>&1 </dev/null
	{
		seconds alone setarch -R env LD_PRELOAD=libjemalloc.so.2 "${command[@]}"
		seconds run setarch -R vmlab run --json -o "$VMLAB_OUT/$name.run.json" -- \
			"${command[@]}"
		seconds sampled setarch -R vmlab mrc --json -o "$VMLAB_OUT/$name.sampled.json" -- \
			"${command[@]}"
	} 2>"$VMLAB_OUT/$name.seconds"
	[[ -e $VMLAB_OUT/$name.exact.json ]] || run_exact
}

run_exact()
{
	local code=0

	seconds exact setarch -R timeout -k 5 "$LONGEST_EXACT" vmlab mrc --exact --json \
		-o exact.json -- "${command[@]}" 2>"$VMLAB_OUT/$name.exact.seconds" || code=$?
	case $code in
	0) cp exact.json "$VMLAB_OUT/$name.exact.json" ;;
	124 | 137) echo "$name: --exact was ended after $LONGEST_EXACT s" ;;
	*) cat errors && return "$code" ;;
	esac
}

for name; do
	read -ra command <<<"${programs[$name]:?"$name is not a program of this script"}"
	"run_$mode"
	echo "$name: done after $SECONDS s"
done
