/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fd.h -- the library's only way to descriptors, so that tests can make the
 * n-th one fail.  All are close-on-exec and, but for files, non-blocking; -1 is
 * "none".
 */
#ifndef QUERN_SRC_FD_H
#define QUERN_SRC_FD_H

#include <stddef.h>
#include <stdint.h>

/* Each returns the descriptor, or a negative errno. */
int quern__fd_event(void);
int quern__fd_timer(void); /* by CLOCK_MONOTONIC */
int quern__fd_epoll(void);
int quern__fd_open_read(const char *path); /* a file, to read it */
/* Report `fd` readable through `epoll`; 0 or a negative errno. */
int quern__fd_watch(int epoll, int fd);
/* A file to write, new or emptied.  Blocks as files do. */
int quern__fd_create(const char *path);
/* All of it: 0 or a negative errno. */
int quern__fd_write_all(int fd, const void *bytes, size_t n);
/*
 * So many zeros in memory that other processes can map, which stay so many:
 * nobody can truncate them under those who have.  Without a name anywhere.
 */
int quern__fd_memory(size_t bytes);
/* How long the file is: 0 or a negative errno. */
int quern__fd_length(int fd, uint64_t *out);
/* One that we have been given: 0 or a negative errno. */
int quern__fd_close_on_exec(int fd);
void quern__fd_close(int fd);

/* Two ends that send each other packets, and block: 0 or a negative errno. */
int quern__fd_pair(int out[2]);
/* A process, readable when it has ended. */
int quern__fd_process(int pid);
/* As quern__fd_watch(), but reported once. */
int quern__fd_watch_once(int epoll, int fd);

/* How many bytes came, 0 at the end of the file; or a negative errno. */
int quern__fd_read(int file, void *out, size_t bytes);

/*
 * Which of `events` (QUERN_READ, QUERN_WRITE) it is ready for now, whatever
 * others may say: at its end or broken it is ready for all.  -EBADF: it is
 * none.
 */
int quern__fd_poll(int fd, int events);

/* Make the event descriptor readable. */
void quern__fd_raise(int event);
/* Make an event or timer descriptor unreadable. */
void quern__fd_lower(int fd);
/* Make the timer readable at `at_ns` of CLOCK_MONOTONIC; 0: never. */
void quern__fd_set_timer(int timer, uint64_t at_ns);

#endif
