/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * switch_x86_64.S -- leave one stack and go on on another, see switch.h.
 *
 * The System V ABI has a called function preserve rbx, rbp, r12 to r15, MXCSR's
 * control bits (all but the lower six, the flags) and the x87 control word.
 * From its pointer upwards a stack that is left holds
 *
 *     MXCSR, x87 control word (8 bytes), r15, r14, r13, r12, rbx, rbp,
 *     where to go on
 *
 * and switch.c lays out the same for a stack that nobody has been on yet.
 */
	.text

	/* void quern__switch(void **from, void *to) */
	.globl	quern__switch
	.hidden	quern__switch
	.type	quern__switch, @function
	.p2align 4
quern__switch:
	.cfi_startproc
	endbr64
	pushq	%rbp
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset %rbp, 0
	pushq	%rbx
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset %rbx, 0
	pushq	%r12
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset %r12, 0
	pushq	%r13
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset %r13, 0
	pushq	%r14
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset %r14, 0
	pushq	%r15
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset %r15, 0
	subq	$8, %rsp
	.cfi_adjust_cfa_offset 8
	stmxcsr	(%rsp)
	fnstcw	4(%rsp)
	movl	(%rsp), %eax
	movzwl	4(%rsp), %edx

	movq	%rsp, (%rdi)
	movq	%rsi, %rsp

	/* To load another value takes 30 ns on some CPUs: only if it is one. */
	xorl	(%rsp), %eax
	testl	$~0x3f, %eax
	jne	1f
2:	cmpw	4(%rsp), %dx
	jne	3f
4:	.cfi_remember_state
	addq	$8, %rsp
	.cfi_adjust_cfa_offset -8
	popq	%r15
	.cfi_adjust_cfa_offset -8
	.cfi_restore %r15
	popq	%r14
	.cfi_adjust_cfa_offset -8
	.cfi_restore %r14
	popq	%r13
	.cfi_adjust_cfa_offset -8
	.cfi_restore %r13
	popq	%r12
	.cfi_adjust_cfa_offset -8
	.cfi_restore %r12
	popq	%rbx
	.cfi_adjust_cfa_offset -8
	.cfi_restore %rbx
	popq	%rbp
	.cfi_adjust_cfa_offset -8
	.cfi_restore %rbp
	/* A ret would be predicted to return to where this was called from. */
	popq	%rcx
	.cfi_adjust_cfa_offset -8
	.cfi_register %rip, %rcx
	notrack jmp *%rcx

	.cfi_restore_state
1:	ldmxcsr	(%rsp)
	jmp	2b
3:	fldcw	4(%rsp)
	jmp	4b
	.cfi_endproc
	.size	quern__switch, . - quern__switch

	/* The first thing on a new stack: r13(r12).  Nothing lies above. */
	.globl	quern__switch_first
	.hidden	quern__switch_first
	.type	quern__switch_first, @function
	.p2align 4
quern__switch_first:
	.cfi_startproc
	.cfi_undefined %rip
	endbr64
	xorl	%ebp, %ebp
	movq	%r12, %rdi
	call	*%r13
	ud2
	.cfi_endproc
	.size	quern__switch_first, . - quern__switch_first

	.section .note.GNU-stack, "", @progbits
