/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * math.c -- subject 13: the transcendental kernels, on one thread with arrays
 * that stay in the second cache, and pow on all cores, in the third.
 *
 * A round's figure is its fastest call, which nothing has interrupted.  quern's
 * kernels run as a user runs them, by quern_run() with one thread.
 * SLEEF's and libmvec's functions are called in a loop over the widest vectors
 * that the instruction set in use has.
 */
#include <math.h>
#include <omp.h>
#include <quern/quern.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/isa.h"
#include "math_loops.h"
#include "numpy.h"
#include "rounds.h"
#include "work.h"

enum { N = 32768, WIDE_N = 1 << 18 };

#define ROUND_SECONDS 0.01

/* A function, and whose. */
struct turn {
	const struct math_function *function;
	math_loop *loop; /* NULL: quern's, or NumPy's */
	bool numpy;
	void *out, *x, *y;
};

/* ---- one thread ---- */

static void
once(const struct turn *turn)
{
	int status;

	if (turn->loop) {
		turn->loop(turn->out, turn->x, turn->y, N);
		return;
	}
	status = quern_run(
	    NULL, turn->function->quern(turn->out, turn->x, turn->y, N));
	if (status)
		die("quern: %s", quern_strerror(status));
}

static void
turn_round(void *arg, double value[])
{
	const struct turn *turn = arg;
	double seconds = rounds_seconds(ROUND_SECONDS);
	uint64_t begun, before, now, best = UINT64_MAX;

	if (turn->numpy) {
		value[0] =
		    numpy_measure(turn->function->name, turn->function->type, N,
			turn->function->low, turn->function->high, seconds);
		return;
	}
	begun = before = now_ns();
	do {
		once(turn);
		now = now_ns();
		if (now - before < best)
			best = now - before;
		before = now;
	} while ((double)(now - begun) < seconds * 1e9);
	value[0] = (double)best / N;
}

static double
uniform(uint64_t *state, double low, double high)
{
	*state = *state * UINT64_C(6364136223846793005) + 1442695040888963407;
	return low + (double)(*state >> 11) * 0x1p-53 * (high - low);
}

/* Random numbers from low to high. */
static void *
arguments(const char *type, double low, double high, uint64_t seed, size_t n)
{
	double *f64 = get_memory(n, sizeof(double));
	float *f32 = (float *)f64;

	for (size_t i = 0; i < n; i++) {
		double x = uniform(&seed, low, high);

		if (strcmp(type, "f64"))
			f32[i] = (float)x;
		else
			f64[i] = x;
	}
	return f64;
}

/* A result of a peer's that is far off is another function's. */
static void
check(const struct turn *turn, double want[], bool first)
{
	bool wide = !strcmp(turn->function->type, "f64");

	once(turn);
	for (size_t i = 0; i < N; i++) {
		double got = wide ? ((double *)turn->out)[i] :
				    (double)((float *)turn->out)[i];

		if (first)
			want[i] = got;
		else if (!(fabs(got - want[i]) <= 1e-5 * fabs(want[i]) + 1e-5))
			die("%s of %s: %g is not %g", turn->function->name,
			    turn->function->type, got, want[i]);
	}
}

/* Does NumPy have it? */
static bool
numpy_knows(const struct math_function *function)
{
	return numpy_measure(function->name, function->type, N, function->low,
		   function->high, 0) > 0;
}

/* Which of a peer's loops goes with the instruction set in use. */
static size_t
width_in_use(void)
{
	return strcmp(quern__isa()->name, "avx2") ? 1 : 0;
}

static void
measure(const struct math_function *function, bool numpy, bool all)
{
	static const struct figure figure = { "", "ns", false };
	size_t wide = width_in_use();
	double *want = get_memory(N, sizeof(double));
	struct turn turn[5];
	struct contender contender[5];
	size_t n = 0;
	char work[80];
	/*
	 * Those that promise 1 ULP, and NumPy where it is the one to beat; the
	 * others, of up to 4 ULP, are there to be seen.
	 */
	bool against_numpy = !strcmp(function->name, "exp") ||
	    !strcmp(function->name, "log") || !strcmp(function->name, "pow");
	struct {
		const char *who;
		bool there, peer;
		math_loop *loop;
		bool numpy;
	} const candidate[] = {
		{ "quern", true, false, NULL, false },
		{ "SLEEF", function->peers.sleef[wide], true,
		    function->peers.sleef[wide], false },
		{ "glibc", all && function->peers.glibc, true,
		    function->peers.glibc, false },
		{ "NumPy", all && numpy && numpy_knows(function), against_numpy,
		    NULL, true },
		{ "libmvec", all && function->peers.libmvec[wide], false,
		    function->peers.libmvec[wide], false },
	};
	void *out = get_memory(N, sizeof(double));
	void *x =
	    arguments(function->type, function->low, function->high, 1, N);
	void *y = arguments(function->type, -10, 10, 2, N);

	for (size_t c = 0; c < sizeof(candidate) / sizeof(*candidate); c++) {
		if (!candidate[c].there)
			continue;
		turn[n] = (struct turn) { function, candidate[c].loop,
			candidate[c].numpy, out, x, y };
		if (!candidate[c].numpy)
			check(&turn[n], want, n == 0);
		contender[n] = (struct contender) { candidate[c].who,
			candidate[c].peer, turn_round, &turn[n] };
		n++;
	}
	/* The peers' pow has an exponent for each element. */
	snprintf(work, sizeof(work), "13 %s%s_%s, 1 thread%s%s", function->name,
	    strcmp(function->name, "pow") ? "" : "v", function->type,
	    all ? "" : ", ", all ? "" : quern__isa()->name);
	rounds_measure(work, &figure, 1, contender, n);
	free(y);
	free(x);
	free(out);
	free(want);
}

/* ---- all cores ---- */

/* How many times as fast on all cores as on one. */
struct gain {
	quern_executor *all;
	double *out, *x, *y;
	uint64_t steps;
	math_loop *loop; /* of a peer's pow; NULL: plain multiplications */
};

enum { CALLS = 16 };

static double
pow_on(quern_executor *pool, const struct gain *gain)
{
	uint64_t begun = now_ns();
	int status = 0;

	for (int i = 0; i < CALLS && !status; i++)
		status = quern_run(
		    pool, quern_powv_f64(gain->out, gain->x, gain->y, WIDE_N));
	if (status)
		die("quern: %s", quern_strerror(status));
	return (double)(now_ns() - begun);
}

static void
quern_gain(void *arg, double value[])
{
	const struct gain *gain = arg;
	/* On this thread; a pool's worker would have its help. */
	double alone = pow_on(NULL, gain);

	value[0] = alone / pow_on(gain->all, gain);
}

static void
bare_part(unsigned index, unsigned n, void *arg)
{
	const struct gain *gain = arg;
	size_t part = WIDE_N / n / 16 * 16, at = index * part;

	if (!gain->loop && !work_do(index, gain->steps / n))
		die("no number");
	for (int i = 0; gain->loop && i < CALLS; i++)
		gain->loop(gain->out + at, gain->x + at, gain->y + at, part);
}

static void
bare_gain(void *arg, double value[])
{
	struct gain *gain = arg;
	double alone = bare_threads(1, bare_part, gain);

	value[0] = alone / bare_threads(cores(), bare_part, gain);
}

static quern_executor *
pool_of(unsigned workers)
{
	quern_threads_options options;
	quern_executor *pool;

	quern_threads_options_init(&options);
	options.workers = workers;
	if (quern_threads_create(&pool, &options))
		die("quern: no pool");
	return pool;
}

/*
 * Threads that multiply in a chain gain all there is even where two cores are
 * halves of one, but pow keeps its units busy.  So the peer is another pow, that
 * bare threads share out as evenly.
 */
static void
measure_gain(const struct math_function *pow_function)
{
	static const struct figure figure = { "gain", "times", true };
	struct gain gain = {
		.out = get_memory(WIDE_N, sizeof(double)),
		.x = arguments("f64", 0, 1000, 1, WIDE_N),
		.y = arguments("f64", -10, 10, 2, WIDE_N),
		.steps = work_steps(rounds_seconds(0.02)),
	};
	struct gain sleef = gain;
	const struct contender contender[] = {
		{ "quern", false, quern_gain, &gain },
		{ "bare, SLEEF's pow", true, bare_gain, &sleef },
		{ "bare, multiplying", false, bare_gain, &gain },
	};
	char work[60];

	sleef.loop = pow_function->peers.sleef[width_in_use()];
	gain.all = pool_of(cores());
	snprintf(work, sizeof(work), "13 powv_f64, %u threads", cores());
	rounds_measure(work, &figure, 1, contender, sleef.loop ? 3 : 1);
	if (quern_executor_destroy(gain.all))
		die("quern: no end");
	free(gain.y);
	free(gain.x);
	free(gain.out);
}

/* The same kernel where there is nothing wider than AVX2. */
static void
measure_on_avx2(const struct math_function *function)
{
	const struct quern__isa *before = quern__isa(), *isa;

	for (size_t i = 0; (isa = quern__isa_at(i)); i++)
		if (!strcmp(isa->name, "avx2") && isa != before) {
			quern__isa_use(isa);
			measure(function, false, false);
			quern__isa_use(before);
		}
}

int
main(int argc, char **argv)
{
	bool numpy;

	rounds_begin(argc, argv);
	numpy = numpy_start();
	if (!numpy)
		fputs("left out, since it is not installed: numpy\n", stderr);
	omp_set_num_threads(1);
	for (size_t i = 0; i < math_function_count; i++) {
		measure(&math_functions[i], numpy, true);
		if (!strcmp(math_functions[i].name, "pow")) {
			measure_on_avx2(&math_functions[i]);
			if (!strcmp(math_functions[i].type, "f64"))
				measure_gain(&math_functions[i]);
		}
	}
	return 0;
}
