/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_kernels_checked.c -- tests kernels/checked.c and verdict.c: what fits,
 * and the index of the first that does not.
 */
#include "kernel_twins.h"

enum { N = 3 * 32768 + 700 };

/*
 * Pairs that fit, then one that does not at several places: the results before
 * it are right, and its index is told.  U wraps.
 */
#define DEFINE_TYPE(t, T, U)                                                   \
	static T a_##t[N], b_##t[N], out_##t[N];                               \
	static void expect_##t(const char *name, size_t n, size_t bad,         \
	    quern_op (*build)(T *, const T *, const T *, size_t, size_t *),    \
	    U (*result)(U, U))                                                 \
	{                                                                      \
		size_t first = 12345, want = bad < n ? bad : n;                \
		int status =                                                   \
		    run_blocks(build(out_##t, a_##t, b_##t, n, &first), n);    \
		bool right = status == (bad < n ? -ERANGE : 0) &&              \
		    first == (bad < n ? bad : 12345);                          \
                                                                               \
		for (size_t i = 0; i < want; i++)                              \
			right &=                                               \
			    out_##t[i] == (T)result((U)a_##t[i], (U)b_##t[i]); \
		CU_ASSERT_TRUE(right);                                         \
		if (!right)                                                    \
			printf("\n  checked_%s_" #t " on %s: n %zu, bad %zu, " \
			       "status %d, first %zu ",                        \
			    name, quern__isa()->name, n, bad, status, first);  \
	}                                                                      \
	static void compare_##t(const char *name, bool (*fits)(T, T),          \
	    quern_op (*build)(T *, const T *, const T *, size_t, size_t *),    \
	    U (*result)(U, U))                                                 \
	{                                                                      \
		static const size_t places[] = { 0, 1, 7, 63, 511, 512, 513,   \
			1000, 32767, 32768, 65536, N - 1 };                    \
		uint64_t state = 3;                                            \
		T bad_a[400], bad_b[400];                                      \
		size_t bads = 0, goods = 0;                                    \
                                                                               \
		for (size_t i = 0; goods < N; i++) {                           \
			uint64_t x = next_random(&state);                      \
			uint64_t y = next_random(&state);                      \
			T p = (T)((int64_t)x >> x % 64);                       \
			T q = (T)((int64_t)y >> y % 64);                       \
                                                                               \
			if (i < SPECIALS * SPECIALS) {                         \
				p = (T)special_int[i / SPECIALS];              \
				q = (T)special_int[i % SPECIALS];              \
			}                                                      \
			if (fits(p, q)) {                                      \
				a_##t[goods] = p;                              \
				b_##t[goods++] = q;                            \
			} else if (bads < 400) {                               \
				bad_a[bads] = p;                               \
				bad_b[bads++] = q;                             \
			}                                                      \
		}                                                              \
		for (size_t n = 0; n < 70; n++)                                \
			expect_##t(name, n, n, build, result);                 \
		expect_##t(name, N, N, build, result);                         \
		for (size_t i = 0; i < bads; i++) {                            \
			size_t at = i % 601;                                   \
			T p = a_##t[at], q = b_##t[at];                        \
                                                                               \
			a_##t[at] = bad_a[i];                                  \
			b_##t[at] = bad_b[i];                                  \
			expect_##t(name, 601, at, build, result);              \
			a_##t[at] = p;                                         \
			b_##t[at] = q;                                         \
		}                                                              \
		/* From the last to the first: the lowest counts. */           \
		for (size_t i = sizeof(places) / sizeof(places[0]); i--;) {    \
			a_##t[places[i]] = bad_a[i];                           \
			b_##t[places[i]] = bad_b[i];                           \
			expect_##t(name, N, places[i], build, result);         \
		}                                                              \
	}                                                                      \
	/* The squares as the others. */                                       \
	static quern_op square_##t(                                            \
	    T *out, const T *a, const T *b, size_t n, size_t *first)           \
	{                                                                      \
		(void)b;                                                       \
		return quern_checked_square_##t(out, a, n, first);             \
	}                                                                      \
	static U wrap_square_##t(U x, U y)                                     \
	{                                                                      \
		(void)y;                                                       \
		return x * x;                                                  \
	}                                                                      \
	static bool fits_square_##t(T x, T y)                                  \
	{                                                                      \
		T r;                                                           \
                                                                               \
		(void)y;                                                       \
		return !__builtin_mul_overflow(x, x, &r);                      \
	}                                                                      \
	DEFINE_OP(add, +, t, T, U)                                             \
	DEFINE_OP(sub, -, t, T, U)                                             \
	DEFINE_OP(mul, *, t, T, U)                                             \
	static void results_##t(void)                                          \
	{                                                                      \
		for (size_t u = 0; use_isa(u); u++) {                          \
			compare_##t("square", fits_square_##t, square_##t,     \
			    wrap_square_##t);                                  \
			compare_##t("add", fits_add_##t,                       \
			    quern_checked_add_##t, wrap_add_##t);              \
			compare_##t("sub", fits_sub_##t,                       \
			    quern_checked_sub_##t, wrap_sub_##t);              \
			compare_##t("mul", fits_mul_##t,                       \
			    quern_checked_mul_##t, wrap_mul_##t);              \
		}                                                              \
	}
#define DEFINE_OP(name, op, t, T, U)                                           \
	static U wrap_##name##_##t(U x, U y)                                   \
	{                                                                      \
		return x op y;                                                 \
	}                                                                      \
	static bool fits_##name##_##t(T x, T y)                                \
	{                                                                      \
		T r;                                                           \
                                                                               \
		return !__builtin_##name##_overflow(x, y, &r);                 \
	}

DEFINE_TYPE(i64, int64_t, uint64_t)
DEFINE_TYPE(i32, int32_t, uint32_t)
DEFINE_TYPE(u64, uint64_t, uint64_t)
DEFINE_TYPE(u32, uint32_t, uint32_t)

static void
what_fits_is_right_and_the_first_that_does_not_is_told(void)
{
	results_i64();
	results_i32();
	results_u64();
	results_u32();
}

/* 46340 and 3037000499 are the last whose squares fit. */
static void
the_last_square_that_fits_does(void)
{
	int64_t in64[] = { 3037000499, -3037000499, 3037000500 }, out64[3];
	int32_t in32[] = { 46340, -46340, -46341 }, out32[3];
	size_t first = 9;

	CU_ASSERT_EQUAL(
	    run_blocks(quern_checked_square_i64(out64, in64, 2, &first), 0), 0);
	CU_ASSERT_EQUAL(
	    run_blocks(quern_checked_square_i32(out32, in32, 2, &first), 0), 0);
	CU_ASSERT_EQUAL(first, 9);
	CU_ASSERT_EQUAL(out64[1], INT64_C(9223372030926249001));
	CU_ASSERT_EQUAL(out32[1], 2147395600);
	CU_ASSERT_EQUAL(
	    run_blocks(quern_checked_square_i64(out64, in64, 3, &first), 0),
	    -ERANGE);
	CU_ASSERT_EQUAL(first, 2);
	first = 9;
	CU_ASSERT_EQUAL(
	    run_blocks(quern_checked_square_i32(out32, in32, 3, &first), 0),
	    -ERANGE);
	CU_ASSERT_EQUAL(first, 2);
	CU_ASSERT_EQUAL(
	    run_blocks(quern_checked_square_i32(out32, in32, 3, NULL), 0),
	    -ERANGE);
}

/* Also in place, where the results take the place of what is looked at. */
static void
the_first_is_found_in_place_and_with_strides(void)
{
	static int64_t data[5000];

	for (size_t u = 0; use_isa(u); u++)
		for (size_t at = 0; at < 2500; at += 499) {
			size_t first = 0;
			quern_op op;

			for (size_t i = 0; i < 5000; i++)
				data[i] = (int64_t)i + 2;
			data[2 * at] = INT64_MAX;
			data[2 * at + 2] = INT64_MAX;
			op = quern_checked_square_i64(data, data, 2500, &first);
			op = quern_with_strides(op, 2, 2, 1, 1);
			CU_ASSERT_EQUAL(run_blocks(op, 0), -ERANGE);
			CU_ASSERT_EQUAL(first, at);
			for (size_t i = 0; i < at; i++)
				CU_ASSERT_EQUAL(data[2 * i],
				    (int64_t)((2 * i + 2) * (2 * i + 2)));
			for (size_t i = 0; i < 2500; i++)
				CU_ASSERT_EQUAL(
				    data[2 * i + 1], (int64_t)(2 * i + 3));
		}
}

static void
an_index_inside_an_array_is_einval(void)
{
	static _Alignas(8) char room[3][80 + 16];
	int64_t *a = (int64_t *)room[0], *b = (int64_t *)room[1];

	for (int k = 0; k < 3; k++)
		for (int at = 0; at <= 80; at += 4) {
			size_t *first = (size_t *)(room[k] + at);
			quern_op op = quern_checked_add_i64(
			    (int64_t *)room[2], a, b, 10, first);

			CU_ASSERT_EQUAL(
			    op.kind->check(&op), at < 80 ? -EINVAL : 0);
		}
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "what fits is right, and the first that does not is told",
		    what_fits_is_right_and_the_first_that_does_not_is_told },
		{ "the last square that fits does",
		    the_last_square_that_fits_does },
		{ "the first is found in place and with strides",
		    the_first_is_found_in_place_and_with_strides },
		{ "an index inside an array is einval",
		    an_index_inside_an_array_is_einval },
		CU_TEST_INFO_NULL,
	};

	add_suite("checked integers", tests);
	return run_suites();
}
