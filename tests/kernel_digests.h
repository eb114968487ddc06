/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kernel_digests.h -- for test_kernels_digest.c, in the order of
 * quern/kernel_list.h; written by `make digests`.
 *
 *     DIGEST(kernel, everywhere)
 *     DIGESTS(kernel, with fused multiply-add, without)
 */
DIGEST(square_f64, 0x5a5f141b8d3699a1)
DIGEST(square_f32, 0xa9f6209c8b43fe22)
DIGEST(square_i64, 0x728411ab87bde76c)
DIGEST(square_i32, 0x48044fc0bc02ede6)
DIGEST(square_u64, 0x728411ab87bde76c)
DIGEST(square_u32, 0x48044fc0bc02ede6)
DIGESTS(pow_f64, 0x341cf918d1c110e3, 0xb7e60bcea69bd178)
DIGESTS(pow_f32, 0x4490ca6c6e0d9ad1, 0xbed7f5201f2e7c86)
DIGESTS(powv_f64, 0xdc829a3c5753fbc7, 0xbe062d5cf83105f4)
DIGESTS(powv_f32, 0xdfad65a49f2dc42c, 0x93383d746b0dbb12)
DIGEST(sum_f64, 0x8dbc0a649f74bdd3)
DIGEST(sum_f32, 0x106a068cfcad5f70)
DIGEST(sum_i64, 0x5aae91b587d8107e)
DIGEST(min_f64, 0xd6623c3120d5ab47)
DIGEST(min_f32, 0x71d6e690f64bd727)
DIGEST(min_i64, 0x9e90bd9c59ac46dd)
DIGEST(max_f64, 0x9c0a03447b0f87e3)
DIGEST(max_f32, 0x67f070aeac5514a8)
DIGEST(max_i64, 0xf8b9a5802064aa88)
DIGEST(mean_f64, 0x112b94d9c2399361)
DIGEST(mean_f32, 0xb20607dd07ff91d9)
DIGEST(mean_i64, 0x769a23c2ed930d56)
