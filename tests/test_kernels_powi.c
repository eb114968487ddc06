/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_kernels_powi.c -- tests kernels/powi.c: its order of multiplications,
 * and that it is as exact as promised.
 */
#include <limits.h>
#include <mpfr.h>

#include "kernel_twins.h"

static int power;

/* As kernels.h tells it. */
#define DEFINE_POWI(t, T, U)                                                   \
	static T twin_power_##t(T x)                                           \
	{                                                                      \
		unsigned k =                                                   \
		    power < 0 ? 0u - (unsigned)power : (unsigned)power;        \
		U r = 1, b = power < 0 ? (U)(1 / x) : (U)x;                    \
                                                                               \
		for (int bit = 0; bit < 32; bit++) {                           \
			if (k >> bit & 1)                                      \
				r = (U)(r * b);                                \
			b = (U)(b * b);                                        \
		}                                                              \
		return (T)r;                                                   \
	}                                                                      \
	TWIN_(powi_##t, t, t, t, t, t, 1, 0, (out, in[0], power, n),           \
	    twin_power_##t(x))

DEFINE_POWI(f64, double, double)
DEFINE_POWI(f32, float, float)
DEFINE_POWI(i64, int64_t, uint64_t)
DEFINE_POWI(u64, uint64_t, uint64_t)

static const int powers[] = { 0, 1, 2, 3, 4, 5, 7, 10, 31, 64, 1000, 65537,
	INT_MAX };

static void
the_order_of_multiplications_is_the_promised_one(void)
{
	for (size_t i = 0; i < sizeof(powers) / sizeof(powers[0]); i++) {
		power = powers[i];
		COMPARE_TWINS(&twin_powi_f64, &twin_powi_f32, &twin_powi_i64,
		    &twin_powi_u64);
		power = -powers[i];
		COMPARE_TWINS(&twin_powi_f64, &twin_powi_f32);
	}
	power = INT_MIN;
	COMPARE_TWINS(&twin_powi_f64, &twin_powi_f32);
}

static void
negative_powers_of_integers_are_einval(void)
{
	int64_t in = 2, out = 7;

	CU_ASSERT_EQUAL(
	    run_blocks(quern_powi_i64(&out, &in, -1, 1), 0), -EINVAL);
	CU_ASSERT_EQUAL(out, 7);
}

/* In units of 2^-53, relative, the most seen of |k| - 1, or 2|k| - 1. */
static void
the_error_is_within_its_bound(void)
{
	enum { N = 2000 };
	static double in[N], out[N];
	uint64_t state = 9;
	double worst = 0;
	mpfr_t exact, off;

	mpfr_init2(exact, 300);
	mpfr_init2(off, 300);
	for (size_t i = 0; i < N; i++)
		in[i] = 0.5 + 1.5 * next_unit(&state);
	for (int k = -300; k <= 300; k += k < 20 && k > -20 ? 1 : 7) {
		int bound = k > 0 ? k - 1 : -2 * k - 1;

		(void)run_blocks(quern_powi_f64(out, in, k, N), 0);
		for (size_t i = 0; k && i < N; i++) {
			double error;

			mpfr_set_d(exact, in[i], MPFR_RNDN);
			mpfr_pow_si(exact, exact, k, MPFR_RNDN);
			mpfr_sub_d(off, exact, out[i], MPFR_RNDN);
			mpfr_div(off, off, exact, MPFR_RNDN);
			error = fabs(mpfr_get_d(off, MPFR_RNDN)) * 0x1p53;
			CU_ASSERT_TRUE(error <= bound * (1 + 0x1p-40));
			if (bound && error / bound > worst)
				worst = error / bound;
		}
	}
	printf("\n  powi f64: at most %.2f of the bound ", worst);
	mpfr_clear(exact);
	mpfr_clear(off);
	mpfr_free_cache();
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "the order of multiplications is the promised one",
		    the_order_of_multiplications_is_the_promised_one },
		{ "negative powers of integers are einval",
		    negative_powers_of_integers_are_einval },
		{ "the error is within its bound",
		    the_error_is_within_its_bound },
		CU_TEST_INFO_NULL,
	};

	add_suite("integer powers", tests);
	return run_suites();
}
