/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_kernels_nist.c -- mean, deviation and autocorrelation of the univariate
 * sets of NIST's Statistical Reference Datasets, against the certified values.
 *
 * Michelso, Mavro, Lottery and Lew are measurements, the NumAcc sets are made by
 * rule to lose digits.  Certified values have 15 digits, of which 13 must be
 * right.  Data with decimals that a double cannot hold are taken as they are
 * and as whole numbers: only then can a kernel have all of a small deviation's
 * digits.
 */
#include "kernel_driver.h"

/* Speed of light in air, Michelson 1879: hundredths of Mm/s above 299. */
static const short michelso[] = { 85, 74, 90, 107, 93, 85, 95, 98, 98, 88, 100,
	98, 93, 65, 76, 81, 100, 100, 96, 96, 96, 94, 96, 94, 88, 80, 85, 88,
	90, 84, 83, 79, 81, 88, 88, 83, 80, 79, 76, 80, 88, 88, 88, 86, 72, 72,
	62, 86, 97, 95, 88, 91, 85, 87, 84, 84, 85, 84, 84, 84, 89, 81, 81, 82,
	80, 77, 76, 74, 75, 76, 91, 92, 89, 86, 88, 72, 84, 85, 85, 78, 89, 84,
	78, 81, 76, 81, 79, 81, 82, 85, 87, 87, 81, 74, 81, 94, 95, 80, 81,
	87 };

/* Three-digit lottery numbers, 1989 to 1990. */
static const short lottery[] = { 162, 671, 933, 414, 788, 730, 817, 33, 536,
	875, 670, 236, 473, 167, 877, 980, 316, 950, 456, 92, 517, 557, 956,
	954, 104, 178, 794, 278, 147, 773, 437, 435, 502, 610, 582, 780, 689,
	562, 964, 791, 28, 97, 848, 281, 858, 538, 660, 972, 671, 613, 867, 448,
	738, 966, 139, 636, 847, 659, 754, 243, 122, 455, 195, 968, 793, 59,
	730, 361, 574, 522, 97, 762, 431, 158, 429, 414, 22, 629, 788, 999, 187,
	215, 810, 782, 47, 34, 108, 986, 25, 644, 829, 630, 315, 567, 919, 331,
	207, 412, 242, 607, 668, 944, 749, 168, 864, 442, 533, 805, 372, 63,
	458, 777, 416, 340, 436, 140, 919, 350, 510, 572, 905, 900, 85, 389,
	473, 758, 444, 169, 625, 692, 140, 897, 672, 288, 312, 860, 724, 226,
	884, 508, 976, 741, 476, 417, 831, 15, 318, 432, 241, 114, 799, 955,
	833, 358, 935, 146, 630, 830, 440, 642, 356, 373, 271, 715, 367, 393,
	190, 669, 8, 861, 108, 795, 269, 590, 326, 866, 64, 523, 862, 840, 219,
	382, 998, 4, 628, 305, 747, 247, 34, 747, 729, 645, 856, 974, 24, 568,
	24, 694, 608, 480, 410, 729, 947, 293, 53, 930, 223, 203, 677, 227, 62,
	455, 387, 318, 562, 242, 428, 968 };

/* Deflections of a steel-concrete beam, Lew. */
static const short lew[] = { -213, -564, -35, -15, 141, 115, -420, -360, 203,
	-338, -431, 194, -220, -513, 154, -125, -559, 92, -21, -579, -52, 99,
	-543, -175, 162, -457, -346, 204, -300, -474, 164, -107, -572, -8, 83,
	-541, -224, 180, -420, -374, 201, -236, -531, 83, 27, -564, -112, 131,
	-507, -254, 199, -311, -495, 143, -46, -579, -90, 136, -472, -338, 202,
	-287, -477, 169, -124, -568, 17, 48, -568, -135, 162, -430, -422, 172,
	-74, -577, -13, 92, -534, -243, 194, -355, -465, 156, -81, -578, -64,
	139, -449, -384, 193, -198, -538, 110, -44, -577, -6, 66, -552, -164,
	161, -460, -344, 205, -281, -504, 134, -28, -576, -118, 156, -437, -381,
	200, -220, -540, 83, 11, -568, -160, 172, -414, -408, 188, -125, -572,
	-32, 139, -492, -321, 205, -262, -504, 142, -83, -574, 0, 48, -571,
	-106, 137, -501, -266, 190, -391, -406, 194, -186, -553, 83, -13, -577,
	-49, 103, -515, -280, 201, 300, -506, 131, -45, -578, -80, 138, -462,
	-361, 201, -211, -554, 32, 74, -533, -235, 187, -372, -442, 182, -147,
	-566, 25, 68, -535, -244, 194, -351, -463, 174, -125, -570, 15, 72,
	-550, -190, 172, -424, -385, 198, -218, -536, 96 };

/* Filter transmittance, Mavrodineaunu: units of 10^-5 above 2. */
static const short mavro[] = { 180, 170, 180, 190, 180, 170, 150, 140, 150, 150,
	170, 180, 180, 190, 190, 210, 200, 160, 140, 130, 130, 150, 150, 160,
	150, 140, 130, 140, 150, 140, 150, 160, 150, 160, 190, 200, 200, 210,
	220, 230, 240, 250, 270, 260, 260, 260, 270, 260, 250, 240 };

enum { SETS_MOST = 1001 };

/* |mean - certified| in units of 10^-14 of it, on every instruction set. */
static void
check_mean(const char *name, const double *data, size_t n, double certified)
{
	double mean;

	for (size_t u = 0; use_isa(u); u++) {
		CU_ASSERT_EQUAL(
		    run_blocks(quern_mean_f64(&mean, data, n), 0), 0);
		CU_ASSERT_TRUE(
		    fabs(mean - certified) <= 1e-14 * fabs(certified));
		if (!(fabs(mean - certified) <= 1e-14 * fabs(certified)))
			printf("  %s: %.17g\n", name, mean);
	}
}

static void
check_integers(const char *name, const short *data, size_t n, double certified)
{
	int64_t whole[SETS_MOST];
	double real[SETS_MOST], mean;

	for (size_t i = 0; i < n; i++)
		real[i] = (double)(whole[i] = data[i]);
	check_mean(name, real, n, certified);
	for (size_t u = 0; use_isa(u); u++) {
		CU_ASSERT_EQUAL(
		    run_blocks(quern_mean_i64(&mean, whole, n), 0), 0);
		CU_ASSERT_TRUE(
		    fabs(mean - certified) <= 1e-14 * fabs(certified));
	}
}

/* How far `got` is from `certified`, of whose size that is. */
static void
check_value(const char *name, const char *what, double got, double certified,
    double tolerance)
{
	bool good = fabs(got - certified) <= tolerance * fabs(certified);

	CU_ASSERT_TRUE(good);
	if (!good)
		printf("  %s, %s on %s: %.17g\n", name, what,
		    quern__isa()->name, got);
}

/*
 * Deviation and lag-1 autocorrelation, the latter as sums of products of what
 * is left without the mean.
 */
static void
check_spread(const char *name, const double *data, size_t n, double mean,
    double deviation, double correlation, double tolerance)
{
	double rest[SETS_MOST], products, squares;
	quern_description d;

	for (size_t u = 0; use_isa(u); u++) {
		CU_ASSERT_EQUAL(
		    run_blocks(quern_describe_f64(&d, data, n), 0), 0);
		check_value(name, "mean", d.mean, mean, 1e-14);
		check_value(
		    name, "deviation", sqrt(d.variance), deviation, tolerance);
		for (size_t i = 0; i < n; i++)
			rest[i] = data[i] - d.mean;
		CU_ASSERT_EQUAL(
		    run_blocks(
			quern_dot_f64(&products, rest, rest + 1, n - 1), 0),
		    0);
		CU_ASSERT_EQUAL(
		    run_blocks(quern_sumsq_f64(&squares, rest, n), 0), 0);
		check_value(name, "autocorrelation", products / squares,
		    correlation, tolerance);
	}
}

/* The set is (offset + data) / scale. */
static void
check_set(const char *name, const short *data, size_t n, double offset,
    double scale, double mean, double deviation, double correlation,
    double tolerance)
{
	double whole[SETS_MOST], real[SETS_MOST];

	for (size_t i = 0; i < n; i++) {
		whole[i] = offset + data[i];
		real[i] = whole[i] / scale;
	}
	check_spread(name, whole, n, mean * scale, deviation * scale,
	    correlation, 1e-13);
	check_spread(name, real, n, mean, deviation, correlation, tolerance);
}

static void
spreads_of_measurements_are_certified(void)
{
	check_set("Michelso", michelso, 100, 29900, 100, 299.852400000000,
	    0.0790105478190518, 0.535199668621283, 1e-12);
	check_set("Mavro", mavro, 50, 200000, 100000, 2.00185600000000,
	    0.000429123454003053, 0.937989183438248, 1e-12);
	check_set("Lottery", lottery, 218, 0, 1, 518.958715596330,
	    291.699727470969, -0.120948622967393, 1e-13);
	check_set("Lew", lew, 200, 0, 1, -177.435000000000, 277.332168044316,
	    -0.307304800605679, 1e-13);
}

/* A tenth below and above the mean, in turn. */
static void
spreads_of_hard_sets_are_certified(void)
{
	static const struct {
		const char *name;
		double mean, tolerance;
	} set[] = { { "NumAcc2", 1.2, 1e-13 }, { "NumAcc3", 1000000.2, 1e-9 },
		{ "NumAcc4", 10000000.2, 1e-8 } };
	static const short one[] = { 1, 3, 2 };
	short data[SETS_MOST];

	check_set("NumAcc1", one, 3, 10000000, 1, 10000002, 1, -0.5, 1e-13);
	for (int i = 0; i < SETS_MOST; i++)
		data[i] = (short)(i == 0 ? 2 : i % 2 ? 1 : 3);
	for (int s = 0; s < 3; s++)
		check_set(set[s].name, data, SETS_MOST,
		    round(set[s].mean * 10) - 2, 10, set[s].mean, 0.1, -0.999,
		    set[s].tolerance);
}

static void
means_of_measurements_are_certified(void)
{
	double light[100];

	for (int i = 0; i < 100; i++)
		light[i] = (29900 + michelso[i]) / 100.0;
	check_mean("Michelso", light, 100, 299.852400000000);
	check_integers("Lottery", lottery, 218, 518.958715596330);
	check_integers("Lew", lew, 200, -177.435000000000);
}

static void
means_of_hard_sets_are_certified(void)
{
	static const struct {
		const char *name;
		double mean;
	} set[] = { { "NumAcc2", 1.2 }, { "NumAcc3", 1000000.2 },
		{ "NumAcc4", 10000000.2 } };
	const double one[] = { 10000001, 10000003, 10000002 };
	double data[SETS_MOST];

	check_mean("NumAcc1", one, 3, 10000002);
	for (int s = 0; s < 3; s++) {
		/* the mean itself, then a tenth below and above, in turn */
		for (int i = 0; i < SETS_MOST; i++)
			data[i] = round(set[s].mean * 10 +
				      (i == 0       ? 0 :
					      i % 2 ? -1 :
						      1)) /
			    10;
		check_mean(set[s].name, data, SETS_MOST, set[s].mean);
	}
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "means of measurements are certified",
		    means_of_measurements_are_certified },
		{ "means of hard sets are certified",
		    means_of_hard_sets_are_certified },
		{ "spreads of measurements are certified",
		    spreads_of_measurements_are_certified },
		{ "spreads of hard sets are certified",
		    spreads_of_hard_sets_are_certified },
		CU_TEST_INFO_NULL,
	};

	add_suite("kernels, NIST data", tests);
	return run_suites();
}
