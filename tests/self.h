/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * self.h -- runs a part of this very test in a process of its own, with an
 * environment that OpenMP reads before main().
 */
#ifndef QUERN_TESTS_SELF_H
#define QUERN_TESTS_SELF_H

/* A table of these ends with a NULL name. */
struct self_part {
	const char *name;
	int (*run)(void); /* what the process exits with */
};

/* What to start for another process of this test: run.sh may know better. */
const char *self_program(void);

/*
 * First in main(): runs the part that this process was started for and exits;
 * returns if it was started for the tests.
 */
void self_begin(int argc, char **argv, const struct self_part parts[]);

/*
 * Run that part with `settings` ("OMP_PROC_BIND=true", ...; NULL ends them)
 * and no other variable of OpenMP's.  It is killed after a minute.  Returns
 * what waitpid() says of it, or -1 with a failed assertion.
 */
int self_run(const char *part, const char *const settings[]);

#endif
