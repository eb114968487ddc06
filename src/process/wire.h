/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wire.h -- what a program and one of its workers say to each other.
 *
 *     program                            worker
 *        |---- BEGIN: who you are, limits -->|   with the module to load
 *        |---- MAP: memory, with its fd ---->|   the desk first
 *        |---- START: the desk is there ---->|
 *        |<--- STARTED: 0, or why not -------|   and its peak so far
 *        |---- MAP, UNMAP, as need be ------>|
 *        |---- RUN: what is on the desk ---->|
 *        |<--- ENDED: its status ------------|   and so on
 *
 * One message is one packet of a SEQPACKET socket pair.  The program believes
 * nothing that a worker sends: what is not exactly as it must be is as good as
 * the worker's death.  A worker trusts the program, which started it.
 *
 * The desk is memory that both see.  The program writes there what is to be run
 * before it sends RUN: a loop or a few calls, so that short ones share a message.
 * While that runs it writes the reason to stop, reads the progress, which is a
 * number to look at and nothing more, and may take back what has not begun.
 */
#ifndef QUERN_SRC_PROCESS_WIRE_H
#define QUERN_SRC_PROCESS_WIRE_H

#include <quern/process.h>

enum quern__verb {
	QUERN__SAY_BEGIN = 1,
	QUERN__SAY_MAP,
	QUERN__SAY_UNMAP,
	QUERN__SAY_START,
	QUERN__SAY_RUN,
	QUERN__SAY_STARTED,
	QUERN__SAY_ENDED,
};

enum quern__what {
	QUERN__RUN_CALLS,  /* the functions of the calls on the desk */
	QUERN__RUN_BLOCKS, /* these blocks of a loop */
	QUERN__RUN_JOIN,   /* the accumulators of a reduction, and its result */
};

/* What a worker may not do, or take; 0: as the program. */
struct quern__limits {
	uint64_t address_space, cpu_seconds;
	uint32_t open_files, nice;
	int32_t oom_score_adj;
	uint8_t core_dumps, confined, spare[2];
};

struct quern__message {
	uint32_t verb;
	uint32_t number; /* of a RUN, and of the ENDED that answers it */
	union {
		struct {
			uint64_t build;       /* of this library */
			uint64_t start_key;   /* a function, or 0 */
			uint32_t index;       /* of the worker */
			uint32_t omp_threads; /* of its regions */
			int32_t parent;       /* process */
			struct quern__limits limits;
			/* Of a module, after the message; without the 0. */
			uint32_t path_bytes;
		} begin;
		struct {
			uint64_t start, bytes;
		} map;
		struct {
			uint64_t desk;
		} start;
		struct {
			int32_t status;
			/* Resident, as getrusage() has it: the program's. */
			uint64_t peak_bytes;
		} started;
		struct {
			uint32_t what;
			uint32_t n;          /* calls on the desk, or 1 */
			uint32_t begin, end; /* blocks */
		} run;
		struct {
			int32_t status;  /* of what is no call */
			uint32_t blocks; /* that were run */
		} ended;
	} u;
};

/*
 * Who has a job that is on the desk:
 *
 *   WAITING ---> BEGUN ---> ENDED     the worker
 *      |
 *      +-------> TAKEN                the program: it is not to be run there
 *
 * Each move from WAITING is an exchange, so one of the two has it.
 */
enum quern__desk_state {
	QUERN__DESK_WAITING,
	QUERN__DESK_BEGUN,
	QUERN__DESK_ENDED,
	QUERN__DESK_TAKEN,
};

struct quern__on_desk {
	quern_job job; /* its op, the reason to stop, its progress */
	uint64_t kind_key, how_key;
	uint32_t state; /* atomic */
	int32_t status; /* of a call that has ENDED */
};

/* A message costs as much as some ten empty calls. */
enum { QUERN__DESK_MOST = 16 };

struct quern__desk {
	struct quern__on_desk on[QUERN__DESK_MOST];
};

enum { QUERN__PATH_MOST = 1024 };

/* The worker's end of the pair, and the variable that says that it is one. */
enum { QUERN__WORKER_FD = 3 };
#define QUERN__WORKER_VARIABLE "QUERN_WORKER"

#endif
