/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What cannot be written in C: syscall(3), whose child may return on another stack, and
 * changes of the stack.
 */
#include <asm/unistd.h>

#define CLONE_VM	0x100

#ifndef __NR_mseal
#define __NR_mseal	462
#endif

/* The system calls below 64 that run_syscall() handles. */
#define HANDLED	((1 << __NR_close) | (1 << __NR_mmap) | (1 << __NR_mprotect) | \
		 (1 << __NR_munmap) | (1 << __NR_mremap) | (1 << __NR_madvise) | \
		 (1 << __NR_dup2) | (1 << __NR_clone) | (1 << __NR_fork))

	.text

/* long syscall(long number, ...) */
	.globl	syscall
	.type	syscall, @function
	.p2align 4
syscall:
	.cfi_startproc
	cmpq	$64, %rdi
	jae	.Labove
	movabsq	$HANDLED, %rax
	btq	%rdi, %rax
	jnc	.Lraw
	cmpq	$__NR_clone, %rdi
	jne	run_syscall
	testl	$CLONE_VM, %esi
	jz	run_syscall
.Lraw:
	movq	%rdi, %rax
	movq	%rsi, %rdi
	movq	%rdx, %rsi
	movq	%rcx, %rdx
	movq	%r8, %r10
	movq	%r9, %r8
	movq	8(%rsp), %r9
	syscall
	cmpq	$-4095, %rax
	jae	.Lerror
	ret
.Lerror:
	negl	%eax
	pushq	%rax
	.cfi_adjust_cfa_offset 8
	call	__errno_location@PLT
	popq	%rcx
	.cfi_adjust_cfa_offset -8
	movl	%ecx, (%rax)
	movq	$-1, %rax
	ret
.Labove:
	cmpq	$__NR_dup3, %rdi
	je	run_syscall
	cmpq	$__NR_pkey_mprotect, %rdi
	je	run_syscall
	cmpq	$__NR_close_range, %rdi
	je	run_syscall
	cmpq	$__NR_prctl, %rdi
	je	run_syscall
	cmpq	$__NR_seccomp, %rdi
	je	run_syscall
	cmpq	$__NR_process_madvise, %rdi
	je	run_syscall
	cmpq	$__NR_mseal, %rdi
	je	run_syscall
	cmpq	$__NR_clone3, %rdi
	jne	.Lraw
	/* A bad pointer is for the kernel to refuse. */
	cmpq	$4096, %rsi
	jb	.Lraw
	testl	$CLONE_VM, (%rsi)
	jnz	.Lraw
	jmp	run_syscall
	.cfi_endproc
	.size	syscall, . - syscall

/* long on_stack(void *top, long (*fn)(void *), void *arg): call a function on a stack */
	.globl	on_stack
	.hidden	on_stack
	.type	on_stack, @function
	.p2align 4
on_stack:
	.cfi_startproc
	pushq	%rbp
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset %rbp, 0
	movq	%rsp, %rbp
	.cfi_def_cfa_register %rbp
	movq	%rdi, %rsp
	andq	$-16, %rsp
	movq	%rdx, %rdi
	call	*%rsi
	leave
	.cfi_def_cfa %rsp, 8
	ret
	.cfi_endproc
	.size	on_stack, . - on_stack

/* void return_on(void *stack): return 0 from a system call on the stack of the child */
	.globl	return_on
	.hidden	return_on
	.type	return_on, @function
	.p2align 4
return_on:
	.cfi_startproc
	movq	%rdi, %rsp
	xorl	%eax, %eax
	ret
	.cfi_endproc
	.size	return_on, . - return_on

	.section .note.GNU-stack, "", @progbits
