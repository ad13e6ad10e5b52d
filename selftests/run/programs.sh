#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Real programs with their memory managed: the output is byte for byte what it is without,
# with no budget and with one of about a quarter of what the program uses.

source "$(dirname "${BASH_SOURCE[0]}")/../lib/tap.sh"

library=$VMLAB_BIN/libvmlab-run.so
cd "$work" || exit 1

# managed BUDGET COMMAND...: run a command with its memory managed
managed()
{
	local budget=$1
	shift
	LD_PRELOAD="$library libjemalloc.so.2" VMLAB_RUN="version=1,budget=$budget" "$@"
}

# same NAME PAGES PROGRAM COMMAND...: a test point for each budget.  The last COMMAND is run
# in a directory of its own; its output, and the files that it leaves there, are compared.
same()
{
	local name=$1 pages=$2 program=$3 budget kind
	shift 3

	if ! command -v "$program" >/dev/null; then
		for kind in 'no budget' "$pages pages"; do
			skip "there is no $program" "$name, $kind"
		done
		return
	fi
	outputs "$work/native" "$@"
	for budget in 0 "$pages"; do
		outputs "$work/managed" managed "$budget" "$@"
		kind="$budget pages"
		((budget)) || kind="no budget"
		diff -r "$work/native" "$work/managed" >"$work/difference" 2>&1
		result $? "$name, $kind"
		[[ ! -s $work/difference ]] || complain "$work/difference"
	done
}

# outputs DIR COMMAND...: run COMMAND in the new directory DIR
outputs()
{
	local dir=$1 status=0
	shift

	rm -rf "$dir"
	mkdir "$dir"
	(cd "$dir" && "$@" >.output 2>&1 </dev/null) || status=$?
	echo "exit status $status" >>"$dir/.output"
}

seq 1 9000 | sed 's/\(.*\)\(.\)$/\2 \1 some words to sort/' >numbers

cat >pool.py <<'END'
import multiprocessing

def work(n):
    return sum(i * i for i in range(n)) % 1000003

if __name__ == "__main__":
    with multiprocessing.get_context("fork").Pool(2) as pool:
        print(pool.map(work, range(0, 1200, 40)))
END

cat >program.c <<'END'
struct node { struct node *next; int value; };
static int sum(const struct node *n) { int s = 0; for (; n; n = n->next) s += n->value; return s; }
int main(int argc, char **argv)
{
	struct node nodes[8];
	for (int i = 0; i < 8; i++) nodes[i] = (struct node){ i ? &nodes[i - 1] : 0, argc * i };
	return sum(&nodes[7]) + !argv;
}
END

cat >queries <<'END'
CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
	INSERT INTO t SELECT i, hex(i * 7919 % 3001) FROM n;
CREATE INDEX u ON t (b);
SELECT count(*), sum(a) FROM t WHERE b BETWEEN '31' AND '35';
SELECT * FROM t ORDER BY b DESC LIMIT 5;
END

cat >repository.sh <<'END'
export GIT_AUTHOR_DATE='2020-01-01 00:00:00 +0000' GIT_COMMITTER_DATE='2020-01-01 00:00:00 +0000'
export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b
export GIT_CONFIG_NOSYSTEM=1 HOME=/nonexistent
git init -q -b main repo && cd repo && cp ../../numbers . && git add . && git commit -qm first
sed -i 3000,3100d numbers && git commit -qam second
git log --stat && git diff HEAD~ | sha1sum && git fsck --full --no-progress
cd .. && rm -rf repo
END

cat >pipeline.sh <<'END'
i=0
while [ $i -lt 2 ]; do
	i=$((i + 1))
	sed -n "$i,\$p" ../numbers | tr a-z A-Z | (read -r a b; echo "$a $b"; cat) | tail -n 2
	x=$(echo "$i" | sed 's/^/number /')
	echo "$x" "$(printf '%s\n' "$x" | wc -c)"
done
cat <<HERE | cksum
$(head -n 2000 ../numbers)
HERE
END

cat >redis.sh <<'END'
# Package redis-tools has this one program under several names; redis-server has the name
# that it is called by here, but starts a service.
(exec -a redis-server redis-check-rdb --port 0 --unixsocket "$PWD/socket" --save '' --dbfilename dump.rdb --dir "$PWD" \
	--daemonize no --logfile /dev/null --enable-debug-command yes >/dev/null 2>&1) &
server=$!
call() { env -u LD_PRELOAD redis-cli -s "$PWD/socket" "$@"; }
for ((n = 0; n < 300; n++)); do
	[[ $(call ping 2>/dev/null) != PONG ]] || break
	sleep 0.1
done
call debug populate 1000 key 50
call bgsave
call set key:7 changed-while-saving
for ((n = 0; n < 300; n++)); do
	[[ $(call info persistence) == *rdb_bgsave_in_progress:1* ]] || break
	sleep 0.1
done
call info persistence | grep -a rdb_last_bgsave_status
call get key:7
call debug digest
# What was saved is what was there when the save began.
call flushall
call debug reload nosave
call dbsize
call get key:7
call shutdown nosave
wait "$server"
rm -f socket dump.rdb
END

same "sort" 300 sort sort -k1,1n -k2,2nr ../numbers
same "sort with threads" 300 sort sort --parallel=4 -S 2M -r ../numbers
same "python3" 500 python3 python3 -c 'print(sum(hash((i, i * 2)) % 97 for i in range(20000)))'
same "python3 multiprocessing" 500 python3 python3 ../pool.py
same "gcc" 1000 gcc gcc -O2 -S -o program.s ../program.c
same "git" 200 git sh ../repository.sh
same "xz with threads" 2000 xz xz -T2 -2 --block-size=64KiB -c ../numbers
same "sqlite3" 100 sqlite3 sqlite3 -init ../queries :memory: ''
same "redis-server with BGSAVE" 300 redis-check-rdb bash ../redis.sh
same "a pipeline of dash" 20 dash dash ../pipeline.sh
same "a pipeline of bash" 60 bash bash ../pipeline.sh

echo "1..$points"
((failures == 0))
