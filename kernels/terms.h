/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * terms.h -- constants and polynomials of sin, cos, tan, of their inverses, erf.
 *
 * Made by terms.py, which says what is in them; do not edit.
 */
#ifndef QUERN_KERNELS_TERMS_H
#define QUERN_KERNELS_TERMS_H

/* clang-format off */

/* pi and parts of it, with their rounding errors. */
#define WHOLE_PI_HIGH 0x1.921fb54442d18p+1
#define WHOLE_PI_LOW 0x1.1a62633145c07p-53
#define HALF_PI_HIGH 0x1.921fb54442d18p+0
#define HALF_PI_LOW 0x1.1a62633145c07p-54
#define QUARTER_PI_HIGH 0x1.921fb54442d18p-1
#define QUARTER_PI_LOW 0x1.1a62633145c07p-55
#define PER_PI 0x1.45f306dc9c883p-2
#define PER_HALF_PI 0x1.45f306dc9c883p-1

/* (sin t - t) / t^3, to pi / 4; and for floats */
static const double sin_terms[6] = {
	-0x1.5555555555555p-3,
	0x1.1111111110bb2p-7,
	-0x1.a01a019e83816p-13,
	0x1.71de379654304p-19,
	-0x1.ae600aca92c64p-26,
	0x1.5e0b05bff20f2p-33,
};
static const double sin32_terms[4] = {
	-0x1.555555545df18p-3,
	0x1.11110deef0ae3p-7,
	-0x1.a013a740c35cep-13,
	0x1.6dbded5452c9bp-19,
};

/* the same to pi / 2, for floats */
static const double sine32_terms[5] = {
	-0x1.555555546033dp-3,
	0x1.11110fda8ff95p-7,
	-0x1.a01905a717122p-13,
	0x1.71968de079b19p-19,
	-0x1.9db160d0baed4p-26,
};

/* (cos t - 1 + t^2 / 2) / t^4, to pi / 4; and for floats */
static const double cos_terms[6] = {
	0x1.5555555555555p-5,
	-0x1.6c16c16c16967p-10,
	0x1.a01a019f4e9b4p-16,
	-0x1.27e4fa17bf139p-22,
	0x1.1eeb68cd22f56p-29,
	-0x1.907d8f29fe831p-37,
};
static const double cos32_terms[4] = {
	0x1.5555555502c6dp-5,
	-0x1.6c16bf54be1f5p-10,
	0x1.a015c4462d9e2p-16,
	-0x1.25243c2f39550p-22,
};

/* (atan t - t) / t^3, to 1/2; and for floats to 1 */
static const double atan_terms[12] = {
	-0x1.5555555555554p-2,
	0x1.9999999998dc4p-3,
	-0x1.2492492404b84p-3,
	0x1.c71c7173ea3c7p-4,
	-0x1.745d0a97a103cp-4,
	0x1.3b128bd13ad4dp-4,
	-0x1.110022ea1642ap-4,
	0x1.e095394500e78p-5,
	-0x1.a6804c1919632p-5,
	0x1.5ee719af5549cp-5,
	-0x1.da589e23a9097p-6,
	0x1.6d6a59d433d83p-7,
};
static const double atan32_terms[12] = {
	-0x1.555555543c557p-2,
	0x1.9999971f594e7p-3,
	-0x1.2491d128f2977p-3,
	0x1.c70a6be6d4163p-4,
	-0x1.73a719b0b93d9p-4,
	0x1.36bfd2210f14ap-4,
	-0x1.ffb2b9595f5b2p-5,
	0x1.837061ab40426p-5,
	-0x1.ea18af61c3e87p-6,
	0x1.cd243cc325c05p-7,
	-0x1.14abab0185470p-8,
	0x1.36ecfc48d188bp-11,
};

/* (asin t - t) / t^3, to 1/2; and for floats */
static const double asin_terms[13] = {
	0x1.5555555555556p-3,
	0x1.3333333332ec8p-4,
	0x1.6db6db6e32199p-5,
	0x1.f1c71c1d96fc9p-6,
	0x1.6e8bb1cc3c04bp-6,
	0x1.1c4d356bbbd3ep-6,
	0x1.c9cf136046bc0p-7,
	0x1.7825d9451f744p-7,
	0x1.524531b63d660p-7,
	0x1.658dfce473d31p-8,
	0x1.1d2bf155e179bp-6,
	-0x1.e6e88b206c008p-7,
	0x1.d740c186774e6p-6,
};
static const double asin32_terms[6] = {
	0x1.555554e421e2fp-3,
	0x1.333431225d948p-4,
	0x1.6d5bae5328fb3p-5,
	0x1.fd8ec01dbe052p-6,
	0x1.18f354baf47e6p-6,
	0x1.140401a08377ap-5,
};

/* erf(t) / t, where t^2 is 8 + 8 u, for floats */
static const double erf32_terms[20] = {
	0x1.6a0407813ba6ap-2,
	-0x1.69a0ccd9f6df8p-3,
	0x1.0dabafa9f88e4p-3,
	-0x1.b92e963095bd0p-4,
	0x1.717ed25590363p-4,
	-0x1.3215ca717cdadp-4,
	0x1.ea9c22453d0afp-5,
	-0x1.76e9d031dbf77p-5,
	0x1.0eba27d1d1e96p-5,
	-0x1.7022a7b996b7ep-6,
	0x1.d7c38f92e4738p-7,
	-0x1.1a89711343d13p-7,
	0x1.37242b1831533p-8,
	-0x1.4d36ca00e41d5p-9,
	0x1.78c1edb02fd74p-10,
	-0x1.5b3198a59e823p-11,
	0x1.4cf6ca5f0eadep-13,
	-0x1.462501dc85e0fp-14,
	0x1.97ec8501d6727p-14,
	-0x1.2a5b1cc3bdea6p-15,
};

/* 2 / pi, 64 bits before the point and the others after it */
static const uint64_t two_over_pi[20] = {
	0x0000000000000000,
	0xa2f9836e4e441529,
	0xfc2757d1f534ddc0,
	0xdb6295993c439041,
	0xfe5163abdebbc561,
	0xb7246e3a424dd2e0,
	0x06492eea09d1921c,
	0xfe1deb1cb129a73e,
	0xe88235f52ebb4484,
	0xe99c7026b45f7e41,
	0x3991d639835339f4,
	0x9c845f8bbdf9283b,
	0x1ff897ffde05980f,
	0xef2f118b5a0a6d1f,
	0x6d367ecf27cb09b7,
	0x4f463f669e5fea2d,
	0x7527bac7ebe5f17b,
	0x3d0739f78a5292ea,
	0x6bfb5fb11f8d5d08,
	0x56033046fc7b6bab,
};
/* clang-format on */

#endif
