/* SPDX-License-Identifier: GPL-2.0 */
/* SIGSEGV and SIGBUS that memory accesses raise. */
#ifndef VMLAB_FAULTS_SIGNALS_BPF_H
#define VMLAB_FAULTS_SIGNALS_BPF_H

#include "faults/stacks.bpf.h"
#include "faults/targets.bpf.h"

#define SIGBUS_NR   7
#define SIGSEGV_NR  11

SEC("tp_btf/signal_generate")
int BPF_PROG(on_signal, int sig, struct kernel_siginfo *info,
	     struct task_struct *to)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct pt_regs *regs = (void *)bpf_task_pt_regs(task);
	struct signal_key key = {};
	__u64 one = 1, *count;
	struct task_state *st;

	if (sig != SIGSEGV_NR && sig != SIGBUS_NR)
		return 0;
	/* faults pass a siginfo, not one of the special values */
	if ((unsigned long)info < 4096)
		return 0;
	if (BPF_CORE_READ(info, si_code) <= 0)
		return 0;
	st = state_of(task);
	if (!st)
		return 0;
	key.address = (__u64)BPF_CORE_READ(info, _sifields._sigfault._addr);
	key.ip = regs->ip;
	key.tgid = task->tgid;
	key.exec_id = task->self_exec_id;
	key.signal = sig;
	key.code = BPF_CORE_READ(info, si_code);
	key.stack_limit = st->stack_refused && st->stack_refused == key.address;
	if (by_ip) {
		struct ip_key ip = {
			.ip = key.ip,
			.tgid = key.tgid,
			.exec_id = key.exec_id,
		};

		locate_ip(&ip, SLOT_SIGNAL);
	}
	count = bpf_map_lookup_elem(&signals, &key);
	if (count)
		add(count, 1);
	else if (bpf_map_update_elem(&signals, &key, &one, BPF_NOEXIST))
		lost(LOST_SIGNAL);
	return 0;
}

#endif /* VMLAB_FAULTS_SIGNALS_BPF_H */
