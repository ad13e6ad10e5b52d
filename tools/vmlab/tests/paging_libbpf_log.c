// SPDX-License-Identifier: GPL-2.0
/* The verifier's verdict in the messages of libbpf. */
#include <bpf/libbpf.h>
#include <stdarg.h>

#include "paging/libbpf_log.h"
#include "tap.h"

__attribute__((format(printf, 2, 3))) static void
log_message(libbpf_print_fn_t print, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	print(LIBBPF_WARN, fmt, ap);
	va_end(ap);
}

static void test_verdict(void)
{
	libbpf_print_fn_t print;

	libbpf_log_start(false);
	print = libbpf_set_print(NULL);
	ok(!libbpf_log_verdict(), "no verdict without a message");
	log_message(print, "libbpf: prog 'f': BPF program load failed: %s\n",
		    "Permission denied");
	ok(!libbpf_log_verdict(), "nor with another one");
	log_message(print, "libbpf: prog 'fifo_victim': -- BEGIN PROG LOAD LOG "
		    "--\n%s-- END PROG LOAD LOG --\n",
		    "0: R1=ctx()\nR0 invalid mem access 'scalar'\n"
		    "processed 3 insns (limit 1000000)\n");
	streq(libbpf_log_verdict(),
	      "program fifo_victim: R0 invalid mem access 'scalar'",
	      "program and reason");
	log_message(print, "libbpf: prog 'f': -- BEGIN PROG LOAD LOG --\n%s"
		    "-- END PROG LOAD LOG --\n",
		    "7: R0=scalar()\ninfinite loop detected at insn 7\n"
		    "cur state: R0=scalar()\nold state: R0_rw=scalar()\n"
		    "processed 8 insns (limit 1000000)\n");
	streq(libbpf_log_verdict(), "program f: infinite loop detected at insn 7",
	      "the states of a loop are not the reason");
	log_message(print, "libbpf: prog 'f': -- BEGIN PROG LOAD LOG --\n%s"
		    "-- END PROG LOAD LOG --\n",
		    "; u64 page = first(space); @ loop.bpf.c:4\n0: (b7) r2 = 0\n"
		    "; while (page != NONE) { @ loop.bpf.c:7\n"
		    "11: (55) if r0 != 0xffffffff goto pc-6 infinite loop detected at "
		    "insn 6\ncur state: R0=scalar()\nold state: R0=scalar()\n"
		    "processed 37 insns (limit 1000000)\n");
	streq(libbpf_log_verdict(),
	      "program f: infinite loop detected at insn 6, at loop.bpf.c:7",
	      "without the instruction before it, and with its place");
	/* Linux 7.3 */
	log_message(print, "libbpf: prog 'v': -- BEGIN PROG LOAD LOG --\n%s"
		    "-- END PROG LOAD LOG --\n",
		    "; return *p; @ deref.bpf.c:7\n3: (79) r0 = *(u64 *)(r0 +0)\n"
		    "R0 invalid mem access 'scalar'\n\n"
		    "Verification failed: Register Type Safety: Invalid dereference\n\n"
		    "Reason:\n  R0 is an integer scalar here, not a pointer to memory.\n\n"
		    "At:\n  v @ deref.bpf.c:6:9\n\nSuggestion:\n"
		    "  Preserve a pointer-valued register where needed, or reload after\n"
		    "  arithmetic, helper calls, or other operations.\n\n"
		    "processed 4 insns (limit 1000000)\n");
	streq(libbpf_log_verdict(),
	      "program v: R0 invalid mem access 'scalar', at deref.bpf.c:7",
	      "the reason above the report of Linux 7.3");
	log_message(print, "libbpf: prog 'f': -- BEGIN PROG LOAD LOG --\n%s"
		    "-- END PROG LOAD LOG --\n",
		    "Verification failed: Program Size: Too large\n"
		    "processed 4 insns (limit 1000000)\n");
	streq(libbpf_log_verdict(), "program f: Verification failed: Program Size: Too large",
	      "a report alone");
	log_message(print, "libbpf: prog 'f': -- BEGIN PROG LOAD LOG --\n%s"
		    "-- END PROG LOAD LOG --\n", "");
	streq(libbpf_log_verdict(), "program f: ", "an empty log");
	libbpf_log_start(false);
	ok(!libbpf_log_verdict(), "forgotten");
}

int main(void)
{
	test_verdict();
	return tap_done();
}
