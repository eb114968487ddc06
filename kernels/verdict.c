/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * verdict.c -- the lowest index whose result does not fit, see verdict.h.
 */
#include "verdict.h"

#include <errno.h>
#include <string.h>

size_t
quern__verdict_bytes(const quern_op *op)
{
	(void)op;
	return sizeof(size_t);
}

void
quern__verdict_identity(const quern_op *op, void *acc)
{
	(void)op;
	*(size_t *)acc = SIZE_MAX;
}

void
quern__verdict_combine(const quern_op *op, void *acc, const void *right)
{
	(void)op;
	if (*(const size_t *)right < *(size_t *)acc)
		*(size_t *)acc = *(const size_t *)right;
}

int
quern__verdict_finish(const quern_op *op, const void *acc)
{
	if (*(const size_t *)acc == SIZE_MAX)
		return 0;
	if (op->in3)
		memcpy((void *)op->in3, acc, sizeof(size_t));
	return -ERANGE;
}
