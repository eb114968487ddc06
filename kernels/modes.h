/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * modes.h -- one reduction as three kinds, between which quern_with_mode()
 * chooses.
 *
 *     sum.c dot.c norm.c --> [modes.h] --> lanes.h, pair.h, superacc.h
 *
 * The loops of the other two modes are in compensated.c and exact.c.
 */
#ifndef QUERN_KERNELS_MODES_H
#define QUERN_KERNELS_MODES_H

#include "lanes.h"
#include "pair.h"
#include "superacc.h"

#ifndef QUERN_ISA_NAME

#include <quern/kernels.h>

#define MODES_ACC                                                              \
	LANES_ACC                                                              \
	PAIR_ACC

/* Once for each loop, which several reductions may have in common. */
#define MODES_LOOPS(loop, t)                                                   \
	VARIANTS(quern__loop, loop##_##t##_compensated)                        \
	VARIANTS(quern__loop, loop##_##t##_exact)

/*
 * The kinds name_t, name_t_compensated and name_t_exact, with ends finish_name
 * and so on; c is the bytes of an element of in2.
 */
#define MODES_KINDS(name, t, R, c, loop, finish)                               \
	static const struct quern_kind name##_##t;                             \
	static const struct quern_kind name##_##t##_compensated;               \
	static const struct quern_kind name##_##t##_exact;                     \
	static const struct quern_kind *const name##_##t##_modes[] = {         \
		[QUERN_DETERMINISTIC] = &name##_##t,                           \
		[QUERN_COMPENSATED] = &name##_##t##_compensated,               \
		[QUERN_EXACT] = &name##_##t##_exact,                           \
	};                                                                     \
	REDUCTION_KIND(name##_##t, loop##_##t, sizeof(R), MAP_BYTES(t), c,     \
	    lanes, &lanes_sub, finish, name##_##t##_modes)                     \
	REDUCTION_KIND(name##_##t##_compensated, loop##_##t##_compensated,     \
	    sizeof(R), MAP_BYTES(t), c, pair, &pair_sub, finish##_compensated, \
	    name##_##t##_modes)                                                \
	REDUCTION_KIND(name##_##t##_exact, loop##_##t##_exact, sizeof(R),      \
	    MAP_BYTES(t), c, quern__superacc, NULL, finish##_exact,            \
	    name##_##t##_modes)

#define MODES_1(name, t, R, loop, finish)                                      \
	MODES_KINDS(name, t, R, 0, loop, finish)                               \
	REDUCTION_OP_1(name, t, R)
#define MODES_2(name, t, R, loop, finish)                                      \
	MODES_KINDS(name, t, R, MAP_BYTES(t), loop, finish)                    \
	REDUCTION_OP_2(name, t, R)

/* The ends of a sum: the sum, 0 without elements. */
#define MODES_FINISH(finish)                                                   \
	static int finish(const quern_op *op, const void *acc)                 \
	{                                                                      \
		return quern__finish_float(                                    \
		    op, op->count ? *(const double *)acc : 0.0);               \
	}                                                                      \
	static int finish##_compensated(const quern_op *op, const void *acc)   \
	{                                                                      \
		return quern__finish_float(                                    \
		    op, op->count ? pair_value(acc) : 0.0);                    \
	}                                                                      \
	static int finish##_exact(const quern_op *op, const void *acc)         \
	{                                                                      \
		return quern__superacc_finish(op, acc, 1);                     \
	}

#endif

#endif
