/* SPDX-License-Identifier: BSD-2-Clause */
/* test_kernels_compare.c -- tests kernels/compare.c. */
#include "kernel_twins.h"

#define IS_1(name, t, e)                                                       \
	TWIN_(name##_##t, u8, t, t, t, t, 1, 0, (out, in[0], n), e)
#define IS_2(name, t, e, e_scalar)                                             \
	TWIN_(name##_##t, u8, t, t, t, t, 2, 0, (out, in[0], in[1], n), e)     \
	TWIN_(name##_scalar_##t, u8, t, t, t, t, 1, 1, (out, in[0], s, n),     \
	    e_scalar)

/* With isless() and its like, which are not the operators of the kernel. */
#define FLOATS(t)                                                              \
	IS_2(eq, t, !islessgreater(x, y) && !isunordered(x, y),                \
	    !islessgreater(x, s) && !isunordered(x, s))                        \
	IS_2(ne, t, islessgreater(x, y) || isunordered(x, y),                  \
	    islessgreater(x, s) || isunordered(x, s))                          \
	IS_2(lt, t, isless(x, y), isless(x, s))                                \
	IS_2(le, t, islessequal(x, y), islessequal(x, s))                      \
	IS_2(gt, t, isgreater(x, y), isgreater(x, s))                          \
	IS_2(ge, t, isgreaterequal(x, y), isgreaterequal(x, s))                \
	IS_1(isnan, t, isnan(x) != 0)                                          \
	IS_1(isfinite, t, isfinite(x) != 0)
#define INTEGERS(t)                                                            \
	IS_2(eq, t, (x ^ y) == 0, (x ^ s) == 0)                                \
	IS_2(ne, t, (x ^ y) != 0, (x ^ s) != 0)                                \
	IS_2(lt, t, !(x >= y), !(x >= s))                                      \
	IS_2(le, t, !(x > y), !(x > s))                                        \
	IS_2(gt, t, !(x <= y), !(x <= s))                                      \
	IS_2(ge, t, !(x < y), !(x < s))

FLOATS(f64)
FLOATS(f32)
INTEGERS(i64)
INTEGERS(i32)
INTEGERS(u64)
INTEGERS(u32)

#define ALL(t)                                                                 \
	&twin_eq_##t, &twin_ne_##t, &twin_lt_##t, &twin_le_##t, &twin_gt_##t,  \
	    &twin_ge_##t
#define ALL_SCALAR(t)                                                          \
	&twin_eq_scalar_##t, &twin_ne_scalar_##t, &twin_lt_scalar_##t,         \
	    &twin_le_scalar_##t, &twin_gt_scalar_##t, &twin_ge_scalar_##t

static void
arrays_compare_as_in_c(void)
{
	COMPARE_TWINS(
	    ALL(f64), ALL(f32), ALL(i64), ALL(i32), ALL(u64), ALL(u32));
}

static void
with_a_scalar_as_well(void)
{
	COMPARE_TWINS(ALL_SCALAR(f64), ALL_SCALAR(f32), ALL_SCALAR(i64),
	    ALL_SCALAR(i32), ALL_SCALAR(u64), ALL_SCALAR(u32));
}

static void
nan_and_infinity_are_found(void)
{
	COMPARE_TWINS(&twin_isnan_f64, &twin_isnan_f32, &twin_isfinite_f64,
	    &twin_isfinite_f32);
}

#define PICK(t)                                                                \
	TWIN_(select_##t, t, u8, t, t, t, 3, 0, (out, in[0], in[1], in[2], n), \
	    x ? y : z)
PICK(i64)
PICK(i32)
PICK(u64)
PICK(u32)

/* By their bits: NaNs as well. */
static quern_op
quern_select_f64_as_u64(
    uint64_t *out, const uint8_t *mask, const void *a, const void *b, size_t n)
{
	return quern_select_f64((double *)out, mask, a, b, n);
}

static quern_op
quern_select_f32_as_u32(
    uint32_t *out, const uint8_t *mask, const void *a, const void *b, size_t n)
{
	return quern_select_f32((float *)out, mask, a, b, n);
}

TWIN_(select_f64_as_u64, u64, u8, u64, u64, u64, 3, 0,
    (out, in[0], in[1], in[2], n), x ? y : z)
TWIN_(select_f32_as_u32, u32, u8, u32, u32, u32, 3, 0,
    (out, in[0], in[1], in[2], n), x ? y : z)

static void
a_mask_picks_one_of_two(void)
{
	COMPARE_TWINS(&twin_select_i64, &twin_select_i32, &twin_select_u64,
	    &twin_select_u32, &twin_select_f64_as_u64, &twin_select_f32_as_u32);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "arrays compare as in C", arrays_compare_as_in_c },
		{ "with a scalar as well", with_a_scalar_as_well },
		{ "NaN and infinity are found", nan_and_infinity_are_found },
		{ "a mask picks one of two", a_mask_picks_one_of_two },
		CU_TEST_INFO_NULL,
	};

	add_suite("compare", tests);
	return run_suites();
}
