/* SPDX-License-Identifier: BSD-2-Clause */
/* trace_pace.c -- what a record costs its track, see trace_pace.h. */
#include "trace_pace.h"

/* Beyond that nothing is owed: a slow phase need not pay for a flood. */
#define DEBT_MOST_NS (UINT64_C(64) * QUERN__PACE_NS)
#define CREDIT_NS ((uint64_t)QUERN__PACE_CREDIT * QUERN__PACE_NS)

void
quern__pace_init(struct quern__pace *pace)
{
	pace->skips = 0;
	pace->last_ns = 0;
	pace->paid_ns = 0;
	pace->left_out = 0;
	/* Apart, for another thread may be about to take an event. */
	__atomic_store_n(&pace->left, 0, __ATOMIC_RELAXED);
}

/* Of the events planned to be left out; more are left only by a race. */
static uint32_t
left_out_lately(const struct quern__pace *pace)
{
	uint32_t left = __atomic_load_n(&pace->left, __ATOMIC_RELAXED);

	return left < pace->skips ? pace->skips - left : 0;
}

uint64_t
quern__pace_left_out(const struct quern__pace *pace)
{
	return pace->left_out + left_out_lately(pace);
}

void
quern__pace_pay(struct quern__pace *pace, uint64_t now_ns)
{
	/* Another thread may have had a later time, and the lock before us. */
	uint64_t since_ns = now_ns > pace->last_ns ? now_ns - pace->last_ns : 0;
	uint32_t left_out = left_out_lately(pace);
	uint64_t apart_ns = since_ns / (left_out + 1), skips = 0;

	pace->last_ns = now_ns;
	pace->left_out += left_out;
	if (pace->paid_ns + CREDIT_NS < now_ns)
		pace->paid_ns = now_ns - CREDIT_NS;
	pace->paid_ns += QUERN__PACE_NS;
	if (pace->paid_ns > now_ns + DEBT_MOST_NS)
		pace->paid_ns = now_ns + DEBT_MOST_NS;
	if (pace->paid_ns > now_ns)
		skips = (pace->paid_ns - now_ns) / (apart_ns + 1);
	pace->skips =
	    skips < QUERN__PACE_SKIPS ? (uint32_t)skips : QUERN__PACE_SKIPS;
	__atomic_store_n(&pace->left, pace->skips, __ATOMIC_RELAXED);
}
