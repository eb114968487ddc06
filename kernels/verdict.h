/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * verdict.h -- elementwise kernels that say which is the first element whose
 * result does not fit.
 *
 *     checked.c convert.c --> [verdict.h] --> map.c
 *
 * A block's accumulator is the lowest such index in it, SIZE_MAX for none, and
 * the op's in3 is where the lowest of all goes.  Such a kernel is another one
 * with a test before it: some elements are tested at a time, while none of
 * their results is written, since that may be in place, and then computed by
 * the other one's loop.
 */
#ifndef QUERN_KERNELS_VERDICT_H
#define QUERN_KERNELS_VERDICT_H

#include "map.h"

#ifdef QUERN_ISA_NAME

/* Elements that are tested at a time; they stay in the first cache. */
enum { VERDICT_STEP = 512 };

/* As wide as an element, so that the compiler need not narrow. */
#define VERDICT_BITS_f64 uint64_t
#define VERDICT_BITS_f32 uint32_t
#define VERDICT_BITS_i64 uint64_t
#define VERDICT_BITS_i32 uint32_t
#define VERDICT_BITS_u64 uint64_t
#define VERDICT_BITS_u32 uint32_t

/*
 * The loop `id` is the loop `plain` on elements of which BAD(x, y) is false;
 * R is the type of the results.  `inputs` is 1 (y is x then) or 2.  `vectors`
 * says that the compiler can make vectors of BAD: then all are tested before
 * any is looked for, and otherwise one after another.
 */
#define VERDICT_LOOP(id, plain, R, t, inputs, vectors, BAD)                    \
	static size_t good_##id(const t##_at *a, const t##_at *b, size_t n)    \
	{                                                                      \
		VERDICT_BITS_##t bad = 0;                                      \
		size_t i;                                                      \
                                                                               \
		(void)b;                                                       \
		for (i = 0; vectors && i < n; i++)                             \
			bad |= (VERDICT_BITS_##t)(BAD(a[i], b[i]));            \
		if (vectors && !bad)                                           \
			return n;                                              \
		for (i = 0; i < n && !(BAD(a[i], b[i])); i++)                  \
			;                                                      \
		return i;                                                      \
	}                                                                      \
	quern__loop VARIANT(plain);                                            \
	MAP_LOOP(id)                                                           \
	{                                                                      \
		const t##_at *a = in[0], *b = in[inputs - 1];                  \
		R##_at *to = out;                                              \
		size_t *good = op->how.scalar2.pointer;                        \
		bool all = true;                                               \
                                                                               \
		for (size_t i = 0, some; i < n; i += some) {                   \
			const void *const from[] = { a + i, b + i };           \
                                                                               \
			some = n - i < VERDICT_STEP ? n - i : VERDICT_STEP;    \
			if (all) {                                             \
				*good = i + good_##id(a + i, b + i, some);     \
				all = *good == i + some;                       \
			}                                                      \
			VARIANT(plain)(op, to + i, from, some);                \
		}                                                              \
	}

#else

size_t quern__verdict_bytes(const quern_op *op);
void quern__verdict_identity(const quern_op *op, void *acc);
void quern__verdict_combine(const quern_op *op, void *acc, const void *right);
int quern__verdict_finish(const quern_op *op, const void *acc);

/* The kind `id`; a to c are the bytes of elements of out, in and in2. */
#define VERDICT_KIND(id, a, b, c)                                              \
	VARIANTS(quern__loop, id)                                              \
	static const struct quern_kind id = {                                  \
		.name = #id,                                                   \
		.block = MAP_CHEAP,                                            \
		.bytes = { a, b, c },                                          \
		.loop = id##_variants,                                         \
		.check = quern__check_verdict,                                 \
		.range = quern__map_range,                                     \
		.verdict = true,                                               \
		.acc_bytes = quern__verdict_bytes,                             \
		.identity = quern__verdict_identity,                           \
		.combine = quern__verdict_combine,                             \
		.finish = quern__verdict_finish,                               \
	};                                                                     \
	QUERN_REGISTER(id)

#endif

#endif
