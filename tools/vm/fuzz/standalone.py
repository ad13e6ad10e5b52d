#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""standalone.py PROGRAMS: print a C file that runs programs of the fuzzer, and nothing else.

It holds the sources of the fuzzer that run programs, and the programs as text:
    gcc -D_GNU_SOURCE -isystem uapi -o repro repro.c -pthread && ./repro
"""

import glob
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__)))))
GUIDED = os.path.join(ROOT, "selftests/fuzz/guided")
HEADERS = ("program.h", "world.h", "cover.h", "run.h")
SOURCES = ("resolve", "request", "memory", "files", "process", "uring", "uffd", "kernel",
           "observe", "policies", "kinds", "text", "execute", "run")

MAIN = """
/* Nothing is measured here. */
void cover_enable(unsigned int worker)
{
	(void)worker;
}

void cover_disable(unsigned int worker)
{
	(void)worker;
}

void cover_call(unsigned int worker)
{
	(void)worker;
}

int main(int argc, char **argv)
{
	static struct program program;
	struct outcome outcome;
	int times = argc > 1 ? atoi(argv[1]) : 1;

	if (argc > 1 && !strcmp(argv[1], "--stay"))
		sleep(10);
	if (argc > 1 && !strncmp(argv[1], "--", 2))
		return 0;
	run_open();
	for (int n = 0; n < times; n++) {
		for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
			if (program_parse(&program, texts[i]) < 0)
				return 2;
			if (run_program(&program, &outcome, 3000) == RUN_STUCK)
				return 1;
		}
	}
	return 0;
}
"""


def source(name):
    """Return a source without the includes of the fuzzer's own headers."""
    with open(os.path.join(GUIDED, name), encoding="utf-8") as file:
        text = file.read()
    return re.sub(r'^#include "(fuzz|lib)/.*\n', "", text, flags=re.M)


def main():
    """Print the file."""
    with open(sys.argv[1], encoding="utf-8") as file:
        programs = [p for p in file.read().split("\n\n") if p.strip()]
    grammar = subprocess.run(
        [sys.executable, "-B", os.path.join(GUIDED, "grammar.py"),
         *sorted(glob.glob(os.path.join(ROOT, "uapi/linux/*.h")))],
        check=True, capture_output=True, text=True).stdout
    print("/* Programs of vmlab-fuzz; main() stands at the end. */")
    for name in HEADERS:
        print(source(name))
    for name in SOURCES:
        print(source(name + ".c").replace('#include "grammar.inc"\n', grammar))
    print("static const char *const texts[] = {")
    for program in programs:
        for line in program.strip().split("\n"):
            if not line.startswith("#"):
                print(f'\t"{line}\\n"')
        print("\t,")
    print("};")
    print(MAIN, end="")


if __name__ == "__main__":
    main()
