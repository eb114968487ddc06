/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * quern/op.h -- what to compute.
 *
 * A quern_op is a value: it names the work and points to its data.  Building
 * one allocates nothing, checks nothing and cannot fail; arguments that cannot
 * work surface, as a negative errno, when it is submitted or run.  The same
 * op runs anywhere (loop.h, executor.h) and gives the same bits there.
 * Whatever an op points to must stay valid until the op is complete.  Calls and
 * blocks start in the default floating-point mode (round to nearest, subnormals
 * kept).
 *
 * The block grid.  A loop over `count` elements is cut into blocks of
 * neighbours.  Where the cuts are depends on `count` and `grain` alone, never
 * on the number of threads, so a reduction adds up in the same order
 * everywhere.  Between two blocks quern looks for cancellation, timeouts and
 * more urgent work.
 */
#ifndef QUERN_OP_H
#define QUERN_OP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <quern/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What a running function knows of its surroundings; valid until it returns. */
typedef struct quern_context quern_context;

/* Any function.  Its result is the op's status; negative means failed. */
typedef int quern_call_fn(quern_context *ctx, void *arg);
/* The elements [begin, end) of a loop, one block of the grid. */
typedef void quern_range_fn(
    quern_context *ctx, size_t begin, size_t end, void *arg);
/* One element of a map; a negative result fails the map. */
typedef int quern_map_fn(void *out, const void *in, void *arg);

/*
 * How to reduce a range to one accumulator.  All three are called on worker
 * threads, each accumulator by one thread at a time.
 */
typedef struct quern_reducer {
	size_t size; /* bytes of one accumulator, at least 1 */
	/* Make `acc` the accumulator of no elements at all. */
	void (*identity)(void *acc, void *arg);
	/* Take the elements [begin, end) into `acc`. */
	void (*body)(
	    quern_context *ctx, size_t begin, size_t end, void *acc, void *arg);
	/*
	 * Take `right`, which stands for the elements that follow those of
	 * `acc`, into `acc`.  Need not be commutative: neighbours are combined
	 * in index order, in a tree whose shape depends on the grid alone.
	 */
	void (*combine)(void *acc, const void *right, void *arg);
} quern_reducer;

/* A number of any type, for quern's own use. */
union quern_number {
	double f64;
	int64_t i64;
	uint64_t u64;
	void *pointer;
};

/*
 * Complete so that it can be passed by value; the fields are quern's own.  Of
 * two names in one place the first is for functions of the user's, the second
 * for kernels, whose strides are in elements.  scalar3 and scalar4 are for
 * kernels that have no such array.
 */
typedef struct quern_op {
	const struct quern_kind *kind;
	union {
		quern_call_fn *call;
		quern_range_fn *range;
		quern_map_fn *map;
		const quern_reducer *reducer;
		union quern_number scalar2;
	} how;
	union {
		void *arg;
		const void *in3;
		union quern_number scalar3;
	};
	union {
		size_t arg_bytes;
		ptrdiff_t in3_stride;
	};
	size_t count;
	union {
		size_t grain;
		ptrdiff_t out_stride;
	};
	void *out;
	const void *in;
	union {
		const void *in2;
		union quern_number scalar4;
	};
	union {
		size_t out_size;
		ptrdiff_t in_stride;
	};
	union {
		size_t in_size;
		ptrdiff_t in2_stride;
	};
	union quern_number scalar;
} quern_op;

/*
 * fn(ctx, arg), once, on one thread.  OpenMP inside it is held to that thread,
 * even with an explicit num_threads().
 */
QUERN_API QUERN_MUST_USE quern_op quern_call(quern_call_fn *fn, void *arg);

/*
 * The same for a function that blocks: that reads files, asks a database,
 * sleeps.  As a job it runs on a thread that is there for such functions alone
 * (executor.h), so it keeps no core's worker from computing.  Inside it all is
 * as inside a quern_call; idle workers help with what it runs inside
 * (quern_run_inside()).  With quern_run() it runs on the calling thread.
 */
QUERN_API QUERN_MUST_USE quern_op quern_blocking(quern_call_fn *fn, void *arg);

/*
 * fn(ctx, arg), once, on a thread that leads an OpenMP team: for code that
 * opens OpenMP regions itself, or calls a library that does (a BLAS).
 *
 * `width` is how many threads it would like; 0, or more than there are cores:
 * all cores.  A power of two or all cores is what it gets, and less while
 * others compute; omp_get_max_threads() says how many.  A region that asks for
 * more with num_threads() does not get more, and regions inside regions are
 * serial.  One that asks for less makes OpenMP end threads and start them
 * again: better run the region with the width there is.
 *
 * Such teams belong to the executor, as many as run at the same time.  One
 * that has not been used for 30 seconds ends.  If its threads cannot be
 * started fn runs all the same, held to one.  docs/openmp.md says more.
 *
 * quern_run() without an executor calls fn on the calling thread, whose own
 * OpenMP settings count; quern_run_inside() calls it on the calling thread
 * with OpenMP held to that one.
 */
QUERN_API QUERN_MUST_USE quern_op quern_team(
    unsigned width, quern_call_fn *fn, void *arg);

/*
 * body(ctx, begin, end, arg) for every block of [0, count), in any order and
 * on many threads at once.
 *
 * `grain` is the length of a block in elements; 0 lets quern choose (at most
 * 1024 blocks).  There are never more than 2^30 blocks: a grain that would
 * make more is raised.  Blocks of 10 us to 1 ms suit best.
 */
QUERN_API QUERN_MUST_USE quern_op quern_for(
    size_t count, size_t grain, quern_range_fn *body, void *arg);

/*
 * fn(out + i * out_size, in + i * in_size, arg) for each i in [0, count).
 *
 * In place  out == in with equal sizes is allowed; other overlap is -EINVAL.
 * Failure   the status is that of some element whose fn returned a negative
 *           value; elements after it may or may not have run.
 * Stop      a cancelled map stops between two elements.
 */
QUERN_API QUERN_MUST_USE quern_op quern_map(void *out, size_t out_size,
    const void *in, size_t in_size, size_t count, quern_map_fn *fn, void *arg);

/*
 * Reduce [0, count) to one accumulator and copy that to `result`.
 *
 * `result` is written once, on success, and is how->size bytes long.  With a
 * count of 0 it is the identity.  Each block gets an accumulator of its own,
 * aligned as malloc aligns; all of them exist at once.
 */
QUERN_API QUERN_MUST_USE quern_op quern_reduce(size_t count, size_t grain,
    const quern_reducer *how, void *arg, void *result);

/*
 * Say how many bytes `arg` points to.  Threads share memory and only check
 * that there is an arg where bytes are announced (-EINVAL otherwise).
 */
QUERN_API QUERN_MUST_USE quern_op quern_with_arg(quern_op op, size_t bytes);

/*
 * The same kernel (kernels.h) on elements that are not next to each other:
 * element i of an array is `stride` elements times i after the one its pointer
 * points to, or before it if the stride is negative.  1 is how kernels are built.
 * A stride of 0 reads one element again and again.  The strides of arrays that
 * the kernel does not have, and `out` of a reduction, are not looked at.
 *
 * An output may be an input exactly, with equal strides, or else share no
 * element with one.  With equal strides that is found out exactly, so real and
 * imaginary parts that alternate are no overlap; with different ones what the
 * arrays span must be apart.  Otherwise, and if an output has a stride of 0 or
 * the op is none of a kernel, -EINVAL.
 *
 * Speed  elements go through a buffer in the first cache; expect the time of a
 *        copy on top.  The bits are those of contiguous arrays.
 */
QUERN_API QUERN_MUST_USE quern_op quern_with_strides(
    quern_op op, ptrdiff_t out, ptrdiff_t in, ptrdiff_t in2, ptrdiff_t in3);

/* ---- for the functions that an op runs ---- */

/*
 * True once the work is no longer wanted: cancelled, timed out or its executor
 * shut down.  Loops look by themselves between blocks; a long quern_call or
 * quern_blocking should ask now and then and return early with any negative
 * value, which then becomes the reason (-ECANCELED, ...).
 *
 * Blocks  never; about as dear as reading the clock if the job has a timeout,
 *         a few loads otherwise.
 */
QUERN_API bool quern_should_stop(const quern_context *ctx);

/*
 * The op fails with `status`, and blocks that have not started are skipped.
 * The first call counts.  A status that is not negative counts as -EINVAL.
 */
QUERN_API void quern_fail(quern_context *ctx, int status);

/*
 * How far a quern_call or quern_blocking is, 0 to 1.  Loops count their blocks
 * by themselves.
 */
QUERN_API void quern_set_progress(quern_context *ctx, double fraction);

/*
 * A number below workers + 1, which no other thread that works on the same op
 * has at this time: for scratch space of one's own.  Workers have the numbers
 * below `workers`.  The function of a quern_blocking job has `workers`, and so
 * may those of others at the same time, which are other ops.
 */
QUERN_API unsigned quern_worker_index(const quern_context *ctx);

/*
 * Run `op` now, as a part of the running one, and wait for it.  Idle workers
 * join in.  This thread works on `op` alone meanwhile, so that it neither
 * deadlocks nor picks up a stranger that wants a lock it holds.  A request to
 * stop the outer op stops the inner one too.
 *
 * Blocks   yes.
 * Returns  the status of `op`; -EINVAL, -ENOMEM; -ESTALE after fork.
 */
QUERN_API QUERN_MUST_USE int quern_run_inside(quern_context *ctx, quern_op op);

#ifdef __cplusplus
}
#endif

#endif
