/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pow.c -- each element to a power: the same for all (pow), or one for each
 * (powv).
 *
 *     quern/kernels.h --> [pow.c] --> isa.c --> simd_math.c --> SLEEF
 */
#include <quern/kernels.h>

#include "check.h"
#include "isa.h"

/* 10 to 40 us of work. */
enum { BLOCK = 4096 };

static int
check_pow(const quern_op *op)
{
	return quern__check_map(op, op->in);
}

static int
check_powv(const quern_op *op)
{
	int err = quern__check_map(op, op->in);

	return err ? err : quern__check_map(op, op->in2);
}

#define DEFINE_POW(t, T)                                                       \
	static void pow_range_##t(quern_context *ctx, const quern_op *op,      \
	    size_t begin, size_t end, void *acc)                               \
	{                                                                      \
		(void)ctx;                                                     \
		(void)acc;                                                     \
		quern__isa()->math->pow_##t(quern__out_at(op, begin),          \
		    quern__in_at(op, begin), (T)op->scalar.f64, end - begin);  \
	}                                                                      \
                                                                               \
	static void powv_range_##t(quern_context *ctx, const quern_op *op,     \
	    size_t begin, size_t end, void *acc)                               \
	{                                                                      \
		(void)ctx;                                                     \
		(void)acc;                                                     \
		quern__isa()->math->powv_##t(quern__out_at(op, begin),         \
		    quern__in_at(op, begin),                                   \
		    (const char *)op->in2 + begin * op->in_size, end - begin); \
	}                                                                      \
                                                                               \
	static const struct quern_kind pow_##t = {                             \
		.name = "pow_" #t,                                             \
		.block = BLOCK,                                                \
		.check = check_pow,                                            \
		.range = pow_range_##t,                                        \
	};                                                                     \
	QUERN_REGISTER(pow_##t)                                                \
                                                                               \
	static const struct quern_kind powv_##t = {                            \
		.name = "powv_" #t,                                            \
		.block = BLOCK,                                                \
		.check = check_powv,                                           \
		.range = powv_range_##t,                                       \
	};                                                                     \
	QUERN_REGISTER(powv_##t)                                               \
                                                                               \
	quern_op quern_pow_##t(T *out, const T *in, T exponent, size_t n)      \
	{                                                                      \
		return (quern_op) {                                            \
			.kind = &pow_##t,                                      \
			.count = n,                                            \
			.out = out,                                            \
			.in = in,                                              \
			.out_size = sizeof(T),                                 \
			.in_size = sizeof(T),                                  \
			.scalar.f64 = exponent,                                \
		};                                                             \
	}                                                                      \
                                                                               \
	quern_op quern_powv_##t(                                               \
	    T *out, const T *in, const T *exponents, size_t n)                 \
	{                                                                      \
		return (quern_op) {                                            \
			.kind = &powv_##t,                                     \
			.count = n,                                            \
			.out = out,                                            \
			.in = in,                                              \
			.in2 = exponents,                                      \
			.out_size = sizeof(T),                                 \
			.in_size = sizeof(T),                                  \
		};                                                             \
	}

DEFINE_POW(f64, double)
DEFINE_POW(f32, float)
