#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The scripts of tools/bpftrace, all or those named: each runs while faultcase provokes
# what the script counts, and must count it exactly. BPFTRACE is the program to use,
# perhaps with a wrapper before it.
#
# A case runs under its own name, so that faults at the start of the program are
# counted apart. Besides the pages that the case accesses there are at most SLACK faults
# of its stack, its code and the C library, because it was forked: 50 with the libraries
# of Debian 12, 100 with those of Debian 13.
set -euo pipefail

SLACK=160
# Many more than SLACK, and in more than one histogram bucket.
PAGES=1000

scripts=$(cd "$(dirname "$0")/../../tools/bpftrace" && pwd)
read -ra bpftrace <<<"${BPFTRACE:-bpftrace}"
source "$(dirname "${BASH_SOURCE[0]}")/../lib/tap.sh"
# In a guest /tmp is in memory, where no file page is ever cold.
export FAULTCASE_DIR=${VMLAB_OUT:-$work}

wanted=("$@")

# is TEXT GOT WANT
is()
{
	if [[ $2 == "$3" ]]; then
		result 0 "$1"
	else
		result 1 "$1"
		echo "# got: $2, wanted: $3"
	fi
}

# about TEXT GOT WANT [MORE]: from WANT to WANT + MORE, SLACK if it is not given
about()
{
	local most=$(($3 + ${4:-SLACK}))

	if [[ $2 -ge $3 && $2 -le $most ]]; then
		result 0 "$1: $2"
	else
		result 1 "$1"
		echo "# got: $2, wanted: $3 to $most"
	fi
}

chosen() # NAME
{
	local name

	((${#wanted[@]})) || return 0
	for name in "${wanted[@]}"; do
		[[ $name != "$1" ]] || return 0
	done
	return 1
}

# trace NAME CASE...: run a script until the cases have ended, with its output in
# $work/out. Fails when the script is not wanted or cannot run.
trace()
{
	local name=$1
	shift

	chosen "$name" || return 1
	# bpftrace starts the command when all probes are attached.
	if "${bpftrace[@]}" -c "$faultcase each $*" "$scripts/$name.bt" \
		>"$work/out" 2>"$work/err" </dev/null; then
		return 0
	fi
	result 1 "$name runs"
	complain "$work/err"
	return 1
}

# total KEY: the sum of all numbers printed for a key of a map
total()
{
	awk -v key="$1: " 'index($0, key) == 1 { sum += substr($0, length(key) + 1) }
		END { print sum + 0 }' "$work/out"
}

# hist_total KEY: the same for a histogram
hist_total()
{
	awk -v key="$1:" '
		$0 ~ /^@/ { inside = $0 == key || $0 == key " " }
		inside && /^[[(]/ { sub(/^[^])]*[])] */, ""); sum += $1 }
		END { print sum + 0 }' "$work/out"
}

# pid_of CASE, address_of CASE: from the output of faultcase
pid_of()
{
	awk -v name="$1" '$1 == name && NF == 5 { print $2 }' "$work/out"
}

address_of()
{
	awk -v name="$1" '/^0x[0-9a-f]+$/ { address = $1 }
		$1 == name && NF == 5 { print address }' "$work/out"
}

test_faults()
{
	trace faults "anon=$PAGES" "file-cold=64" || return 0
	about "faults: minor of anon" "$(total '@minor[anon]')" "$PAGES"
	if grep -q '^file-cold [0-9]* 0 ' "$work/out"; then
		about "faults: major of file-cold" "$(total '@major[file-cold]')" 64
	fi
}

test_faults_by_vma()
{
	local page pages=0

	# In $work, because its file system keeps written pages in the page cache.
	FAULTCASE_DIR=$work trace faults_by_vma file-warm=64 "anon=$PAGES" ||
		return 0
	for ((page = 0; page < 64; page++)); do
		# One fault when the case reads the file in, one by the mapping under test.
		if (($(total "@file[file-warm, warm, $page]") == 2)); then
			pages=$((pages + 1))
		fi
	done
	is "faults_by_vma: each page of the file, in both mappings" "$pages" 64
	about "faults_by_vma: anonymous of anon" "$(total '@anonymous[anon]')" "$PAGES"
}

test_fault_latency()
{
	trace fault_latency "anon=$PAGES" || return 0
	# Faults that the kernel takes, and retries, count too.
	about "fault_latency: faults of anon" "$(hist_total '@ns[anon]')" "$PAGES" $((2 * SLACK))
}

test_cow()
{
	trace cow "fork-child=$PAGES" "zero=$PAGES" vmlab-clean=64 || return 0
	about "cow: private of fork-child" "$(total '@private[fork-child]')" "$PAGES"
	about "cow: private of a case that only reads" "$(total '@private[zero]')" 0
	if [[ -e /dev/vmlab ]]; then
		about "cow: shared of vmlab-clean" "$(total '@shared[vmlab-clean]')" 64
	else
		skip "the module is not loaded" "cow: shared of vmlab-clean"
	fi
}

test_stack_growth()
{
	trace stack_growth stack=64 stack-limit || return 0
	about "stack_growth: of stack" \
		"$(grep -cE " stack +0x[0-9a-f]+ +0$" "$work/out")" 64
	is "stack_growth: refused once" \
		"$(grep -cE "^$(pid_of stack-limit) .* -12$" "$work/out")" 1
}

test_segv()
{
	local case

	trace segv maperr accerr beyond-end stack-limit || return 0
	for case in maperr:SEGV_MAPERR accerr:SEGV_ACCERR beyond-end:BUS_ADRERR; do
		is "segv: $case" "$(grep "^$(pid_of "${case%:*}") " "$work/out" | tr -s ' ')" \
			"$(pid_of "${case%:*}") ${case%:*} ${case#*:} $(address_of "${case%:*}")"
	done
	is "segv: one for the stack at its limit" \
		"$(grep -cE "^$(pid_of stack-limit) .*SEGV_MAPERR" "$work/out")" 1
}

test_vmlab_faults()
{
	if ! chosen vmlab_faults; then
		return
	elif [[ ! -e /dev/vmlab ]]; then
		skip "the module is not loaded" vmlab_faults
		return
	fi
	# A file with the name of the device is not the device.
	trace vmlab_faults vmlab=64 like-vmlab=64 || return 0
	is "vmlab_faults: every page written once" \
		"$(grep -E "^$(pid_of vmlab) +vmlab +write +[0-9]+$" "$work/out" |
			awk '{ print $4 }' | sort -n | tr '\n' ' ')" "$(seq -s ' ' 0 63) "
	is "vmlab_faults: no fault of a file called vmlab" \
		"$(grep -cE ' (read|write) ' "$work/out")" 64
}

test_swapin()
{
	local cluster

	chosen swapin || return 0
	[[ -e /sys/block/zram0 ]] || modprobe -q zram 2>/dev/null || true
	if ! { echo 64M >/sys/block/zram0/disksize; } 2>/dev/null ||
		! mkswap /dev/zram0 >/dev/null 2>&1 || ! swapon /dev/zram0; then
		skip "no zram device to swap to" swapin
		return
	fi
	read -r cluster </proc/sys/vm/page-cluster
	echo 0 >/proc/sys/vm/page-cluster
	if trace swapin "swap=$PAGES"; then
		about "swapin: of swap" "$(total '@faults[swap]')" "$PAGES"
		about "swapin: latencies" "$(hist_total '@ns')" "$PAGES"
	fi
	echo "$cluster" >/proc/sys/vm/page-cluster
	swapoff /dev/zram0
	echo 1 >/sys/block/zram0/reset
}

echo "TAP version 13"
if [[ -z ${VMLAB_FULL:-} && ${#wanted[@]} -eq 0 ]]; then
	echo "1..0 # SKIP takes minutes on a slow kernel: set VMLAB_FULL=1"
	exit 0
fi
if ! command -v "${bpftrace[0]}" >/dev/null; then
	echo "1..0 # SKIP bpftrace is not installed"
	exit 0
fi
if [[ ! -e /sys/kernel/btf/vmlinux ]]; then
	echo "1..0 # SKIP this kernel has no BTF"
	exit 0
fi
faultcase=$(command -v faultcase)
"${bpftrace[@]}" --version | sed 's/^/# /'
# One fault for each page of a file.
around=/sys/kernel/debug/fault_around_bytes
[[ ! -w $around ]] || echo 4096 >$around
test_faults
test_faults_by_vma
test_fault_latency
test_cow
test_stack_growth
test_segv
test_vmlab_faults
test_swapin
[[ ! -w $around ]] || echo 65536 >$around
echo "1..$points"
((failures == 0))
