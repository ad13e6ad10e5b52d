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
