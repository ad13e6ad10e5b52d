#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# vmlab, run by root, inspects a process whose names are made to be executed or written to:
# it executes nothing, makes no process and no socket, and writes no file.
#
# usage: untouched.sh
set -euo pipefail

source "$(dirname "${BASH_SOURCE[0]}")/../lib/tap.sh"
# ASan's runtime makes a process of its own to look for leaks
vmlab=${VMLAB_PLAIN_BIN:+$VMLAB_PLAIN_BIN/}vmlab
export LC_ALL=C
# a server of debug information that would be asked for the build ids of the process
export DEBUGINFOD_URLS=http://127.0.0.1:9/ DEBUGINFOD_CACHE_PATH=$work/debuginfod

# Names of files, of memory, of the program and of the process; a page that is written all the
# time, in memory of its own and in a space.
cat >"$work/hostile.py" <<'END'
import ctypes, mmap, os, sys, time
names = ["$(touch pwned)", "`touch pwned`", ";touch pwned;", "|touch pwned", ">pwned", "-opwned",
         "a\ntouch pwned\n", "%n%s", "'\"$(touch pwned)\"'"]
maps = []
for name in names:
    with open(os.path.join(sys.argv[1], name), "w+b") as file:
        file.write(b"#!/bin/sh\ntouch pwned\n".ljust(4096))
        file.flush()
        os.chmod(file.fileno(), 0o777)
        maps.append(mmap.mmap(file.fileno(), 4096))
fd = os.memfd_create("$(touch pwned)")
os.ftruncate(fd, 4096)
memory = mmap.mmap(fd, 4096)
anonymous = mmap.mmap(-1, 1 << 20, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
libc = ctypes.CDLL(None)
at = ctypes.addressof(ctypes.c_char.from_buffer(anonymous))
libc.prctl(0x53564d41, 0, ctypes.c_ulong(at), ctypes.c_ulong(1 << 20), b"|touch pwned")
libc.prctl(15, b";touch pwned;")
space = mmap.mmap(os.open("/dev/vmlab", os.O_RDWR), 1 << 16)
open(os.path.join(sys.argv[1], "ready"), "w").close()
while True:
    for p in range(0, 1 << 16, 4096):
        space[p] = 1
    anonymous[:4096] = bytes(4096)
    anonymous.madvise(mmap.MADV_DONTNEED)
    time.sleep(0.001)
END

# untouched CODE COMMAND...: with the arguments of vmlab
untouched()
{
	local want=$1 code=0
	shift

	: >"$work/calls"
	(cd "$work/cwd" && timeout -k 5 240 cli-tracer "$work/calls" "$vmlab" "$@") \
		>"$work/out" 2>"$work/err" </dev/null || code=$?
	# by which heat clears accessed bits: a file of the kernel, whatever the process does
	sed -i "\\|^openat /proc/$target/clear_refs\$|d" "$work/calls"
	if ((code == want)) && [[ ! -s $work/calls ]]; then
		result 0 "vmlab ${*//$work/DIR}: executes nothing, and writes no file"
	else
		result 1 "vmlab ${*//$work/DIR}: executes nothing, and writes no file"
		echo "# exit code $code, expected $want; system calls:"
		complain "$work/calls"
		complain "$work/err"
	fi
}

mkdir "$work/evil" "$work/cwd"
cp "$(readlink -f "$(type -P python3)")" "$work/evil/\$(touch pwned)y"
"$work/evil/\$(touch pwned)y" "$work/hostile.py" "$work/evil" &
target=$!
children+=("$target")
wait_for test -e "$work/evil/ready"
code=$(awk '$2 ~ /x/ { sub(/-.*/, ""); print; exit }' "/proc/$target/maps")

echo "TAP version 13"
# what the tracer is for
cli-tracer "$work/calls" sh -c ": >'$work/x'; (:); exec true" || true
for call in openat execve; do
	code_of=0
	grep -q "^$call " "$work/calls" || code_of=1
	result "$code_of" "a shell that does it is caught: $call"
done
for options in '' --json; do
	for command in mm vmas 'vmas --memory' 'vmas --long' map tree gaps 'gaps --length 1M' pagetable \
		'pagetable --totals' snapshot 'watch --interval 0.1 --count 2' layout; do
		# shellcheck disable=SC2086 # several words, and none without an option
		untouched 0 $command $options "$target"
	done
	# shellcheck disable=SC2086 # as above
	{
		untouched 0 find $options "$target" "$code"
		untouched 0 translate $options "$target" "$code"
		untouched 0 sharing $options "$target" $$
		untouched 0 faults $options --pid "$target" --duration 1
		untouched 0 mrc $options --pid "$target" --duration 1
		untouched 0 top $options --interval 0.5 --count 1
		untouched 0 heat $options --interval 0.2 --count 3 "$target"
	}
done
untouched 0 mm ';touch pwned;'
untouched 1 diff "$work/evil/>pwned" "$work/evil/-opwned"
code_of=0
[[ -z $(find "$work" -name pwned) ]] || code_of=1
result "$code_of" 'no command in a name was executed'
echo "1..$points"
((failures == 0))
