/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * isa.c -- which instruction set, chosen once when the first kernel runs.
 *
 * The best one that the processor and the operating system support.  The
 * environment variable QUERN_ISA (baseline, avx2, avx512, neon) names another
 * one, for tests; a name that is unknown or not supported here is ignored.
 *
 * Process-wide on purpose: a process runs on one kind of processor.
 *
 * Not ifunc or target_clones: these run before sanitizers are set up, fail on
 * musl, and leave tests no way to run all variants in one process.
 */
#include "isa.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* Listed plainest first. */
struct known {
	struct quern__isa isa;
	bool (*here)(void); /* NULL: every machine of this kind has it */
};

#if defined(__x86_64__)
#include <cpuid.h>

/*
 * All of x86-64-v3 that a compiler may use.  __builtin_cpu_supports() knows
 * whether the operating system saves the wide registers, but not every
 * compiler's knows the scalar extensions.
 */
static bool
has_v3(void)
{
	unsigned a, b, c, d;

	if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma") ||
	    !__builtin_cpu_supports("bmi") || !__builtin_cpu_supports("bmi2"))
		return false;
	if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_MOVBE) ||
	    !(c & bit_F16C))
		return false;
	return __get_cpuid(0x80000001, &a, &b, &c, &d) && (c & bit_LZCNT);
}

static bool
has_v4(void)
{
	return has_v3() && __builtin_cpu_supports("avx512f") &&
	    __builtin_cpu_supports("avx512bw") &&
	    __builtin_cpu_supports("avx512cd") &&
	    __builtin_cpu_supports("avx512dq") &&
	    __builtin_cpu_supports("avx512vl");
}

static const struct known known[] = {
	{ { "baseline", 0 }, NULL },
	{ { "avx2", 1 }, has_v3 },
	{ { "avx512", 2 }, has_v4 },
};

#elif defined(__aarch64__)

static const struct known known[] = {
	{ { "neon", 0 }, NULL },
};

#else
#error "quern's kernels know x86-64 and aarch64"
#endif

static pthread_once_t once = PTHREAD_ONCE_INIT;
/* Written once, published by `once`. */
static const struct quern__isa *chosen;
static size_t streams_from;

const struct quern__isa *
quern__isa_at(size_t i)
{
	for (size_t k = 0; k < sizeof(known) / sizeof(known[0]); k++)
		if ((!known[k].here || known[k].here()) && i-- == 0)
			return &known[k].isa;
	return NULL;
}

#if defined(__x86_64__)

/*
 * Bytes of the last cache that cores share, by the processor's own description,
 * of which both makers have a leaf; 0 if it has none.  sysconf() of glibc 2.36
 * was seen to give ten times as much on a virtual machine.
 */
static size_t
described_cache(unsigned leaf)
{
	unsigned a, b, c, d, highest = 0;
	size_t bytes = 0;

	for (unsigned i = 0; __get_cpuid_count(leaf, i, &a, &b, &c, &d); i++) {
		unsigned type = a & 31, level = a >> 5 & 7;

		if (!type || i == 16)
			break;
		if (type == 2 || level < highest) /* instructions */
			continue;
		highest = level;
		bytes = ((size_t)(b >> 22) + 1) * ((b >> 12 & 1023) + 1) *
		    ((b & 4095) + 1) * ((size_t)c + 1);
	}
	return highest > 1 ? bytes : 0;
}

#endif

/* Its bytes; SIZE_MAX if nobody knows, or nothing could pass by it. */
static size_t
last_cache(void)
{
#if defined(__x86_64__)
	size_t intel = described_cache(4);
	size_t amd = intel ? 0 : described_cache(0x8000001d);

	if (intel || amd)
		return intel ? intel : amd;
#endif
	return SIZE_MAX;
}

static void
choose(void)
{
	const char *wanted = getenv("QUERN_ISA");
	const struct quern__isa *isa;

	streams_from = last_cache();
	for (size_t i = 0; (isa = quern__isa_at(i)); i++) {
		chosen = isa;
		if (wanted && strcmp(wanted, isa->name) == 0)
			return;
	}
}

const struct quern__isa *
quern__isa(void)
{
	pthread_once(&once, choose);
	return chosen;
}

void
quern__isa_use(const struct quern__isa *isa)
{
	pthread_once(&once, choose);
	chosen = isa;
}

size_t
quern__streams_from(void)
{
	pthread_once(&once, choose);
	return streams_from;
}

void
quern__streams_from_use(size_t bytes)
{
	pthread_once(&once, choose);
	streams_from = bytes;
}
