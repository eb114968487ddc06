/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * switch_aarch64.S -- leave one stack and go on on another, see switch.h.
 *
 * The procedure call standard (AAPCS64) has a called function preserve x19 to
 * x29, the lower halves of v8 to v15, and FPCR.  From its pointer upwards a
 * stack that is left holds
 *
 *     x19 to x28, x29 (frame), x30 (where to go on), d8 to d15, FPCR, 8 spare
 *
 * and switch.c lays out the same for a stack that nobody has been on yet.
 */
	.text

	/* void quern__switch(void **from, void *to) */
	.globl	quern__switch
	.hidden	quern__switch
	.type	quern__switch, %function
	.p2align 4
quern__switch:
	.cfi_startproc
	sub	sp, sp, #176
	.cfi_def_cfa_offset 176
	stp	x19, x20, [sp, #0]
	stp	x21, x22, [sp, #16]
	stp	x23, x24, [sp, #32]
	stp	x25, x26, [sp, #48]
	stp	x27, x28, [sp, #64]
	stp	x29, x30, [sp, #80]
	.cfi_offset 19, -176
	.cfi_offset 20, -168
	.cfi_offset 21, -160
	.cfi_offset 22, -152
	.cfi_offset 23, -144
	.cfi_offset 24, -136
	.cfi_offset 25, -128
	.cfi_offset 26, -120
	.cfi_offset 27, -112
	.cfi_offset 28, -104
	.cfi_offset 29, -96
	.cfi_offset 30, -88
	stp	d8, d9, [sp, #96]
	stp	d10, d11, [sp, #112]
	stp	d12, d13, [sp, #128]
	stp	d14, d15, [sp, #144]
	mrs	x9, fpcr
	str	x9, [sp, #160]

	mov	x9, sp
	str	x9, [x0]
	mov	sp, x1

	ldr	x9, [sp, #160]
	msr	fpcr, x9
	ldp	d14, d15, [sp, #144]
	ldp	d12, d13, [sp, #128]
	ldp	d10, d11, [sp, #112]
	ldp	d8, d9, [sp, #96]
	ldp	x29, x30, [sp, #80]
	ldp	x27, x28, [sp, #64]
	ldp	x25, x26, [sp, #48]
	ldp	x23, x24, [sp, #32]
	ldp	x21, x22, [sp, #16]
	ldp	x19, x20, [sp, #0]
	add	sp, sp, #176
	.cfi_def_cfa_offset 0
	ret
	.cfi_endproc
	.size	quern__switch, . - quern__switch

	/* The first thing on a new stack: x20(x19).  Nothing lies above. */
	.globl	quern__switch_first
	.hidden	quern__switch_first
	.type	quern__switch_first, %function
	.p2align 4
quern__switch_first:
	.cfi_startproc
	.cfi_undefined x30
	mov	x0, x19
	blr	x20
	brk	#0
	.cfi_endproc
	.size	quern__switch_first, . - quern__switch_first

	.section .note.GNU-stack, "", %progbits
