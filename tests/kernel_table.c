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
#undef QUERN_0S
#undef QUERN_1
#undef QUERN_1S
#undef QUERN_1K
#undef QUERN_1SS
#undef QUERN_2
#undef QUERN_2S
#undef QUERN_3
#undef QUERN_IS1
#undef QUERN_IS1S
#undef QUERN_IS2
#undef QUERN_PICK
#undef QUERN_OK1
#undef QUERN_OK2
#undef QUERN_RANDOM
#undef QUERN_RANDOM_S
#undef QUERN_RANDOM_SS
#undef QUERN_TO1
#undef QUERN_TO1_2

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
