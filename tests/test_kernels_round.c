/* SPDX-License-Identifier: BSD-2-Clause */
/* test_kernels_round.c -- tests kernels/round.c against libm. */
#include "kernel_twins.h"

TWIN_1(floor, f64, floor(x))
TWIN_1(floor, f32, floorf(x))
TWIN_1(ceil, f64, ceil(x))
TWIN_1(ceil, f32, ceilf(x))
TWIN_1(trunc, f64, trunc(x))
TWIN_1(trunc, f32, truncf(x))
TWIN_1(round, f64, round(x))
TWIN_1(round, f32, roundf(x))
TWIN_1(rint, f64, nearbyint(x))
TWIN_1(rint, f32, nearbyintf(x))

static const struct twin *const all[] = { &twin_floor_f64, &twin_floor_f32,
	&twin_ceil_f64, &twin_ceil_f32, &twin_trunc_f64, &twin_trunc_f32,
	&twin_round_f64, &twin_round_f32, &twin_rint_f64, &twin_rint_f32 };
enum { ALL = sizeof(all) / sizeof(all[0]) };

static void
all_round_as_those_of_c(void)
{
	compare_with_one_by_one(all, ALL);
}

/* Around each half and each integer from 2^-3 to 2^54, and below 0. */
static void
so_they_do_next_to_halves_and_integers(void)
{
	static double wide[60 * 2 * 40];
	static float narrow[60 * 2 * 40];
	static char out[sizeof(wide)], want[sizeof(wide)];
	size_t n = 0;

	for (int e = -3; e < 55; e++)
		for (int i = 0; i < 40; i++) {
			double half = ldexp(1, e) + (i % 8 - 4) * 0.5;

			wide[n] =
			    i / 8 ? nextafter(half, i / 8 * 9.0 - 20) : half;
			wide[n + 1] = -wide[n];
			narrow[n] = i / 8 ?
			    nextafterf((float)half, (float)i - 20) :
			    (float)half;
			narrow[n + 1] = -narrow[n];
			n += 2;
		}
	for (size_t u = 0; use_isa(u); u++)
		for (size_t t = 0; t < ALL; t++) {
			const struct twin *k = all[t];
			const void *in[3] = { k->out_bytes == 8 ? (void *)wide :
								  narrow };
			const struct twin_scalar none[2] = { { 0 } };

			for (size_t i = 0; i < n; i++)
				k->one(want, in, i, none);
			(void)run_blocks(k->build(out, in, n, none), 0);
			CU_ASSERT_EQUAL(memcmp(out, want, n * k->out_bytes), 0);
		}
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "all round as those of C", all_round_as_those_of_c },
		{ "so they do next to halves and integers",
		    so_they_do_next_to_halves_and_integers },
		CU_TEST_INFO_NULL,
	};

	add_suite("round", tests);
	return run_suites();
}
