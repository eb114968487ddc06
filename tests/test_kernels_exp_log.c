/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_kernels_exp_log.c -- tests the exponentials and logarithms of doubles on
 * each instruction set: special values, and the distance from the exact value,
 * measured with MPFR at more than 100,000 points for each of them, and at more
 * than 10 million for exp and log in the long run.
 */
#include <stdlib.h>

#include "kernel_driver.h"
#include "ulp.h"

VARIANTS(quern__loop, exp_f64)
VARIANTS(quern__loop, exp2_f64)
VARIANTS(quern__loop, log_f64)
VARIANTS(quern__loop, log2_f64)
VARIANTS(quern__loop, log10_f64)

static quern__loop *const *const loop[] = { exp_f64_variants, exp2_f64_variants,
	log_f64_variants, log2_f64_variants, log10_f64_variants };

enum { POINTS = 1000, EXP_SORTS = 7, LOG_SORTS = 6 };

struct function {
	const char *name;
	quern__loop *const *loop;
	int (*exact)(mpfr_t, const mpfr_t, mpfr_rnd_t);
	double bound; /* of the error */
	double unit;  /* arguments of exponentials are as many times larger */
	size_t points;
	double (*next)(const struct function *f, uint64_t *state, int sort);
	int sorts;
};

static double
next_for_exp(const struct function *f, uint64_t *state, int sort)
{
	double u = next_unit(state), x;

	switch (sort) {
	case 0: /* normal results */
		x = (2 * u - 1) * 708;
		break;
	case 1:
		x = 2 * u - 1;
		break;
	case 2: /* subnormal results */
		x = -708.3 - 37 * u;
		break;
	case 3: /* around overflow */
		x = 709.7 + 0.1 * u;
		break;
	case 4: /* around the least normal number */
		x = -708.5 + 0.2 * u;
		break;
	case 5: /* next to where the table row changes */
		x = (rint((u - 0.5) * 180000) + 0.5 +
			(next_unit(state) - 0.5) * 0.001) *
		    0x1.62e42fefa39efp-8;
		break;
	default: /* small ones, of every exponent */
		x = ldexp(2 * u - 1, -(int)(next_random(state) % 1070));
		break;
	}
	return x * f->unit;
}

static double
next_for_log(const struct function *f, uint64_t *state, int sort)
{
	double u = next_unit(state);

	(void)f;
	switch (sort) {
	case 0: /* any positive number */
		return f64_of(next_random(state) % (UINT64_C(0x7ff) << 52));
	case 1:
		return 0.5 + 1.5 * u;
	case 2: /* closer and closer to 1 */
		return 1 + ldexp(u - 0.5, -(int)(next_random(state) % 52));
	case 3: /* subnormal */
		return f64_of(next_random(state) >> 12);
	case 4: /* next to where the table row changes */
		return 1 + (double)(2 * (next_random(state) % 128) + 1) / 256 +
		    (u - 0.5) * 0x1p-20;
	default: /* whole numbers */
		return (double)(1 + next_random(state) % 100000);
	}
}

/* Returns the worst error among POINTS points, on any instruction set. */
static double
worst_of(const struct function *f, uint64_t *state, int sort)
{
	static double x[POINTS], out[POINTS];
	static struct ulp_exact exact[POINTS];
	const void *const in[] = { x };
	const struct quern__isa *isa;
	double worst = 0;
	mpfr_t argument, value;

	mpfr_init2(argument, 53);
	mpfr_init2(value, 160);
	for (int i = 0; i < POINTS; i++) {
		x[i] = f->next(f, state, sort);
		mpfr_set_d(argument, x[i], MPFR_RNDN);
		f->exact(value, argument, MPFR_RNDN);
		exact[i] = ulp_exact(value, &ulp_f64);
	}
	for (size_t u = 0; (isa = use_isa(u)); u++) {
		f->loop[isa->index](NULL, out, in, POINTS);
		for (int i = 0; i < POINTS; i++) {
			double error = ulp_error(out[i], &exact[i], &ulp_f64);

			worst = error > worst ? error : worst;
			if (error > f->bound)
				printf("  %s, %s: %g ULP at %a\n", f->name,
				    isa->name, error, x[i]);
		}
	}
	mpfr_clears(argument, value, NULL);
	return worst;
}

static void
each_is_within_its_bound(void)
{
	const size_t many = getenv("QUERN_TEST_LONG") ? 10000000 : 100000;
	const struct function functions[] = {
		{ "exp", exp_f64_variants, mpfr_exp, 0.55, 1, many,
		    next_for_exp, EXP_SORTS },
		{ "exp2", exp2_f64_variants, mpfr_exp2, 0.55, 1 / M_LN2, 100000,
		    next_for_exp, EXP_SORTS },
		{ "log", log_f64_variants, mpfr_log, 0.8, 1, many, next_for_log,
		    LOG_SORTS },
		{ "log2", log2_f64_variants, mpfr_log2, 0.55, 1, 100000,
		    next_for_log, LOG_SORTS },
		{ "log10", log10_f64_variants, mpfr_log10, 0.55, 1, 100000,
		    next_for_log, LOG_SORTS },
	};

	printf("\n");
	for (size_t k = 0; k < sizeof(functions) / sizeof(functions[0]); k++) {
		const struct function *f = &functions[k];
		uint64_t state = 72;
		double worst = 0;

		for (size_t done = 0; done < f->points;
		     done += (size_t)(POINTS * f->sorts))
			for (int sort = 0; sort < f->sorts; sort++) {
				double w = worst_of(f, &state, sort);

				worst = w > worst ? w : worst;
			}
		CU_ASSERT_TRUE(worst <= f->bound);
		printf("  ");
		ulp_print(f->name, "f64", worst, f->bound);
	}
}

/* C11 F.10.3.1, .2, .7, .8 and .10, and exact results. */
static void
special_values_are_those_of_annex_f(void)
{
	static const struct {
		quern__loop *const *loop;
		double x, want;
	} known[] = {
		{ exp_f64_variants, 0, 1 },
		{ exp_f64_variants, -0.0, 1 },
		{ exp_f64_variants, -INFINITY, 0 },
		{ exp_f64_variants, INFINITY, INFINITY },
		{ exp_f64_variants, NAN, NAN },
		{ exp_f64_variants, DBL_MAX, INFINITY },
		{ exp_f64_variants, -DBL_MAX, 0 },
		{ exp_f64_variants, 0x1p-1074, 1 },
		{ exp_f64_variants, 0x1.62e42fefa39efp9,
		    0x1.fffffffffff2ap1023 },
		{ exp_f64_variants, 0x1.62e42fefa39f0p9, INFINITY },
		{ exp_f64_variants, -0x1.74910d52d3051p9, 0x1p-1074 },
		{ exp_f64_variants, -0x1.74910d52d3052p9, 0 },
		{ exp_f64_variants, -0x1.5d589f2fe5107p9,
		    0x1.00000000000f1p-1008 },
		{ exp_f64_variants, 0x1p-54, 1 },
		{ exp_f64_variants, -0x1p-54, 1 },
		{ exp_f64_variants, 0x1.123456789abcdp0, 0x1.75955c34718edp1 },
		{ exp2_f64_variants, -0.0, 1 },
		{ exp2_f64_variants, -INFINITY, 0 },
		{ exp2_f64_variants, INFINITY, INFINITY },
		{ exp2_f64_variants, NAN, NAN },
		{ exp2_f64_variants, 1023, 0x1p1023 },
		{ exp2_f64_variants, 1024, INFINITY },
		{ exp2_f64_variants, -1022, DBL_MIN },
		{ exp2_f64_variants, -1074, 0x1p-1074 },
		{ exp2_f64_variants, -1075, 0 },
		{ log_f64_variants, 0, -INFINITY },
		{ log_f64_variants, -0.0, -INFINITY },
		{ log_f64_variants, 1, 0 },
		{ log_f64_variants, -1, NAN },
		{ log_f64_variants, -0x1p-1074, NAN },
		{ log_f64_variants, -INFINITY, NAN },
		{ log_f64_variants, INFINITY, INFINITY },
		{ log_f64_variants, NAN, NAN },
		{ log_f64_variants, DBL_MAX, 0x1.62e42fefa39efp9 },
		{ log_f64_variants, 0x1p-1074, -0x1.74385446d71c3p9 },
		{ log2_f64_variants, 0, -INFINITY },
		{ log2_f64_variants, 1, 0 },
		{ log2_f64_variants, -1, NAN },
		{ log2_f64_variants, INFINITY, INFINITY },
		{ log2_f64_variants, 0x1p1023, 1023 },
		{ log2_f64_variants, 0x1p-1074, -1074 },
		{ log10_f64_variants, 0, -INFINITY },
		{ log10_f64_variants, 1, 0 },
		{ log10_f64_variants, -1, NAN },
		{ log10_f64_variants, INFINITY, INFINITY },
		{ log10_f64_variants, 1000, 3 },
		{ log10_f64_variants, 1e22, 22 },
	};
	const struct quern__isa *isa;

	for (size_t u = 0; (isa = use_isa(u)); u++)
		for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
			const void *const in[] = { &known[i].x };
			double out, want = known[i].want;

			known[i].loop[isa->index](NULL, &out, in, 1);
			/* Zeros have signs, and there is but one NaN. */
			CU_ASSERT_EQUAL(bits_of(out), bits_of(want));
			if (bits_of(out) != bits_of(want))
				printf("  %s, number %zu of %a: %a\n",
				    isa->name, i, known[i].x, out);
		}
}

/* n at once, in place, from any address, as each of them alone. */
static void
bits_do_not_depend_on_neighbours(void)
{
	enum { N = 600 };
	static double x[N], want[N];
	static char at[N * 8 + 64];
	const struct quern__isa *isa;
	uint64_t state = 73;

	for (int i = 0; i < N; i++) {
		x[i] = 1000 * next_unit(&state);
		if (i % 100 == 99) /* so that not all chunks need care */
			x[i] = f64_of(next_random(&state));
	}
	for (size_t u = 0; (isa = use_isa(u)); u++)
		for (size_t k = 0; k < sizeof(loop) / sizeof(loop[0]); k++) {
			for (int i = 0; i < N; i++) {
				const void *const in[] = { &x[i] };

				loop[k][isa->index](NULL, &want[i], in, 1);
			}
			for (size_t n = 0; n <= N; n += n < 70 ? 1 : 53) {
				size_t offset = n % 64;
				const void *const in[] = { at + offset };

				memcpy(at + offset, x, n * 8);
				loop[k][isa->index](NULL, at + offset, in, n);
				CU_ASSERT_EQUAL(
				    memcmp(at + offset, want, n * 8), 0);
			}
		}
}

/* The same bits on every instruction set. */
static void
each_instruction_set_gives_the_same_bits(void)
{
	static const uint64_t want[] = { UINT64_C(0x3850a40bce928cc7),
		UINT64_C(0x4f699c54d19fc9ce), UINT64_C(0xab3c9279193d5e62),
		UINT64_C(0x344f62b23a33e86d), UINT64_C(0x82f07e0def6d3148) };
	enum { N = 20000 };
	static double x[N], out[N];
	const void *const in[] = { x };
	const struct quern__isa *isa;
	uint64_t state = 74;

	for (int i = 0; i < N; i++) {
		/* from 2^-12 to 2^12, every third negative */
		uint64_t exponent = 1023 - 12 + next_random(&state) % 24;

		x[i] = f64_of(exponent << 52 | next_random(&state) >> 12);
		if (i % 512 < 256 && i % 3 == 0)
			x[i] = -x[i];
	}
	for (size_t u = 0; (isa = use_isa(u)); u++)
		for (size_t k = 0; k < sizeof(loop) / sizeof(loop[0]); k++) {
			loop[k][isa->index](NULL, out, in, N);
			CU_ASSERT_EQUAL(digest(out, sizeof(out)), want[k]);
			if (digest(out, sizeof(out)) != want[k])
				printf("  %s, number %zu: %llx\n", isa->name, k,
				    (unsigned long long)digest(
					out, sizeof(out)));
		}
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "each is within its bound", each_is_within_its_bound },
		{ "special values are those of annex f",
		    special_values_are_those_of_annex_f },
		{ "bits do not depend on neighbours",
		    bits_do_not_depend_on_neighbours },
		{ "each instruction set gives the same bits",
		    each_instruction_set_gives_the_same_bits },
		CU_TEST_INFO_NULL,
	};

	add_suite("exponentials and logarithms", tests);
	return run_suites();
}
