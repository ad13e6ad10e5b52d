#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# workloads.sh [NAME...]: run six programs with each built-in policy at 25, 50 and 75 % of
# their peak, and write what vmlab compare prints to VMLAB_OUT/workloads.txt.
# Documentation/run.rst has the table and says how to repeat it.
#
# The inputs are small: on an emulated processor each run takes seconds, or minutes where
# a policy does badly.
set -euo pipefail

policies=fifo,clock,lru,lfu,mru,random
src=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
table=${VMLAB_OUT:?}/workloads.txt
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

awk 'BEGIN { srand(1); for (i = 0; i < 30000; i++) printf "%08d %d\n", rand() * 1e8, i }' >numbers
head -c 1500000 "$src/tools/vmlab/lib/libvmlab.h" "$src"/module/*/*.c >text
cat >table.sql <<'END'
create table t (a integer, b text);
with recursive n(i) as (select 1 union all select i + 1 from n where i < 8000)
	insert into t select (i * 7919) % 8009, 'row ' || i from n;
create index by_a on t (a);
select count(*), sum(length(b)) from t where a in (select a from t where a % 3 = 0);
END
cat >words.py <<'END'
import collections
words = collections.Counter(open("text", errors="replace").read().split())
print(sorted(words.items(), key=lambda w: (-w[1], w[0]))[:10])
END

workload()
{
	case $1 in
	sort) echo sort --parallel=1 numbers ;;
	python3) echo python3 words.py ;;
	gcc) echo gcc -O1 -c -o /dev/null -I"$src/uapi" -I"$src/tools/vmlab/lib" \
		-I"$src/tools/vmlab" -I"$src/tools" -D_GNU_SOURCE "$src/tools/vmlab/model/parse.c" ;;
	git) echo git -c safe.directory=* -C "$src" log --stat -n 15 ;;
	xz) echo xz -1 -T1 -c text ;;
	sqlite3) echo sqlite3 -init table.sql :memory: .quit ;;
	*) echo "workloads: '$1': give sort, python3, gcc, git, xz or sqlite3" >&2; exit 2 ;;
	esac
}

(($#)) || set -- sort python3 gcc git xz sqlite3
: >"$table"
for name in "$@"; do
	read -ra command <<<"$(workload "$name")"
	printf '%s\n\n' "$name" >>"$table"
	vmlab compare --policies "$policies" --budgets 75%,50%,25% \
		--output BUDGET,POLICY,SIZE,FAULTS,FILLED,REFAULTS,STORED,SLOWER \
		-- "${command[@]}" </dev/null >>"$table"
	printf '\n' >>"$table"
done
