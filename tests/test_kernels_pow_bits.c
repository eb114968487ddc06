/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_kernels_pow_bits.c -- tests kernels/pow.c on each instruction set: bits
 * depend on nothing but the element.
 */
#include "kernel_driver.h"

enum { N = 5000 };

static double x64[N], y64[N], want64[N];
static float x32[N], y32[N], want32[N];

/*
 * Bases and exponents whose powers are neither all zero nor all infinite, any
 * bits in every eighth pair, and the edges of the range in another.
 */
static void
fill_pairs(uint64_t state)
{
	for (int i = 0; i < N; i++) {
		double x = exp2(200 * (next_unit(&state) - 0.5));
		double y = 40 * (next_unit(&state) - 0.5);

		if (i % 8 == 1)
			y = (i % 16 == 1 ? 1024 :
					   -1022 - 52 * next_unit(&state)) /
			    log2(x) * (1 - 1e-7 * next_unit(&state));
		x64[i] = i % 3 ? x : -x;
		y64[i] = i % 5 ? y : rint(y);
		x32[i] = (float)(i % 3 ? cbrt(x) : -cbrt(x));
		y32[i] = (float)y64[i];
		if (i % 8 == 0) {
			x64[i] = f64_of(next_random(&state));
			y64[i] = f64_of(next_random(&state));
			x32[i] = f32_of((uint32_t)(next_random(&state) >> 32));
			y32[i] = f32_of((uint32_t)(next_random(&state) >> 32));
		}
	}
}

/* What each pair gives when it is alone. */
static void
fill_wanted(void)
{
	for (int i = 0; i < N; i++) {
		(void)run_blocks(
		    quern_powv_f64(&want64[i], &x64[i], &y64[i], 1), 0);
		(void)run_blocks(
		    quern_powv_f32(&want32[i], &x32[i], &y32[i], 1), 0);
	}
}

/* The first one sets the bits for the others. */
static void
each_instruction_set_gives_the_same_bits(void)
{
	const struct quern__isa *isa;
	int had = 0;
	static double out[N];
	static float out32[N];

	for (uint64_t state = 31; state < 51; state++) {
		fill_pairs(state);
		had = 0;
		for (size_t u = 0; (isa = use_isa(u)); u++) {
			CU_ASSERT_EQUAL(
			    run_blocks(quern_powv_f64(out, x64, y64, N), 0), 0);
			CU_ASSERT_EQUAL(
			    run_blocks(quern_powv_f32(out32, x32, y32, N), 0),
			    0);
			if (had++) {
				CU_ASSERT_EQUAL(
				    memcmp(out, want64, sizeof(out)), 0);
				CU_ASSERT_EQUAL(
				    memcmp(out32, want32, sizeof(out32)), 0);
			}
			memcpy(want64, out, sizeof(out));
			memcpy(want32, out32, sizeof(out32));
		}
	}
	if (had < 2)
		printf("  only %d here to compare\n", had);
}

/*
 * Across machines too.  The pairs are made of bits and products alone, because
 * another machine's exp2() may round another way.
 */
static void
each_instruction_set_gives_the_same_bits_on_every_machine(void)
{
	const struct quern__isa *isa;
	static double out[N];
	static float out32[N];
	uint64_t state = 52;

	for (int i = 0; i < N; i++) {
		/* from 2^-64 to 2^64 to the powers -16 to 16 */
		uint64_t exponent = 1023 - 64 + next_random(&state) % 128;

		x64[i] = f64_of(exponent << 52 | next_random(&state) >> 12);
		y64[i] = 32 * (next_unit(&state) - 0.5);
		x32[i] = (float)x64[i];
		y32[i] = (float)(y64[i] * 0.1);
		if (i < 64) { /* squares just below the largest double */
			x64[i] = 0x1p512 * (1 - (i + 1) * 0x1p-29);
			y64[i] = 2;
		}
	}
	for (size_t u = 0; (isa = use_isa(u)); u++) {
		(void)run_blocks(quern_powv_f64(out, x64, y64, N), 0);
		(void)run_blocks(quern_powv_f32(out32, x32, y32, N), 0);
		CU_ASSERT_EQUAL(
		    digest(out, sizeof(out)), UINT64_C(0x3dd80ba7cce6d15f));
		CU_ASSERT_EQUAL(
		    digest(out32, sizeof(out32)), UINT64_C(0x8ad3913b02dd37bc));
	}
}

/* n pairs from the i-th on, at these offsets, give the wanted bits. */
static void
compare_at(size_t i, size_t n, size_t offset, size_t to_offset)
{
	static _Alignas(64) char x[N * 8 + 64], y[N * 8 + 64], out[N * 8 + 128];
	void *to = out + to_offset;

	memcpy(x + offset, &x64[i], n * 8);
	memcpy(y + 63 - offset, &y64[i], n * 8);
	memset(out, 0x5a, sizeof(out));
	CU_ASSERT_EQUAL(run_blocks(quern_powv_f64(to, (void *)(x + offset),
				       (void *)(y + 63 - offset), n),
			    n),
	    0);
	CU_ASSERT_EQUAL(memcmp(to, &want64[i], n * 8), 0);
	CU_ASSERT_EQUAL(out[to_offset + n * 8], 0x5a);

	memcpy(x + offset, &x32[i], n * 4);
	memcpy(y + 63 - offset, &y32[i], n * 4);
	memset(out, 0x5a, sizeof(out));
	CU_ASSERT_EQUAL(run_blocks(quern_powv_f32(to, (void *)(x + offset),
				       (void *)(y + 63 - offset), n),
			    n),
	    0);
	CU_ASSERT_EQUAL(memcmp(to, &want32[i], n * 4), 0);
	CU_ASSERT_EQUAL(out[to_offset + n * 4], 0x5a);
}

static void
bits_do_not_depend_on_neighbours_or_addresses(void)
{

	fill_pairs(61);
	for (size_t u = 0; use_isa(u); u++) {
		fill_wanted();
		for (size_t n = 0; n <= 200; n++)
			compare_at(n, n, 0, 0);
		for (size_t offset = 0; offset < 64; offset++) {
			compare_at(7, 45, offset, 0);
			compare_at(8, 45, 63 - offset, offset);
		}
		for (size_t n = 4095; n <= 4097; n++)
			compare_at(0, n, 1, 2);
		compare_at(0, N, 0, 0);
	}
}

static void
one_exponent_is_as_many_equal_ones(void)
{
	static const double some[] = { -0.0, 0.5, 2, -3, 1.7, 700, INFINITY };
	static double out[N], y[N];
	static float out32[N], yf[N];

	fill_pairs(62);
	for (size_t u = 0; use_isa(u); u++)
		for (size_t k = 0; k < sizeof(some) / sizeof(some[0]); k++) {
			for (int i = 0; i < N; i++)
				yf[i] = (float)(y[i] = some[k]);
			(void)run_blocks(quern_powv_f64(want64, x64, y, N), 0);
			(void)run_blocks(quern_powv_f32(want32, x32, yf, N), 0);
			for (size_t n = N - 20; n <= N; n++) {
				CU_ASSERT_EQUAL(
				    run_blocks(
					quern_pow_f64(out, x64, some[k], n), n),
				    0);
				CU_ASSERT_EQUAL(memcmp(out, want64, n * 8), 0);
				CU_ASSERT_EQUAL(
				    run_blocks(
					quern_pow_f32(out32, x32, yf[0], n), n),
				    0);
				CU_ASSERT_EQUAL(
				    memcmp(out32, want32, n * 4), 0);
			}
		}
}

static void
in_place_of_either_input_is_the_same(void)
{
	static double data[N];
	static float data32[N];

	fill_pairs(63);
	for (size_t u = 0; use_isa(u); u++) {
		fill_wanted();
		memcpy(data, x64, sizeof(data));
		CU_ASSERT_EQUAL(
		    run_blocks(quern_powv_f64(data, data, y64, N), 1), 0);
		CU_ASSERT_EQUAL(memcmp(data, want64, sizeof(data)), 0);
		memcpy(data, y64, sizeof(data));
		CU_ASSERT_EQUAL(
		    run_blocks(quern_powv_f64(data, x64, data, N), 1), 0);
		CU_ASSERT_EQUAL(memcmp(data, want64, sizeof(data)), 0);
		memcpy(data32, y32, sizeof(data32));
		CU_ASSERT_EQUAL(
		    run_blocks(quern_powv_f32(data32, x32, data32, N), 1), 0);
		CU_ASSERT_EQUAL(memcmp(data32, want32, sizeof(data32)), 0);
		memcpy(data, x64, sizeof(data));
		CU_ASSERT_EQUAL(
		    run_blocks(quern_pow_f64(data, data, 1.5, N), 1), 0);
		(void)run_blocks(quern_pow_f64(want64, x64, 1.5, N), 0);
		CU_ASSERT_EQUAL(memcmp(data, want64, sizeof(data)), 0);
	}
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "each instruction set gives the same bits",
		    each_instruction_set_gives_the_same_bits },
		{ "each instruction set gives the same bits on every machine",
		    each_instruction_set_gives_the_same_bits_on_every_machine },
		{ "bits do not depend on neighbours or addresses",
		    bits_do_not_depend_on_neighbours_or_addresses },
		{ "one exponent is as many equal ones",
		    one_exponent_is_as_many_equal_ones },
		{ "in place of either input is the same",
		    in_place_of_either_input_is_the_same },
		CU_TEST_INFO_NULL,
	};

	add_suite("pow, bits", tests);
	return run_suites();
}
