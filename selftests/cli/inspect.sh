#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The vmlab commands about address spaces, page tables and changes against /proc:
# maps, smaps, pagemap, status, kallsyms.
set -euo pipefail

source "$(dirname "${BASH_SOURCE[0]}")/../lib/tap.sh"
source "$(dirname "${BASH_SOURCE[0]}")/../lib/vmlab.sh"
export LC_ALL=C

for ((n = 0; n < 3; n++)); do
	start_sleep
done
sleepers=("${children[@]}")
target=${sleepers[0]}
code=$(awk '$2 ~ /x/ { sub(/-.*/, ""); print; exit }' "/proc/$target/maps")
vmas=$(grep -vc vsyscall "/proc/$target/maps")

echo "TAP version 13"
run 0 'vma .*\[stack\]' 'tree' "$vmlab" tree "$target"
run 0 "for $vmas VMAs" 'tree --totals' "$vmlab" tree "$target" --totals
run 0 "between $vmas VMAs" 'gaps' "$vmlab" gaps "$target"
run 0 'would be mapped at [1-9a-f]' 'gaps --length' "$vmlab" gaps "$target" --length 1M
run 1 'no free range' 'gaps --length of more than there is' \
	"$vmlab" gaps "$target" --length 2E
run 0 "^find_vma *$code " 'find' "$vmlab" find "$target" "$code"
run 0 "^ *$code r-xp .*#" 'map' "$vmlab" map "$target"
run 0 "^ *$code .*present" 'pagetable' "$vmlab" pagetable "$target"
run 2 'is not a flag' 'pagetable --require of no flag' \
	"$vmlab" pagetable "$target" --require bogus
run 0 " $(kb VmPTE) KiB (VmPTE)" 'pagetable --totals' "$vmlab" pagetable "$target" --totals
run 0 '^vmlab: note: no VMA of the process matches' 'vmas of a free range says so' \
	"$vmlab" vmas "$target" --range 10000-11000
run 0 '^vmlab: note: no entry of the page tables matches' \
	'pagetable of a free range says so' "$vmlab" pagetable "$target" --range 10000-11000
run 0 ' softdirty' 'vmas --long has all flags' "$vmlab" vmas --long "$target"
result "$("$vmlab" vmas "$target" | grep -q softdirty && echo 1 || echo 0)" \
	'the table leaves out softdirty, which nearly all VMAs have'
run 0 'physical address: 0x' 'translate' "$vmlab" translate "$target" "$code"
run 1 'not in the user half' 'translate of a kernel address' \
	"$vmlab" translate "$target" ffff888000000000
run 0 'libc' 'sharing' "$vmlab" sharing "${sleepers[@]}"
run 0 'given twice: counted once' 'sharing of one process twice' \
	"$vmlab" sharing "$target" "$target"
run 0 'kernel_image *ffffffff' 'layout' "$vmlab" layout
run 0 ' 0 *16 *ffff' 'kmem: one run of frames' "$vmlab" kmem kmalloc
run 1 'cannot allocate 8388608 bytes' 'kmem: more than kmalloc has' \
	"$vmlab" kmem --length 8M kmalloc
run 0 'no VMA changed' 'diff before and after nothing' \
	"$vmlab" diff "$target" -- true
run 1 'false failed: exit code 1' 'diff with a command that fails' \
	"$vmlab" diff "$target" -- false
run 1 'cannot run /nonexistent' 'diff with no command' \
	"$vmlab" diff "$target" -- /nonexistent
run 0 "watching $target: $vmas VMAs" 'watch --count' \
	"$vmlab" watch "$target" --interval 0.1 --count 2
for command in tree gaps map pagetable sharing snapshot watch layout; do
	run 4 'no process 4194305' "$command of no process" \
		"$vmlab" "$command" 4194305
done
run 4 'no process 4194305' 'translate of no process' \
	"$vmlab" translate 4194305 1000
run 4 'no process 4194305' 'find in no process' "$vmlab" find 4194305 1000
run 0 'no process 4194305, it may have exited: skipped' 'sharing skips a process that has exited' \
	"$vmlab" sharing 4194305 "$target" "${sleepers[1]}"
run 0 "^ *$target  *sleep " 'and reads the others' \
	"$vmlab" sharing "$target" 4194305 "${sleepers[1]}"
run 0 '^ *[0-9.]* KiB *0 *0 *0 *0 *1 *r' 'sharing --unshared: files of which nothing is shared' \
	"$vmlab" sharing --unshared "$target"
run 2 "'leep' is not a process: .*; 'leep' is a part of the name of [0-9]" \
	'a part of a name: the message has the processes' "$vmlab" vmas leep
if has_kernel_thread; then
	for command in tree gaps map pagetable snapshot watch layout; do
		run 1 'kernel thread' "$command of a kernel thread" \
			"$vmlab" "$command" 2
	done
	run 0 'process 2 is a kernel thread.*skipped' 'sharing skips a kernel thread' \
		"$vmlab" sharing 2 "$target"
	run 0 "^ *$target  *sleep " 'and reads the others' \
		"$vmlab" sharing 2 "$target" "${sleepers[1]}"
fi
for command in tree gaps map pagetable snapshot watch; do
	run 5 'no permission' "$command: no permission" \
		"${nobody[@]}" "$vmlab" "$command" "$target"
done
run 0 'hidden *present' 'pagetable of itself hides frames from nobody' \
	"${nobody[@]}" "$vmlab" pagetable self
run 5 'CAP_SYS_ADMIN' 'sharing needs frames' \
	"${nobody[@]}" "$vmlab" sharing self
run 0 'kernel_image *hidden' 'layout hides the kernel half from nobody' \
	"${nobody[@]}" "$vmlab" layout
run 0 ' 0 *16 *hidden *hidden' 'kmem hides frames from nobody' \
	"${nobody[@]}" "$vmlab" kmem vmap

# Trees are drawn with box characters in a UTF-8 locale, in ASCII in others.
"$vmlab" tree "$target" >"$work/ascii"
result "$(grep -q '[^ -~]' "$work/ascii" && echo 1 || echo 0)" \
	'tree is ASCII in the C locale'
LC_ALL=C.UTF-8 "$vmlab" tree "$target" >"$work/box"
result "$(grep -q $'\xe2\x94\x9c' "$work/box" && echo 0 || echo 1)" \
	'and has box characters in UTF-8'
for columns in 60 80 132; do
	COLUMNS=$columns "$vmlab" map "$target" >"$work/map"
	widest=$(head -n -2 "$work/map" |
		awk '{ if (length > n) n = length } END { print n + 0 }')
	result "$((widest > 0 && widest <= (columns < 61 ? 61 : columns) ? 0 : 1))" \
		"map fits $columns columns: $widest"
done

# Tables fit a terminal of 80 columns, whatever names there are.
directory="$work/$(printf 'a directory %.0s' {1..8})"
mkdir "$directory"
head -c 65536 /dev/zero >"$directory/$(printf 'file-%.0s' {1..20})"
python3 -c 'import mmap, sys, time
with open(sys.argv[1], "r+b") as f:
    m = mmap.mmap(f.fileno(), 0)
m[0] = 1
print("ready", flush=True)
time.sleep(3600)' "$directory"/file-* >"$work/ready" &
mapper=$!
children+=("$mapper")
patience=3000
wait_for grep -q ready "$work/ready"
mapped=$(awk '/file-file/ { sub(/-.*/, ""); print; exit }' "/proc/$mapper/maps")
"$vmlab" snapshot "$mapper" >"$work/before"
"$vmlab" snapshot "$target" >"$work/after"
for words in "mm $mapper" "vmas $mapper" "vmas --memory $mapper" "vmas --long $mapper" \
	"tree $mapper" "gaps $mapper" "pagetable $mapper" "pagetable --each $mapper" \
	"pagetable --tables $mapper" "pagetable --totals $mapper" "map $mapper" \
	"layout $mapper" "sharing $mapper" "sharing --unshared $mapper" \
	"translate $mapper $mapped" "translate $mapper 1000" \
	"diff $work/before $work/after 2>$work/note"; do
	name=${words/ $mapper/}
	name=${name%% [0-9/]*}
	if ! command -v script >/dev/null; then
		skip 'there is no script(1)' "80 columns: $name"
		continue
	fi
	script -qec "stty columns 80; env -u COLUMNS NO_COLOR=1 $vmlab $words" /dev/null \
		</dev/null >"$work/typed"
	# the name in the heading of a VMA with --long is not cut, nor is that of a file
	tr -d '\r' <"$work/typed" | grep -v '^[0-9a-f]*-[0-9a-f]* .* /\|file-file-' \
		>"$work/table"
	widest=$(awk '{ if (length > n) n = length } END { print n + 0 }' "$work/table")
	result "$((widest > 20 && widest <= 80 ? 0 : 1))" "80 columns: $name: $widest"
	((widest <= 80)) || awk 'length > 80' "$work/table" | head -n 5 | sed 's/^/# /'
done

while read -r failed text; do
	case $failed in
	[01]) result "$failed" "$text" ;;
	skip)
		points=$((points + 1))
		echo "ok $points - ${text#*: } # SKIP ${text%%: *}"
		;;
	*) echo "$failed $text" ;;
	esac
done < <(python3 -B "$(dirname "${BASH_SOURCE[0]}")/inspect" "$vmlab" "$work" \
	"${sleepers[@]}" 2>&1 || echo '1 the comparison with /proc ran to its end')

echo "1..$points"
((failures == 0))
