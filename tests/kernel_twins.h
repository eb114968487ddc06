/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kernel_twins.h -- an elementwise kernel against what its header says of one
 * element, bit for bit.
 *
 * A twin is an expression on x, y, z, the elements of the inputs, and s, s2,
 * the scalars; TWIN() makes one of it.  Inputs are all combinations of special
 * values first, then numbers whose results are ordinary ones, then any bits at
 * all.  NaNs of the expression are made the default quiet one.
 */
#ifndef QUERN_TESTS_KERNEL_TWINS_H
#define QUERN_TESTS_KERNEL_TWINS_H

#include <inttypes.h>

#include "kernel_driver.h"

typedef double t_f64;
typedef float t_f32;
typedef int64_t t_i64;
typedef int32_t t_i32;
typedef uint64_t t_u64;
typedef uint32_t t_u32;
typedef uint8_t t_u8;
enum twin_type {
	TYPE_f64,
	TYPE_f32,
	TYPE_i64,
	TYPE_i32,
	TYPE_u64,
	TYPE_u32,
	TYPE_u8,
	TYPES
};

/* A number as each of the types. */
struct twin_scalar {
	double as_f64;
	float as_f32;
	int64_t as_i64;
	int32_t as_i32;
	uint64_t as_u64;
	uint32_t as_u32;
};

struct twin {
	const char *name;
	quern_op (*build)(void *out, const void *const in[], size_t n,
	    const struct twin_scalar *s);
	void (*one)(void *out, const void *const in[], size_t i,
	    const struct twin_scalar *s);
	unsigned inputs, scalars;
	size_t out_bytes;
	enum twin_type type[3]; /* of the inputs */
};

/* The default NaN for NaN; integers are never that. */
#define TWIN_TIDY_f64(r) ((r) == (r) ? (r) : (double)NAN)
#define TWIN_TIDY_f32(r) ((r) == (r) ? (r) : NAN)
#define TWIN_TIDY_i64(r) (r)
#define TWIN_TIDY_i32(r) (r)
#define TWIN_TIDY_u64(r) (r)
#define TWIN_TIDY_u32(r) (r)
#define TWIN_TIDY_u8(r) (r)

/*
 * R, A, B, C: types of the output and the three inputs, of which the kernel
 * has `inputs`; S is that of its `scalars`.  `arguments` are the builder's.
 */
#define TWIN_(name, R, A, B, C, S, inputs, scalars, arguments, expression)     \
	static quern_op build_##name(void *out, const void *const in[],        \
	    size_t n, const struct twin_scalar *number)                        \
	{                                                                      \
		const t_##S s = number[0].as_##S, s2 = number[1].as_##S;       \
                                                                               \
		(void)in, (void)s, (void)s2;                                   \
		return quern_##name arguments;                                 \
	}                                                                      \
	static void one_##name(void *out, const void *const in[], size_t i,    \
	    const struct twin_scalar *number)                                  \
	{                                                                      \
		const t_##S s = number[0].as_##S, s2 = number[1].as_##S;       \
		const t_##A x = inputs > 0 ? ((const t_##A *)in[0])[i] : 0;    \
		const t_##B y = inputs > 1 ? ((const t_##B *)in[1])[i] : 0;    \
		const t_##C z = inputs > 2 ? ((const t_##C *)in[2])[i] : 0;    \
		t_##R r;                                                       \
                                                                               \
		(void)x, (void)y, (void)z, (void)s, (void)s2;                  \
		r = (t_##R)(expression);                                       \
		((t_##R *)out)[i] = TWIN_TIDY_##R(r);                          \
	}                                                                      \
	static const struct twin twin_##name = { #name, build_##name,          \
		one_##name, inputs, scalars, sizeof(t_##R),                    \
		{ TYPE_##A, TYPE_##B, TYPE_##C } };

#define TWIN_0S(name, t, e)                                                    \
	TWIN_(name##_##t, t, t, t, t, t, 0, 1, (out, s, n), e)
#define TWIN_1(name, t, e)                                                     \
	TWIN_(name##_##t, t, t, t, t, t, 1, 0, (out, in[0], n), e)
#define TWIN_1S(name, t, e)                                                    \
	TWIN_(name##_##t, t, t, t, t, t, 1, 1, (out, in[0], s, n), e)
#define TWIN_1SS(name, t, e)                                                   \
	TWIN_(name##_##t, t, t, t, t, t, 1, 2, (out, in[0], s, s2, n), e)
#define TWIN_2(name, t, e)                                                     \
	TWIN_(name##_##t, t, t, t, t, t, 2, 0, (out, in[0], in[1], n), e)
#define TWIN_2S(name, t, e)                                                    \
	TWIN_(name##_##t, t, t, t, t, t, 2, 1, (out, in[0], in[1], s, n), e)
#define TWIN_3(name, t, e)                                                     \
	TWIN_(name##_##t, t, t, t, t, t, 3, 0, (out, in[0], in[1], in[2], n), e)

/* ---- inputs ---- */

static const uint64_t special_f64[] = {
	0x0000000000000000, 0x8000000000000000, /* 0 */
	0x3ff0000000000000, 0xbff0000000000000, /* 1 */
	0x3fe0000000000000, 0xbfe0000000000000, /* 1/2 */
	0x3fdfffffffffffff, 0x3ff8000000000000, /* below 1/2, 1.5 */
	0x4004000000000000, 0xc004000000000000, /* 2.5 */
	0x4330000000000001, 0xc32fffffffffffff, /* 2^52 + 1, -(2^52 - 1/2) */
	0x41dfffffffc00000, 0xc3e0000000000000, /* 2^31 - 1, -2^63 */
	0x0000000000000001, 0x800fffffffffffff, /* subnormal */
	0x0010000000000000, 0x7fefffffffffffff, /* least normal, largest */
	0x7ff0000000000000, 0xfff0000000000000, /* infinity */
	0x7ff8000000000000, 0xfff8000000000001, /* NaN */
	0x7ff0000000000001, 0xfff4000000000000, /* NaN that signals */
};
static const uint32_t special_f32[] = { 0x00000000, 0x80000000, 0x3f800000,
	0xbf800000, 0x3f000000, 0xbf000000, 0x3effffff, 0x3fc00000, 0x40200000,
	0xc0200000, 0x4b000001, 0xcaffffff, 0x4effffff, 0xdf000000, 0x00000001,
	0x807fffff, 0x00800000, 0x7f7fffff, 0x7f800000, 0xff800000, 0x7fc00000,
	0xffc00001, 0x7f800001, 0xffa00000 };
static const int64_t special_int[] = { 0, 1, -1, 2, -2, 7, 46340, 46341, 65535,
	65536, INT32_MAX, INT32_MIN, INT64_C(1) << 31, INT64_C(3037000499),
	INT64_C(3037000500), UINT32_MAX, INT64_C(4294967296), -4294967295,
	INT64_C(0x4000000000000000), INT64_MAX, INT64_MAX - 1, INT64_MIN,
	INT64_MIN + 1, -INT64_C(0x7fffffff) };
enum { SPECIALS = sizeof(special_int) / sizeof(special_int[0]) };
_Static_assert(sizeof(special_f64) / sizeof(special_f64[0]) == SPECIALS &&
	sizeof(special_f32) / sizeof(special_f32[0]) == SPECIALS,
    "as many of each");

enum { TWIN_N = SPECIALS * SPECIALS * SPECIALS + 6000 };

static inline void
twin_special(void *to, enum twin_type type, size_t which)
{
	uint32_t narrow = type == TYPE_f32 ? special_f32[which] :
					     (uint32_t)special_int[which];
	uint8_t byte = which % 2 ? (uint8_t)(which * 11) : 0;

	switch (type) {
	case TYPE_f64:
		memcpy(to, &special_f64[which], 8);
		break;
	case TYPE_i64:
	case TYPE_u64:
		memcpy(to, &special_int[which], 8);
		break;
	case TYPE_u8:
		memcpy(to, &byte, 1);
		break;
	default:
		memcpy(to, &narrow, 4);
		break;
	}
}

static inline size_t
twin_bytes(enum twin_type type)
{
	static const size_t bytes[TYPES] = { 8, 4, 8, 4, 8, 4, 1 };

	return bytes[type];
}

/* TWIN_N elements of the `which`-th input. */
static inline void
twin_fill(char *to, enum twin_type type, unsigned which)
{
	size_t bytes = twin_bytes(type), i = 0, stride = 1;
	uint64_t state = 77 + which;

	for (unsigned k = 0; k < which; k++)
		stride *= SPECIALS;
	for (; i < SPECIALS * SPECIALS * SPECIALS; i++)
		twin_special(to + i * bytes, type, i / stride % SPECIALS);
	for (; i < TWIN_N; i++) {
		uint64_t bits = next_random(&state);
		double wide =
		    ldexp((double)(int64_t)bits, (int)(bits % 9) - 66);
		float narrow = (float)wide;

		if (i % 2)
			memcpy(to + i * bytes, &bits, bytes);
		else if (type == TYPE_f64)
			memcpy(to + i * bytes, &wide, bytes);
		else if (type == TYPE_f32)
			memcpy(to + i * bytes, &narrow, bytes);
		else {
			bits >>= bits % 64;
			memcpy(to + i * bytes, &bits, bytes);
		}
	}
}

/* ---- the comparison ---- */

static _Alignas(64) char twin_in[3][TWIN_N * 8 + 64];
static _Alignas(64) char twin_from[3][TWIN_N * 8 + 64];
static _Alignas(64) char twin_want[TWIN_N * 8];
static _Alignas(64) char twin_to[TWIN_N * 8 + 192];

static inline void
twin_compare(const struct twin *k, const struct twin_scalar s[2], size_t begin,
    size_t n, size_t in_offset, size_t out_offset, bool in_place)
{
	const void *in[3] = { NULL };
	char *out = twin_to + 64 + out_offset;
	size_t bad = 0;
	bool around = true;
	int status;

	memset(twin_to, 0x5a, n * k->out_bytes + 192);
	for (unsigned j = 0; j < k->inputs; j++) {
		size_t bytes = twin_bytes(k->type[j]);
		const char *at = twin_in[j] + begin * bytes;

		in[j] = twin_from[j] + in_offset;
		if (in_place && bytes == k->out_bytes) {
			in[j] = out;
			in_place = false;
		}
		memcpy((void *)in[j], at, n * bytes);
	}
	status = run_blocks(k->build(out, in, n, s), 0);
	while (bad < n &&
	    memcmp(out + bad * k->out_bytes,
		twin_want + (begin + bad) * k->out_bytes, k->out_bytes) == 0)
		bad++;
	for (size_t i = 0; i < 64; i++)
		around &= out[-1 - (ptrdiff_t)i] == 0x5a &&
		    out[n * k->out_bytes + i] == 0x5a;
	CU_ASSERT_EQUAL(status, 0);
	CU_ASSERT_EQUAL(bad, n);
	CU_ASSERT_TRUE(around);
	if (status || bad < n || !around) {
		printf("\n  %s on %s: n = %zu, offsets %zu %zu, s = %g, "
		       "element %zu\n ",
		    k->name, quern__isa()->name, n, in_offset, out_offset,
		    s->as_f64, begin + bad);
		for (unsigned j = 0; bad < n && j < k->inputs; j++) {
			uint64_t bits = 0;

			memcpy(&bits,
			    twin_in[j] + (begin + bad) * twin_bytes(k->type[j]),
			    twin_bytes(k->type[j]));
			printf(" %#" PRIx64, bits);
		}
		puts("");
	}
}

/* At one go, and with `shapes` in place and of any length and alignment. */
static inline void
twin_compare_all(
    const struct twin *k, const struct twin_scalar s[2], bool shapes)
{
	const void *in[3] = { twin_in[0], twin_in[1], twin_in[2] };
	/* Of fewer inputs there are fewer combinations. */
	size_t combined = k->inputs == 3 ? 0 :
	    k->inputs == 2 ? SPECIALS * SPECIALS * (SPECIALS - 1) :
			     SPECIALS * SPECIALS * SPECIALS - SPECIALS;

	for (size_t i = combined; i < TWIN_N; i++)
		k->one(twin_want, in, i, s);
	for (size_t u = 0; use_isa(u); u++) {
		twin_compare(k, s, combined, TWIN_N - combined, 0, 0, false);
		if (!shapes)
			continue;
		twin_compare(k, s, combined, TWIN_N - combined, 0, 0, true);
		for (size_t n = 0; n < 150; n++)
			twin_compare(k, s, combined + n, n, 0, 0, n % 2);
		for (size_t offset = 0; offset < 64; offset += 3) {
			twin_compare(k, s, TWIN_N - 200, 157, offset, 0, false);
			twin_compare(
			    k, s, TWIN_N - 200, 157, 0, offset, offset % 2);
		}
	}
}

/* Also with the i-th special value as scalar; without scalars only the 0th. */
static inline void
compare_with_one_by_one(const struct twin *const twin[], size_t count)
{
	for (size_t t = 0; t < count; t++) {
		const struct twin *k = twin[t];
		size_t first = k->scalars > 0 ? SPECIALS : 1;
		size_t second = k->scalars > 1 ? SPECIALS : 1;

		for (unsigned j = 0; j < k->inputs; j++)
			twin_fill(twin_in[j], k->type[j], j);
		for (size_t i = 0; i < first * second; i++) {
			struct twin_scalar s[2];

			for (int j = 0; j < 2; j++) {
				size_t which = j ? i / first : i % first;

				twin_special(&s[j].as_f64, TYPE_f64, which);
				twin_special(&s[j].as_f32, TYPE_f32, which);
				s[j].as_i64 = special_int[which];
				s[j].as_u64 = (uint64_t)special_int[which];
				s[j].as_i32 = (int32_t)special_int[which];
				s[j].as_u32 = (uint32_t)special_int[which];
			}
			twin_compare_all(k, s, i == 0);
		}
	}
}

#define COMPARE_TWINS(...)                                                     \
	do {                                                                   \
		static const struct twin *const all[] = { __VA_ARGS__ };       \
                                                                               \
		compare_with_one_by_one(all, sizeof(all) / sizeof(all[0]));    \
	} while (0)

#endif
