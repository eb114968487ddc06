/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuse_check.c -- which chains of kernels can be fused.
 *
 *     submit.c --> [fuse_check.c]      before fuse.c runs it
 *
 * What an op writes and another one has must be the same elements or none: then
 * it makes no difference that the other one comes to some of them before the
 * first has come to all.
 */
#include "fuse.h"

#include <errno.h>

#include "map.h"

static bool
is_elementwise(const struct quern_kind *kind)
{
	return quern__is_kernel(kind) && !kind->acc_bytes && !kind->gathers &&
	    (kind->range == quern__map_range ||
		kind->check == quern__check_map);
}

static bool
is_reduction(const struct quern_kind *kind)
{
	return quern__is_kernel(kind) && kind->acc_bytes &&
	    kind->check == quern__check_reduction;
}

bool
quern__can_fuse(const quern_op *ops, size_t n)
{
	if (!ops || n == 0 || n > QUERN_FUSE_MOST)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!ops[i].kind ||
		    !(is_elementwise(ops[i].kind) ||
			(i == n - 1 && is_reduction(ops[i].kind))))
			return false;
	return true;
}

/* `size` of the elements that a slot holds, 0: none yet. */
static bool
reads_slots(const quern_op *op, const unsigned char size[])
{
	for (int i = QUERN__IN; i < QUERN__ARRAYS; i++) {
		unsigned slot = quern__slot(quern__array(op, i));
		size_t bytes = op->kind->bytes[i];

		if (!bytes || slot == QUERN_SLOTS)
			continue;
		if (size[slot] != bytes || quern__stride(op, i) != 1)
			return false;
	}
	return true;
}

static bool
writes_slot(const quern_op *op, unsigned char size[])
{
	unsigned slot = quern__slot(op->out);

	if (slot == QUERN_SLOTS)
		return true;
	size[slot] = op->kind->bytes[QUERN__OUT];
	return !op->kind->acc_bytes && size[slot] <= QUERN__SLOT_BYTES &&
	    op->out_stride == 1;
}

/* A slot as an array that no other one can meet: beyond all memory there is. */
static const void *
stand_in(const void *array)
{
	unsigned slot = quern__slot(array);

	return slot == QUERN_SLOTS ?
	    array :
	    (const void *)((uintptr_t)(QUERN_SLOTS + slot) << 59);
}

/* Would the op run by itself? */
static bool
is_sound(const quern_op *op)
{
	const unsigned char *bytes = op->kind->bytes;
	quern_op alone = *op;

	alone.out = (void *)stand_in(op->out);
	if (bytes[QUERN__IN])
		alone.in = stand_in(op->in);
	if (bytes[QUERN__IN2])
		alone.in2 = stand_in(op->in2);
	if (bytes[QUERN__IN3])
		alone.in3 = stand_in(op->in3);
	return op->kind->check(&alone) == 0;
}

static bool
in_memory(const quern_op *op, int which)
{
	return op->kind->bytes[which] &&
	    quern__slot(quern__array(op, which)) == QUERN_SLOTS;
}

/* Is what one op writes in memory apart from what another has, or the same? */
static bool
are_apart(const quern_op *writer, const quern_op *op)
{
	for (int i = QUERN__OUT; i < QUERN__ARRAYS; i++)
		if (in_memory(writer, QUERN__OUT) && in_memory(op, i) &&
		    !quern__apart_or_same(writer, op, i))
			return false;
	return true;
}

int
quern__check_fuse(const quern_op *fused)
{
	const quern_op *ops = quern__fused(fused);
	size_t n = quern__fused_n(fused);
	unsigned char size[QUERN_SLOTS] = { 0 };

	if (!quern__can_fuse(ops, n))
		return -EINVAL;
	/* It was changed since, or quern_with_arg() was used. */
	if (fused->arg_bytes != n * sizeof(*ops) ||
	    fused->grain != quern__fused_block(ops, n) ||
	    !fused->kind->acc_bytes != !ops[n - 1].kind->acc_bytes)
		return -EINVAL;
	for (size_t i = 0; i < n; i++)
		if (ops[i].count != fused->count || !is_sound(&ops[i]) ||
		    !reads_slots(&ops[i], size) || !writes_slot(&ops[i], size))
			return -EINVAL;
	for (size_t i = 0; fused->count && i < n; i++)
		for (size_t k = 0; k < n; k++)
			if (!are_apart(&ops[i], &ops[k]))
				return -EINVAL;
	return 0;
}
