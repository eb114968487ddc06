/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * montecarlo.c -- the price of an option, from four million possible futures.
 *
 * Future i is a function of the seed and of i, whichever thread comes to it,
 * and sums are added in an order that depends on their number alone: so the
 * price is the same to the last bit on any number of cores.
 */
#include <err.h>
#include <math.h>
#include <quern/quern.h>
#include <stdio.h>

enum { FUTURES = 1 << 22, BLOCK = 4096, SEED = 1900 };

/* The right to buy at 105, in a year, a share that is at 100. */
static const double share = 100, strike = 105, rate = 0.03, volatility = 0.2;

struct sums {
	double payoffs, squares;
};

static void
begin_sums(void *acc, void *unused)
{
	(void)unused;
	*(struct sums *)acc = (struct sums) { 0, 0 };
}

static void
add_sums(void *acc, const void *right, void *unused)
{
	(void)unused;
	((struct sums *)acc)->payoffs += ((const struct sums *)right)->payoffs;
	((struct sums *)acc)->squares += ((const struct sums *)right)->squares;
}

/* On a worker: what the futures [begin, end) pay. */
static void
look_ahead(
    quern_context *ctx, size_t begin, size_t end, void *acc, void *unused)
{
	double z[BLOCK], drift = rate - volatility * volatility / 2;
	int err = quern_run_inside(
	    ctx, quern_normal_f64(z, SEED, begin, end - begin));

	(void)unused;
	if (err)
		quern_fail(ctx, err);
	for (size_t i = 0; !err && i < end - begin; i++) {
		double then = share * exp(drift + volatility * z[i]);
		double payoff = then > strike ? then - strike : 0;

		((struct sums *)acc)->payoffs += payoff;
		((struct sums *)acc)->squares += payoff * payoff;
	}
}

static int
estimate(void *unused)
{
	static const quern_reducer how = { sizeof(struct sums), begin_sums,
		look_ahead, add_sums };
	struct sums sums = { 0, 0 };
	int err = quern_await(quern_reduce(FUTURES, BLOCK, &how, NULL, &sums));
	double mean = sums.payoffs / FUTURES;
	double variance = sums.squares / FUTURES - mean * mean;

	(void)unused;
	printf("the price is %.4f, give or take %.4f\n", exp(-rate) * mean,
	    exp(-rate) * sqrt(variance / FUTURES));
	return err;
}

int
main(void)
{
	return quern_main(estimate, NULL) ? 1 : 0;
}
