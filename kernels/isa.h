/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * isa.h -- which instruction set, and functions that exist once for each.
 *
 *     square.c pow.c ... --> [isa.h] --> the same file, compiled for AVX2, ...
 *
 * A family of kernels is one file that is compiled several times: once as it
 * is, and once per instruction set with its flags and QUERN_ISA_NAME set.  The
 * copies define VARIANT(x), which is quern__x_avx2 and so on, and nothing else
 * that is visible; the plain one has a table of them, VARIANTS(type, x), and
 * calls x_variants[quern__isa()->index].
 */
#ifndef QUERN_KERNELS_ISA_H
#define QUERN_KERNELS_ISA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct quern__isa {
	const char *name; /* as in QUERN_ISA */
	unsigned index;   /* among the variants of a function, see below */
};

/* The instruction set in use.  Any thread. */
const struct quern__isa *quern__isa(void);

/*
 * For tests: the i-th instruction set that this machine has, plainest first,
 * or NULL past the last.
 */
const struct quern__isa *quern__isa_at(size_t i);

/*
 * Stores that pass by the caches win when a job writes more bytes than the last
 * of them holds; SIZE_MAX where there are none.
 */
size_t quern__streams_from(void);
/* For tests, while no other thread is in the library. */
void quern__streams_from_use(size_t bytes);

/* For tests, while no other thread is in the library: use `isa` from now on. */
void quern__isa_use(const struct quern__isa *isa);

#define QUERN__PASTE_(name, isa) quern__##name##_##isa
#define QUERN__PASTE(name, isa) QUERN__PASTE_(name, isa)
#ifdef QUERN_ISA_NAME
#define VARIANT(name) QUERN__PASTE(name, QUERN_ISA_NAME)
#elif defined(__x86_64__)
#define VARIANTS(type, name)                                                   \
	type quern__##name##_baseline, quern__##name##_avx2,                   \
	    quern__##name##_avx512;                                            \
	static type *const name##_variants[] = { quern__##name##_baseline,     \
		quern__##name##_avx2, quern__##name##_avx512 };
#else
#define VARIANTS(type, name)                                                   \
	type quern__##name##_neon;                                             \
	static type *const name##_variants[] = { quern__##name##_neon };
#endif

#endif
