/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_kernels_ulp.c -- how far the transcendental kernels are from the exact
 * values on each instruction set: doubles against MPFR, floats against the C
 * library's doubles.  The bits of all sets with fused multiply-add are also
 * compared.
 *
 * The functions and where they are asked: kernel_functions.h.  The worst error
 * is printed for each kernel.  Not here: pow (test_kernels_pow_ulp.c), and the
 * special values (test_kernels_special.c).
 */
#include "kernel_driver.h"
#include "kernel_functions.h"
#include "ulp.h"

enum { BATCH = 1024 };

struct batch {
	double x[BATCH], y[BATCH], out[BATCH];
	float x32[BATCH], y32[BATCH], out32[BATCH];
	struct ulp_exact exact[BATCH];
	size_t n;
};

static double
signed_power(uint64_t *state, double from, double to)
{
	double e = from + next_unit(state) * (to - from), whole = floor(e);
	double x = ldexp(1 + next_unit(state), (int)whole);

	return next_random(state) & 1 ? x : -x;
}

static double
next_argument(const struct sample *s, const struct ulp_format *f,
    uint64_t *state, double first)
{
	double k;

	switch (s->sort) {
	case ALL:
		return signed_power(state, f->lowest - f->digits, f->highest);
	case SPREAD:
		return signed_power(state, s->a, s->b);
	case INTERVAL:
		return s->a + next_unit(state) * (s->b - s->a);
	case NEAR:
		return s->a * (1 + signed_power(state, -f->digits - 2, -2));
	case QUADRANTS:
		k = rint(signed_power(state, 0, s->a));
		return k * M_PI_2 * (1 + signed_power(state, -54, -50));
	case ALIKE:
		return first * signed_power(state, -s->a, s->a);
	case END:
		break;
	}
	return 0;
}

/* The second argument is drawn alike, except where the sample says how. */
static void
draw(struct batch *batch, const struct function *function,
    const struct sample *s, const struct ulp_format *format, uint64_t *state)
{
	static const struct sample all = { ALL, 0, 0 };
	bool alike = s->sort == ALIKE;

	for (size_t i = 0; i < batch->n; i++) {
		batch->x[i] = next_argument(alike ? &all : s, format, state, 0);
		batch->y[i] = 0;
		if (!function->libm)
			batch->y[i] =
			    next_argument(s, format, state, batch->x[i]);
		batch->x32[i] = (float)batch->x[i];
		batch->y32[i] = (float)batch->y[i];
	}
}

static void
know_f64(struct batch *batch, const struct function *function)
{
	mpfr_t x, y, r;

	mpfr_inits2(DBL_MANT_DIG, x, y, NULL);
	mpfr_init2(r, 80);
	for (size_t i = 0; i < batch->n; i++) {
		mpfr_set_d(x, batch->x[i], MPFR_RNDN);
		mpfr_set_d(y, batch->y[i], MPFR_RNDN);
		if (function->exact)
			function->exact(r, x, MPFR_RNDN);
		else
			function->exact_2(r, x, y, MPFR_RNDN);
		batch->exact[i] = ulp_exact(r, &ulp_f64);
	}
	mpfr_clears(x, y, r, NULL);
}

static void
know_f32(struct batch *batch, const struct function *function)
{
	for (size_t i = 0; i < batch->n; i++) {
		double x = (double)batch->x32[i], y = (double)batch->y32[i];

		batch->exact[i] = ulp_exact_of_f64(
		    function->libm ? function->libm(x) : function->libm_2(x, y),
		    &ulp_f32);
	}
}

static void
compute(struct batch *b, const struct function *f, bool f64)
{
	quern_op op = f->libm ?
	    f64 ? f->f64(b->out, b->x, b->n) : f->f32(b->out32, b->x32, b->n) :
	    f64 ? f->f64_2(b->out, b->x, b->y, b->n) :
		  f->f32_2(b->out32, b->x32, b->y32, b->n);

	CU_ASSERT_EQUAL(run_blocks(op, 0), 0);
	for (size_t i = 0; !f64 && i < b->n; i++)
		b->out[i] = (double)b->out32[i];
}

/*
 * The worst error so far, and where it was; and one number for all bits of all
 * results, by which machines can be compared.
 */
struct worst {
	double error, x, y;
	const char *isa;
	uint64_t bits;
};

/* Of the batch, on any instruction set. */
static void
judge(struct batch *batch, const struct function *function, bool f64,
    double bound, struct worst *worst)
{
	const struct ulp_format *format = f64 ? &ulp_f64 : &ulp_f32;
	const struct quern__isa *isa;
	uint64_t first = 0;

	for (size_t u = 0; (isa = use_isa(u)); u++) {
		uint64_t bits;
		double here = 0;
		size_t at = 0;

		compute(batch, function, f64);
		bits = digest(batch->out, batch->n * sizeof(double));
		CU_ASSERT_TRUE(u == 0 || bits == first);
		if (u && bits == first)
			continue;
		worst->bits = worst->bits * 31 + bits;
		first = bits;
		for (size_t i = 0; i < batch->n; i++) {
			double error =
			    ulp_error(batch->out[i], &batch->exact[i], format);

			if (error > here) {
				here = error;
				at = i;
			}
		}
		CU_ASSERT_TRUE(here <= bound);
		if (!(here <= bound))
			printf("  %s of %s, %s: %g ULP at %a, %a: %a\n",
			    function->name, f64 ? "f64" : "f32", isa->name,
			    here, f64 ? batch->x[at] : (double)batch->x32[at],
			    f64 ? batch->y[at] : (double)batch->y32[at],
			    batch->out[at]);
		if (here <= worst->error)
			continue;
		worst->error = here;
		worst->x = f64 ? batch->x[at] : (double)batch->x32[at];
		worst->y = f64 ? batch->y[at] : (double)batch->y32[at];
		worst->isa = isa->name;
	}
}

static void
check_function(const struct function *function, bool f64)
{
	static struct batch batch;
	const struct sample *s =
	    f64 ? function->sample_f64 : function->sample_f32;
	double bound = f64 ? function->bound_f64 : function->bound_f32;
	size_t points = f64 ? function->points : 20000 * rounds(1);
	struct worst worst = { .isa = "none" };
	uint64_t state = 11;

	if (f64 && rounds(1) > 1)
		points = function->points_long;
	for (; s->sort != END; s++) {
		for (size_t done = 0; done < points; done += batch.n) {
			batch.n = points - done < BATCH ? points - done : BATCH;
			draw(&batch, function, s, f64 ? &ulp_f64 : &ulp_f32,
			    &state);
			if (f64)
				know_f64(&batch, function);
			else
				know_f32(&batch, function);
			judge(&batch, function, f64, bound, &worst);
		}
	}
	ulp_print(function->name, f64 ? "f64" : "f32", worst.error, bound);
	printf("  at %a, %a on %s; bits with fma %016llx\n", worst.x, worst.y,
	    worst.isa, (unsigned long long)worst.bits);
}

static void
doubles_are_within_their_bounds(void)
{
	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++)
		check_function(&functions[i], true);
}

static void
floats_are_within_their_bounds(void)
{
	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++)
		check_function(&functions[i], false);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "doubles are within their bounds",
		    doubles_are_within_their_bounds },
		{ "floats are within their bounds",
		    floats_are_within_their_bounds },
		CU_TEST_INFO_NULL,
	};

	add_suite("transcendental kernels, accuracy", tests);
	return run_suites();
}
