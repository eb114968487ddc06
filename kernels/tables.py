#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""
tables.py -- makes tables.h: what exp, log and pow look up, and their
polynomials.

    python3 kernels/tables.py >kernels/tables.h

Needs nothing but Python's decimal numbers, which are right to the last of as
many digits as one wants.

A row of the logarithm's table stands for the significands that round to z =
1 + j / 128 (the first one for those just below 1 too).  It holds a number
`inverse` near 1 / z and -ln(inverse) in two parts.  An inverse of few bits
makes r = x * inverse - 1 exact; of those that do, the one with the smallest |r|
is taken.  The high part is a multiple of 2^-43, so that adding k ln 2 to it is
exact.  The low part has the inverse in its last 20 bits: shifted up by 44 and
added to the bits of 1.0, they are its double.  So a row is one load, and that
of 1 is all zeros.

A row of the small table, for ln alone, stands for z from 1 + j / 16 - LN_OFFSET
on.  Its inverse is any double near 1 / z; of some thousands the one is taken
whose logarithm is nearest to a multiple of 2^-43, so that there is no low part
(Gal 1986).  r is rounded, by up to 2^-59; LN_OFFSET and the
last row are such that this is a quarter of a result's last bit at most.

A row of the exponential's table holds the relative error of a rounded
2^(i / 128), and its bits less i << 45: adding n << 45 to them, where n = 128 k
+ i, makes them those of 2^(n / 128).

Polynomials interpolate at Chebyshev's nodes, which is within a small factor of
the best that there is.
"""
import struct
from decimal import Decimal as D, getcontext
from math import factorial

getcontext().prec = 80
LN2 = D(2).ln()
PI = D("3.14159265358979323846264338327950288419716939937510582097494459230781")


def bits(x):
    return struct.unpack("<Q", struct.pack("<d", x))[0]


def double(u):
    return struct.unpack("<d", struct.pack("<Q", u & (2**64 - 1)))[0]


def cos(x):
    term, total, n = D(1), D(0), 0
    while abs(term) > D(10) ** -70:
        total += term
        n += 2
        term = -term * x * x / (n * (n - 1))
    return total


def single(x):
    return struct.unpack("<f", struct.pack("<f", float(x)))[0]


def rounded(x, quantum):
    """The nearest multiple of quantum."""
    return (x / quantum).to_integral_value() * quantum


def nodes(low, high, n):
    middle, half = (high + low) / 2, (high - low) / 2
    return [middle + half * cos(PI * (2 * i + 1) / (2 * n)) for i in range(n)]


def interpolate(f, low, high, degree):
    """Coefficients of the polynomial, constant first."""
    n = degree + 1
    return solve(
        [[x**p for p in range(n)] + [f(x)] for x in nodes(low, high, n)])


def quotient(f, end, up, down):
    """From 0 to end: coefficients of both polynomials, of these degrees."""
    rows = []
    for x in nodes(D(0), end, up + down + 1):
        v = f(x)
        rows.append(
            [x**p for p in range(up + 1)]
            + [-v * x**p for p in range(1, down + 1)] + [v])
    result = solve(rows)
    return result[:up + 1], [D(1)] + result[up + 1:]


def solve(rows):
    """Each row: factors, and the sum of products that they are to give."""
    n = len(rows)
    for i in range(n):  # Gauss and Jordan
        pivot = max(range(i, n), key=lambda r: abs(rows[r][i]))
        rows[i], rows[pivot] = rows[pivot], rows[i]
        rows[i] = [v / rows[i][i] for v in rows[i]]
        for r in range(n):
            if r != i:
                scale = rows[r][i]
                rows[r] = [a - scale * b for a, b in zip(rows[r], rows[i])]
    return [row[n] for row in rows]


def log_tail(x):
    """(ln(1 + x) - x + x^2 / 2) / x^3"""
    return sum((-x) ** n / (n + 3) for n in range(80))


def log1_tail(x):
    """(ln(1 + x) - x) / x^2"""
    return sum(-((-x) ** n) / (n + 2) for n in range(80))


def exp_tail(x):
    """(e^x - 1 - x) / x^2"""
    return D(1) / 2 + sum(x**n / factorial(n + 2) for n in range(1, 30))


# Interpolated, and then a random walk over their last digits, which went where
# the largest error was less: their own rounding errors are among the largest.
EXP_TERMS_F32 = (
    "0x1p+0", "0x1p-1", "0x1.55548ap-3",
    "0x1.5554c6p-5", "0x1.123c9ap-7", "0x1.6d4742p-10")
EXP2_TERMS_F32 = (
    "0x1.62e43p-1", "0x1.ebfbep-3", "0x1.c6af84p-5",
    "0x1.3b2a6ep-7", "0x1.5f0638p-10", "0x1.440bp-13")


def log_row(j):
    """inverse, high, low with the inverse in it, largest |r|"""
    half = D(2) ** -8
    z = 1 + D(j) / 128
    ends = (z - (half / 2 if j == 0 else half), z + half)
    best = None
    for q in range(256, 513) if j else (512,):
        inverse = D(q) / 512
        r = max(abs(end * inverse - 1) for end in ends)
        step = D(2) ** -52 * (D(2) ** -8 if q % 2 == 0 else D(2) ** -9)
        if q == 512:
            step = D(2) ** -53
        # multiples of step below 2^53 of it are doubles
        if r <= step * 2**53 and (best is None or r < best[0]):
            best = (r, q)
    r, q = best
    inverse = D(q) / 512
    exact = -inverse.ln()
    if q == 512:  # exactly 1, whose logarithm must be exactly 0
        return inverse, 0.0, 0.0, r, D(0)
    tag = (bits(float(inverse)) - bits(1.0)) >> 44 & 0xFFFFF
    choices = []
    for shift in (-1, 0, 1):
        high = rounded(exact, D(2) ** -43) + shift * D(2) ** -43
        around = bits(float(exact - high)) >> 20
        for low in (around - 1, around, around + 1):
            low = double(low << 20 | tag)
            error = abs(exact - high - D(low))
            choices.append((error, float(high), low))
    error, high, low = min(choices)
    return inverse, high, low, r, error


def ln_ends(j):
    z = 1 + D(j) / 16
    return z - LN_OFFSET, z + D(1) / 16 - LN_OFFSET


def ln_row(j):
    """inverse, -ln(inverse) to 2^-63 or so"""
    if j == 0:
        return 1.0, 0.0
    low, high = ln_ends(j)
    middle = (low + high) / 2
    if j == 15:  # next to 1, where results are small, r shall be, too
        middle = high / (1 + D(2) ** -7 * D("0.99"))
    quantum = D(2) ** -43
    start = rounded(middle.ln(), quantum)
    power = start.exp()
    choices = []
    for n in range(-2000, 2000):
        d = n * 12345 * quantum  # far enough for the rest to be any
        z = power * (1 + sum(d**k / factorial(k) for k in range(1, 7)))
        inverse = float(1 / z)
        choices.append((abs(1 - z * D(inverse)), inverse, float(start + d)))
    return min(choices)[1:]


def define(name, value):
    print("#define %s %s" % (name, value.hex()))


def define_single(name, value):
    print("#define %s %sf" % (name, single(value).hex()))


def table(name, rows):
    print("static const double %s[%d][2] TABLE_ALIGNED = {" % (name, len(rows)))
    for a, b in rows:
        print("\t{ %s, %s }," % (a.hex(), b.hex()))
    print("};\n")


def main():
    logs = [log_row(j) for j in range(128)]
    print(
        """\
/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tables.h -- what exp, log and pow look up, and their polynomials.
 *
 * Made by tables.py, which says what is in them; do not edit.
 */
#ifndef QUERN_KERNELS_TABLES_H
#define QUERN_KERNELS_TABLES_H

/* clang-format off */

#define TABLE_ALIGNED __attribute__((aligned(64)))
"""
    )
    print("/* ln 2; the high part is a multiple of 2^-43. */")
    high = rounded(LN2, D(2) ** -43)
    define("LN2_HIGH", float(high))
    define("LN2_LOW", float(LN2 - high))
    print("\n/* 128 / ln 2, and ln 2 / 128 with a high part of 34 bits. */")
    high = rounded(LN2 / 128, D(2) ** -42)
    define("STEPS_PER_E", float(128 / LN2))
    define("STEP_HIGH", float(high))
    define("STEP_LOW", float(LN2 / 128 - high))

    print("\n/* Logarithms of e, with their rounding errors. */")
    for name, exact in (("LOG2_E", 1 / LN2), ("LOG10_E", 1 / D(10).ln())):
        high = float(exact)
        define(name + "_HIGH", high)
        define(name + "_LOW", float(exact - D(high)))

    bound = D(2) ** D(LOG_BOUND)
    print("\n/* (ln(1 + r) - r + r^2 / 2) / r^3, constant first. */")
    for i, c in enumerate(interpolate(log_tail, -bound, bound, 5)):
        define("POW_LOG_%d" % i, float(c))
    print("\n/* (ln(1 + r) - r) / r^2 */")
    for i, c in enumerate(interpolate(log1_tail, -bound, bound, 5)):
        define("LOG_%d" % i, float(c))
    print("\n/* The same for the small table, and where its rows begin. */")
    define("LN_OFFSET", float(LN_OFFSET))
    ends = D("-0.0297"), D(1) / 16 - LN_OFFSET
    for i, c in enumerate(interpolate(log1_tail, *ends, 8)):
        define("LN_%d" % i, float(c))
    print("\n/* And for a power that will be a float, relative to 2^-46 or so. */")
    for i, c in enumerate(interpolate(log1_tail, *ends, 6)):
        define("POW_F32_LOG_%d" % i, float(c))
    for i, c in enumerate(interpolate(exp_tail, -LN2 / 2, LN2 / 2, 6)):
        define("POW_F32_EXP_%d" % i, float(c))
    print("\n/* (e^r - 1 - r) / r^2 */")
    for i, c in enumerate(interpolate(exp_tail, -LN2 / 256, LN2 / 256, 3)):
        define("EXP_%d" % i, float(c))

    print("\n/* The same for floats; the high part of ln 2 is of 15 bits. */")
    high = rounded(LN2, D(2) ** -15)
    define_single("F32_LN2_HIGH", high)
    define_single("F32_LN2_LOW", LN2 - high)
    for name, exact in (("LOG2_E", 1 / LN2), ("LOG10_E", 1 / D(10).ln())):
        define_single("F32_" + name + "_HIGH", exact)
        define_single("F32_" + name + "_LOW", exact - D(single(exact)))
    print("\n/* (e^r - 1 - r) / r^2, of |r| up to ln 2 / 2 */")
    for i, c in enumerate(interpolate(exp_tail, -LN2 / 2, LN2 / 2, 5)):
        define_single("F32_EXP_%d" % i, c)
    print("\n/* (e^r - 1) / r, of the same r; (2^r - 1) / r, of r up to 1/2 */")
    for name, terms in (("exp", EXP_TERMS_F32), ("exp2", EXP2_TERMS_F32)):
        print("static const float %s_terms_f32[%d] = {" % (name, len(terms)))
        for c in terms:
            print("\t%sf," % c)
        print("};")
    print("\n/* (ln(1 + r) - r + r^2 / 2) / r^3, of 1 + r up to 2^0.5 */")
    root = D(2).sqrt()
    for i, c in enumerate(interpolate(log_tail, root / 2 - 1, root - 1, 8)):
        define_single("F32_LOG_%d" % i, c)

    print("\n/* { high part of -ln(inverse), low part and inverse } */")
    table("log_table", [(row[1], row[2]) for row in logs])
    print("/* { inverse, -ln(inverse) } */")
    table("ln_table", [ln_row(j) for j in range(16)])
    print("/* { (exact - rounded) / rounded, bits of rounded less i << 45 } */")
    rows = []
    for i in range(128):
        exact = (LN2 * i / 128).exp() if i else D(1)
        near = float(exact)
        tail = float((exact - D(near)) / D(near))
        rows.append((tail, double(bits(near) - (i << 45))))
    table("exp_table", rows)
    print("/* clang-format on */\n\n#endif")


LOG_BOUND = "-7.6"
LN_OFFSET = D(13) / 512

if __name__ == "__main__":
    main()
