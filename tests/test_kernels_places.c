/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_kernels_places.c -- tests kernels/argminmax.c and count.c on each
 * instruction set.
 */
#include "kernel_driver.h"

KERNEL_REDUCTION(argmin_f64, uint64_t, double);
KERNEL_REDUCTION(argmax_f64, uint64_t, double);
KERNEL_REDUCTION(argmin_f32, uint64_t, float);
KERNEL_REDUCTION(argmax_f32, uint64_t, float);
KERNEL_REDUCTION(argmin_i64, uint64_t, int64_t);
KERNEL_REDUCTION(argmax_i64, uint64_t, int64_t);
KERNEL_REDUCTION(argmin_i32, uint64_t, int32_t);
KERNEL_REDUCTION(argmax_i32, uint64_t, int32_t);
KERNEL_REDUCTION(argmin_u64, uint64_t, uint64_t);
KERNEL_REDUCTION(argmax_u64, uint64_t, uint64_t);
KERNEL_REDUCTION(argmin_u32, uint64_t, uint32_t);
KERNEL_REDUCTION(argmax_u32, uint64_t, uint32_t);
KERNEL_REDUCTION(count_u8, uint64_t, uint8_t);
KERNEL_REDUCTION(any_u8, uint8_t, uint8_t);
KERNEL_REDUCTION(all_u8, uint8_t, uint8_t);

static const struct kernel *const args[] = { &argmin_f64, &argmax_f64,
	&argmin_f32, &argmax_f32, &argmin_i64, &argmax_i64, &argmin_i32,
	&argmax_i32, &argmin_u64, &argmax_u64, &argmin_u32, &argmax_u32 };
enum { ARGS = sizeof(args) / sizeof(args[0]) };

/* The integer `value` as an element of k's. */
static void
put(const struct kernel *k, void *in, size_t at, int value)
{
	double f64 = value;
	float f32 = (float)value;
	int64_t i64 = value;
	int32_t i32 = value;
	bool is_float = strchr(k->name, 'f') != NULL;
	const void *from = k->size == 8 ?
	    (is_float ? (void *)&f64 : (void *)&i64) :
	    (is_float ? (void *)&f32 : (void *)&i32);

	memcpy((char *)in + at * k->size, from, k->size);
}

static void
places_have_the_bits_of_their_twins(void)
{
	static double in[MOST];

	for (size_t a = 0; a < ARGS; a++) {
		/* few values, so that the lowest of many places counts */
		for (size_t i = 0; i < MOST; i++)
			put(args[a], in, i, (int)(i * 7919 % 1000));
		compare_shapes(args[a], in);
		/* each element better than all before it, and worse */
		for (size_t i = 0; i < MOST; i++)
			put(args[a], in, i, (int)i);
		compare_shapes(args[a], in);
		for (size_t i = 0; i < MOST; i++)
			put(args[a], in, i, (int)(MOST - i));
		compare_shapes(args[a], in);
	}
}

static void
places_among_any_bits_have_the_bits_of_their_twins(void)
{
	static uint64_t in[MOST];

	for (uint64_t state = 41; state < 44; state++) {
		fill_bits(in, sizeof(in), state);
		for (size_t a = 0; a < ARGS; a++)
			compare_shapes(args[a], in);
	}
}

static uint64_t
place_of(const struct kernel *k, const void *in, size_t n)
{
	uint64_t place = 17;

	CU_ASSERT_EQUAL(run_blocks(k->build(&place, in, n), n), 0);
	return place;
}

static void
the_lowest_of_equal_places_wins(void)
{
	static uint64_t in[70000];

	for (size_t u = 0; use_isa(u); u++)
		for (size_t a = 0; a < ARGS; a++) {
			for (size_t i = 0; i < 70000; i++)
				put(args[a], in, i, 5);
			CU_ASSERT_EQUAL(place_of(args[a], in, 70000), 0);
			for (size_t at = 69999; at > 4000; at -= 3999) {
				put(args[a], in, at, a % 2 ? 6 : 4);
				CU_ASSERT_EQUAL(
				    place_of(args[a], in, 70000), at);
			}
		}
}

static void
the_first_nan_wins(void)
{
	static double f64[70000];
	static float f32[70000];

	for (size_t i = 0; i < 70000; i++)
		f64[i] = f32[i] = i % 2 ? INFINITY : -INFINITY;
	for (size_t u = 0; use_isa(u); u++)
		for (size_t at = 69999; at > 4000; at -= 3999) {
			f64[at] = f64_of(UINT64_C(0xfff8000000001234));
			f32[at] = f32_of(0xffc01234);
			CU_ASSERT_EQUAL(place_of(&argmin_f64, f64, 70000), at);
			CU_ASSERT_EQUAL(place_of(&argmax_f64, f64, 70000), at);
			CU_ASSERT_EQUAL(place_of(&argmin_f32, f32, 70000), at);
			CU_ASSERT_EQUAL(place_of(&argmax_f32, f32, 70000), at);
			if (at < 8000)
				for (size_t i = 0; i < 70000; i++)
					f64[i] = f32[i] =
					    i % 2 ? INFINITY : -INFINITY;
		}
}

static void
negative_zero_is_less_than_zero(void)
{
	static double f64[300];
	static float f32[300];

	for (size_t u = 0; use_isa(u); u++)
		for (size_t at = 0; at < 300; at++) {
			f64[at] = f32[at] = -0.0f;
			CU_ASSERT_EQUAL(place_of(&argmin_f64, f64, 300), at);
			CU_ASSERT_EQUAL(place_of(&argmin_f32, f32, 300), at);
			CU_ASSERT_EQUAL(
			    place_of(&argmax_f64, f64, 300), at == 0);
			CU_ASSERT_EQUAL(
			    place_of(&argmax_f32, f32, 300), at == 0);
			f64[at] = f32[at] = 0;
		}
}

/* Where all are what an accumulator begins with, the first is the one. */
static void
the_worst_there_is_has_a_place_too(void)
{
	double infinite[2] = { INFINITY, INFINITY };
	uint64_t most[2] = { UINT64_MAX, UINT64_MAX }, least[2] = { 0, 0 };

	for (size_t u = 0; use_isa(u); u++) {
		CU_ASSERT_EQUAL(place_of(&argmin_f64, infinite, 2), 0);
		CU_ASSERT_EQUAL(place_of(&argmin_u64, most, 2), 0);
		CU_ASSERT_EQUAL(place_of(&argmax_u32, least, 2), 0);
	}
}

static void
nothing_has_no_place(void)
{
	uint64_t place = 17;

	for (size_t a = 0; a < ARGS; a++) {
		CU_ASSERT_EQUAL(
		    run_blocks(args[a]->build(&place, NULL, 0), 0), -EDOM);
		CU_ASSERT_EQUAL(place, 17);
	}
}

/* ---- masks ---- */

static void
masks_have_the_bits_of_their_twins(void)
{
	static uint8_t in[MOST];

	for (int sort = 0; sort < 4; sort++) {
		fill_bits(in, MOST, 45);
		for (size_t i = 0; sort && i < MOST; i++)
			in[i] = sort == 1 ? 0 : sort == 2 ? 255 : in[i] & 1;
		compare_shapes(&count_u8, in);
		compare_shapes(&any_u8, in);
		compare_shapes(&all_u8, in);
	}
}

static void
one_byte_that_differs_is_seen_at_every_place(void)
{
	static uint8_t in[MOST];
	uint8_t any, all;

	for (size_t u = 0; use_isa(u); u++)
		for (size_t at = 0; at < MOST; at += at < 300 ? 1 : 7001) {
			memset(in, 0, MOST);
			in[at] = 128;
			CU_ASSERT_EQUAL(
			    run_blocks(quern_any_u8(&any, in, MOST), 0), 0);
			CU_ASSERT_EQUAL(any, 1);
			memset(in, 1, MOST);
			in[at] = 0;
			CU_ASSERT_EQUAL(
			    run_blocks(quern_all_u8(&all, in, MOST), 0), 0);
			CU_ASSERT_EQUAL(all, 0);
			CU_ASSERT_EQUAL(
			    place_of(&count_u8, in, MOST), MOST - 1);
		}
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "places have the bits of their twins",
		    places_have_the_bits_of_their_twins },
		{ "places among any bits have the bits of their twins",
		    places_among_any_bits_have_the_bits_of_their_twins },
		{ "the lowest of equal places wins",
		    the_lowest_of_equal_places_wins },
		{ "the first nan wins", the_first_nan_wins },
		{ "negative zero is less than zero",
		    negative_zero_is_less_than_zero },
		{ "the worst there is has a place too",
		    the_worst_there_is_has_a_place_too },
		{ "nothing has no place", nothing_has_no_place },
		{ "masks have the bits of their twins",
		    masks_have_the_bits_of_their_twins },
		{ "one byte that differs is seen at every place",
		    one_byte_that_differs_is_seen_at_every_place },
		CU_TEST_INFO_NULL,
	};

	add_suite("places and masks", tests);
	return run_suites();
}
