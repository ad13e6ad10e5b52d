#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# vmlab faults names the functions of the file that a process has mapped: not those
# of a file with the same path in another mount namespace, or of one that has
# replaced it. Separate debug files and mangled names besides.
set -euo pipefail

source "$(dirname "${BASH_SOURCE[0]}")/../lib/tap.sh"
source "$(dirname "${BASH_SOURCE[0]}")/attached.sh"
patience=600

echo "TAP version 13"
if [[ -z ${VMLAB_FULL:-} ]]; then
	echo "1..0 # SKIP takes minutes on a slow kernel: set VMLAB_FULL=1"
	exit 0
fi
if [[ ! -e /sys/kernel/btf/vmlinux ]]; then
	echo "1..0 # SKIP this kernel has no BTF"
	exit 0
fi
if ! command -v objcopy >/dev/null; then
	echo "1..0 # SKIP no objcopy: install binutils"
	exit 0
fi

# The same code in files whose symbol tables differ: a wrong file shows.
good=$work/good
other=$work/other
mangled=$work/mangled
linked=$work/linked
cp "$(command -v faultcase)" "$good"
objcopy --redefine-sym touch_write=wrong_name "$good" "$other"
objcopy --redefine-sym touch_write=_ZN4test5touchEPci "$good" "$mangled"
# no build id either, as that names a debug file too
objcopy --only-keep-debug "$good" "$work/linked.debug"
objcopy --strip-all --remove-section .note.gnu.build-id "$good" "$linked"
(cd "$work" && objcopy --add-gnu-debuglink=linked.debug linked)

start() # COMMAND...: a process that faults until it is killed; its pid in $target
{
	"$@" >/dev/null 2>&1 &
	target=$!
	children+=("$target")
	wait_for grep -q ' *[^ ]' "/proc/$target/comm"
}

loops() # COMM: the target has become the program
{
	[[ $(<"/proc/$target/comm") == "$1" ]]
}

# symbols of the instructions that touch anonymous memory, into $work/symbols
observe()
{
	local tracer

	vmlab faults --json --output "$work/json" --pid "$target" &
	tracer=$!
	wait_for attached "$tracer"
	sleep 1
	kill -INT "$tracer"
	wait "$tracer" || true
	list_symbols
}

list_symbols()
{
	python3 -c "
import json, sys
for i in json.load(open(sys.argv[1]))['instructions']:
    print(i.get('symbol', '-'), i.get('file', '-'), i['minor'])
" "$work/json" >"$work/symbols"
}

has() # SYMBOL TEXT
{
	local code=0

	grep -qFe "$1 " "$work/symbols" || code=1
	result "$code" "$2"
	((code == 0)) || complain "$work/symbols"
}

has_not() # SYMBOL TEXT
{
	local code=0

	! grep -qFe "$1 " "$work/symbols" || code=1
	result "$code" "$2"
	((code == 0)) || complain "$work/symbols"
}

end()
{
	kill "$target"
	wait "$target" 2>/dev/null || true
}

start "$good" loop 64
wait_for loops loop
observe
has touch_write "the function that touches memory is named"
end

start "$mangled" loop 64
wait_for loops loop
observe
has 'test::touch(char*, int)' "names of C++ are demangled"
end

start "$linked" loop 64
wait_for loops loop
observe
has touch_write "a debug file that .gnu_debuglink names has the symbols"
end

# Another file at the same path, in the mount namespace of the process.
cp "$good" "$work/mounted"
start unshare --mount sh -c "mount --bind $other $work/mounted && exec $work/mounted loop 64"
wait_for loops loop
observe
has wrong_name "the file is that of the process's mount namespace"
has_not touch_write "not that of the same path here"
end

# A file at the same path that was put there after the start of the process.
cp "$good" "$work/replaced"
start "$work/replaced" loop 64
wait_for loops loop
cp "$other" "$work/new"
mv "$work/new" "$work/replaced"
observe
has touch_write "a replaced file: the symbols are those of the mapped one"
has_not wrong_name "not those of the file that replaced it"
rm "$work/replaced"
observe
has touch_write "a deleted file: the same"
end

# A process that has ended, and whose file is gone: no name rather than a wrong one.
cp "$good" "$work/gone"
cp "$other" "$work/new"
vmlab faults --json --output "$work/json" -- \
	sh -c "$work/gone anon 64; mv $work/new $work/gone" >/dev/null
list_symbols
has_not wrong_name "a replaced file of a process that has ended: no wrong name"
has "- $work/gone" "its instructions have file and offset"

# The same, rewritten in place: the inode is the old one.
cp "$good" "$work/rewritten"
touch -d '2001-01-01' "$work/rewritten"
vmlab faults --json --output "$work/json" -- \
	sh -c "$work/rewritten anon 64; cat $other >$work/rewritten" >/dev/null
list_symbols
has_not wrong_name "a file that was rewritten after the end: no wrong name"

# overlayfs: the mapping has a file of a layer below
mkdir "$work/merged" "$work/layers"
if mount -t tmpfs none "$work/layers" && mkdir "$work/layers/upper" "$work/layers/work" &&
	mkdir "$work/layers/lower" &&
	cp "$good" "$work/layers/lower/program" &&
	mount -t overlay none -o \
		"lowerdir=$work/layers/lower,upperdir=$work/layers/upper,workdir=$work/layers/work" \
		"$work/merged" 2>"$work/err"; then
	start "$work/merged/program" loop 64
	wait_for loops loop
	observe
	has touch_write "a file on overlayfs has symbols"
	has "$work/merged/program" "and the path that /proc/PID/maps shows"
	end
	umount "$work/merged"
else
	skip "no overlayfs" "a file on overlayfs"
fi
umount "$work/layers" || true

echo "1..$points"
((failures == 0))
