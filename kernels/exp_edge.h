/* SPDX-License-Identifier: BSD-2-Clause */
/* exp_edge.h -- exp just below the largest numbers; see exp_edge.c. */
#ifndef QUERN_KERNELS_EXP_EDGE_H
#define QUERN_KERNELS_EXP_EDGE_H

/* exp(x) / 2, at most 0.51 ULP off; 88.5 <= x <= 90. */
float quern__half_exp_f32_edge(float x);

#endif
