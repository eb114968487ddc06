/* SPDX-License-Identifier: BSD-2-Clause */
/* channel.h -- one message there, one back; see wire.h. */
#ifndef QUERN_SRC_PROCESS_CHANNEL_H
#define QUERN_SRC_PROCESS_CHANNEL_H

#include "wire.h"

/*
 * Send a message, with a descriptor (or -1), and `more_bytes` of `more` behind
 * it.  0; -EAGAIN: no room for now; -EPIPE: nobody is there any more; or another
 * negative errno.
 */
int quern__channel_send(int socket, const struct quern__message *message,
    int fd, const void *more, size_t more_bytes);

/*
 * Receive one, for as long as the socket's timeout says.  `fd`: the descriptor
 * that came with it, the caller's now, or -1; NULL: none is expected.  `more`
 * has room for `most` bytes.
 *
 * Returns how many bytes of `more` came; -EAGAIN: nothing in time; -EPIPE:
 * nobody is there any more; -EPROTO: that is no message.
 */
int quern__channel_receive(int socket, struct quern__message *message, int *fd,
    void *more, size_t most);

#endif
