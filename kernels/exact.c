/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * exact.c -- the loops of QUERN_EXACT.
 *
 *     sum.c dot.c norm.c --> [exact.c] --> superacc.h
 *
 * A thousand elements at a time, most of the work is done in vectors.  A sum
 * that starts as sigma, a power of two and a half that is far above all of the
 * elements, takes from each a multiple of sigma's last bit, exactly and in any
 * order; what it leaves of the element is found by subtraction, exactly, too,
 * and is added to another such sum, whose sigma is 2^43 times smaller.  Two such
 * levels leave nothing of numbers that are alike, four nothing of nearly all
 * others; then the lanes of the sums, less sigma, are a few doubles for the
 * superaccumulator.  If something is left, or a number is not finite or too near
 * the ends of the range, each element goes there by itself.  All ways are exact,
 * so it does not show which was taken.
 *
 * This is the error-free vector transformation of Rump, Ogita and Oishi (2008),
 * in the form that Demmel and Nguyen gave it (2013).
 */
#include "map.h"

#ifdef QUERN_ISA_NAME

#include "product.h"
#include "superacc.h"

/*
 * All elements are at most 2^top.  With sigma = 1.5 * 2^(top + ABOVE), PIECE of
 * them in 2 lanes leave the sum between 2 and 4 times 2^(top + ABOVE - 1), so
 * that its last bit stays what it was: 2^(top + ABOVE - 52).  What is left is at
 * most half of that.
 */
enum {
	PIECE = 1024, /* elements at a time; two arrays of them are in cache */
	ABOVE = 10,
	DOWN = 53 - ABOVE, /* from one level to the next */
	WIDTH = SIMD_BYTES / sizeof(double),
	LEVELS = 4, /* at most */
};

/* What is added of the elements v and w. */
enum term { SELF, SIZE, PRODUCT, NARROW_PRODUCT };

/* A piece; `term` and `size`, of an element, are constants to the compiler. */
struct piece {
	const char *a, *b;
	size_t n; /* a multiple of WIDTH */
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
		return f64v_abs(v);
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

/* Is there a product that loses bits, other than one with 0? */
static bool
loses(const struct piece *piece)
{
	const f64v zero = f64v_all(0), tiny = f64v_all(0x1p-960);

	for (size_t i = 0; i < piece->n; i += WIDTH) {
		f64v v = load(piece->a, i, sizeof(double));
		f64v w = load(piece->b, i, sizeof(double));

		if (f64v_any(
			(f64v_abs(v * w) < tiny) & (v != zero) & (w != zero)))
			return true;
	}
	return false;
}

/*
 * The largest term; infinity if a product loses bits.  NaN is passed by, and
 * seen later.
 */
static inline double
largest(const struct piece *piece, enum term term, size_t size)
{
	f64v most = f64v_all(0), p;
	const f64v tiny = f64v_all(0x1p-960);
	f64v_mask small = { 0 };

	for (size_t i = 0; i < piece->n; i += WIDTH) {
		p = f64v_abs(term_of(piece, i, term, size));
		most = f64v_larger(p, most);
		if (term == PRODUCT)
			small |= p < tiny;
	}
	if (term == PRODUCT && f64v_any(small) && loses(piece))
		return INFINITY;
	return largest_lane(most);
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

/* Levels of sums, all lanes of which begin as `sigma`. */
struct levels {
	f64v sigma[LEVELS], sum[LEVELS];
};

static inline void
begin(struct levels *l, size_t levels, int top)
{
	for (size_t i = 0; i < levels; i++) {
		l->sigma[i] = sigma_of(top + ABOVE - (int)i * DOWN);
		l->sum[i] = l->sigma[i];
	}
}

/* Returns what is left. */
static inline f64v
take(struct levels *l, size_t levels, f64v p)
{
	for (size_t i = 0; i < levels; i++) {
		f64v before = l->sum[i];

		l->sum[i] += p;
		p -= l->sum[i] - before;
	}
	return p;
}

static inline void
end(const struct levels *l, size_t levels, struct quern__superacc *acc)
{
	for (size_t i = 0; i < levels; i++) {
		f64v lanes = l->sum[i] - l->sigma[i];
		double whole = lanes[0];

		for (size_t k = 1; k < WIDTH; k++)
			whole += lanes[k];
		if (whole != 0)
			quern__superacc_add(acc, whole);
	}
}

/*
 * Add what `levels` levels make of the terms, all of them at most 2^top, and of
 * what products are wrong by; false, and nothing is added, if something is left.
 */
static inline __attribute__((always_inline)) bool
extract(struct quern__superacc *acc, const struct piece *piece, int top,
    enum term term, size_t size, size_t levels)
{
	struct levels terms, errors;
	u64v left = u64v_all(0);
	f64v p;

	begin(&terms, levels, top);
	if (term == PRODUCT)
		begin(&errors, levels, top - 53);
	for (size_t i = 0; i < piece->n; i += WIDTH) {
		__builtin_prefetch(piece->a + (PIECE + i) * size);
		if (term == PRODUCT || term == NARROW_PRODUCT)
			__builtin_prefetch(piece->b + (PIECE + i) * size);
		p = term_of(piece, i, term, size);
		left |= (u64v)take(&terms, levels, p);
		if (term == PRODUCT)
			left |=
			    (u64v)take(&errors, levels, error_of(piece, i, p));
	}
	/* -0 is nothing */
	if (f64v_any((f64v_mask)((left << 1) != u64v_all(0))))
		return false;
	end(&terms, levels, acc);
	if (term == PRODUCT)
		end(&errors, levels, acc);
	return true;
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
	uint64_t bits;
	int top;

	memcpy(&bits, &most, sizeof(bits));
	top = (int)(bits >> 52) - 1022; /* most < 2^top */
	if (most > 0 && most < 0x1p1000 &&
	    (extract(acc, piece, top, term, size, 2) ||
		extract(acc, piece, top, term, size, LEVELS))) {
		acc->noted |= QUERN__NOT_MINUS_0;
		return;
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
			piece.n = n < PIECE ? n - n % WIDTH : PIECE;           \
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
