/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kernels.c -- subject 18: every kernel of the list, on one thread with arrays
 * that stay in the second cache, beside the loop that one would write instead.
 *
 * A round's figure is its fastest call, which nothing has interrupted.  quern's
 * kernels run as a user runs them, by quern_run() with one thread.  Results are
 * compared once.
 */
#include <math.h>
#include <omp.h>
#include <quern/quern.h>
#include <string.h>
#include <stdio.h>

#include "kernel_loops.h"
#include "rounds.h"

enum { N = 16384, INPUTS = 4, MASK = 3 };

#define ROUND_SECONDS 0.0015

static char *input[INPUTS], *output[2];

/* A kernel, by quern or by a plain loop. */
struct turn {
	const struct kernel_loop *kernel;
	bool plain;
	void *out;
};

static void
once(const struct turn *turn)
{
	const void *const in[] = { input[0], input[1], input[2], input[3] };
	int status;

	if (turn->plain) {
		turn->kernel->plain(turn->out, in, N);
		return;
	}
	status = quern_run(NULL, turn->kernel->build(turn->out, in, N));
	if (status)
		die("%s: %s", turn->kernel->name, quern_strerror(status));
}

static void
turn_round(void *arg, double value[])
{
	const struct turn *turn = arg;
	double seconds = rounds_seconds(ROUND_SECONDS);
	uint64_t begun = now_ns(), before = begun, now, best = UINT64_MAX;

	do {
		once(turn);
		now = now_ns();
		if (now - before < best)
			best = now - before;
		before = now;
	} while ((double)(now - begun) < seconds * 1e9);
	value[0] = (double)best / N;
}

/*
 * Floats from 0 to 1; integers from 1024 to 2047 in the first input and from 0
 * on in the others, so that checked differences fit.  Of a mask the kernels that
 * could stop early see all.
 */
static void
fill(const struct kernel_loop *kernel, unsigned j)
{
	uint64_t state = j + 1, mask = strcmp(kernel->name, "any_u8") != 0;

	for (size_t i = 0; i < N; i++) {
		uint64_t bits;
		double f64;
		float f32;
		uint64_t u64;
		uint32_t u32;

		state =
		    state * UINT64_C(6364136223846793005) + 1442695040888963407;
		bits = state >> 11;
		f64 = (double)bits * 0x1p-53;
		f32 = (float)f64;
		u64 = bits % 1024 + (j ? 0 : 1024);
		u32 = (uint32_t)u64;
		if (j == MASK)
			input[j][i] = bits >> 52 & 1;
		else if (kernel->in == KERNEL_F64)
			memcpy(input[j] + i * sizeof(f64), &f64, sizeof(f64));
		else if (kernel->in == KERNEL_F32)
			memcpy(input[j] + i * sizeof(f32), &f32, sizeof(f32));
		else if (kernel->in_bytes == sizeof(u64))
			memcpy(input[j] + i * sizeof(u64), &u64, sizeof(u64));
		else if (kernel->in_bytes == sizeof(u32))
			memcpy(input[j] + i * sizeof(u32), &u32, sizeof(u32));
		else
			input[j][i] = (char)mask;
	}
}

static double
number(const struct kernel_loop *kernel, const char *at, size_t i)
{
	double f64;
	float f32;

	if (kernel->out == KERNEL_F64) {
		memcpy(&f64, at + i * sizeof(f64), sizeof(f64));
		return f64;
	}
	memcpy(&f32, at + i * sizeof(f32), sizeof(f32));
	return (double)f32;
}

/* A result that is far off is another function's. */
static void
check(const struct kernel_loop *kernel)
{
	size_t n = kernel->reduces ? 1 : N;

	if (kernel->out == KERNEL_INTEGER) {
		if (memcmp(output[0], output[1], n * kernel->out_bytes))
			die("%s: the plain loop says otherwise", kernel->name);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		double own = number(kernel, output[0], i);
		double other = number(kernel, output[1], i);

		if (!(fabs(own - other) <= 1e-5 * fabs(other) + 1e-5))
			die("%s: %g is not %g", kernel->name, own, other);
	}
}

static void
measure(const struct kernel_loop *kernel)
{
	static const struct figure figure = { "", "ns", false };
	struct turn own = { kernel, false, output[0] };
	struct turn plain = { kernel, true, output[1] };
	const struct contender contender[] = {
		{ "quern", false, turn_round, &own },
		{ "plain loop", true, turn_round, &plain },
	};
	/* Of a description, nobody writes one. */
	bool peer = kernel->plain && kernel->out_bytes <= sizeof(double);
	char work[80];

	for (unsigned j = 0; j < INPUTS; j++)
		fill(kernel, j);
	if (peer) {
		once(&own);
		once(&plain);
		check(kernel);
	}
	snprintf(work, sizeof(work), "18 %s", kernel->name);
	rounds_measure_alone(work, &figure, 1, contender, peer ? 2 : 1);
}

int
main(int argc, char **argv)
{
	rounds_begin(argc, argv);
	omp_set_num_threads(1);
	for (size_t j = 0; j < INPUTS; j++)
		/* Not a multiple of 4 KiB apart. */
		input[j] = (char *)get_memory(N + 64, sizeof(double)) + 64 * j;
	for (size_t j = 0; j < 2; j++)
		output[j] = (char *)get_memory(N + 64, sizeof(double)) + 320;
	for (size_t i = 0; i < kernel_loop_count; i++)
		measure(&kernel_loops[i]);
	return 0;
}
