/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_kernels_convert.c -- tests kernels/convert.c: every type to every other.
 *
 * The twin goes through long double, which holds every number of every type.
 */
#include "kernel_twins.h"

_Static_assert(LDBL_MANT_DIG >= 64, "long double holds 64-bit integers");

enum { MANY = 2 * 32768 + 4000 };
static const size_t size_of[] = { 8, 4, 8, 4, 8, 4 };
static const long double least[] = { -INFINITY, -INFINITY, -0x1p63L, -0x1p31L,
	0, 0 };
static const long double most[] = { INFINITY, INFINITY, 0x1p63L - 1,
	0x1p31L - 1, 0x1p64L - 1, 0x1p32L - 1 };

static long double
load(quern_type type, const char *at)
{
	struct twin_scalar s = { 0 };

	switch (type) {
	case QUERN_F64:
		memcpy(&s.as_f64, at, 8);
		return s.as_f64;
	case QUERN_F32:
		memcpy(&s.as_f32, at, 4);
		return s.as_f32;
	case QUERN_I64:
		memcpy(&s.as_i64, at, 8);
		return s.as_i64;
	case QUERN_I32:
		memcpy(&s.as_i32, at, 4);
		return s.as_i32;
	case QUERN_U64:
		memcpy(&s.as_u64, at, 8);
		return s.as_u64;
	default:
		memcpy(&s.as_u32, at, 4);
		return s.as_u32;
	}
}

static void
store(quern_type type, char *at, long double x)
{
	struct twin_scalar s = { 0 };

	switch (type) {
	case QUERN_F64:
		s.as_f64 = isnan(x) ? (double)NAN : (double)x;
		memcpy(at, &s.as_f64, 8);
		break;
	case QUERN_F32:
		s.as_f32 = isnan(x) ? NAN : (float)x;
		memcpy(at, &s.as_f32, 4);
		break;
	case QUERN_I64:
		s.as_i64 = (int64_t)x;
		memcpy(at, &s.as_i64, 8);
		break;
	case QUERN_I32:
		s.as_i32 = (int32_t)x;
		memcpy(at, &s.as_i32, 4);
		break;
	case QUERN_U64:
		s.as_u64 = (uint64_t)x;
		memcpy(at, &s.as_u64, 8);
		break;
	default:
		s.as_u32 = (uint32_t)x;
		memcpy(at, &s.as_u32, 4);
		break;
	}
}

/* Convert one number; true if it is in range. */
static bool
twin(quern_type to, char *out, quern_type from, const char *in)
{
	long double x = load(from, in), cut = x;
	bool fits = true;

	if (to == from) {
		memcpy(out, in, size_of[to]);
		return true;
	}
	if (to == QUERN_F32)
		fits = isinf((float)x) == isinf(x);
	if (to > QUERN_F32) {
		cut = isnan(x)    ? 0 :
		    x < least[to] ? fmaxl(truncl(x), least[to]) :
		    x > most[to]  ? fminl(truncl(x), most[to]) :
				    truncl(x);
		fits = cut == truncl(x);
	}
	store(to, out, cut);
	return fits;
}

static char in[MANY * 8 + 64], good[MANY * 8], want[MANY * 8];
static char out[MANY * 8 + 64];
static bool fits[MANY];

/* Specials, numbers next to every bound, then any magnitudes and any bits. */
static void
make_numbers(quern_type from)
{
	uint64_t state = 11;
	size_t n = 0, bytes = size_of[from];

	for (; n < SPECIALS; n++)
		twin_special(in + n * bytes, (enum twin_type)from, n);
	for (int e = -2; e <= 130; e++)
		for (int k = -6; k <= 6; k++, n++) {
			long double x = ldexpl(1, e) + k * 0.25L;

			if (k == 6)
				x = nextafter(ldexp(1, e), 0);
			if (k == -6)
				x = nextafterf(ldexpf(1, e), 0);
			if (n % 2)
				x = -x;
			if (from > QUERN_F32)
				x = fminl(fmaxl(x, least[from]), most[from]);
			store(from, in + n * bytes, x);
		}
	for (; n < MANY; n++) {
		uint64_t bits = next_random(&state);
		long double x = ldexpl((long double)(int64_t)bits,
		    (int)(next_random(&state) % 140) - 70);

		if (n % 3 == 0) {
			memcpy(in + n * bytes, &bits, bytes);
			continue;
		}
		if (from > QUERN_F32)
			x = fminl(fmaxl(x, least[from]), most[from]);
		store(from, in + n * bytes, x);
	}
}

static void
expect(quern_type to, quern_type from, quern_op op, int status, size_t n,
    const char *at)
{
	bool same;

	CU_ASSERT_EQUAL(run_blocks(op, 0), status);
	same = memcmp(at, want, n * size_of[to]) == 0;
	CU_ASSERT_TRUE(same);
	if (!same)
		for (size_t i = 0; i < n; i++)
			if (memcmp(at + i * size_of[to], want + i * size_of[to],
				size_of[to])) {
				printf("\n  %d to %d on %s: %zu, %La ", from,
				    to, quern__isa()->name, i,
				    load(from, in + i * size_of[from]));
				break;
			}
}

#define FOR_EACH_PAIR                                                          \
	for (quern_type from = QUERN_F64; from <= QUERN_U32; from++)           \
		for (quern_type to = QUERN_F64; to <= QUERN_U32; to++)

static void
every_type_becomes_every_other_and_saturates(void)
{
	FOR_EACH_PAIR
	{
		make_numbers(from);
		for (size_t i = 0; i < MANY; i++)
			(void)twin(to, want + i * size_of[to], from,
			    in + i * size_of[from]);
		for (size_t u = 0; use_isa(u); u++) {
			expect(to, from, quern_convert(out, to, in, from, MANY),
			    0, MANY, out);
			for (size_t n = 0; n < 40; n++)
				expect(to, from,
				    quern_convert(out + n, to, in, from, n), 0,
				    n, out + n);
			if (size_of[to] != size_of[from])
				continue;
			memcpy(out, in, sizeof(out));
			expect(to, from,
			    quern_convert(out, to, out, from, MANY), 0, MANY,
			    out);
		}
	}
}

static void
checked_conversions_tell_the_first_out_of_range(void)
{
	FOR_EACH_PAIR
	{
		size_t wide = size_of[from], goods = 0, tried = 0;

		make_numbers(from);
		for (size_t i = 0; i < MANY; i++) {
			fits[i] = twin(to, want, from, in + i * wide);
			if (fits[i])
				memcpy(
				    good + goods++ * wide, in + i * wide, wide);
		}
		for (size_t i = 0; i < goods; i++)
			(void)twin(
			    to, want + i * size_of[to], from, good + i * wide);
		for (size_t u = 0; use_isa(u); u++) {
			size_t first = 77;

			expect(to, from,
			    quern_convert_checked(
				out, to, good, from, goods, &first),
			    0, goods, out);
			CU_ASSERT_EQUAL(first, 77);
		}
		for (size_t i = 0; i < MANY && tried < 300; i++) {
			char was[8];
			size_t first = 77, at = i * 7 % 1100;

			if (fits[i])
				continue;
			use_isa(tried++ % 3);
			memcpy(was, good + at * wide, wide);
			memcpy(good + at * wide, in + i * wide, wide);
			expect(to, from,
			    quern_convert_checked(
				out, to, good, from, 1200, &first),
			    -ERANGE, at, out);
			CU_ASSERT_EQUAL(first, at);
			memcpy(good + at * wide, was, wide);
		}
	}
}

static void
what_is_no_type_is_einval(void)
{
	double x = 1, y;

	CU_ASSERT_EQUAL(
	    quern_run(NULL, quern_convert(&y, (quern_type)6, &x, QUERN_F64, 1)),
	    -EINVAL);
	CU_ASSERT_EQUAL(quern_run(NULL,
			    quern_convert_checked(
				&y, QUERN_F64, &x, (quern_type)-1, 1, NULL)),
	    -EINVAL);
	CU_ASSERT_EQUAL(
	    quern_run(NULL, quern_convert(&y, QUERN_F64, NULL, QUERN_I32, 1)),
	    -EINVAL);
	CU_ASSERT_EQUAL(
	    quern_run(NULL, quern_convert(&y, QUERN_F32, &y, QUERN_F64, 1)),
	    -EINVAL);
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "every type becomes every other, and saturates",
		    every_type_becomes_every_other_and_saturates },
		{ "checked conversions tell the first out of range",
		    checked_conversions_tell_the_first_out_of_range },
		{ "what is no type is einval", what_is_no_type_is_einval },
		CU_TEST_INFO_NULL,
	};

	add_suite("conversions", tests);
	return run_suites();
}
