/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_openmp_neighbours.c -- OpenMP in other libraries of the same process: a
 * BLAS built with OpenMP, and a second OpenMP runtime.
 *
 * Both are looked for while the test runs.  What is not installed is left out
 * and the test says so.
 */
#include <dlfcn.h>
#include <math.h>
#include <omp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "regions.h"
#include "self.h"
#include "src/permit.h"
#include "tasks.h"
#include "threads.h"

static const char *const settings[] = { "LSAN_OPTIONS=detect_leaks=0", NULL };

enum { NOT_THERE = 77 };

/* ---- a second runtime ---- */

/* What clang builds against libomp; named by what it is run on. */
static const char source[] =
    "double neighbour_sum(const double *in, int n)\n"
    "{\n"
    "	double sum = 0;\n"
    "\n"
    "#pragma omp parallel for num_threads(2) reduction(+ : sum)\n"
    "	for (int i = 0; i < n; i++)\n"
    "		sum += in[i];\n"
    "	return sum;\n"
    "}\n";

typedef double neighbour_fn(const double *in, int n);

/* The path of the library, or false if it cannot be built here. */
static bool
build_neighbour(char *path, size_t size)
{
	const char *build = getenv("QUERN_BUILD");
	char command[1024];
	FILE *compiler;

	snprintf(path, size, "%s/neighbour.so", build ? build : "");
	snprintf(command, sizeof(command),
	    "clang-14 -O1 -fopenmp=libomp -fPIC -shared -x c - -o '%s' "
	    "2>/dev/null",
	    path);
	/* Without a compiler the shell may be gone before it has read all. */
	signal(SIGPIPE, SIG_IGN);
	compiler = build ? popen(command, "w") : NULL;
	if (!compiler)
		return false;
	fputs(source, compiler);
	return pclose(compiler) == 0;
}

enum { ELEMENTS = 1000 };

struct both {
	neighbour_fn *sum;
	double in[ELEMENTS];
	int wrong; /* atomic */
};

/* The other runtime's region, ours, and the other one's again. */
static int
use_both(quern_context *ctx, void *arg)
{
	struct both *both = arg;
	int width = omp_get_max_threads();

	(void)ctx;
	for (int i = 0; i < 20; i++) {
		if (both->sum(both->in, ELEMENTS) != ELEMENTS)
			add(&both->wrong, 1);
		if (region(0).size != width)
			add(&both->wrong, 1);
	}
	return 0;
}

static void
use_both_on_range(quern_context *ctx, size_t begin, size_t end, void *arg)
{
	struct both *both = arg;

	(void)ctx;
	(void)begin;
	(void)end;
	if (both->sum(both->in, ELEMENTS) != ELEMENTS)
		add(&both->wrong, 1);
}

static int
run_with_both(quern_executor *executor, struct both *both)
{
	quern_op ops[] = {
		quern_team(2, use_both, both),
		quern_call(use_both, both),
		quern_for(20, 1, use_both_on_range, both),
	};
	int status = 0;

	for (int round = 0; round < 3; round++)
		for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
			status |= quern_run(executor, ops[i]);
			status |= quern_run(NULL, ops[i]);
		}
	return status;
}

/* No CUnit in a part: the exit status is all that the test hears. */
static int
two_runtimes(void)
{
	static struct both both;
	quern_executor *executor;
	void *library = NULL;
	char path[512];

	if (build_neighbour(path, sizeof(path)))
		library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (!library)
		return NOT_THERE;
	*(void **)&both.sum = dlsym(library, "neighbour_sum");
	for (int i = 0; i < ELEMENTS; i++)
		both.in[i] = 1;
	quern__permits_raise(2);
	if (!both.sum || quern_threads_create(&executor, NULL))
		return 2;
	if (run_with_both(executor, &both) || both.wrong)
		return 3;
	return quern_executor_destroy(executor) ? 4 : 0;
}

/* Runs the part; false, with a reason, where it cannot be run. */
static bool
check_part(const char *part, const char *what_is_missing)
{
	/* A library with a second runtime confuses the search for leaks. */
	int status = self_run(part, settings);

	CU_ASSERT_TRUE(WIFEXITED(status));
	if (WEXITSTATUS(status) == NOT_THERE) {
		printf("%s ... ", what_is_missing);
		return false;
	}
	CU_ASSERT_EQUAL(WEXITSTATUS(status), 0);
	return true;
}

static void
a_second_openmp_runtime_in_the_process_does_no_harm(void)
{
	if (is_libomp("it would be the first and the second one"))
		return;
	(void)check_part("two runtimes", "no clang-14 with libomp here");
}

/* ---- a BLAS ---- */

enum { SIZE = 200, ROW_MAJOR = 101, AS_IS = 111, BY_OPENMP = 2 };

typedef void dgemm_fn(int order, int transpose_a, int transpose_b, int m, int n,
    int k, double alpha, const double *a, int lda, const double *b, int ldb,
    double beta, double *c, int ldc);

struct blas {
	dgemm_fn *dgemm;
	int (*threads)(void);
	double a[SIZE * SIZE], b[SIZE * SIZE], c[SIZE * SIZE];
	int calls, wrong_width, wrong, new_threads;
};

static double
worst_error(const struct blas *blas)
{
	double worst = 0, sum;

	for (int i = 0; i < SIZE; i++)
		for (int j = 0; j < SIZE; j++) {
			sum = 0;
			for (int k = 0; k < SIZE; k++)
				sum += blas->a[i * SIZE + k] *
				    blas->b[k * SIZE + j];
			worst = fmax(worst, fabs(sum - blas->c[i * SIZE + j]));
		}
	return worst;
}

static int
multiply(quern_context *ctx, void *arg)
{
	struct blas *blas = arg;

	int before = tasks(), width = omp_get_max_threads();

	(void)ctx;
	blas->calls++;
	blas->dgemm(ROW_MAJOR, AS_IS, AS_IS, SIZE, SIZE, SIZE, 1, blas->a, SIZE,
	    blas->b, SIZE, 0, blas->c, SIZE);
	/* For one thread it does not look, nor write down, how many. */
	if (width > 1 && blas->threads() != width)
		blas->wrong_width++;
	/* The team's own threads do it all. */
	if (tasks() != before)
		blas->new_threads++;
	if (worst_error(blas) > 1e-9)
		blas->wrong++;
	return width;
}

static int
blas_on_a_team(void)
{
	static struct blas blas;
	void *library = dlopen("libopenblas.so.0", RTLD_NOW | RTLD_LOCAL);
	int (*built)(void) = NULL;
	quern_executor *executor;

	if (library) {
		*(void **)&built = dlsym(library, "openblas_get_parallel");
		*(void **)&blas.threads =
		    dlsym(library, "openblas_get_num_threads");
		*(void **)&blas.dgemm = dlsym(library, "cblas_dgemm");
	}
	if (!built || built() != BY_OPENMP || !blas.dgemm || !blas.threads ||
	    omp_get_num_procs() < 2)
		return NOT_THERE;
	for (int i = 0; i < SIZE * SIZE; i++) {
		blas.a[i] = 1.0 / (i + 1);
		blas.b[i] = i % 7;
	}
	quern__permits_raise(2);
	if (quern_threads_create(&executor, NULL))
		return 2;
	for (int i = 0; i < 6; i++)
		if (quern_run(executor,
			quern_team(1 + i % 2, multiply, &blas)) != 1 + i % 2)
			return 3;
	if (blas.wrong || blas.calls != 6)
		return 4;
	if (blas.wrong_width || blas.new_threads)
		return 5;
	return quern_executor_destroy(executor) ? 6 : 0;
}

static void
a_blas_with_openmp_has_as_many_threads_as_the_team(void)
{
	if (is_libomp("a BLAS comes with libgomp, a second runtime"))
		return;
	(void)check_part(
	    "BLAS on a team", "no libopenblas0-openmp, or only one core");
}

int
main(int argc, char **argv)
{
	static const struct self_part parts[] = {
		{ "two runtimes", two_runtimes },
		{ "BLAS on a team", blas_on_a_team },
		{ NULL, NULL },
	};
	static const CU_TestInfo tests[] = {
		{ "a second OpenMP runtime in the process does no harm",
		    a_second_openmp_runtime_in_the_process_does_no_harm },
		{ "a BLAS with OpenMP has as many threads as the team",
		    a_blas_with_openmp_has_as_many_threads_as_the_team },
		CU_TEST_INFO_NULL,
	};

	self_begin(argc, argv, parts);
	add_suite("OpenMP neighbours", tests);
	return run_suites();
}
