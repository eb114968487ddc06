/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * exact.c -- the loops of QUERN_EXACT.
 *
 *     sum.c dot.c norm.c --> [exact.c] --> superacc.h
 *
 * A thousand elements at a time, most of the work is done in vectors.  Adding
 * and subtracting a number sigma, a power of two and a half that is far above
 * all of them, rounds each element to a multiple of sigma's last bit.  These
 * multiples are so few that their sum, too, fits in a double: it is exact in any
 * order.  What rounding has cut off is exact as well, and the same is done to
 * it with a sigma that is 2^44 times smaller.  Two such levels leave nothing of
 * numbers that are alike, four nothing of nearly all others; then the sums of
 * the levels are a few doubles for the superaccumulator.  If something is left,
 * or a number is not finite or too near the ends of the range, each element goes
 * there by itself.  All ways are exact, so it does not show which was taken.
 *
 * This is the error-free vector transformation of Rump, Ogita and Oishi (2008).
 */
#include "map.h"

#ifdef QUERN_ISA_NAME

#include "product.h"
#include "superacc.h"

enum {
	PIECE = 1024, /* elements at a time; two arrays of them are in cache */
	ABOVE = 9,    /* sigma's exponent less that of a bound of elements */
	DOWN = 44,    /* from one sigma's exponent to the next one's */
	WIDTH = SIMD_BYTES / sizeof(double),
	SIDE = 2,  /* vectors side by side */
	LEVELS = 4 /* at most */
};

/* What is added of the elements v and w. */
enum term { SELF, SIZE, PRODUCT, NARROW_PRODUCT };

static inline f64v
magnitude(f64v v)
{
	return (f64v)((i64v)v & i64v_all(INT64_MAX));
}

/* The larger one of each lane; b where a is NaN. */
static inline f64v
larger(f64v a, f64v b)
{
#if defined(__AVX512F__)
	return (f64v)_mm512_max_pd((__m512d)a, (__m512d)b);
#elif defined(__AVX2__)
	return (f64v)_mm256_max_pd((__m256d)a, (__m256d)b);
#elif defined(__x86_64__)
	return (f64v)_mm_max_pd((__m128d)a, (__m128d)b);
#else
	return f64v_select(a > b, a, b);
#endif
}

/* A piece; `term` and `size`, of an element, are constants to the compiler. */
struct piece {
	const char *a, *b;
	size_t n; /* a multiple of SIDE * WIDTH */
};

static inline f64v
load(const char *from, size_t i, size_t size)
{
	return size == sizeof(float) ? f64v_load_f32(from + i * size) :
				       f64v_load(from + i * size);
}

static inline f64v
term_of(const struct piece *piece, size_t i, enum term term, size_t size)
{
	f64v v = load(piece->a, i, size);

	switch (term) {
	case SELF:
		return v;
	case SIZE:
		return magnitude(v);
	default:
		return v * load(piece->b, i, size);
	}
}

static inline f64v
error_of(const struct piece *piece, size_t i, f64v p)
{
	return product_error(load(piece->a, i, sizeof(double)),
	    load(piece->b, i, sizeof(double)), p);
}

static inline double
largest_lane(f64v v)
{
	double most = v[0];

	for (size_t k = 1; k < WIDTH; k++)
		most = v[k] > most ? v[k] : most;
	return most;
}

/*
 * The largest term.  Infinity if there is a factor of a product, not 0, that
 * loses bits with the other one, and maybe not to be noticed if one is NaN.
 */
static inline double
largest(const struct piece *piece, enum term term, size_t size)
{
	f64v most[SIDE] = { f64v_all(0), f64v_all(0) }, p, v, w;
	const f64v zero = f64v_all(0), tiny = f64v_all(0x1p-960);
	f64v_mask lost = { 0 };

	for (size_t i = 0; i < piece->n; i += SIDE * WIDTH)
		for (size_t k = 0; k < SIDE; k++) {
			p = magnitude(
			    term_of(piece, i + k * WIDTH, term, size));
			most[k] = larger(p, most[k]);
			if (term != PRODUCT)
				continue;
			v = load(piece->a, i + k * WIDTH, size);
			w = load(piece->b, i + k * WIDTH, size);
			lost |= (p < tiny) & (v != zero) & (w != zero);
		}
	if (term == PRODUCT && f64v_any(lost))
		return INFINITY;
	return largest_lane(larger(most[0], most[1]));
}

/* 1.5 * 2^exponent, or of the smallest that is normal. */
static inline f64v
sigma_of(int exponent)
{
	uint64_t biased = exponent < -1022 ? 1 : (uint64_t)(exponent + 1023);
	uint64_t bits = biased << 52 | UINT64_C(1) << 51;
	double sigma;

	memcpy(&sigma, &bits, sizeof(sigma));
	return f64v_all(sigma);
}

static inline double
sum_of_lanes(f64v v)
{
	double sum = v[0];

	for (size_t k = 1; k < WIDTH; k++)
		sum += v[k];
	return sum;
}

/*
 * Add what `levels` levels make of the terms, or of what these are wrong by,
 * whose magnitudes are at most 2^top, to `acc`; false, and nothing is added, if
 * they leave something.
 */
static inline __attribute__((always_inline)) bool
extract(struct quern__superacc *acc, const struct piece *piece, int top,
    enum term term, bool error, size_t size, size_t levels)
{
	f64v sigma[LEVELS], sum[LEVELS][SIDE], p, q;
	u64v left = u64v_all(0);
	double whole;

	for (size_t l = 0; l < levels; l++) {
		sigma[l] = sigma_of(top + ABOVE - (int)l * DOWN);
		for (size_t k = 0; k < SIDE; k++)
			sum[l][k] = f64v_all(0);
	}
	for (size_t i = 0; i < piece->n; i += SIDE * WIDTH)
		for (size_t k = 0; k < SIDE; k++) {
			p = term_of(piece, i + k * WIDTH, term, size);
			if (error)
				p = error_of(piece, i + k * WIDTH, p);
			for (size_t l = 0; l < levels; l++) {
				q = (sigma[l] + p) - sigma[l];
				sum[l][k] += q;
				p -= q;
			}
			left |= (u64v)p << 1; /* -0 is nothing */
		}
	if (f64v_any((f64v_mask)(left != u64v_all(0))))
		return false;
	for (size_t l = 0; l < levels; l++) {
		whole = sum_of_lanes(sum[l][0] + sum[l][1]);
		if (whole != 0)
			quern__superacc_add(acc, whole);
	}
	return true;
}

/* Add them to `acc`; false, and nothing is added, if they are too unlike. */
static inline __attribute__((always_inline)) bool
extract_some(struct quern__superacc *acc, const struct piece *piece, int top,
    enum term term, bool error, size_t size)
{
	return extract(acc, piece, top, term, error, size, 2) ||
	    extract(acc, piece, top, term, error, size, LEVELS);
}

static inline void
add_one(struct quern__superacc *acc, const char *a, const char *b,
    enum term term, size_t size)
{
	double v =
	    size == sizeof(float) ? (double)f32v_load_one(a) : f64v_load_one(a);
	double w =
	    size == sizeof(float) ? (double)f32v_load_one(b) : f64v_load_one(b);

	if (term == PRODUCT || term == NARROW_PRODUCT)
		quern__superacc_add_product(acc, v, w);
	else
		quern__superacc_add(acc, term == SIZE ? fabs(v) : v);
}

static inline void
add_each(struct quern__superacc *acc, const char *a, const char *b, size_t n,
    enum term term, size_t size)
{
	for (size_t i = 0; i < n; i++)
		add_one(acc, a + i * size, b + i * size, term, size);
}

/*
 * Zeros alone are looked at one by one, for their signs.  With a largest term
 * between these bounds sigma exists, and neither factor is too large for the
 * error of their product.
 */
static inline __attribute__((always_inline)) void
add_piece(struct quern__superacc *acc, const struct piece *piece,
    enum term term, size_t size)
{
	double most = largest(piece, term, size);
	struct quern__superacc before;
	int top;

	if (most > 0 && most < 0x1p1000) {
		uint64_t bits;

		memcpy(&bits, &most, sizeof(bits));
		top = (int)(bits >> 52) - 1022; /* most < 2^top */
		if (term != PRODUCT) {
			if (extract_some(acc, piece, top, term, false, size)) {
				acc->noted |= QUERN__NOT_MINUS_0;
				return;
			}
		} else {
			before = *acc;
			if (extract_some(acc, piece, top, term, false, size) &&
			    extract_some(
				acc, piece, top - 53, term, true, size)) {
				acc->noted |= QUERN__NOT_MINUS_0;
				return;
			}
			*acc = before;
		}
	}
	add_each(acc, piece->a, piece->b, piece->n, term, size);
}

#define EXACT(id, t, arrays, term)                                             \
	MAP_LOOP(id##_##t##_exact)                                             \
	{                                                                      \
		enum { BYTES = sizeof(quern__##t) };                           \
		struct quern__superacc *acc = out;                             \
		struct piece piece = { in[0], in[arrays - 1], 0 };             \
                                                                               \
		(void)op;                                                      \
		for (; n; n -= piece.n) {                                      \
			piece.n = n < PIECE ? n - n % (SIDE * WIDTH) : PIECE;  \
			if (piece.n == 0)                                      \
				break;                                         \
			add_piece(acc, &piece, term, BYTES);                   \
			piece.a += piece.n * BYTES;                            \
			piece.b += piece.n * BYTES;                            \
		}                                                              \
		add_each(acc, piece.a, piece.b, n, term, BYTES);               \
		quern__superacc_carry(acc);                                    \
	}

EXACT(sum, f64, 1, SELF)
EXACT(sum, f32, 1, SELF)
EXACT(norm1, f64, 1, SIZE)
EXACT(norm1, f32, 1, SIZE)
EXACT(dot, f64, 2, PRODUCT)
EXACT(dot, f32, 2, NARROW_PRODUCT)
EXACT(sumsq, f64, 1, PRODUCT)
EXACT(sumsq, f32, 1, NARROW_PRODUCT)

#endif
