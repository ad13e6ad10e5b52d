// SPDX-License-Identifier: GPL-2.0
/* Catch the signal of a fault that the kernel could not handle. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "labs/process.h"

static sigjmp_buf on_fault;
static volatile struct lab_signal caught;

static void handler(int number, siginfo_t *info, void *context)
{
	(void)context;
	caught.number = number;
	caught.code = info->si_code;
	caught.address = (uintptr_t)info->si_addr;
	siglongjmp(on_fault, 1);
}

struct lab_signal lab_catch(struct lab_run *run, void (*work)(void *arg),
			    void *arg)
{
	static char stack[64 * 1024];
	const stack_t alternate = { .ss_sp = stack, .ss_size = sizeof(stack) };
	struct sigaction action = {
		.sa_sigaction = handler,
		.sa_flags = SA_SIGINFO | SA_ONSTACK,
	};
	struct sigaction old_segv, old_bus;
	struct lab_signal result;
	stack_t old_stack;

	if (sigaltstack(&alternate, &old_stack))
		lab_fail(run, "sigaltstack: %s", strerror(errno));
	sigaction(SIGSEGV, &action, &old_segv);
	sigaction(SIGBUS, &action, &old_bus);
	caught.number = 0;
	caught.code = 0;
	caught.address = 0;
	if (!sigsetjmp(on_fault, 1))
		work(arg);
	sigaction(SIGSEGV, &old_segv, NULL);
	sigaction(SIGBUS, &old_bus, NULL);
	sigaltstack(&old_stack, NULL);
	result.number = caught.number;
	result.code = caught.code;
	result.address = caught.address;
	return result;
}

const char *lab_signal_name(const struct lab_signal *sig, char text[40])
{
	const char *code = NULL;

	if (!sig->number)
		return "no signal";
	if (sig->number == SIGSEGV)
		code = sig->code == SEGV_MAPERR ? "SEGV_MAPERR" :
		       sig->code == SEGV_ACCERR ? "SEGV_ACCERR" :
						  NULL;
	else if (sig->number == SIGBUS)
		code = sig->code == BUS_ADRERR ? "BUS_ADRERR" :
		       sig->code == BUS_ADRALN ? "BUS_ADRALN" :
						 NULL;
	if (code)
		snprintf(text, 40, "SIG%s %s", sigabbrev_np(sig->number), code);
	else
		snprintf(text, 40, "SIG%s code %d", sigabbrev_np(sig->number),
			 sig->code);
	return text;
}
