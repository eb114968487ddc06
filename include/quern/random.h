/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * quern/random.h -- random numbers by seed and index.
 *
 * Element i of quern_uniform_f64(out, seed, first, n), and of the other fills
 * of its shape (QUERN_RANDOM in kernel_list.h, where each is described), is a
 * function of `seed` and of first + i alone: there is no generator whose state
 * goes from one element to the next.  So an array can be cut anywhere, among
 * calls, threads, processes and machines, and filled in any order: the elements
 * are those of one call.  What is said of all kernels (kernels.h) holds here
 * too; that the bits are equal on all instruction sets holds for plain x86-64
 * as well.
 *
 * seed   any number.  Different ones give streams that have nothing to do with
 *        each other, neighbours such as 1 and 2 included.
 * first  the index of out[0].  Indices are taken modulo 2^64, except in a
 *        permutation, which has an end.
 * kind   numbers of different kernels have nothing to do with each other
 *        either, though seed and index be the same; except that random_u64 and
 *        _u32 have the same bits, and that signed and unsigned integers in a
 *        range go together.
 *
 * The words come from Philox 4x32 with 10 rounds (Salmon, Moraes, Dror and Shaw
 * 2011), which passes the known batteries of statistical tests and is not meant
 * for cryptography.  One block of it has 128 bits: two elements of 8 bytes, or
 * four of 4.
 *
 *   key      word 0   seed, low half
 *            word 1   seed, high half
 *   counter  word 0   index / 2 (or 4), low half
 *            word 1   index / 2 (or 4), high half
 *            word 2   0, or how often an element was drawn before in vain
 *            word 3   the kernel: 0 random_u64, random_u32   1 uniform_f64
 *                     2 uniform_f32   3 normal_f64   4 normal_f32
 *                     5 exponential_f64   6 exponential_f32
 *                     7 random_range_i64, _u64   8 random_range_i32, _u32
 *                     9 permutation_u64, whose elements share words
 *
 * An element with an even index has words 0 and 1 of its block, low half first,
 * one with an odd index words 2 and 3; of the four-byte ones each has a word.
 */
#ifndef QUERN_RANDOM_H
#define QUERN_RANDOM_H

#include <quern/kernels.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * out[i] = in[p(i)], elements of `size` bytes, where p is the permutation of n
 * that quern_permutation_u64() gives for this seed.
 *
 * In place  no: any overlap is -EINVAL, as is a size of 0.
 * Strides   none.
 * Speed     each block reads from all over the input.  In worker processes put
 *           it into a buffer (process.h), or each block is sent all of it.
 */
QUERN_API QUERN_MUST_USE quern_op quern_shuffle(
    void *out, const void *in, size_t size, size_t n, uint64_t seed);

#ifdef __cplusplus
}
#endif

#endif
