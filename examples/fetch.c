/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fetch.c -- fetch URLs at the same time, and hash each body on the pool as it
 * arrives.
 *
 *     fetch URL...
 *
 * A task for each URL.  libcurl's transfers run on the same libev loop (its
 * "multi socket" interface): it says which sockets it wants watched and when it
 * wants to be called.  What it hands over goes through a bounded queue to the
 * task, which has it hashed on the pool; a transfer whose task is behind is
 * paused.  A URL that fails gets a line, and the others go on; so does one whose
 * server says nothing for SILENCE_SECONDS.  HTTP and HTTPS: others cannot be
 * paused.
 */
#include <curl/curl.h>
#include <err.h>
#include <errno.h>
#include <ev.h>
#include <inttypes.h>
#include <quern/quern.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	CHUNKS = 16, /* of a transfer that wait to be hashed */
	SILENCE_SECONDS = 30
};

struct chunk {
	size_t bytes;
	unsigned char data[];
};

struct transfer {
	const char *url;
	CURL *easy;
	quern_queue chunks; /* closed when all have come */
	bool paused;
	CURLcode result;
	uint64_t hash, bytes;
};

/* libcurl's transfers, and what it wants of the loop. */
static struct {
	struct ev_loop *ev;
	CURLM *multi;
	ev_timer timer;
} hub;

/* ---- libcurl and libev ---- */

/* Those that are over: their tasks find the queue closed. */
static void
end_transfers(void)
{
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(hub.multi, &left))) {
		struct transfer *transfer = NULL;

		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(
		    message->easy_handle, CURLINFO_PRIVATE, (char **)&transfer);
		transfer->result = message->data.result;
		quern_queue_close(&transfer->chunks);
	}
}

static void
act(curl_socket_t fd, int events)
{
	int running;

	curl_multi_socket_action(hub.multi, fd, events, &running);
	end_transfers();
}

static void
on_socket(struct ev_loop *ev, ev_io *watcher, int events)
{
	(void)ev;
	act(watcher->fd,
	    (events & EV_READ ? CURL_CSELECT_IN : 0) |
		(events & EV_WRITE ? CURL_CSELECT_OUT : 0));
}

static void
on_timer(struct ev_loop *ev, ev_timer *watcher, int events)
{
	(void)ev;
	(void)watcher;
	(void)events;
	act(CURL_SOCKET_TIMEOUT, 0);
}

/* libcurl wants a socket watched, for other events, or no more. */
static int
watch(CURL *easy, curl_socket_t fd, int what, void *unused, void *known)
{
	ev_io *watcher = known;

	(void)easy;
	(void)unused;
	if (watcher)
		ev_io_stop(hub.ev, watcher);
	if (what == CURL_POLL_REMOVE) {
		free(watcher);
		return 0;
	}
	if (!watcher) {
		watcher = malloc(sizeof(*watcher));
		if (!watcher)
			return -1;
		curl_multi_assign(hub.multi, fd, watcher);
	}
	ev_io_init(watcher, on_socket, fd,
	    (what & CURL_POLL_IN ? EV_READ : 0) |
		(what & CURL_POLL_OUT ? EV_WRITE : 0));
	ev_io_start(hub.ev, watcher);
	return 0;
}

static int
set_timer(CURLM *multi, long ms, void *unused)
{
	(void)multi;
	(void)unused;
	ev_timer_stop(hub.ev, &hub.timer);
	if (ms >= 0) {
		ev_timer_set(&hub.timer, (double)ms / 1000, 0);
		ev_timer_start(hub.ev, &hub.timer);
	}
	return 0;
}

/* A piece of a body. */
static size_t
take_chunk(char *data, size_t one, size_t bytes, void *arg)
{
	struct transfer *transfer = arg;
	struct chunk *chunk = malloc(sizeof(*chunk) + bytes);

	(void)one;
	if (!chunk)
		return 0;
	chunk->bytes = bytes;
	memcpy(chunk->data, data, bytes);
	if (quern_queue_try_put(&transfer->chunks, chunk) == 0)
		return bytes;
	free(chunk);
	transfer->paused = true;
	return CURL_WRITEFUNC_PAUSE; /* it comes again */
}

/* ---- on the pool ---- */

struct portion {
	const struct chunk *chunk;
	uint64_t hash;
};

/* FNV-1a (Fowler, Noll, Vo), 64 bits. */
static int
hash_chunk(quern_context *ctx, void *arg)
{
	struct portion *portion = arg;

	(void)ctx;
	for (size_t i = 0; i < portion->chunk->bytes; i++) {
		portion->hash ^= portion->chunk->data[i];
		portion->hash *= UINT64_C(0x100000001b3);
	}
	return 0;
}

/* ---- a task for each URL ---- */

/* What was paused comes again, now: its error is the transfer's. */
static CURLcode
go_on(struct transfer *transfer)
{
	transfer->paused = false;
	return curl_easy_pause(transfer->easy, CURLPAUSE_CONT);
}

static int
hash_chunks(struct transfer *transfer)
{
	void *chunk;
	int err, status;

	while ((err = quern_queue_get(&transfer->chunks, &chunk)) == 0) {
		struct portion portion = { chunk, transfer->hash };

		status = quern_await(quern_call(hash_chunk, &portion));
		transfer->hash = portion.hash;
		transfer->bytes += portion.chunk->bytes;
		free(chunk);
		if (status)
			return status;
		if (transfer->paused && (transfer->result = go_on(transfer)))
			return 0;
	}
	return err == -EPIPE ? 0 : err;
}

/* Others cannot be paused. */
static void
allow_http(CURL *easy)
{
#if LIBCURL_VERSION_NUM >= 0x075500
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
#else
	const long http = CURLPROTO_HTTP | CURLPROTO_HTTPS;

	curl_easy_setopt(easy, CURLOPT_PROTOCOLS, http);
	curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS, http);
#endif
}

static int
fetch(void *arg)
{
	struct transfer *transfer = arg;
	void *chunk;
	int err = quern_queue_init(&transfer->chunks, CHUNKS);

	if (err)
		return err;
	transfer->hash = UINT64_C(0xcbf29ce484222325);
	transfer->result = CURLE_OUT_OF_MEMORY;
	transfer->easy = curl_easy_init();
	if (transfer->easy) {
		curl_easy_setopt(transfer->easy, CURLOPT_URL, transfer->url);
		curl_easy_setopt(transfer->easy, CURLOPT_PRIVATE, transfer);
		curl_easy_setopt(transfer->easy, CURLOPT_NOSIGNAL, 1L);
		curl_easy_setopt(transfer->easy, CURLOPT_FAILONERROR, 1L);
		curl_easy_setopt(transfer->easy, CURLOPT_FOLLOWLOCATION, 1L);
		curl_easy_setopt(transfer->easy, CURLOPT_CONNECTTIMEOUT, 10L);
		curl_easy_setopt(transfer->easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
		curl_easy_setopt(transfer->easy, CURLOPT_LOW_SPEED_TIME,
		    (long)SILENCE_SECONDS);
		allow_http(transfer->easy);
		curl_easy_setopt(
		    transfer->easy, CURLOPT_WRITEFUNCTION, take_chunk);
		curl_easy_setopt(transfer->easy, CURLOPT_WRITEDATA, transfer);
		if (curl_multi_add_handle(hub.multi, transfer->easy) ==
		    CURLM_OK)
			err = hash_chunks(transfer);
		curl_multi_remove_handle(hub.multi, transfer->easy);
		curl_easy_cleanup(transfer->easy);
	}
	while (quern_queue_try_get(&transfer->chunks, &chunk) == 0)
		free(chunk);
	quern_queue_fini(&transfer->chunks);
	return err;
}

/* ---- all of them ---- */

struct urls {
	char **url;
	size_t n;
};

/* In the order of completion; 1 if one failed. */
static int
print_results(quern_task_group *group)
{
	int failed = 0, err, result;
	void *arg;

	while ((err = quern_task_group_next(group, &arg, &result)) == 0) {
		const struct transfer *transfer = arg;

		if (result < 0)
			return result;
		if (transfer->result) {
			printf("%s: %s\n", transfer->url,
			    curl_easy_strerror(transfer->result));
			failed = 1;
		} else {
			printf("%s: %" PRIu64 " bytes, hash %016" PRIx64 "\n",
			    transfer->url, transfer->bytes, transfer->hash);
		}
		fflush(stdout);
	}
	return err == -ENOENT ? failed : err;
}

static int
fetch_all(void *arg)
{
	const struct urls *urls = arg;
	struct transfer *transfer = calloc(urls->n, sizeof(*transfer));
	quern_task_group group;
	int err = 0, failed;

	if (!transfer)
		return -ENOMEM;
	hub.ev = quern_loop_ev(quern_task_loop());
	hub.multi = curl_multi_init();
	if (!hub.multi) {
		free(transfer);
		return -ENOMEM;
	}
	ev_timer_init(&hub.timer, on_timer, 0, 0);
	curl_multi_setopt(hub.multi, CURLMOPT_SOCKETFUNCTION, watch);
	curl_multi_setopt(hub.multi, CURLMOPT_TIMERFUNCTION, set_timer);
	quern_task_group_init(&group);
	for (size_t i = 0; i < urls->n && !err; i++) {
		transfer[i].url = urls->url[i];
		err = quern_task_group_spawn(&group, fetch, &transfer[i]);
	}
	failed = err ? err : print_results(&group);
	if (failed < 0)
		quern_task_group_cancel(&group);
	err = quern_task_group_wait(&group);
	ev_timer_stop(hub.ev, &hub.timer);
	curl_multi_cleanup(hub.multi);
	free(transfer);
	return failed ? failed : err;
}

int
main(int argc, char **argv)
{
	struct urls urls = { argv + 1, (size_t)argc - 1 };
	int status;

	if (argc < 2)
		errx(2, "usage: fetch URL...");
	if (curl_global_init(CURL_GLOBAL_DEFAULT))
		errx(1, "libcurl cannot start");
	signal(SIGPIPE, SIG_IGN); /* of a server that hangs up */
	status = quern_main(fetch_all, &urls);
	curl_global_cleanup();
	if (status < 0)
		errx(1, "%s", quern_strerror(status));
	return status;
}
