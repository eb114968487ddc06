/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * map.h -- what a family of elementwise kernels is made of.
 *
 *     square.c pow.c ... --> [map.h] --> map.c
 *
 * A family is one file; square.c is a small one to look at.  It is compiled
 * once per instruction set, when MAP_LOOP... become loops over vectors and
 * MAP_OP... nothing, and once plainly, the other way round (isa.h).  MAP_1 and
 * its like are both in one.
 *
 * F(v), F(v, s), F(v, w), F(v, w, u) is an expression on vectors of the element
 * type t (simd.h); s is the scalar in all lanes.  What does not fill a vector
 * goes through the same code in a padded one, and vectors are cut by index,
 * never by address: an element's bits do not depend on its neighbours.
 */
#ifndef QUERN_KERNELS_MAP_H
#define QUERN_KERNELS_MAP_H

#include "array.h"
#include "isa.h"

typedef double quern__f64;
typedef float quern__f32;
typedef int64_t quern__i64;
typedef int32_t quern__i32;
typedef uint64_t quern__u64;
typedef uint32_t quern__u32;
typedef uint8_t quern__u8;

/* Elements per block, by what one costs: blocks of some 10 us. */
enum { MAP_CHEAP = 32768, MAP_DEAR = 4096 };

/* The op's scalars as an element; what builders made of one. */
#define MAP_SCALAR_f64(number) ((number).f64)
#define MAP_SCALAR_f32(number) ((float)(number).f64)
#define MAP_SCALAR_i64(number) ((number).i64)
#define MAP_SCALAR_i32(number) ((int32_t)(number).i64)
#define MAP_SCALAR_u64(number) ((number).u64)
#define MAP_SCALAR_u32(number) ((uint32_t)(number).u64)

#ifdef QUERN_ISA_NAME

#include "simd.h"

/* A loop, written out by the family: what follows is its body. */
#define MAP_LOOP(name)                                                         \
	quern__loop VARIANT(name);                                             \
	void VARIANT(name)(                                                    \
	    const quern_op *op, void *out, const void *const in[], size_t n)

/* Vectors that are worked on side by side. */
enum { MAP_SIDE = 4 };

/*
 * INPUTS(t) declares a to c, where the inputs begin, and LOAD loads v to u from
 * there.  R is the vector type of the results, which has as many lanes as t's,
 * but maybe shorter ones.
 */
#define MAP_LOOP_(name, t, R, INPUTS, LOAD, F, arguments)                      \
	MAP_LOOP(name)                                                         \
	{                                                                      \
		typedef R R_at __attribute__((aligned(1), may_alias));         \
		enum { WIDTH = sizeof(t##v) / sizeof(quern__##t) };            \
		enum { TO = sizeof(R) / WIDTH };                               \
		INPUTS                                                         \
		char *to = out;                                                \
		size_t i = 0;                                                  \
		t##v v, w, u, s = t##v_all(MAP_SCALAR_##t(op->scalar));        \
		t##v s2 = t##v_all(MAP_SCALAR_##t(op->how.scalar2));           \
                                                                               \
		(void)in, (void)v, (void)w, (void)u, (void)s, (void)s2;        \
		for (; n - i >= MAP_SIDE * WIDTH; i += MAP_SIDE * WIDTH)       \
			for (size_t k = 0; k < MAP_SIDE; k++) {                \
				LOAD(t, i + k * WIDTH)                         \
				*(R_at *)(to + (i + k * WIDTH) * TO) =         \
				    F arguments;                               \
			}                                                      \
		for (; n - i >= WIDTH; i += WIDTH) {                           \
			LOAD(t, i)                                             \
			*(R_at *)(to + i * TO) = F arguments;                  \
		}                                                              \
		if (i < n) {                                                   \
			R r;                                                   \
                                                                               \
			LOAD##_PART(t, i, n - i) r = F arguments;              \
			memcpy(to + i * TO, &r, (n - i) * TO);                 \
		}                                                              \
	}

/*
 * F##_near(v) of one input; or F##_far(v), if F##_rare(v) says that some lane
 * needs it.  What runs until then is a function of its own: a call in its loop
 * would have all constants loaded anew for each vector.
 */
#define MAP_LOOP_1R(name, t, F)                                                \
	/* How many of n have been done, in vectors. */                        \
	static __attribute__((noinline))                                       \
	size_t name##_##t##_run(char *to, const char *from, size_t n)          \
	{                                                                      \
		enum { SIZE = sizeof(quern__##t) };                            \
		enum { WIDTH = sizeof(t##v) / SIZE };                          \
		size_t i = 0;                                                  \
                                                                               \
		for (; n - i >= WIDTH; i += WIDTH) {                           \
			t##v v = t##v_load(from + i * SIZE);                   \
                                                                               \
			if (__builtin_expect(F##_rare(v), 0))                  \
				break;                                         \
			t##v_store(to + i * SIZE, F##_near(v));                \
		}                                                              \
		return i;                                                      \
	}                                                                      \
	MAP_LOOP(name##_##t)                                                   \
	{                                                                      \
		enum { SIZE = sizeof(quern__##t) };                            \
		enum { WIDTH = sizeof(t##v) / SIZE };                          \
		const char *a = in[0];                                         \
		char *to = out;                                                \
		size_t i = 0;                                                  \
		t##v v;                                                        \
                                                                               \
		(void)op;                                                      \
		for (;; i += WIDTH) {                                          \
			i += name##_##t##_run(                                 \
			    to + i * SIZE, a + i * SIZE, n - i);               \
			if (n - i < WIDTH)                                     \
				break;                                         \
			v = F##_far(t##v_load(a + i * SIZE));                  \
			t##v_store(to + i * SIZE, v);                          \
		}                                                              \
		if (i < n) {                                                   \
			v = MAP_PART(t, a, i, n - i);                          \
			v = F##_rare(v) ? F##_far(v) : F##_near(v);            \
			memcpy(to + i * SIZE, &v, (n - i) * SIZE);             \
		}                                                              \
	}

#define MAP_INPUTS0
#define MAP_INPUTS1 const char *a = in[0];
#define MAP_INPUTS2 MAP_INPUTS1 const char *b = in[1];
#define MAP_INPUTS3 MAP_INPUTS2 const char *c = in[2];
#define MAP_LOAD(t, from, i) t##v_load(from + (i) * sizeof(quern__##t))
#define MAP_PART(t, from, i, n)                                                \
	t##v_load_part(from + (i) * sizeof(quern__##t), n, t##v_all(1))
#define MAP_LOAD0(t, i)
#define MAP_LOAD1(t, i) v = MAP_LOAD(t, a, i);
#define MAP_LOAD2(t, i) MAP_LOAD1(t, i) w = MAP_LOAD(t, b, i);
#define MAP_LOAD3(t, i) MAP_LOAD2(t, i) u = MAP_LOAD(t, c, i);
#define MAP_LOAD0_PART(t, i, n)
#define MAP_LOAD1_PART(t, i, n) v = MAP_PART(t, a, i, n);
#define MAP_LOAD2_PART(t, i, n)                                                \
	MAP_LOAD1_PART(t, i, n) w = MAP_PART(t, b, i, n);
#define MAP_LOAD3_PART(t, i, n)                                                \
	MAP_LOAD2_PART(t, i, n) u = MAP_PART(t, c, i, n);

#define MAP_LOOP_0S(name, t, F)                                                \
	MAP_LOOP_(name##_##t, t, t##v, MAP_INPUTS0, MAP_LOAD0, F, (s))
#define MAP_LOOP_1(name, t, F)                                                 \
	MAP_LOOP_(name##_##t, t, t##v, MAP_INPUTS1, MAP_LOAD1, F, (v))
#define MAP_LOOP_1S(name, t, F)                                                \
	MAP_LOOP_(name##_##t, t, t##v, MAP_INPUTS1, MAP_LOAD1, F, (v, s))
#define MAP_LOOP_1SS(name, t, F)                                               \
	MAP_LOOP_(name##_##t, t, t##v, MAP_INPUTS1, MAP_LOAD1, F, (v, s, s2))
#define MAP_LOOP_2(name, t, F)                                                 \
	MAP_LOOP_(name##_##t, t, t##v, MAP_INPUTS2, MAP_LOAD2, F, (v, w))
#define MAP_LOOP_2S(name, t, F)                                                \
	MAP_LOOP_(name##_##t, t, t##v, MAP_INPUTS2, MAP_LOAD2, F, (v, w, s))
#define MAP_LOOP_3(name, t, F)                                                 \
	MAP_LOOP_(name##_##t, t, t##v, MAP_INPUTS3, MAP_LOAD3, F, (v, w, u))

/*
 * For loops whose elements differ in size, which vectors of one type do not fit:
 * an element at any address, and what to write before the for, so that the
 * compiler makes vectors of its own.  Only operations that round as one element
 * alone does may be in there.
 */
typedef double f64_at __attribute__((aligned(1), may_alias));
typedef float f32_at __attribute__((aligned(1), may_alias));
typedef int64_t i64_at __attribute__((aligned(1), may_alias));
typedef int32_t i32_at __attribute__((aligned(1), may_alias));
typedef uint64_t u64_at __attribute__((aligned(1), may_alias));
typedef uint32_t u32_at __attribute__((aligned(1), may_alias));
typedef uint8_t u8_at __attribute__((aligned(1), may_alias));

#ifdef __clang__
#define MAP_EACH _Pragma("clang loop vectorize(assume_safety)")
#else
#define MAP_EACH _Pragma("GCC ivdep")
#endif

#define MAP_OP_1(name, t, block)
#define MAP_OP_1S(name, t, block)
#define MAP_OP_1SS(name, t, block)
#define MAP_OP_2(name, t, block)
#define MAP_OP_2S(name, t, block)
#define MAP_OP_3(name, t, block)

#else

#include <quern/kernels.h>

#define MAP_LOOP_0S(name, t, F)
#define MAP_LOOP_1(name, t, F)
#define MAP_LOOP_1R(name, t, F)
#define MAP_LOOP_1S(name, t, F)
#define MAP_LOOP_1SS(name, t, F)
#define MAP_LOOP_2(name, t, F)
#define MAP_LOOP_2S(name, t, F)
#define MAP_LOOP_3(name, t, F)

/* The kind `id`; a to d are the bytes of elements of out, in, in2 and in3. */
#define MAP_KIND(id, block_, a, b, c, d)                                       \
	VARIANTS(quern__loop, id)                                              \
	static const struct quern_kind id = {                                  \
		.name = #id,                                                   \
		.block = block_,                                               \
		.bytes = { a, b, c, d },                                       \
		.loop = id##_variants,                                         \
		.check = quern__check_map,                                     \
		.range = quern__map_range,                                     \
	};                                                                     \
	QUERN_REGISTER(id)

#define MAP_BYTES(t) sizeof(quern__##t)

#define MAP_OP_1(name, t, block)                                               \
	MAP_KIND(name##_##t, block, MAP_BYTES(t), MAP_BYTES(t), 0, 0)          \
	quern_op quern_##name##_##t(                                           \
	    quern__##t *out, const quern__##t *in, size_t n)                   \
	{                                                                      \
		return quern__kernel_op(&name##_##t, out, in, NULL, NULL, n,   \
		    QUERN__NO_NUMBER, QUERN__NO_NUMBER);                       \
	}
#define MAP_OP_1S(name, t, block)                                              \
	MAP_KIND(name##_##t, block, MAP_BYTES(t), MAP_BYTES(t), 0, 0)          \
	quern_op quern_##name##_##t(quern__##t *out, const quern__##t *in,     \
	    quern__##t scalar, size_t n)                                       \
	{                                                                      \
		return quern__kernel_op(&name##_##t, out, in, NULL, NULL, n,   \
		    MAP_NUMBER_##t(scalar), QUERN__NO_NUMBER);                 \
	}
#define MAP_OP_1SS(name, t, block)                                             \
	MAP_KIND(name##_##t, block, MAP_BYTES(t), MAP_BYTES(t), 0, 0)          \
	quern_op quern_##name##_##t(quern__##t *out, const quern__##t *in,     \
	    quern__##t scalar, quern__##t scalar2, size_t n)                   \
	{                                                                      \
		return quern__kernel_op(&name##_##t, out, in, NULL, NULL, n,   \
		    MAP_NUMBER_##t(scalar), MAP_NUMBER_##t(scalar2));          \
	}
#define MAP_OP_2(name, t, block)                                               \
	MAP_KIND(                                                              \
	    name##_##t, block, MAP_BYTES(t), MAP_BYTES(t), MAP_BYTES(t), 0)    \
	quern_op quern_##name##_##t(quern__##t *out, const quern__##t *a,      \
	    const quern__##t *b, size_t n)                                     \
	{                                                                      \
		return quern__kernel_op(&name##_##t, out, a, b, NULL, n,       \
		    QUERN__NO_NUMBER, QUERN__NO_NUMBER);                       \
	}
#define MAP_OP_2S(name, t, block)                                              \
	MAP_KIND(                                                              \
	    name##_##t, block, MAP_BYTES(t), MAP_BYTES(t), MAP_BYTES(t), 0)    \
	quern_op quern_##name##_##t(quern__##t *out, const quern__##t *a,      \
	    const quern__##t *b, quern__##t scalar, size_t n)                  \
	{                                                                      \
		return quern__kernel_op(&name##_##t, out, a, b, NULL, n,       \
		    MAP_NUMBER_##t(scalar), QUERN__NO_NUMBER);                 \
	}
#define MAP_OP_3(name, t, block)                                               \
	MAP_KIND(name##_##t, block, MAP_BYTES(t), MAP_BYTES(t), MAP_BYTES(t),  \
	    MAP_BYTES(t))                                                      \
	quern_op quern_##name##_##t(quern__##t *out, const quern__##t *a,      \
	    const quern__##t *b, const quern__##t *c, size_t n)                \
	{                                                                      \
		return quern__kernel_op(&name##_##t, out, a, b, c, n,          \
		    QUERN__NO_NUMBER, QUERN__NO_NUMBER);                       \
	}

#define MAP_NUMBER_f64(x) ((union quern_number) { .f64 = (x) })
#define MAP_NUMBER_f32(x) ((union quern_number) { .f64 = (double)(x) })
#define MAP_NUMBER_i64(x) ((union quern_number) { .i64 = (x) })
#define MAP_NUMBER_i32(x) ((union quern_number) { .i64 = (x) })
#define MAP_NUMBER_u64(x) ((union quern_number) { .u64 = (x) })
#define MAP_NUMBER_u32(x) ((union quern_number) { .u64 = (x) })

#endif

#define MAP_1(name, t, block, F)                                               \
	MAP_LOOP_1(name, t, F)                                                 \
	MAP_OP_1(name, t, block)
#define MAP_1R(name, t, block, F)                                              \
	MAP_LOOP_1R(name, t, F)                                                \
	MAP_OP_1(name, t, block)
#define MAP_1S(name, t, block, F)                                              \
	MAP_LOOP_1S(name, t, F)                                                \
	MAP_OP_1S(name, t, block)
#define MAP_1SS(name, t, block, F)                                             \
	MAP_LOOP_1SS(name, t, F)                                               \
	MAP_OP_1SS(name, t, block)
#define MAP_2(name, t, block, F)                                               \
	MAP_LOOP_2(name, t, F)                                                 \
	MAP_OP_2(name, t, block)
#define MAP_2S(name, t, block, F)                                              \
	MAP_LOOP_2S(name, t, F)                                                \
	MAP_OP_2S(name, t, block)
#define MAP_3(name, t, block, F)                                               \
	MAP_LOOP_3(name, t, F)                                                 \
	MAP_OP_3(name, t, block)

/*
 * n elements by `loop`, of which the first is number `begin`.  `acc` is NULL, or
 * the first number so far that has no place in the result (verdict.h).
 */
static inline void
quern__run_loop(const quern_op *op, quern__loop *loop, void *out,
    const void *const in[], size_t begin, size_t n, size_t *acc)
{
	quern_op with_place;
	size_t good = n;

	if (!acc && !op->kind->indexed) {
		loop(op, out, in, n);
		return;
	}
	with_place = *op;
	if (acc)
		with_place.how.scalar2.pointer = &good;
	else
		with_place.how.scalar2.u64 += begin;
	loop(&with_place, out, in, n);
	if (acc && good < n && begin + good < *acc)
		*acc = begin + good;
}

/* The range of every elementwise kind. */
void quern__map_range(quern_context *ctx, const quern_op *op, size_t begin,
    size_t end, void *acc);

/*
 * The loop that its kind's range would call with where the elements are, if it
 * does nothing but that; or NULL.
 */
quern__loop *quern__map_loop(const quern_op *op);

#endif
