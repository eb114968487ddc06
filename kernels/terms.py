#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""
terms.py -- makes terms.h: the constants and polynomials of sin, cos, tan, of
their inverses, and of erf.

    python3 kernels/terms.py >kernels/terms.h

As tables.py, of which it has the means.  The polynomials are in s = t^2, from 0
to where the reduction of arguments ends, and those of floats, which are
computed in doubles, have fewer terms.
"""
from decimal import Decimal as D

from tables import PI, define, interpolate, quotient, rounded, single

WORDS = 20


def sin_tail(s):
    """(sin t - t) / t^3"""
    return tail(s, lambda n, f: f / ((2 * n + 2) * (2 * n + 3)), D(-1) / 6, -1)


def cos_tail(s):
    """(cos t - 1 + t^2 / 2) / t^4"""
    return tail(s, lambda n, f: f / ((2 * n + 3) * (2 * n + 4)), D(1) / 24, -1)


def tail(s, step, first, sign):
    total, term = D(0), first
    for n in range(1, 40):
        total += term
        term = step(n, term) * s * sign
    return total


def atan_tail(s):
    """(atan t - t) / t^3"""
    return sum((-s) ** n * (-1) / (2 * n + 3) for n in range(120))


def far_atan_tail(s):
    """The same up to 1, by halving the angle."""
    t, halvings = s.sqrt(), 0
    while t > D("0.2"):
        t = t / (1 + (1 + t * t).sqrt())
        halvings += 1
    angle = (t + t**3 * atan_tail(t * t)) * 2**halvings
    return (angle - s.sqrt()) / (s * s.sqrt())


def asin_tail(s):
    """(asin t - t) / t^3"""
    total, term = D(0), D(1)  # (2n)! / (4^n n!^2)
    for n in range(1, 150):
        term = term * (2 * n - 1) / (2 * n)
        total += term / (2 * n + 1) * s ** (n - 1)
    return total


def erf_ratio(u):
    """erf(t) / t, where t^2 is 8 + 8 u"""
    s = 8 + 8 * u
    total, term = D(0), D(1)
    for n in range(1, 160):
        total += term / (2 * n - 1)
        term = term * -s / n
    return total * 2 / PI.sqrt()


def erf(x):
    total, term, n = D(0), x, 0
    while abs(term) > D(10) ** -60:
        total += term / (2 * n + 1)
        n += 1
        term = -term * x * x / n
    return total * 2 / PI.sqrt()


def erf_row(j):
    """erf(x + d), |d| <= 1/16: two parts of d^0, of d^1, and d^2 to d^11."""
    x = D(j) / 8
    value, slope = erf(x), 2 / PI.sqrt() * (-x * x).exp()
    rest = interpolate(
        lambda d: (erf(x + d) - value - slope * d) / (d * d),
        D(-1) / 16, D(1) / 16, 9)
    row = []
    for exact in (value, slope):
        row += [float(exact), float(exact - D(float(exact)))]
    return row + [float(c) for c in rest]


def tan_ratio(s):
    """tan(pi / 2 t) / t"""
    r = PI * PI / 4 * s
    return (1 + r * sin_tail(r)) / (1 - r / 2 + r * r * cos_tail(r)) * PI / 2


def polynomial(name, f, end, degree, centre=None):
    """For arguments from 0 to end, or not more than that from the centre."""
    low, high = (0, end) if centre is None else (centre - end, centre + end)
    terms = interpolate(f, low, high, degree)
    show(name, terms)


def show(name, terms):
    print("static const double %s[%d] = {" % (name, len(terms)))
    for c in terms:
        print("\t%s," % float(c).hex())
    print("};")


def singles(name, terms):
    print("static const float %s[%d] = {" % (name, len(terms)))
    for c in terms:
        print("\t%sf," % single(c).hex())
    print("};")


def two_over_pi():
    """Its first bits, in words; the first word has what is before the point."""
    # pi to 1300 bits (Machin 1706)
    bits = 64 * WORDS + 64
    one = 1 << bits

    def arctan_of_inverse(k):
        total, power, n = 0, one // k, 1
        while power:
            total += power // n if n % 4 == 1 else -(power // n)
            power //= k * k
            n += 2
        return total

    pi = 4 * (4 * arctan_of_inverse(5) - arctan_of_inverse(239))
    ratio = (2 << 2 * bits) // pi >> (bits - 64 * (WORDS - 1))
    return [ratio >> 64 * (WORDS - 1 - i) & (2**64 - 1) for i in range(WORDS)]


def parts(name, exact):
    high = float(exact)
    define(name + "_HIGH", high)
    define(name + "_LOW", float(exact - D(high)))


def main():
    print(
        """\
/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * terms.h -- constants and polynomials of sin, cos, tan, of their inverses, erf.
 *
 * Made by terms.py, which says what is in them; do not edit.
 */
#ifndef QUERN_KERNELS_TERMS_H
#define QUERN_KERNELS_TERMS_H

/* clang-format off */

#define TERMS_ALIGNED __attribute__((aligned(64)))
"""
    )
    print("/* pi and parts of it, with their rounding errors. */")
    parts("WHOLE_PI", PI)
    parts("HALF_PI", PI / 2)
    parts("QUARTER_PI", PI / 4)
    # less than it, so that of -0 both products are -0
    high = rounded(1 / PI - D(2) ** -31, D(2) ** -30)
    print("/* of 29 bits, and the rest of it, above 0 */")
    define("PER_PI_29", float(high))
    define("PER_PI_REST", float(1 / PI - high))
    define("PER_HALF_PI", float(2 / PI))

    # a little more than that, for what rounding adds
    more = D("1.0001")
    quarter = (PI / 4) ** 2 * more
    print("\n/* (sin t - t) / t^3, to pi / 4 */")
    polynomial("sin_terms", sin_tail, quarter, 6)
    print("\n/* (sin(pi t) - pi t) / t^3, to 1/2, for floats */")
    polynomial(
        "sine32_terms", lambda s: PI**3 * sin_tail(PI * PI * s),
        D("1.004") / 4, 4)
    print("\n/* tan(pi / 2 t) / t to 1/2 as a quotient, for floats */")
    up, down = quotient(tan_ratio, D("1.008") / 4, 2, 2)
    show("tan32_up_terms", up)
    show("tan32_down_terms", down)
    print("\n/* (cos t - 1 + t^2 / 2) / t^4, to pi / 4 */")
    polynomial("cos_terms", cos_tail, quarter, 5)
    print("\n/* (atan t - t) / t^3, to 1/2; and for floats to 1 */")
    polynomial("atan_terms", atan_tail, more / 4, 11)
    polynomial("atan32_terms", far_atan_tail, D(1), 11)
    print("\n/* the same for floats to 1/2; and that of asin; the first by itself */")
    terms = interpolate(atan_tail, D(0), more / 4, 6)
    define("ATAN32_0", float(terms[0]))
    singles("atan_terms_f32", terms[1:])
    print("\n/* (asin t - t) / t^3, to 1/2; and for floats */")
    polynomial("asin_terms", asin_tail, more / 4, 12)
    terms = interpolate(asin_tail, D(0), more / 4, 5)
    define("ASIN32_0", float(terms[0]))
    singles("asin_terms_f32", terms[1:])

    print("\n/* erf(t) / t, where t^2 is 8 + 8 u, for floats */")
    polynomial("erf32_terms", erf_ratio, D(1), 19, D(0))

    print("\n/* for erf of doubles, next to multiples of 1/8: erf_row() */")
    print("static const double erf_rows[%d][2] TERMS_ALIGNED = {" % (7 * 49))
    for j in range(49):
        row = erf_row(j)
        for a, b in zip(row[::2], row[1::2]):
            print("\t{ %s, %s }," % (a.hex(), b.hex()))
    print("};")

    print("\n/* 2 / pi, 64 bits before the point and the others after it */")
    print("static const uint64_t two_over_pi[%d] = {" % WORDS)
    for word in two_over_pi():
        print("\t0x%016x," % word)
    print("};\n/* clang-format on */\n\n#endif")


if __name__ == "__main__":
    main()
