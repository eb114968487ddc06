/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fork.h -- which process this is.
 *
 * Threads do not survive fork(): a child's copies of executors and loops have
 * nobody behind them and locks that may be held for ever.  Each object
 * remembers the generation it was made in; in a child the generation is
 * another, and every call says -ESTALE before it touches anything else.
 */
#ifndef QUERN_SRC_FORK_H
#define QUERN_SRC_FORK_H

/* Begin to notice forks; 0 or -ENOMEM.  Any number of times, any thread. */
int quern__fork_watch(void);

/*
 * How many forks lie between the first process and this one.  Written in a
 * child before it has a second thread, so it needs no lock.
 */
extern unsigned quern__generation;

static inline unsigned
quern__fork_generation(void)
{
	return quern__generation;
}

#endif
