#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The vmlab command where the module is not loaded: usage, help, exit codes.
set -euo pipefail

vmlab=$1
source "$(dirname "${BASH_SOURCE[0]}")/../../../selftests/lib/tap.sh"

# try CODE PATTERN WORDS...: the exit code, and a line of output
try()
{
	local want=$1 pattern=$2
	shift 2

	run "$want" "$pattern" "vmlab $*: $want" "$vmlab" "$@"
}

try 2 'which command' # nothing
try 0 '^Usage: vmlab' --help
try 0 '^vmlab [0-9]' --version
try 2 "'bogus' is not a command" bogus
try 0 '^Usage: vmlab vmas' help vmas
try 0 '^Usage: vmlab \[options\] COMMAND' help
try 2 "'bogus' is not a command" help bogus
try 2 "'-x' is not an option" -x
try 2 "'-x' is not an option" vmas --long -xr 1
try 2 "'-r' needs a value: give --range=RANGE" vmas --long -lr
try 2 "'--rang' is not an option: give --range" vmas --rang 0-1 1
try 2 "'--rang' is not an option" vmas --rang
try 2 "'--js' is not an option" vmas --js=1 1
try 2 "'--range' needs a value: give --range=RANGE" vmas 1 --range
try 2 "^vmlab: --svg: '' is not a value" map --svg '' 1
try 2 "'--json=1' takes no value: give --json" vmas --json=1 1
try 2 "unexpected operand '2': give one PID" diff 1 2 -- true
try 2 "'--bogus' is not an option" mm --bogus 1
try 2 "'--json=1' takes no value" info --json=1
try 2 "'-r' needs a value: give --range=RANGE" vmas -r
try 2 'give auto, always or never' info --color=sometimes
try 2 'missing operand: PID' mm
try 2 "unexpected operand '2'" watch 1 2
try 2 "'0' is not a process" mm 0
try 2 "'no such' is not a process: give a pid" vmas 'no such'
cp "$(command -v sleep)" "$work/two-of-a-name"
for _ in 1 2; do
	"$work/two-of-a-name" 1000 &
	children+=($!)
done
both_run()
{
	[[ $(cat /proc/"${children[0]}"/comm) == two-of-a-name ]] &&
		[[ $(cat /proc/"${children[1]}"/comm) == two-of-a-name ]]
}
wait_for both_run
both="'two-of-a-name' is the name of 2 processes: give a pid, one of ${children[0]}, ${children[1]};"
try 2 "^vmlab: $both" vmas two-of-a-name
try 2 "^vmlab: --pid: $both" faults --pid two-of-a-name
try 2 "'no.such' is not a process" heat no.such
try 2 "'no.such' is not a process" sharing self no.such
try 2 "'no.such' is not a process" mm self no.such
try 2 'give one PID' map --svg x 1 self
try 2 "--sort: 'nosuch' is not a column: give one of START" vmas --sort nosuch self
try 2 "--sort: '-' is not a column" vmas --sort - self
try 2 'exclude --json' vmas --bytes --json self
try 2 'excludes --pid' faults --all --pid self
try 2 "^vmlab: 'a.012b.033' is not a process" mm $'a\nb\033'
try 2 "'5-1' has an END that is not above START: give START-END" vmas --range 5-1 1
try 2 "'-5' is not an option, and no number is negative" vmas -5
try 2 "'4KB' is not a value.*K, M, G, T, P or E, or p for pages" space --size 4KB
try 2 "'999E' is too large: give less than 16E" space --size 999E
try 2 "'0' is not a value" space --stride 0
try 2 "'x' is not a value" space --touch x
try 2 "^vmlab: 'fish' is not a shell that vmlab completes for: give bash or zsh" \
	completion fish
try 2 "'5-1' has an END that is not above START: give START-END" pagetable --range 5-1 1
try 2 'exclude each other' pagetable --each --fold 1
try 2 'exclude each other' pagetable --raw --fold 1
try 2 'excludes the other options' pagetable --totals --raw 1
# options that exclude each other, or need another one
try 2 '^vmlab: --shared and --private exclude each other' space --private --shared
try 2 '^vmlab: --child-touch needs --fork' space --child-touch read
try 2 '^vmlab: --remap needs --fork' space --remap
try 2 '^vmlab: --seed: .*give --policy=random' space --budget 1 --seed 1
for list in '' ',' 'lru,' ',lru' 'lru,lru' opt 'fifo,opt'; do
	try 2 'different policies' compare --policies "$list" -- true
done
for list in '' ',' '50%,' '50%,50%' 0 0% 1001% -1 4095 25%%; do
	try 2 'different sizes' compare --budgets "$list" -- true
done
try 2 "'0' is not a value" compare --runs 0 -- true
try 2 '^vmlab: --seed: only the random' compare --seed 1 -- true
try 2 '^vmlab: --svg -: --json excludes it' compare --svg - --json -- true
try 2 'give -- COMMAND' compare --policies lru
try 2 'give -- COMMAND or --pid=PID' mrc
try 2 '^vmlab: give a command or --pid=PID, not both' mrc --pid self -- true
try 2 '^vmlab: --exact .*excludes --rate' mrc --exact --rate 4 -- true
try 2 '^vmlab: --duration: .*give --pid' mrc --duration 1 -- true
try 2 '^vmlab: --verify: only a COMMAND' mrc --verify --pid self
try 2 "^vmlab: only one of .*give a FILE" mrc --json -o - --svg - -- true
try 2 "^vmlab: only one of .*give a FILE" mrc --svg - --html - --pid self
try 2 "^vmlab: only one of .*give a FILE" run --events - -o - -- true
try 2 '^vmlab: --seed: .*give --policy random' replay --policy lru --seed 1 1,2
try 2 '^vmlab: --write: .*give STRING' replay --file /dev/null --write
try 2 "'sigbus,nth=0' is not a value" space --inject sigbus,nth=0
try 2 '^vmlab: --long prints no table' vmas --memory --long self
try 2 '^vmlab: --long prints no table' vmas --long --sort start self
try 2 '^vmlab: --rows .*excludes --brief and --json' faults --brief --rows 5 -- true
try 2 '^vmlab: --rows .*excludes --brief and --json' faults --json --rows 5 -- true
try 2 '^vmlab: --length .*excludes --range and --totals' gaps --length 4K --totals self
try 2 '^vmlab: --length .*excludes --range and --totals' gaps --length 4K --range 1-2 self
try 2 '^vmlab: --quiet is for run' lab show 11 --quiet
try 2 '^vmlab: --yes is for run' lab list --yes
try 2 '^vmlab: --timeout is for run' lab show 11 --timeout 5
try 2 '^vmlab: --break is for run' lab show 11 --break x
try 2 '^vmlab: --param is for show and run' lab list --param size=1M
try 2 '^vmlab: --verbose is for load' policy list --verbose
try 2 '^vmlab: --ascii .*excludes --json' map --ascii --json self
try 2 '^vmlab: --ascii .*excludes --json and --totals' tree --ascii --totals self
try 2 '^vmlab: --svg -: --json excludes it' heat --json --svg - self
try 2 '^vmlab: --rows .*excludes --json and --svg' heat --json --rows 5 self
try 2 '^vmlab: --rows .*excludes --json and --svg -' heat --svg - --rows 5 self
try 2 'missing operand: PID ADDR' translate 1
try 2 'missing operand: STRING' replay
try 2 'page numbers' replay 1,2,x
try 2 'page numbers' replay ''
try 2 "'4,x' is not a value" replay --frames 4,x 1
try 2 "'0' is not a value" replay --frames 0 1
try 2 "'1,' is not a value" replay --frames 1, 1
try 2 "'fifo,' is not a value" replay --policy fifo, 1
try 2 "'opt' is not a value" space --policy opt
try 2 "'next' is not a value" space --prefetch next
try 2 "'next:0' is not a value" space --prefetch next:0
try 2 "'whole:3' is not a value" space --prefetch whole:3
try 2 "'0' is not a value" space --budget 0
try 2 "'file' is not a value" space --backing file
try 2 '^vmlab: --size: .*give bytes, or a number with K' space --size 4KB
try 2 '^vmlab: --prefetch: .*next:N' space --prefetch next
try 2 '^vmlab: --hold: .*seconds' space --hold soon
try 2 '^vmlab: --frames: .*such as 3,4' replay --frames 4,x 1
try 2 '^vmlab: --policy: .*such as fifo,lru' replay --policy fifo, 1
try 2 '^vmlab: STRING: ' replay 1,2,x
try 2 '^vmlab: STRING: .*such as 1,2w,3 or A,B,Cw' replay 1,,2
try 2 '^vmlab: STRING: ' replay A,1
try 2 '^vmlab: --loaded: .*such as 1,2,3' replay --loaded 1w 1
try 2 '^vmlab: --loaded: .*such as A,B,C' replay --loaded 1 A
try 2 '^vmlab: --loaded: .*each page once' replay --loaded 1,1 1
try 2 '^vmlab: --loaded: 4 pages are more than 3 frames' replay --loaded 1,2,3,4 1
try 2 '^vmlab: --loaded: .*STRING instead of --file' replay --loaded 1 --file x
try 2 '^vmlab: --clock-load: .*give 0 or 1' replay --policy clock --clock-load 2 1
try 2 '^vmlab: --clock-load: .*--policy clock' replay --clock-load 0 1
try 2 '^vmlab: --lfu-ties: .*give fifo or lru' replay --policy lfu --lfu-ties x 1
try 2 '^vmlab: --lfu-ties: .*--policy lfu' replay --lfu-ties lru 1
try 2 '^vmlab: --svg: .*give --curve' replay --svg x 1
try 2 '^vmlab: --svg -: --json excludes it' replay --curve --json --svg - 1
try 2 '^vmlab: --frames: .*at most 1024' replay --curve --frames 1025 1
try 2 'exclude each other' replay --steps --curve 1
try 2 '^vmlab: --file: .*one of the two' replay --file x 1
try 2 '^vmlab: --file /dev/null: .*empty.*0041f7a0 R' replay --file /dev/null
printf '1000 R\n2000 X\n' >"$work/trace"
try 2 "^vmlab: --file .*: line 2, '2000 X', .*0041f7a0 R" replay --file "$work/trace"
try 1 'cannot read /nonexistent: .*: give lines of a hexadecimal address and R or W' \
	replay --file /nonexistent
try 2 'missing operand: ACTION' lab
try 2 "'try' is not an action: give list, show or run" lab try
try 2 'list takes no lab' lab list 11
try 2 'show needs one lab' lab show
try 2 'show needs one lab' lab show 11 demand-paging
try 2 'run needs the name of a lab, or all' lab run
try 2 "'12345' is not a lab: .*'vmlab lab list'" lab run 12345
try 2 "'all' names every lab: give no other lab" lab run 11 all
try 2 "^vmlab: --param: 'size' is not a parameter: give NAME=VALUE" lab run 11 --param size
try 2 "^vmlab: --param: '=1' is not a parameter" lab run 11 --param =1
try 2 "^vmlab: --param: the lab demand-paging has no parameter 'sice'" lab run 11 --param sice=1
try 2 "^vmlab: --param: size='1K': give a number from 4096 to" lab run 11 --param size=1K
try 2 '^vmlab: --param and --break need one lab' lab run all --param size=1M
try 2 "^vmlab: --break: the lab demand-paging has no assumption 'x'" lab run 11 --break x
try 2 "^vmlab: --timeout: '0' is not a value of this option: give seconds" lab run 11 --timeout 0
try 2 "^vmlab: --timeout: '1t' is not a value" lab run 11 --timeout 1t
try 0 '^11 *demand-paging ' lab list
try 0 '^No prediction here: no /dev/vmlab' lab show 11
try 77 '^  skipped: no /dev/vmlab' lab run 11
try 77 'skipped .*: no /dev/vmlab' lab run demand-paging 11 --quiet
try 0 '"name": "demand-paging"' lab list --json
try 77 '"verdict": "skipped"' lab run 11 --json
try 2 'not an address' translate self xyz
try 2 'or a symbol of the process' translate self no_such_symbol+0x10
try 2 "'main+x' has no number after SYMBOL+: give one" translate self main+x
try 2 "'memcpy' is a symbol in several files of the process: give FILE:SYMBOL" \
	translate self memcpy
try 2 "'memcpy' is a symbol in several files of the process: give FILE:SYMBOL" \
	pagetable --range memcpy self
try 2 'or a symbol of the process' pagetable --range no_such_symbol self
try 2 'give one PID to find a symbol' pagetable --range main self 1
try 2 "END: '10' is not above START" find 1 20 10
try 2 "unexpected operand '4'" find 1 2 3 4
try 2 'need --length' gaps --align 2M 1
try 2 'give bytes, or a number with K' gaps --length 0 1
try 2 'missing operand: PID' sharing
try 2 'needs --json' sharing --pfns 1
try 2 "must follow '--'" diff a b c
try 1 "cannot read /nonexistent: .*: give a file that 'vmlab snapshot' wrote" \
	diff /nonexistent /nonexistent
try 1 'is no snapshot' diff /dev/null /dev/null
try 2 'seconds from 0.01' watch --interval 0 1
try 2 'seconds from 0.01' watch --interval 1. 1
try 2 'seconds from 0.01' watch --interval nan 1
try 2 'number of snapshots, 1 or more' watch --count 0 1
try 2 '--json excludes' map --json --svg x 1
try 2 'give a FILE' map --svg - --html - 1
try 2 'not both' faults --pid 1 -- true
try 2 'give --pid' faults
try 2 'give seconds' faults --pid 1 --duration soon
try 2 'until it ends' faults --duration 1 -- true
try 4 'no process 4194305' faults --pid 4194305
try 1 'cannot write /nonexistent/x' faults --output /nonexistent/x -- true
try 1 'cannot write /nonexistent/x' faults --folded /nonexistent/x -- true
try 2 'from 0.1 to' top --interval 0.01
try 2 'from 0.1 to' top --delay 0.01
if [[ $(cat /proc/2/comm) == kthreadd ]]; then
	try 1 'process 2 is a kernel thread' faults --pid 2 --duration 1
	try 1 'process 2 is a kernel thread' top --batch --count 1 --pid 2
else
	for c in faults top; do
		skip 'pid 2 is not kthreadd' "$c of a kernel thread"
	done
fi
try 4 'no process 4194305' top --batch --pid 4194305
try 2 'give auto, bits or damon' heat --method magic 1
try 2 'missing operand: PID' heat
try 2 'give kmalloc, vmalloc or vmap' kmem heap
try 2 'at most 8M' kmem --length 9M vmalloc
try 4 'no process 4194305' heat 4194305
for c in info mm vmas tree gaps find layout kmem map pagetable translate sharing snapshot diff watch space run compare mrc replay faults top heat lab report completion help; do
	try 0 '^Exit codes:' "$c" --help
	try 0 '^Example' "$c" --help
done

if [[ -e /dev/vmlab ]]; then
	skip 'the module is loaded' 'the absence of the module'
else
	try 3 "insmod vmlab.ko.*'make shell' in the source" info
	try 3 'insmod vmlab.ko' --json mm self
	try 3 'insmod vmlab.ko' vmas 1
	try 3 'insmod vmlab.ko' space
	try 3 'insmod vmlab.ko' kmem vmalloc
	for c in tree gaps map pagetable sharing snapshot watch layout; do
		try 3 'insmod vmlab.ko' "$c" 1
	done
	try 3 'insmod vmlab.ko' translate 1 1000
	try 3 'insmod vmlab.ko' find 1 1000
	try 3 'insmod vmlab.ko' diff 1 -- true
	try 3 'insmod vmlab.ko' heat --method bits "$$"
	try 3 'insmod vmlab.ko' heat --method bits --range 0-ffffffffffffffff "$$"
	out=$("$vmlab" info --json 2>/dev/null) || true
	result $((${#out} != 0)) "a failure prints nothing on standard output"
fi

pagesizes=$(dirname "$vmlab")/pagesizes
run 1 '^Usage: pagesizes PID' 'the example pagesizes takes no name' "$pagesizes" bash
run 1 '^Usage: pagesizes PID' '... and no number with letters' "$pagesizes" "${$}x"

code=0
"$vmlab" --help 2>/dev/null >/dev/full || code=$?
result $((code != 1)) "a full disk is an error"

code=0
"$vmlab" completion bash | bash -n || code=$?
result "$code" "bash takes the completion"

# complete WORDS...: what bash offers for the last word
complete_words()
{
	bash -c 'source <("$1" completion bash); shift
		COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); compopt() { :; }
		_vmlab; echo "${COMPREPLY[@]-}"' _ "$vmlab" "$@"
}

# compare WANT WORDS...
completes()
{
	local want=$1 got
	shift
	got=$(complete_words "$@")
	result "$([[ $got == "$want" ]] && echo 0 || echo 1)" "completes '$*' to '$want'"
	[[ $got == "$want" ]] || echo "# got '$got'"
}

completes 'vmas' vmlab vm
completes 'tree translate' vmlab tr
completes '--totals' vmlab tree --to
completes 'info' vmlab --json in
completes 'self' vmlab mm se
completes "$$" vmlab vmas "$$"
completes '--stride=' vmlab space --str
completes '--version' vmlab --v
completes 'read' vmlab space --touch = re
completes 'vmas' vmlab help vm
completes '--output-file= --output=' vmlab faults --out
completes '-SIZE' vmlab vmas --sort = -SI
completes '--sort=' vmlab gaps --so
completes '' vmlab top --del
completes 'auto always' vmlab info --color = a
completes 'zsh' vmlab completion z

echo "1..$points"
((failures == 0))
