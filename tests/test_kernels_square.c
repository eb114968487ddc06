/* SPDX-License-Identifier: BSD-2-Clause */
/* test_kernels_square.c -- tests kernels/square.c on each instruction set. */
#include "kernel_driver.h"

KERNEL_MAP(square_f64, double);
KERNEL_MAP(square_f32, float);
KERNEL_MAP(square_i64, int64_t);
KERNEL_MAP(square_i32, int32_t);
KERNEL_MAP(square_u64, uint64_t);
KERNEL_MAP(square_u32, uint32_t);

static const struct kernel *const squares[] = { &square_f64, &square_f32,
	&square_i64, &square_i32, &square_u64, &square_u32 };
enum { SQUARES = sizeof(squares) / sizeof(squares[0]) };

static void
squares_have_the_bits_of_their_twins(void)
{
	static uint64_t in[MOST];

	fill_bits(in, sizeof(in), 1);
	for (size_t i = 0; i < SQUARES; i++)
		compare_shapes(squares[i], in);
}

static void
squares_in_place_are_the_same(void)
{
	static _Alignas(64) char data[4099 * 8 + 64];
	static uint64_t in[4099], want[4099];

	fill_bits(in, sizeof(in), 2);
	for (size_t u = 0; use_isa(u); u++)
		for (size_t i = 0; i < SQUARES; i++)
			for (size_t offset = 0; offset < 64; offset += 7) {
				const struct kernel *k = squares[i];
				char *at = data + offset;

				memcpy(at, in, 4099 * k->size);
				(void)k->twin(want, in, 4099);
				CU_ASSERT_EQUAL(
				    run_blocks(k->build(at, at, 4099), 0), 0);
				CU_ASSERT_EQUAL(
				    memcmp(at, want, 4099 * k->size), 0);
			}
}

static void
integers_wrap(void)
{
	static const int64_t in64[] = { INT64_MIN, INT64_MAX, INT64_C(1) << 32,
		INT64_C(3037000500), -7 };
	static const int64_t want64[] = { 0, 1, 0,
		INT64_C(-9223372036709301616), 49 };
	static const int32_t in32[] = { INT32_MIN, INT32_MAX, 65536, 46341,
		-7 };
	static const int32_t want32[] = { 0, 1, 0, -2147479015, 49 };
	int64_t out64[5];
	int32_t out32[5];

	for (size_t u = 0; use_isa(u); u++) {
		CU_ASSERT_EQUAL(
		    run_blocks(quern_square_i64(out64, in64, 5), 0), 0);
		CU_ASSERT_EQUAL(memcmp(out64, want64, sizeof(want64)), 0);
		CU_ASSERT_EQUAL(
		    run_blocks(quern_square_i32(out32, in32, 5), 0), 0);
		CU_ASSERT_EQUAL(memcmp(out32, want32, sizeof(want32)), 0);
	}
}

static void
special_values_go_in_and_come_out(void)
{
	static const double in[] = { -0.0, 0x1p-537, -0x1.6a09e667f3bccp-538,
		0x1p512, -INFINITY };
	static const double want[] = { 0.0, 0x1p-1074, 0.0, INFINITY,
		INFINITY };
	double out[6], nan = NAN;

	for (size_t u = 0; use_isa(u); u++) {
		CU_ASSERT_EQUAL(run_blocks(quern_square_f64(out, in, 5), 0), 0);
		CU_ASSERT_EQUAL(memcmp(out, want, sizeof(want)), 0);
		CU_ASSERT_EQUAL(
		    run_blocks(quern_square_f64(out, &nan, 1), 0), 0);
		CU_ASSERT_TRUE(isnan(out[0]));
	}
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "squares have the bits of their twins",
		    squares_have_the_bits_of_their_twins },
		{ "squares in place are the same",
		    squares_in_place_are_the_same },
		{ "integers wrap", integers_wrap },
		{ "special values go in and come out",
		    special_values_go_in_and_come_out },
		CU_TEST_INFO_NULL,
	};

	add_suite("square", tests);
	return run_suites();
}
