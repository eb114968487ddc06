/* SPDX-License-Identifier: BSD-2-Clause */
/* test_kernels_clamp.c -- tests kernels/clamp.c. */
#include "kernel_twins.h"

/* As IEEE 754-2019 tells it, case by case. */
#define DEFINE_TWINS(t, T)                                                     \
	static T least_##t(T a, T b)                                           \
	{                                                                      \
		if (isnan(a) || isnan(b))                                      \
			return (T)NAN;                                         \
		if (a == 0 && b == 0)                                          \
			return signbit(a) || signbit(b) ? -(T)0 : (T)0;        \
		return a > b ? b : a;                                          \
	}                                                                      \
	static T greatest_##t(T a, T b)                                        \
	{                                                                      \
		return -least_##t(-a, -b);                                     \
	}                                                                      \
	static T least_number_##t(T a, T b)                                    \
	{                                                                      \
		return isnan(a) ? b : isnan(b) ? a : least_##t(a, b);          \
	}                                                                      \
	static T greatest_number_##t(T a, T b)                                 \
	{                                                                      \
		return -least_number_##t(-a, -b);                              \
	}                                                                      \
	TWIN_2(minimum, t, least_##t(x, y))                                    \
	TWIN_2(maximum, t, greatest_##t(x, y))                                 \
	TWIN_2(minimum_number, t, least_number_##t(x, y))                      \
	TWIN_2(maximum_number, t, greatest_number_##t(x, y))                   \
	TWIN_1SS(clamp, t, least_##t(greatest_##t(x, s), s2))

#define DEFINE_INTEGER_TWINS(t)                                                \
	TWIN_2(minimum, t, x < y ? x : y)                                      \
	TWIN_2(maximum, t, x < y ? y : x)                                      \
	TWIN_1SS(clamp, t, x > s2 || s > s2 ? s2 : x < s ? s : x)

DEFINE_TWINS(f64, double)
DEFINE_TWINS(f32, float)
DEFINE_INTEGER_TWINS(i64)
DEFINE_INTEGER_TWINS(i32)
DEFINE_INTEGER_TWINS(u64)
DEFINE_INTEGER_TWINS(u32)

static void
the_lesser_and_the_greater_of_two(void)
{
	COMPARE_TWINS(&twin_minimum_f64, &twin_minimum_f32, &twin_minimum_i64,
	    &twin_minimum_i32, &twin_minimum_u64, &twin_minimum_u32,
	    &twin_maximum_f64, &twin_maximum_f32, &twin_maximum_i64,
	    &twin_maximum_i32, &twin_maximum_u64, &twin_maximum_u32);
}

static void
a_number_beats_nan_where_it_says_so(void)
{
	COMPARE_TWINS(&twin_minimum_number_f64, &twin_minimum_number_f32,
	    &twin_maximum_number_f64, &twin_maximum_number_f32);
}

static void
an_element_is_held_between_two_bounds(void)
{
	COMPARE_TWINS(&twin_clamp_f64, &twin_clamp_f32, &twin_clamp_i64,
	    &twin_clamp_i32, &twin_clamp_u64, &twin_clamp_u32);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "the lesser and the greater of two",
		    the_lesser_and_the_greater_of_two },
		{ "a number beats NaN where it says so",
		    a_number_beats_nan_where_it_says_so },
		{ "an element is held between two bounds",
		    an_element_is_held_between_two_bounds },
		CU_TEST_INFO_NULL,
	};

	add_suite("clamp", tests);
	return run_suites();
}
