/* SPDX-License-Identifier: BSD-2-Clause */
/* test_kernels_arithmetic.c -- tests kernels/arithmetic.c. */
#include "kernel_twins.h"

/* As unsigned: signed overflow is not defined in C. */
#define INTEGERS(SHAPE, name, LEFT, op, RIGHT)                                 \
	SHAPE(name, i64, (uint64_t)LEFT op(uint64_t) RIGHT)                    \
	SHAPE(name, i32, (uint32_t)LEFT op(uint32_t) RIGHT)                    \
	SHAPE(name, u64, LEFT op RIGHT)                                        \
	SHAPE(name, u32, LEFT op RIGHT)
#define FLOATS(SHAPE, name, expression)                                        \
	SHAPE(name, f64, expression)                                           \
	SHAPE(name, f32, expression)
#define BOTH(SHAPE, name, LEFT, op, RIGHT)                                     \
	FLOATS(SHAPE, name, LEFT op RIGHT)                                     \
	INTEGERS(SHAPE, name, LEFT, op, RIGHT)

BOTH(TWIN_2, add, x, +, y)
BOTH(TWIN_2, sub, x, -, y)
BOTH(TWIN_2, mul, x, *, y)
FLOATS(TWIN_2, div, x / y)
BOTH(TWIN_1S, add_scalar, x, +, s)
BOTH(TWIN_1S, sub_scalar, x, -, s)
BOTH(TWIN_1S, scalar_sub, s, -, x)
BOTH(TWIN_1S, mul_scalar, x, *, s)
FLOATS(TWIN_1S, div_scalar, x / s)
FLOATS(TWIN_1S, scalar_div, s / x)

#define ALL(name)                                                              \
	&twin_##name##_f64, &twin_##name##_f32, &twin_##name##_i64,            \
	    &twin_##name##_i32, &twin_##name##_u64, &twin_##name##_u32

static void
sums_differences_and_products_are_those_of_c(void)
{
	COMPARE_TWINS(ALL(add), ALL(sub), ALL(mul));
}

static void
with_a_scalar_as_well(void)
{
	COMPARE_TWINS(
	    ALL(add_scalar), ALL(sub_scalar), ALL(scalar_sub), ALL(mul_scalar));
}

static void
quotients_are_those_of_c(void)
{
	COMPARE_TWINS(&twin_div_f64, &twin_div_f32, &twin_div_scalar_f64,
	    &twin_div_scalar_f32, &twin_scalar_div_f64, &twin_scalar_div_f32);
}

/* By their bits: neither rounds, nor quietens a NaN. */
#define AS_BITS(name, t, T, u, U, expression)                                  \
	static quern_op quern_##name##_bits_##u(                               \
	    U *out, const void *in, size_t n)                                  \
	{                                                                      \
		return quern_##name##_##t((T *)out, in, n);                    \
	}                                                                      \
	TWIN_1(name##_bits, u, expression)

AS_BITS(negate, f64, double, u64, uint64_t, x ^ UINT64_C(1) << 63)
AS_BITS(negate, f32, float, u32, uint32_t, x ^ UINT32_C(1) << 31)
AS_BITS(absolute, f64, double, u64, uint64_t, x << 1 >> 1)
AS_BITS(absolute, f32, float, u32, uint32_t, x << 1 >> 1)
TWIN_1(negate, i64, -(uint64_t)x)
TWIN_1(negate, i32, -(uint32_t)x)
TWIN_1(absolute, i64, x < 0 ? -(uint64_t)x : (uint64_t)x)
TWIN_1(absolute, i32, x < 0 ? -(uint32_t)x : (uint32_t)x)

static void
the_sign_of_a_float_is_a_bit(void)
{
	COMPARE_TWINS(&twin_negate_bits_u64, &twin_negate_bits_u32,
	    &twin_absolute_bits_u64, &twin_absolute_bits_u32);
}

static void
the_least_integer_has_no_negative(void)
{
	COMPARE_TWINS(&twin_negate_i64, &twin_negate_i32, &twin_absolute_i64,
	    &twin_absolute_i32);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "sums, differences and products are those of C",
		    sums_differences_and_products_are_those_of_c },
		{ "with a scalar as well", with_a_scalar_as_well },
		{ "quotients are those of C", quotients_are_those_of_c },
		{ "the sign of a float is a bit",
		    the_sign_of_a_float_is_a_bit },
		{ "the least integer has no negative",
		    the_least_integer_has_no_negative },
		CU_TEST_INFO_NULL,
	};

	add_suite("arithmetic", tests);
	return run_suites();
}
