/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * quern/bigint.h -- integers of any size, as ops.
 *
 * GMP's numbers and GMP's multiplication; what is divided is the work around
 * it, over all the workers that are free.  A library of its own, libquern-gmp
 * (pkg-config quern-gmp), so that programs without big numbers need no GMP.
 *
 * Numbers   initialised by the caller (mpz_init()), and nobody else's while the
 *           op is in flight.  An array of them is not const, because C11 lets
 *           no array of mpz_t pass as one of const ones; inputs are only read.
 * Result    written once, on success.  After a failure or a request to stop it
 *           is what it was, and nothing leaks.
 * In place  a result may be one of the inputs.
 * Where     on a pool, jobs and quern_run() alike, all idle workers help.
 *           quern_run(NULL, op) computes on the calling thread.  Worker
 *           processes refuse these ops, -ENOEXEC: their numbers are pointers
 *           into this process.
 * Stop      asked for between two pieces of the work.  The last multiplication
 *           or division of the largest numbers is one piece.
 * Progress  quern_job_progress(), by estimated shares of the pieces; it never
 *           falls.
 * Bits      exact, so the same everywhere.
 * Memory    GMP ends the process if it gets no memory.  So before it is called
 *           as much as the op can need is asked for (from the kernel: RLIMIT_AS
 *           and RLIMIT_DATA count, and so does vm.overcommit_memory = 2) and
 *           given back; if that is refused the op is -ENOMEM.  It remains that
 *           others take the memory in between, or that the kernel has promised
 *           more than there is.  Most ask for 6 to 12 times the size of the
 *           result.
 *
 * Besides what each op says:
 *
 *   -EINVAL      a pointer is NULL that is needed
 *   -ENOMEM      see above
 *   -EOVERFLOW   the result may have more than 2^31 - 65 limbs (of 64 bits),
 *                by an upper bound: there GMP's numbers end
 */
#ifndef QUERN_BIGINT_H
#define QUERN_BIGINT_H

#include <gmp.h>
#include <quern/op.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * out = base to the power exponent; 0 to the power 0 is 1.
 *
 * Cores  one: each square needs the one before it.
 */
QUERN_API QUERN_MUST_USE quern_op quern_pow_mpz(
    mpz_t out, unsigned long base, unsigned long exponent);

/*
 * out = in[0] * ... * in[n - 1], or 1 if n is 0.
 *
 * Method  neighbours first, as a tree: best if they are about equally long.
 * Cores   all, except for the last product.
 */
QUERN_API QUERN_MUST_USE quern_op quern_product_mpz(
    mpz_t out, mpz_t in[], size_t n);

/*
 * out = n!
 *
 * Method  prime swing (Luschny): squares, and products of primes by a tree.
 * Cores   all for the trees; the squares, which are most of it, on one.
 */
QUERN_API QUERN_MUST_USE quern_op quern_factorial_mpz(
    mpz_t out, unsigned long n);

/*
 * out = n over k; 0 if k > n.
 *
 * Method  its prime factors (Kummer) by a tree; n (n - 1) ... / k! if n is at
 *         least 64 times k (or n - k).  There -EOVERFLOW is said of the
 *         dividend.
 */
QUERN_API QUERN_MUST_USE quern_op quern_binomial_mpz(
    mpz_t out, unsigned long n, unsigned long k);

/*
 * out = F(n): 0, 1, 1, 2, 3, 5, ...
 *
 * Method  doubling, by two squares.
 * Cores   two; the last product on one.
 */
QUERN_API QUERN_MUST_USE quern_op quern_fibonacci_mpz(
    mpz_t out, unsigned long n);

/*
 * out[i] = base[i] to the power `exponent`, or exponents[i], modulo `modulus`:
 * from 0 to |modulus| - 1.
 *
 * In place  all results are computed before the first is written, so any of the
 *           inputs may be among out[].
 * n == 0    success; pointers may be NULL.
 * Returns   -EDOM  modulus is 0, or an exponent is negative and its base has no
 *                  inverse.  No out[i] has changed then.
 *
 * Not for secrets: the time that it takes depends on the numbers.
 */
QUERN_API QUERN_MUST_USE quern_op quern_powm_mpz(mpz_t out[], mpz_t base[],
    const mpz_t exponent, const mpz_t modulus, size_t n);
QUERN_API QUERN_MUST_USE quern_op quern_powmv_mpz(mpz_t out[], mpz_t base[],
    mpz_t exponents[], const mpz_t modulus, size_t n);

/*
 * *out = the decimal digits of `in`, with '-' in front if it is negative, and a
 * '\0' at the end; what mpz_get_str(NULL, 10, in) gives, but from malloc(): the
 * caller frees it with free().
 *
 * Method  from 300 limbs on: one division into two halves; these become
 *         fractions, whose digits need multiplications only.
 * Cores   two for the division, which is a third of it, then all.
 */
QUERN_API QUERN_MUST_USE quern_op quern_decimal_mpz(char **out, const mpz_t in);

/*
 * out = the number that the n characters from `digits` on say: one or more
 * decimal digits, behind at most one sign ('-' or '+'), and nothing else.
 *
 * Returns  -EINVAL  that is not what they are.
 */
QUERN_API QUERN_MUST_USE quern_op quern_parse_mpz(
    mpz_t out, const char *digits, size_t n);

#ifdef __cplusplus
}
#endif

#endif
