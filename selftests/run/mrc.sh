#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# vmlab mrc: what it predicts, beside what is measured.
#
# usage: mrc.sh
set -euo pipefail

source "$(dirname "${BASH_SOURCE[0]}")/../lib/tap.sh"
source "$(dirname "${BASH_SOURCE[0]}")/../lib/holds.sh"
source "$(dirname "${BASH_SOURCE[0]}")/../lib/spaces.sh"
export NO_COLOR=1

# mrc CODE TEXT OPTION... -- COMMAND...: its report is in $work/json
mrc()
{
	local want=$1 text=$2 code=0
	shift 2

	vmlab mrc --json -o "$work/json" "$@" >"$work/out" 2>"$work/err" </dev/null || code=$?
	check "$text: exit code $want" test "$code" = "$want"
	((code == want)) || complain "$work/err"
}

# Loops over 512 pages, 20 times, and over 64 of them in between.
loops='
b = bytearray(2 << 20)
for i in range(20):
    for p in range(0, 2 << 20, 4096):
        b[p] += 1
    for k in range(4):
        for p in range(0, 64 << 12, 4096):
            b[p] += 1
'

exact()
{
	local v='doc["verified"]'

	mrc 0 'each access of a program' --exact --verify --svg "$work/svg" \
		--html "$work/html" -- sort /etc/services
	holds '... all pages' "doc['rate'] == 1 and doc['lost'] == 0"
	holds '... the curve falls' "all(a['lru'] >= b['lru'] for a, b in zip(doc['curve'], doc['curve'][1:]))"
	holds '... OPT is not above LRU' "all(p['opt'] <= p['lru'] for p in doc['curve'])"
	holds '... ends with the cold misses' "doc['curve'][-1]['lru'] == doc['cold'] and doc['curve'][-1]['pages'] == doc['pages']"
	holds '... predicts within 2%, or 3 misses' "len($v) == 3 and all(abs(v['predicted'] - v['measured']) <= max(0.02 * v['measured'], 3) for v in $v)"
	check '... draws it as SVG' grep -q '^<svg' "$work/svg"
	check '... and as HTML' grep -q '</html>' "$work/html"
	mrc 3 'the exit code of the command' -- sh -c 'exit 3'
}

sampled()
{
	mrc 0 'a program that is sampled' --rate 4 -- python3 -c "$loops"
	holds '... a quarter of its pages' "0.2 < doc['rate'] <= 0.25 and doc['tracked'] < doc['cold'] / 2"
	holds '... the large loop has its end at 512 pages and more' "512 <= doc['pages'] and any(p['pages'] < 512 and p['lru'] > doc['cold'] + 512 * 15 for p in doc['curve'])"
	mrc 0 'few tracked pages' --max-pages 128 -- python3 -c "$loops"
	holds '... lower the rate' "doc['rate'] < 0.5"
}

# Random accesses to 3000 pages.  With memory for M of them, one of 3000 / (3000 - M) misses.
random='
b = bytearray(3000 << 12)
x = 1
for i in range(30000):
    x = (x * 1103515245 + 12345) & 0x7fffffff
    b[(x >> 8) % 3000 << 12] = 1
'

# With half of the pages in the sample the standard error is 1% of the accesses.
large()
{
	mrc 0 'thousands of pages' --max-pages 1800 -- python3 -S -c "$random"
	holds '... of which a part is in the sample' "doc['tracked'] <= 1800 and doc['rate'] < 0.6 and doc['cold'] > 3000"
	holds '... the curve begins below a quarter' "doc['least'] < doc['pages'] / 4"
	holds '... is right within 5% of the accesses' "all(abs(p['lru'] - doc['cold'] - 30000 * (1 - p['pages'] / 3000)) <= 1500 for p in doc['curve'] if 700 <= p['pages'] <= 2400)"
	holds '... its cost is in the report' "0 < doc['in_faults_seconds'] and doc['seconds'] > 0"
}

running()
{
	local pid command

	vmlab run -o /dev/null -- python3 -c "
import time
b = bytearray(4 << 20)
while True:
    for p in range(0, 4 << 20, 4096):
        b[p] = 1
    time.sleep(0.001)
" &
	pid=$!
	children+=("$pid")
	wait_for pgrep -P "$pid" python3 >/dev/null
	command=$(pgrep -P "$pid" python3)
	wait_for has_space
	mrc 0 'a process that runs' --duration 2 --pid "$command"
	holds '... its accesses are seen' "doc['seen'] > 0 and doc['pid'] > 0 and doc['command'] is None"
	mrc 1 'a process without a space' --duration 1 --pid $$
	kill "$pid"
	wait "$pid" || true
}

echo "TAP version 13"
skip_without_allocator
exact
sampled
large
running
echo "1..$points"
((failures == 0))
