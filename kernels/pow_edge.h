/* SPDX-License-Identifier: BSD-2-Clause */
/* pow_edge.h -- pow just below the largest double. */
#ifndef QUERN_KERNELS_POW_EDGE_H
#define QUERN_KERNELS_POW_EDGE_H

/*
 * |x|^y where it is known to lie within 1 part in 10^5 of 2^1024; infinity if
 * it rounds to 2^1024 or more.  x is neither 0 nor 1, x and y are finite.
 *
 * Accuracy  within 2^-10 ULP of correctly rounded; the same bits everywhere.
 */
double quern__pow_f64_edge(double x, double y);

#endif
