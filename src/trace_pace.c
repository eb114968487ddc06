/* SPDX-License-Identifier: BSD-2-Clause */
/* trace_pace.c -- what a record costs its track, see trace_pace.h. */
#include "trace_pace.h"

#define CREDIT_NS ((uint64_t)QUERN__PACE_CREDIT * QUERN__PACE_NS)
#define RUN_NS ((uint64_t)QUERN__PACE_RUN * QUERN__PACE_NS)
/*
 * Ends of jobs whose submit was recorded do not ask.  Beyond that nothing is
 * owed: a slow phase need not pay for a flood.
 */
#define DEBT_MOST_NS (4 * RUN_NS)

void
quern__pace_init(struct quern__pace *pace)
{
	/* One by one, for another thread may be about to take an event. */
	__atomic_store_n(&pace->left, 0, __ATOMIC_RELAXED);
	__atomic_store_n(&pace->ahead, false, __ATOMIC_RELAXED);
	__atomic_store_n(&pace->paid_ns, 0, __ATOMIC_RELAXED);
	__atomic_store_n(&pace->left_out, 0, __ATOMIC_RELAXED);
}

bool
quern__pace_has_paid(struct quern__pace *pace, size_t n, uint64_t now_ns)
{
	size_t skips = n < QUERN__PACE_LOOK ? QUERN__PACE_LOOK : n;
	uint32_t left;

	if (__atomic_load_n(&pace->paid_ns, __ATOMIC_RELAXED) <= now_ns) {
		__atomic_store_n(&pace->ahead, false, __ATOMIC_RELAXED);
		return true;
	}
	left = __atomic_exchange_n(
	    &pace->left, (uint32_t)(skips - n), __ATOMIC_RELAXED);
	__atomic_fetch_add(&pace->left_out, skips - left, __ATOMIC_RELAXED);
	return false;
}

void
quern__pace_pay(struct quern__pace *pace, uint64_t now_ns)
{
	uint64_t paid_ns = __atomic_load_n(&pace->paid_ns, __ATOMIC_RELAXED);

	if (paid_ns + CREDIT_NS < now_ns)
		paid_ns = now_ns - CREDIT_NS;
	paid_ns += QUERN__PACE_NS;
	if (paid_ns > now_ns + DEBT_MOST_NS)
		paid_ns = now_ns + DEBT_MOST_NS;
	__atomic_store_n(&pace->paid_ns, paid_ns, __ATOMIC_RELAXED);
	if (paid_ns >= now_ns + RUN_NS)
		__atomic_store_n(&pace->ahead, true, __ATOMIC_RELAXED);
}

uint64_t
quern__pace_left_out(const struct quern__pace *pace)
{
	uint64_t left_out = __atomic_load_n(&pace->left_out, __ATOMIC_RELAXED);
	uint32_t left = __atomic_load_n(&pace->left, __ATOMIC_RELAXED);

	/* Threads that share a track may have set `left` twice. */
	return left < left_out ? left_out - left : 0;
}
