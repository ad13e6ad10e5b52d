# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034 # for the scripts that source this file
#
# What a guest on an emulated processor (TCG) needs.
#
# To be added: tsc_early_khz=$(tsc-khz), because the guest's own calibration is off by up to
# 3x on a busy host.

readonly TCG_KERNEL_ARGS=(
	# Page-table isolation flushes the emulated TLB at each system call and fault.
	mitigations=off
	# On a busy host the clocksource watchdog marks the TSC unstable, and the kernel
	# would change to the HPET, which is slow.
	tsc=reliable
	# A busy host can leave a virtual CPU without time for some seconds: that is no
	# lockup and no RCU stall.
	watchdog_thresh=30 rcupdate.rcu_cpu_stall_timeout=60
)

readonly TCG_CPU=qemu64
# QEMU 7.2 sometimes stores an operand in the flags register when it emulates CMPXCHG16B:
# the kernel dies of a debug trap. Stock kernels execute it at each allocation, and work
# without it. Our own execute it rarely, and BPF needs it.
readonly TCG_CPU_STOCK=,-cx16
