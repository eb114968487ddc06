/* SPDX-License-Identifier: BSD-2-Clause */
/* kernel_table.c -- see kernel_table.h. */
#include "kernel_table.h"

#include <string.h>

#include "kernels/kernel.h"
#include "support.h"

const size_t element_bytes[ELEMENTS] = { 8, 4, 8, 4, 8, 4, 1 };

static size_t verdict;

/* An index from which on no block of words is whole. */
#define ODD UINT64_C(0xffffffffff)

/* Once to make the builders alike ... */
#define BUILD(name, t, arguments)                                              \
	static quern_op build_##name##_##t(                                    \
	    void *out, const void *const in[], size_t n)                       \
	{                                                                      \
		(void)in;                                                      \
		return quern_##name##_##t arguments;                           \
	}
#define QUERN_0S(name, t, T) BUILD(name, t, (out, (T)1.37, n))
#define QUERN_1(name, t, T) BUILD(name, t, (out, in[0], n))
#define QUERN_1S(name, t, T) BUILD(name, t, (out, in[0], (T)1.37, n))
#define QUERN_1K(name, t, T) BUILD(name, t, (out, in[0], 11, n))
#define QUERN_1SS(name, t, T) BUILD(name, t, (out, in[0], (T)1.2, (T)3.4, n))
#define QUERN_2(name, t, T) BUILD(name, t, (out, in[0], in[1], n))
#define QUERN_2S(name, t, T) BUILD(name, t, (out, in[0], in[1], (T)1.37, n))
#define QUERN_3(name, t, T) BUILD(name, t, (out, in[0], in[1], in[2], n))
#define QUERN_IS1(name, t, T) BUILD(name, t, (out, in[0], n))
#define QUERN_IS1S(name, t, T) BUILD(name, t, (out, in[0], (T)1.37, n))
#define QUERN_IS2(name, t, T) BUILD(name, t, (out, in[0], in[1], n))
#define QUERN_PICK(name, t, T) BUILD(name, t, (out, in[0], in[1], in[2], n))
#define QUERN_OK1(name, t, T) BUILD(name, t, (out, in[0], n, &verdict))
#define QUERN_OK2(name, t, T) BUILD(name, t, (out, in[0], in[1], n, &verdict))
#define QUERN_RANDOM(name, t, T)                                               \
	BUILD(name, t, (out, UINT64_C(0x123456789abcdef), ODD, n))
#define QUERN_RANDOM_S(name, t, T)                                             \
	BUILD(name, t, (out, 3 * ODD, UINT64_C(0x123456789abcdef), ODD, n))
#define QUERN_RANDOM_SS(name, t, T)                                            \
	BUILD(name, t, (out, (T)3, (T)100, UINT64_C(0x123456789abcdef), ODD, n))
#define QUERN_TO1(name, t, R, T) BUILD(name, t, (out, in[0], n))
#define QUERN_TO1_2(name, t, R, T) BUILD(name, t, (out, in[0], in[1], n))
#include <quern/kernel_list.h>

/* In the other modes. */
#define MODES_OF(X, t)                                                         \
	X(sum, t, 1, (out, in[0], n))                                          \
	X(mean, t, 1, (out, in[0], n))                                         \
	X(dot, t, 2, (out, in[0], in[1], n))                                   \
	X(sumsq, t, 1, (out, in[0], n))                                        \
	X(norm1, t, 1, (out, in[0], n))
#define BUILD_MODES(name, t, inputs, arguments)                                \
	static quern_op build_##name##_##t##_compensated(                      \
	    void *out, const void *const in[], size_t n)                       \
	{                                                                      \
		return quern_with_mode(                                        \
		    quern_##name##_##t arguments, QUERN_COMPENSATED);          \
	}                                                                      \
	static quern_op build_##name##_##t##_exact(                            \
	    void *out, const void *const in[], size_t n)                       \
	{                                                                      \
		return quern_with_mode(                                        \
		    quern_##name##_##t arguments, QUERN_EXACT);                \
	}
MODES_OF(BUILD_MODES, f64)
MODES_OF(BUILD_MODES, f32)

/* ... and once to list them. */
enum { E_f64 = F64, E_f32, E_i64, E_i32, E_u64, E_u32, E_u8 };
#define LIST(name, t, inputs, reduction)                                       \
	{ #name "_" #t, build_##name##_##t, (enum element)E_##t, inputs,       \
		reduction },
#define QUERN_0S(name, t, T) LIST(name, t, 0, false)
#define QUERN_1(name, t, T) LIST(name, t, 1, false)
#define QUERN_1S(name, t, T) LIST(name, t, 1, false)
#define QUERN_1K(name, t, T) LIST(name, t, 1, false)
#define QUERN_1SS(name, t, T) LIST(name, t, 1, false)
#define QUERN_2(name, t, T) LIST(name, t, 2, false)
#define QUERN_2S(name, t, T) LIST(name, t, 2, false)
#define QUERN_3(name, t, T) LIST(name, t, 3, false)
#define QUERN_IS1(name, t, T) LIST(name, t, 1, false)
#define QUERN_IS1S(name, t, T) LIST(name, t, 1, false)
#define QUERN_IS2(name, t, T) LIST(name, t, 2, false)
#define QUERN_PICK(name, t, T) LIST(name, t, 3, false)
#define QUERN_OK1(name, t, T) LIST(name, t, 1, false)
#define QUERN_OK2(name, t, T) LIST(name, t, 2, false)
#define QUERN_RANDOM(name, t, T) LIST(name, t, 0, false)
#define QUERN_RANDOM_S(name, t, T) LIST(name, t, 0, false)
#define QUERN_RANDOM_SS(name, t, T) LIST(name, t, 0, false)
#define QUERN_TO1(name, t, R, T) LIST(name, t, 1, true)
#define QUERN_TO1_2(name, t, R, T) LIST(name, t, 2, true)
const struct listed listed[] = {
#include <quern/kernel_list.h>
#define LIST_MODES(name, t, inputs, arguments)                                 \
	{ #name "_" #t " compensated", build_##name##_##t##_compensated,       \
		(enum element)E_##t, inputs, true },                           \
	    { #name "_" #t " exact", build_##name##_##t##_exact,               \
		    (enum element)E_##t, inputs, true },
	MODES_OF(LIST_MODES, f64) MODES_OF(LIST_MODES, f32)
};
const size_t listed_count = sizeof(listed) / sizeof(listed[0]);

static quern_op
any_op(const struct listed *kernel)
{
	static const void *const nothing[3];

	return kernel->build(NULL, nothing, 0);
}

size_t
listed_out_bytes(const struct listed *kernel)
{
	return any_op(kernel).kind->bytes[QUERN__OUT];
}

size_t
listed_in_bytes(const struct listed *kernel, unsigned i)
{
	return any_op(kernel).kind->bytes[QUERN__IN + i];
}

void
fill_elements(void *to, enum element element, size_t n, uint64_t seed)
{
	for (size_t i = 0; i < n; i++) {
		uint64_t bits = next_random(&seed);
		double f64 = (double)(int64_t)bits * 0x1p-61;
		float f32 = (float)f64;
		int64_t i64 = (int64_t)bits >> 20;
		int32_t i32 = (int32_t)(bits >> 32);
		uint8_t u8 = bits >> 60 != 0; /* a mask */
		const void *from[] = { &f64, &f32, &i64, &i32, &i64, &i32,
			&u8 };

		memcpy((char *)to + i * element_bytes[element], from[element],
		    element_bytes[element]);
	}
}

/* ---- and what is not ordinary ---- */

/* By their bits, so that signaling NaNs stay so. */
static const uint64_t special_f64[] = {
	0x0000000000000000,                     /* 0 */
	0x0000000000000001,                     /* the smallest */
	0x000fffffffffffff,                     /* the largest subnormal */
	0x0010000000000000,                     /* the smallest normal */
	0x0020000000000001, 0x1ff0000000000000, /* whose square is subnormal */
	0x3cb0000000000000,                     /* 2^-52 */
	0x3fdfffffffffffff,                     /* below 1/2 */
	0x3fe0000000000000,                     /* 1/2 */
	0x3fefffffffffffff,                     /* below 1 */
	0x3ff0000000000000,                     /* 1 */
	0x3ff0000000000001,                     /* above 1 */
	0x3ff8000000000000,                     /* 3/2 */
	0x3ff921fb54442d18,                     /* pi / 2 */
	0x4000000000000000,                     /* 2 */
	0x4004000000000000,                     /* 5/2 */
	0x4008000000000000,                     /* 3 */
	0x40862e42fefa39ef,                     /* ln of the largest */
	0x40874910d52d3052,                     /* -ln of half the smallest */
	0x408ff80000000000,                     /* 1023 */
	0x4090c80000000000,                     /* 1074 */
	0x41dfffffffe00000,                     /* 2^31 - 1/2 */
	0x41e0000000000000,                     /* 2^31 */
	0x41f0000000000000,                     /* 2^32 */
	0x4330000000000001,                     /* 2^52 + 1 */
	0x4340000000000000,                     /* 2^53 */
	0x43dfffffffffffff,                     /* below 2^63 */
	0x43e0000000000000,                     /* 2^63 */
	0x43f0000000000000,                     /* 2^64 */
	0x5fefffffffffffff, /* whose square is finite, just */
	0x5ff0000000000000, /* ... and is not */
	0x7fefffffffffffff, /* the largest */
	0x7ff0000000000000, /* infinity */
	0x7ff0000000000001, /* signaling NaN */
	0x7ff8000000000000, /* NaN */
	0x7ff8000000abcdef, /* with a payload */
};

static const uint32_t special_f32[] = {
	0x00000000,             /* 0 */
	0x00000001,             /* the smallest */
	0x007fffff,             /* the largest subnormal */
	0x00800000,             /* the smallest normal */
	0x01000001, 0x1fc00000, /* whose square is subnormal */
	0x34000000,             /* 2^-23 */
	0x3effffff,             /* below 1/2 */
	0x3f000000,             /* 1/2 */
	0x3f7fffff,             /* below 1 */
	0x3f800000,             /* 1 */
	0x3f800001,             /* above 1 */
	0x3fc00000,             /* 3/2 */
	0x3fc90fdb,             /* pi / 2 */
	0x40000000,             /* 2 */
	0x40200000,             /* 5/2 */
	0x40400000,             /* 3 */
	0x42b17218,             /* ln of the largest */
	0x42cff1b5,             /* -ln of half the smallest */
	0x42fe0000,             /* 127 */
	0x43150000,             /* 149 */
	0x4b000001,             /* 2^23 + 1 */
	0x4b800000,             /* 2^24 */
	0x4effffff,             /* below 2^31 */
	0x4f000000,             /* 2^31 */
	0x4f800000,             /* 2^32 */
	0x5effffff,             /* below 2^63 */
	0x5f000000,             /* 2^63 */
	0x5f7fffff,             /* whose square is finite, just */
	0x5f800000,             /* 2^64: ... and is not */
	0x7f7fffff,             /* the largest */
	0x7f800000,             /* infinity */
	0x7f800001,             /* signaling NaN */
	0x7fc00000,             /* NaN */
	0x7fc0abcd,             /* with a payload */
};

static const uint64_t special_i64[] = { 0, 1, 2, 3, 10, INT8_MAX, UINT8_MAX,
	INT16_MAX, UINT16_MAX, 46340, 46341, INT32_MAX, (uint64_t)INT32_MAX + 1,
	UINT32_MAX, (uint64_t)UINT32_MAX + 1, 3037000499, 3037000500,
	((uint64_t)1 << 53) - 1, (uint64_t)1 << 53, ((uint64_t)1 << 53) + 1,
	INT64_MAX - 511, INT64_MAX, (uint64_t)INT64_MAX + 1, UINT64_MAX - 1,
	UINT64_MAX };

_Static_assert(ELEMENTS == 7, "a new kind of element needs special ones");

#define ONE_OF(table, pick) table[(pick) % (sizeof(table) / sizeof(table[0]))]

void
mix_in_special(void *to, enum element element, size_t n, uint64_t seed)
{
	for (size_t i = 0; i < n; i++) {
		uint64_t pick = next_random(&seed);
		bool negative = pick >> 63;
		uint64_t f64 = ONE_OF(special_f64, pick >> 8);
		uint32_t f32 = ONE_OF(special_f32, pick >> 8);
		uint64_t i64 = ONE_OF(special_i64, pick >> 8);
		uint32_t i32;
		uint8_t u8 = (uint8_t)(pick >> 16);
		const void *from[] = { &f64, &f32, &i64, &i32, &i64, &i32,
			&u8 };

		/* Of eight, six are kept, one is such, and one is any bits. */
		if (pick % 8 > 1)
			continue;
		f64 |= (uint64_t)negative << 63;
		f32 |= (uint32_t)negative << 31;
		i64 = negative ? -i64 : i64;
		if (pick % 8 == 1) {
			f64 = i64 = next_random(&seed);
			f32 = (uint32_t)f64;
		}
		i32 = (uint32_t)i64;
		memcpy((char *)to + i * element_bytes[element], from[element],
		    element_bytes[element]);
	}
}

void
fill_inputs(
    const struct listed *kernel, char *const to[], size_t n, bool special)
{
	for (unsigned j = 0; j < kernel->inputs; j++) {
		fill_elements(to[j], kernel->element, n, 20261121 + j);
		if (special)
			mix_in_special(to[j], kernel->element, n, 3 + j);
	}
}
