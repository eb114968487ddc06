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

/* ln 2; the high part is a multiple of 2^-43. */
#define LN2_HIGH 0x1.62e42fefa3800p-1
#define LN2_LOW 0x1.ef35793c76730p-45

/* 128 / ln 2, and ln 2 / 128 with a high part of 34 bits. */
#define STEPS_PER_E 0x1.71547652b82fep+7
#define STEP_HIGH 0x1.62e42fefc0000p-8
#define STEP_LOW -0x1.c610ca86c3899p-44

/* Logarithms of e, with their rounding errors. */
#define LOG2_E_HIGH 0x1.71547652b82fep+0
#define LOG2_E_LOW 0x1.777d0ffda0d24p-56
#define LOG10_E_HIGH 0x1.bcb7b1526e50ep-2
#define LOG10_E_LOW 0x1.95355baaafad3p-57

/* (ln(1 + r) - r + r^2 / 2) / r^3, constant first. */
#define POW_LOG_0 0x1.5555555555557p-2
#define POW_LOG_1 -0x1.0000000000001p-2
#define POW_LOG_2 0x1.9999999815908p-3
#define POW_LOG_3 -0x1.55555553f819ep-3
#define POW_LOG_4 0x1.24949b7407a23p-3
#define POW_LOG_5 -0x1.000216e12cb00p-3

/* (ln(1 + r) - r) / r^2 */
#define LOG_0 -0x1.0000000000001p-1
#define LOG_1 0x1.5555555555557p-2
#define LOG_2 -0x1.fffffffe4b75dp-3
#define LOG_3 0x1.9999999815908p-3
#define LOG_4 -0x1.5557f1eea189dp-3
#define LOG_5 0x1.24949b7407a23p-3

/* The same for the small table, and where its rows begin. */
#define LN_OFFSET 0x1.a000000000000p-6
#define LN_0 -0x1.0000000000000p-1
#define LN_1 0x1.5555555555526p-2
#define LN_2 -0x1.000000000266dp-2
#define LN_3 0x1.9999999ac4c7bp-3
#define LN_4 -0x1.555554ed87b75p-3
#define LN_5 0x1.24923826cb480p-3
#define LN_6 -0x1.0002c1f8fd80cp-3
#define LN_7 0x1.c7dc59e0ea7efp-4
#define LN_8 -0x1.8e38282ad29eep-4

/* And for a power that will be a float, relative to 2^-46 or so. */
#define POW_F32_LOG_0 -0x1.00000000001f2p-1
#define POW_F32_LOG_1 0x1.5555555589a43p-2
#define POW_F32_LOG_2 -0x1.ffffffd6c925ap-3
#define POW_F32_LOG_3 0x1.99998d5eea8c0p-3
#define POW_F32_LOG_4 -0x1.555740362b84dp-3
#define POW_F32_LOG_5 0x1.24f2e5502472cp-3
#define POW_F32_LOG_6 -0x1.f5216421a82c1p-4
#define POW_F32_EXP_0 0x1.0000000000000p-1
#define POW_F32_EXP_1 0x1.5555556750672p-3
#define POW_F32_EXP_2 0x1.5555555c85f99p-5
#define POW_F32_EXP_3 0x1.1110c63a4eed0p-7
#define POW_F32_EXP_4 0x1.6c1685919d367p-10
#define POW_F32_EXP_5 0x1.a15169e096556p-13
#define POW_F32_EXP_6 0x1.a1131351400c3p-16

/* (e^r - 1 - r) / r^2 */
#define EXP_0 0x1.fffffffffff58p-2
#define EXP_1 0x1.5555555555525p-3
#define EXP_2 0x1.55555accc11b8p-5
#define EXP_3 0x1.11111430bc5c6p-7

/* The same for floats; the high part of ln 2 is of 15 bits. */
#define F32_LN2_HIGH 0x1.62e4000000000p-1f
#define F32_LN2_LOW 0x1.7f7d1c0000000p-20f
#define F32_LOG2_E_HIGH 0x1.7154760000000p+0f
#define F32_LOG2_E_LOW 0x1.4ae0c00000000p-26f
#define F32_LOG10_E_HIGH 0x1.bcb7b20000000p-2f
#define F32_LOG10_E_LOW -0x1.5b235e0000000p-27f

/* (e^r - 1 - r) / r^2, of |r| up to ln 2 / 2 */
#define F32_EXP_0 0x1.0000000000000p-1f
#define F32_EXP_1 0x1.5555560000000p-3f
#define F32_EXP_2 0x1.5554ea0000000p-5f
#define F32_EXP_3 0x1.1110e00000000p-7f
#define F32_EXP_4 0x1.6d43160000000p-10f
#define F32_EXP_5 0x1.a124e40000000p-13f

/* (e^r - 1) / r, of the same r; (2^r - 1) / r, of r up to 1/2 */
static const float exp_terms_f32[6] = {
	0x1p+0f,
	0x1p-1f,
	0x1.55548ap-3f,
	0x1.5554c6p-5f,
	0x1.123c9ap-7f,
	0x1.6d4742p-10f,
};
static const float exp2_terms_f32[6] = {
	0x1.62e43p-1f,
	0x1.ebfbep-3f,
	0x1.c6af84p-5f,
	0x1.3b2a6ep-7f,
	0x1.5f0638p-10f,
	0x1.440bp-13f,
};

/* (ln(1 + r) - r + r^2 / 2) / r^3, of 1 + r up to 2^0.5 */
#define F32_LOG_0 0x1.5555540000000p-2f
#define F32_LOG_1 -0x1.fffffc0000000p-3f
#define F32_LOG_2 0x1.999d5a0000000p-3f
#define F32_LOG_3 -0x1.555b4a0000000p-3f
#define F32_LOG_4 0x1.23d21a0000000p-3f
#define F32_LOG_5 -0x1.fcf4c60000000p-4f
#define F32_LOG_6 0x1.dea2820000000p-4f
#define F32_LOG_7 -0x1.d635bc0000000p-4f
#define F32_LOG_8 0x1.1d8ea60000000p-4f

/* { high part of -ln(inverse), low part and inverse } */
static const double log_table[128][2] TABLE_ALIGNED = {
	{ 0x0.0p+0, 0x0.0p+0 },
	{ 0x1.0101575890000p-7, -0x1.0c76b999ffffcp-46 },
	{ 0x1.0205658930000p-6, 0x1.611d27c8ffff8p-44 },
	{ 0x1.8492528c90000p-6, -0x1.aa0ba325ffff4p-45 },
	{ 0x1.0415d89e74000p-5, 0x1.111c05ceffff0p-47 },
	{ 0x1.466aed42e4000p-5, -0x1.7059cdd6fffecp-43 },
	{ 0x1.788595a358000p-5, -0x1.08b0d083fffe9p-46 },
	{ 0x1.aaef2d0fac000p-5, 0x1.43f068d4fffe6p-43 },
	{ 0x1.eea31c006c000p-5, -0x1.e113e4fcfffe2p-47 },
	{ 0x1.1973bd1466000p-4, -0x1.5325d560fffdep-45 },
	{ 0x1.333d7f8184000p-4, -0x1.692b6a81fffdbp-49 },
	{ 0x1.4d3115d208000p-4, -0x1.53a2582efffd8p-48 },
	{ 0x1.700d30aeac000p-4, 0x1.c1e8da99fffd4p-49 },
	{ 0x1.9335e5d592000p-4, 0x1.4c4570eafffd0p-43 },
	{ 0x1.a4e7640b1c000p-4, -0x1.e42b6b93fffcep-47 },
	{ 0x1.c885801bc4000p-4, 0x1.646d1c65fffcap-45 },
	{ 0x1.e3707ee304000p-4, 0x1.0f684e66fffc7p-45 },
	{ 0x1.fe89139dbc000p-4, 0x1.56594d82fffc4p-44 },
	{ 0x1.0ce7ecdccb000p-3, 0x1.28ca5b57fffc1p-43 },
	{ 0x1.1aa2b7e23e000p-3, 0x1.729e3910fffbep-43 },
	{ 0x1.28753bc11b000p-3, -0x1.16d6394dfffbbp-45 },
	{ 0x1.365fcb0159000p-3, 0x1.62fa8234fffb8p-51 },
	{ 0x1.4462b9dc9b000p-3, 0x1.ede9d63bfffb5p-46 },
	{ 0x1.527e5e4a1b000p-3, 0x1.633e8e56fffb2p-45 },
	{ 0x1.60b3100b09000p-3, 0x1.1d7526cefffafp-45 },
	{ 0x1.6f0128b757000p-3, -0x1.5118de59fffacp-45 },
	{ 0x1.7898d85445000p-3, -0x1.c6610708fffaap-46 },
	{ 0x1.871213750f000p-3, -0x1.9ae297a0fffa7p-45 },
	{ 0x1.95a5adcf70000p-3, 0x1.7f228589fffa4p-47 },
	{ 0x1.9f6c40708a000p-3, -0x1.337d94bcfffa2p-44 },
	{ 0x1.ae2ca6f673000p-3, -0x1.0ae54a34fff9fp-45 },
	{ 0x1.bd087383be000p-3, -0x1.d4bc4594fff9cp-45 },
	{ 0x1.c6ffbc6f01000p-3, -0x1.1ec72c58fff9ap-48 },
	{ 0x1.d60a17f902000p-3, 0x1.5148fc81fff97p-43 },
	{ 0x1.e530effe71000p-3, 0x1.21227603fff94p-51 },
	{ 0x1.ef5ade4dd0000p-3, -0x1.a211565bfff92p-51 },
	{ 0x1.f991c6cb3b000p-3, 0x1.bcbecca0fff90p-46 },
	{ 0x1.047e60cde7800p-2, 0x1.76f7c434fff8dp-43 },
	{ 0x1.09aa572e6c800p-2, -0x1.2bd787a2fff8bp-46 },
	{ 0x1.1178e8227e000p-2, 0x1.1ef78ce2fff88p-44 },
	{ 0x1.16b5ccbad0000p-2, -0x1.23299042fff86p-44 },
	{ 0x1.1bf99635a7000p-2, -0x1.1ac89575fff84p-44 },
	{ 0x1.214456d0eb800p-2, 0x1.a87deba3fff82p-47 },
	{ 0x1.2941afb186800p-2, 0x1.bde7a919fff7fp-45 },
	{ 0x1.2e9e2bce12000p-2, 0x1.4300c128fff7dp-45 },
	{ 0x1.3401e12aed000p-2, -0x1.17c73556fff7bp-44 },
	{ 0x1.396ce359bc000p-2, -0x1.5839c565fff79p-47 },
	{ 0x1.419b423d5e800p-2, 0x1.8e436ec8fff76p-47 },
	{ 0x1.4718dc271c000p-2, 0x1.06c18fb4fff74p-44 },
	{ 0x1.4c9e09e173000p-2, -0x1.e20891b0fff72p-45 },
	{ 0x1.522ae0738a800p-2, -0x1.0a0c7bf4fff70p-44 },
	{ 0x1.57bf753c8d000p-2, 0x1.fadedee5fff6ep-46 },
	{ 0x1.5d5bddf596000p-2, -0x1.a0b2a089fff6cp-47 },
	{ 0x1.630030b3ab000p-2, -0x1.db623e72fff6ap-45 },
	{ 0x1.68ac83e9c6800p-2, 0x1.0a0d3274fff68p-45 },
	{ 0x1.6e60ee6af1800p-2, 0x1.721657c1fff66p-46 },
	{ 0x1.741d876c67800p-2, 0x1.d8b0949dfff64p-45 },
	{ 0x1.79e26687cf000p-2, 0x1.67b1f4bbfff62p-43 },
	{ 0x1.7fafa3bd81800p-2, -0x1.72090c80fff60p-45 },
	{ 0x1.85855776dc800p-2, 0x1.fd56f332fff5ep-45 },
	{ 0x1.8873658328800p-2, -0x1.6623887dfff5dp-43 },
	{ 0x1.8e55f9b349800p-2, 0x1.c1bc4ec6fff5bp-45 },
	{ 0x1.9441434a03000p-2, 0x1.2cb81c95fff59p-45 },
	{ 0x1.9a355c33bd800p-2, -0x1.4632b2aefff57p-46 },
	{ 0x1.a0325ed150000p-2, -0x1.2dc20b0cfff55p-45 },
	{ 0x1.a33440224f800p-2, 0x1.3c6457f9fff54p-45 },
	{ 0x1.a93ed3c8ad800p-2, 0x1.e36f2be9fff52p-46 },
	{ 0x1.af5295248d000p-2, -0x1.17cc5526fff50p-45 },
	{ 0x1.b56fa04463000p-2, -0x1.bdab6b49fff4ep-44 },
	{ 0x1.b881aa659c800p-2, -0x1.6d96b162fff4dp-43 },
	{ 0x1.beacd9e272000p-2, -0x1.4bac8923fff4bp-44 },
	{ 0x1.c4e19b8472000p-2, 0x1.e0d23292fff49p-45 },
	{ 0x1.c7ff9c7455800p-2, -0x1.9b6ddc14fff48p-45 },
	{ 0x1.ce42f18064800p-2, -0x1.797c33ebfff46p-47 },
	{ 0x1.d490246df0000p-2, -0x1.652280b2fff44p-44 },
	{ 0x1.d7ba7ad9e8000p-2, -0x1.3022bb88fff43p-45 },
	{ 0x1.de16b56ef8800p-2, 0x1.1e08cfe6fff41p-43 },
	{ 0x1.e148a1a272800p-2, -0x1.326b2072fff40p-46 },
	{ 0x1.e7b42c3ddb000p-2, -0x1.46550536fff3ep-45 },
	{ 0x1.eaedd2eac9800p-2, 0x1.0c33ad78fff3dp-46 },
	{ 0x1.f168f7fb06800p-2, -0x1.75bed029fff3bp-43 },
	{ 0x1.f4aa7ee032000p-2, -0x1.b4c86a43fff3ap-44 },
	{ 0x1.fb358af7a4800p-2, 0x1.085fa3c0fff38p-47 },
	{ 0x1.fe7f18eb04000p-2, -0x1.60f51ceafff37p-45 },
	{ 0x1.028d2d6a96400p-1, -0x1.7004f3f0fff35p-50 },
	{ 0x1.04360be760400p-1, -0x1.4c45fe78fff34p-47 },
	{ 0x1.078bf0533c400p-1, 0x1.6812241efff32p-45 },
	{ 0x1.0938fae5d8c00p-1, 0x1.4d7ee0a1fff31p-44 },
	{ 0x1.0c974c8943000p-1, 0x1.cdc0a7cdfff2fp-45 },
	{ 0x1.0e4898611d000p-1, -0x1.8f599fe1fff2ep-44 },
	{ 0x1.0ffb54213a400p-1, 0x1.d77bbeeafff2dp-47 },
	{ 0x1.1365252bf0800p-1, 0x1.930b4c43fff2bp-47 },
	{ 0x1.151c3f6f29800p-1, -0x1.edd97a28fff2ap-45 },
	{ 0x1.16d4d38c11400p-1, 0x1.7e9d7508fff29p-43 },
	{ 0x1.1a4a738b7a400p-1, -0x1.8753b67efff27p-46 },
	{ 0x1.1c07849ae6000p-1, 0x1.cacdeed6fff26p-51 },
	{ 0x1.1dc619de06800p-1, 0x1.441b50bafff25p-45 },
	{ 0x1.2147dba47a400p-1, -0x1.b15433d6fff23p-47 },
	{ 0x1.230b0d8bebc00p-1, 0x1.2fc066e4fff22p-46 },
	{ 0x1.24cfce6f80c00p-1, 0x1.9a6949a2fff21p-45 },
	{ 0x1.285e0842ca400p-1, -0x1.f1d93cc8fff1fp-47 },
	{ 0x1.2a2786d0ec000p-1, 0x1.06d2be78fff1ep-45 },
	{ 0x1.2bf29f9841c00p-1, 0x1.d8a3861cfff1dp-48 },
	{ 0x1.2dbf557b0e000p-1, -0x1.7a6e507bfff1cp-46 },
	{ 0x1.315da44340400p-1, 0x1.458b61d2fff1ap-44 },
	{ 0x1.332f4314ad800p-1, -0x1.a96c3d4efff19p-47 },
	{ 0x1.35028ad9d8c00p-1, 0x1.0b83f951fff18p-46 },
	{ 0x1.36d77e9d35000p-1, -0x1.4a061505fff17p-48 },
	{ 0x1.38ae217197800p-1, -0x1.18b7abb4fff16p-45 },
	{ 0x1.3a86767257000p-1, 0x1.112e01e8fff15p-45 },
	{ 0x1.3e3c43918f800p-1, -0x1.27534c60fff13p-46 },
	{ 0x1.4019c2125cc00p-1, -0x1.6ce7930efff12p-45 },
	{ 0x1.41f8ff8471c00p-1, 0x1.610f75d2fff11p-45 },
	{ 0x1.43d9ff2f92400p-1, -0x1.d984f480fff10p-48 },
	{ 0x1.45bcc464c8c00p-1, -0x1.62f5d27ffff0fp-44 },
	{ 0x1.47a1527e8a400p-1, -0x1.2cb6af94fff0ep-45 },
	{ 0x1.4987ace0dac00p-1, -0x1.3e09751cfff0dp-47 },
	{ 0x1.4d59d43fdac00p-1, -0x1.784d35b1fff0bp-47 },
	{ 0x1.4f45a835a5000p-1, -0x1.e6c516d8fff0ap-45 },
	{ 0x1.513356667fc00p-1, 0x1.5ce53265fff09p-47 },
	{ 0x1.5322e26867800p-1, 0x1.5ccc45d1fff08p-47 },
	{ 0x1.55144fdbcbc00p-1, 0x1.62759a98fff07p-45 },
	{ 0x1.5707a26bb8c00p-1, 0x1.9980bff2fff06p-47 },
	{ 0x1.58fcddce00400p-1, 0x1.871bff2efff05p-46 },
	{ 0x1.5af405c364800p-1, 0x1.dfa63ac0fff04p-45 },
	{ 0x1.5ced1e17c3800p-1, -0x1.1d52fdabfff03p-44 },
	{ 0x1.5ee82aa241800p-1, 0x1.202380cdfff02p-45 },
	{ 0x1.60e52f4578c00p-1, -0x1.8e456865fff01p-44 },
};

/* { inverse, -ln(inverse) } */
static const double ln_table[16][2] TABLE_ALIGNED = {
	{ 0x1.0000000000000p+0, 0x0.0p+0 },
	{ 0x1.df3d05beda23bp-1, 0x1.0edaac9a52000p-4 },
	{ 0x1.c4c08d673f003p-1, 0x1.f7b9a0aa4a000p-4 },
	{ 0x1.ad0a89f61f765p-1, 0x1.6a074e82a2000p-3 },
	{ 0x1.97b05e6d5a074p-1, 0x1.d2935dc219000p-3 },
	{ 0x1.845caf0e8be43p-1, 0x1.1b05178bb1800p-2 },
	{ 0x1.72c874d4fe97dp-1, 0x1.4a73d92699800p-2 },
	{ 0x1.62ba54a3d4b28p-1, 0x1.77c7f6accd000p-2 },
	{ 0x1.540125f8bfc33p-1, 0x1.a330cac42f800p-2 },
	{ 0x1.467490f2d485ep-1, 0x1.ccd50d5e9e000p-2 },
	{ 0x1.39f1ec28d34dep-1, 0x1.f4d8688e90800p-2 },
	{ 0x1.2e5b6540b0745p-1, 0x1.0dadbcf118400p-1 },
	{ 0x1.23985fbcf88d6p-1, 0x1.203c0990bb800p-1 },
	{ 0x1.1992776cb7397p-1, 0x1.3224a978d5800p-1 },
	{ 0x1.103768c0461b6p-1, 0x1.4371bd1883000p-1 },
	{ 0x1.054c0a6fbf338p-1, 0x1.5867c87c3bc00p-1 },
};

/* { (exact - rounded) / rounded, bits of rounded less i << 45 } */
static const double exp_table[128][2] TABLE_ALIGNED = {
	{ 0x0.0p+0, 0x1.0000000000000p+0 },
	{ 0x1.b3b4f1a88bf6ep-54, 0x1.ff63da9fb3335p-1 },
	{ -0x1.160139cd8dc5dp-56, 0x1.fec9a3e778061p-1 },
	{ -0x1.05e7a108766d1p-54, 0x1.fe315e86e7f85p-1 },
	{ 0x1.cd2523567f613p-55, 0x1.fd9b0d3158574p-1 },
	{ -0x1.bce8023f98efap-55, 0x1.fd06b29ddf6dep-1 },
	{ 0x1.0f74e61e6c861p-57, 0x1.fc74518759bc8p-1 },
	{ 0x1.0a3e45b33d399p-54, 0x1.fbe3ecac6f383p-1 },
	{ 0x1.79aa65d837b6dp-54, 0x1.fb5586cf9890fp-1 },
	{ 0x1.eb51a92fdeffcp-55, 0x1.fac922b7247f7p-1 },
	{ 0x1.ebe3d702f9cd1p-60, 0x1.fa3ec32d3d1a2p-1 },
	{ -0x1.a033489906e0bp-57, 0x1.f9b66affed31bp-1 },
	{ -0x1.556522a2fbd0ep-54, 0x1.f9301d0125b51p-1 },
	{ -0x1.080ef8c4eea55p-58, 0x1.f8abdc06c31ccp-1 },
	{ -0x1.1c923b9d5f416p-54, 0x1.f829aaea92de0p-1 },
	{ 0x1.0d3e3e95c55afp-55, 0x1.f7a98c8a58e51p-1 },
	{ -0x1.01b15eaa59348p-55, 0x1.f72b83c7d517bp-1 },
	{ -0x1.f1ff055de323dp-55, 0x1.f6af9388c8deap-1 },
	{ 0x1.b898c3f1353bfp-55, 0x1.f635beb6fcb75p-1 },
	{ -0x1.6d99c7611eb26p-54, 0x1.f5be084045cd4p-1 },
	{ 0x1.aecf73e3a2f60p-54, 0x1.f54873168b9aap-1 },
	{ -0x1.fe782cb86389dp-55, 0x1.f4d5022fcd91dp-1 },
	{ 0x1.a6f4144a6c38dp-55, 0x1.f463b88628cd6p-1 },
	{ 0x1.07a05b0e4047dp-55, 0x1.f3f49917ddc96p-1 },
	{ 0x1.68efde3a8a894p-54, 0x1.f387a6e756238p-1 },
	{ 0x1.75e18f274487dp-55, 0x1.f31ce4fb2a63fp-1 },
	{ 0x1.0472b981fe7f2p-55, 0x1.f2b4565e27cddp-1 },
	{ -0x1.6b87b3f71085ep-54, 0x1.f24dfe1f56381p-1 },
	{ 0x1.2f7e16d09ab31p-55, 0x1.f1e9df51fdee1p-1 },
	{ -0x1.d219b1a6fbffap-60, 0x1.f187fd0dad990p-1 },
	{ 0x1.b3782720c0ab4p-55, 0x1.f1285a6e4030bp-1 },
	{ 0x1.e149289cecb8fp-57, 0x1.f0cafa93e2f56p-1 },
	{ 0x1.34d754db0abb6p-55, 0x1.f06fe0a31b715p-1 },
	{ 0x1.64201e2ac744cp-55, 0x1.f0170fc4cd831p-1 },
	{ 0x1.fdd395dd3f84ap-55, 0x1.efc08b26416ffp-1 },
	{ -0x1.6a3803b8e5b04p-55, 0x1.ef6c55f929ff1p-1 },
	{ -0x1.24aedcc4b5068p-54, 0x1.ef1a7373aa9cbp-1 },
	{ -0x1.907f81b512d8ep-54, 0x1.eecae6d05d866p-1 },
	{ -0x1.1d1e83e9436d2p-56, 0x1.ee7db34e59ff7p-1 },
	{ -0x1.91919b3ce1b15p-54, 0x1.ee32dc313a8e5p-1 },
	{ 0x1.59f48a72a4c6dp-55, 0x1.edea64c123422p-1 },
	{ -0x1.312607a28698ap-54, 0x1.eda4504ac801cp-1 },
	{ -0x1.8a78f4817895bp-58, 0x1.ed60a21f72e2ap-1 },
	{ -0x1.c2c9b67499a1bp-56, 0x1.ed1f5d950a897p-1 },
	{ 0x1.363ed60c2ac11p-59, 0x1.ece086061892dp-1 },
	{ 0x1.666093b0664efp-54, 0x1.eca41ed1d0057p-1 },
	{ 0x1.ecce1daa10379p-57, 0x1.ec6a2b5c13cd0p-1 },
	{ 0x1.3ff8e3f0f1230p-54, 0x1.ec32af0d7d3dep-1 },
	{ 0x1.690cebb7aafb0p-56, 0x1.ebfdad5362a27p-1 },
	{ 0x1.31dbdeb54e077p-54, 0x1.ebcb299fddd0dp-1 },
	{ -0x1.f94340071a38ep-55, 0x1.eb9b2769d2ca7p-1 },
	{ -0x1.7deccdc93a349p-55, 0x1.eb6daa2cf6642p-1 },
	{ -0x1.8dec6bd0f385fp-56, 0x1.eb42b569d4f82p-1 },
	{ -0x1.61246ec7b5cf6p-55, 0x1.eb1a4ca5d920fp-1 },
	{ 0x1.3350518fdd78ep-54, 0x1.eaf4736b527dap-1 },
	{ 0x1.b98b72f8a9b05p-56, 0x1.ead12d497c7fdp-1 },
	{ 0x1.063e1e21c5409p-54, 0x1.eab07dd485429p-1 },
	{ 0x1.4c7855019c6eap-60, 0x1.ea9268a5946b7p-1 },
	{ 0x1.432e62b64c035p-54, 0x1.ea76f15ad2148p-1 },
	{ -0x1.ce44a6199769fp-55, 0x1.ea5e1b976dc09p-1 },
	{ -0x1.c33c53bef4da8p-55, 0x1.ea47eb03a5585p-1 },
	{ -0x1.45378892be9aep-55, 0x1.ea34634ccc320p-1 },
	{ -0x1.3cedd78565858p-54, 0x1.ea23882552225p-1 },
	{ 0x1.710aa807e1964p-58, 0x1.ea155d44ca973p-1 },
	{ -0x1.3b3efbf5e2228p-54, 0x1.ea09e667f3bcdp-1 },
	{ -0x1.a12ad8734b982p-57, 0x1.ea012750bdabfp-1 },
	{ -0x1.367efb86da9eep-57, 0x1.e9fb23c651a2fp-1 },
	{ -0x1.0dc3d54e08851p-55, 0x1.e9f7df9519484p-1 },
	{ -0x1.81f647e5a3ecfp-56, 0x1.e9f75e8ec5f74p-1 },
	{ -0x1.6ee4ac08b7db0p-55, 0x1.e9f9a48a58174p-1 },
	{ -0x1.619321e55e68ap-55, 0x1.e9feb564267c9p-1 },
	{ 0x1.09ccb5e09d4d3p-54, 0x1.ea0694fde5d3fp-1 },
	{ -0x1.b32dcb94da51dp-56, 0x1.ea11473eb0187p-1 },
	{ 0x1.4ecfd5467c06bp-54, 0x1.ea1ed0130c132p-1 },
	{ 0x1.5ebe1abd66c55p-57, 0x1.ea2f336cf4e62p-1 },
	{ -0x1.8a1c52fb3cf42p-55, 0x1.ea427543e1a12p-1 },
	{ -0x1.369b6f13b3734p-54, 0x1.ea589994cce13p-1 },
	{ -0x1.05e843a19ff1ep-55, 0x1.ea71a4623c7adp-1 },
	{ -0x1.4d450d872576ep-54, 0x1.ea8d99b4492edp-1 },
	{ 0x1.0ad675b0e8a00p-54, 0x1.eaac7d98a6699p-1 },
	{ 0x1.db72fc1f0eab4p-55, 0x1.eace5422aa0dbp-1 },
	{ -0x1.5b6609cc5e7ffp-57, 0x1.eaf3216b5448cp-1 },
	{ 0x1.bf68359f35f44p-56, 0x1.eb1ae99157736p-1 },
	{ -0x1.3091fa71e3d83p-54, 0x1.eb45b0b91ffc6p-1 },
	{ -0x1.da9b88b6c1e29p-58, 0x1.eb737b0cdc5e5p-1 },
	{ -0x1.c23f97c90b959p-57, 0x1.eba44cbc8520fp-1 },
	{ -0x1.2434322f4f9aap-54, 0x1.ebd829fde4e50p-1 },
	{ -0x1.5ca6cd7668e4bp-55, 0x1.ec0f170ca07bap-1 },
	{ 0x1.1affc2b91ce27p-56, 0x1.ec49182a3f090p-1 },
	{ 0x1.dd235e10a73bbp-57, 0x1.ec86319e32323p-1 },
	{ -0x1.7c50422622263p-55, 0x1.ecc667b5de565p-1 },
	{ 0x1.b1c86e3e231d5p-55, 0x1.ed09bec4a2d33p-1 },
	{ -0x1.1bbd1d3bcbb15p-54, 0x1.ed503b23e255dp-1 },
	{ 0x1.0cc319cee31d2p-54, 0x1.ed99e1330b358p-1 },
	{ 0x1.469846e735ab3p-55, 0x1.ede6b5579fdbfp-1 },
	{ -0x1.2dfcd978e9db4p-55, 0x1.ee36bbfd3f37ap-1 },
	{ 0x1.c1a7792cb3387p-55, 0x1.ee89f995ad3adp-1 },
	{ -0x1.07b8f4ad1d9fap-54, 0x1.eee07298db666p-1 },
	{ -0x1.5c3d956dcaebap-58, 0x1.ef3a2b84f15fbp-1 },
	{ -0x1.0a40e3da6f640p-54, 0x1.ef9728de5593ap-1 },
	{ -0x1.8d6f438ad9334p-57, 0x1.eff76f2fb5e47p-1 },
	{ -0x1.1eee26b588a35p-54, 0x1.f05b030a1064ap-1 },
	{ 0x1.4ffd70a5fddcdp-56, 0x1.f0c1e904bc1d2p-1 },
	{ -0x1.1bdfbfa9298acp-54, 0x1.f12c25bd71e09p-1 },
	{ 0x1.36eae30af0cb3p-56, 0x1.f199bdd85529cp-1 },
	{ 0x1.ee3325c9ffd94p-55, 0x1.f20ab5fffd07ap-1 },
	{ 0x1.4e08fd10959acp-55, 0x1.f27f12e57d14bp-1 },
	{ 0x1.3cdaf384e1a67p-57, 0x1.f2f6d9406e7b5p-1 },
	{ 0x1.76b2c6c921968p-57, 0x1.f3720dcef9069p-1 },
	{ -0x1.08a1883ccb5d2p-55, 0x1.f3f0b555dc3fap-1 },
	{ -0x1.fad5d3ffffa6fp-55, 0x1.f472d4a07897cp-1 },
	{ -0x1.00dae3875a949p-54, 0x1.f4f87080d89f2p-1 },
	{ 0x1.4a385a63d07a7p-56, 0x1.f5818dcfba487p-1 },
	{ -0x1.2919e2040220fp-55, 0x1.f60e316c98398p-1 },
	{ 0x1.e5a50d5c192acp-55, 0x1.f69e603db3285p-1 },
	{ 0x1.43a59ac016b4bp-55, 0x1.f7321f301b460p-1 },
	{ -0x1.2d52107b43e1fp-55, 0x1.f7c97337b9b5fp-1 },
	{ -0x1.92ab93b470dc9p-55, 0x1.f864614f5a129p-1 },
	{ 0x1.4b604603a88d3p-56, 0x1.f902ee78b3ff6p-1 },
	{ 0x1.3c5ec519d7271p-55, 0x1.f9a51fbc74c83p-1 },
	{ -0x1.ff7128fd391f0p-55, 0x1.fa4afa2a490dap-1 },
	{ -0x1.dae98e223747dp-55, 0x1.faf482d8e67f1p-1 },
	{ 0x1.ec3bc41aa2008p-55, 0x1.fba1bee615a27p-1 },
	{ 0x1.42b94c3a9eb32p-55, 0x1.fc52b376bba97p-1 },
	{ 0x1.a64a931d185eep-55, 0x1.fd0765b6e4540p-1 },
	{ -0x1.e37bae43be3edp-55, 0x1.fdbfdad9cbe14p-1 },
	{ 0x1.7893b4d91cd9dp-56, 0x1.fe7c1819e90d8p-1 },
	{ 0x1.305c14160cc89p-58, 0x1.ff3c22b8f71f1p-1 },
};

/* clang-format on */

#endif
