/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_arena_worker.c -- pieces of src/process/arena.c are at the same place in
 * a copy of the program that was started again.
 *
 * The copy gets messages from a socket as a worker would, all of them sent
 * before it starts.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pieces.h"
#include "self.h"
#include "src/fd.h"
#include "src/mem.h"

#define SOCKET "QUERN_TEST_SOCKET"
#define PLACE "QUERN_TEST_PLACE"

union control {
	struct cmsghdr head;
	char bytes[CMSG_SPACE(sizeof(int))];
};

/* A list within a piece, with pointers. */
struct node {
	struct node *next;
	unsigned value;
};

/* ---- in the program ---- */

static void
send_change(int to, struct quern__change *change)
{
	struct iovec what = { change, sizeof(*change) };
	union control control = { .head = { CMSG_LEN(sizeof(int)), SOL_SOCKET,
				      SCM_RIGHTS } };
	struct msghdr message = { .msg_iov = &what, .msg_iovlen = 1 };

	if (change->kind == QUERN__CHANGE_MAP) {
		message.msg_control = &control;
		message.msg_controllen = sizeof(control);
		memcpy(CMSG_DATA(&control.head), &change->fd, sizeof(int));
	}
	CU_ASSERT_EQUAL(sendmsg(to, &message, 0), sizeof(*change));
}

static void
send_changes(int to, struct quern__arena *arena, struct quern__arena_view *view)
{
	struct quern__change change;

	do {
		change = quern__arena_next(arena, view);
		if (change.kind != QUERN__CHANGE_NONE)
			send_change(to, &change);
	} while (change.kind != QUERN__CHANGE_NONE);
}

static void
make_list(struct node *node, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		node[i].next = i + 1 < n ? &node[i + 1] : NULL;
		node[i].value = i + 1;
	}
}

/* ---- in the copy ---- */

static struct quern__change
receive_change(int from)
{
	struct quern__change change = { .kind = QUERN__CHANGE_NONE };
	struct iovec what = { &change, sizeof(change) };
	union control control;
	struct msghdr message = { .msg_iov = &what,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control) };

	if (recvmsg(from, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT) < 0)
		change.kind = QUERN__CHANGE_NONE;
	if (change.kind == QUERN__CHANGE_MAP)
		memcpy(&change.fd, CMSG_DATA(CMSG_FIRSTHDR(&message)),
		    sizeof(int));
	return change;
}

static bool
obey(const struct quern__change *change)
{
	char byte;
	int err;

	if (change->kind == QUERN__CHANGE_UNMAP) {
		quern__arena_unmap(change->start, change->bytes);
		return !quern__peek(&byte, change->start, 1);
	}
	err = quern__arena_map(change->fd, change->start, change->bytes);
	/* Twice is not possible; and what is mapped needs no descriptor. */
	if (quern__arena_map(change->fd, change->start, change->bytes) !=
	    -EEXIST)
		return false;
	quern__fd_close(change->fd);
	return !err;
}

static bool
obey_all(void)
{
	const int socket = atoi(getenv(SOCKET));
	struct quern__change change = receive_change(socket);

	for (; change.kind; change = receive_change(socket))
		if (!obey(&change))
			return false;
	return true;
}

/* Add 100 to each value of the list and turn it round. */
static int
turn_list_round(void)
{
	struct node *node = (void *)strtoul(getenv(PLACE), NULL, 16);
	struct node *turned = NULL, *next;

	if (!obey_all())
		return 1;
	for (; node; node = next) {
		next = node->next;
		node->value += 100;
		node->next = turned;
		turned = node;
	}
	return !turned;
}

/* Nothing but what a worker may find unmapped: the page before is not there. */
static int
look_before_it(void)
{
	const char *piece = (void *)strtoul(getenv(PLACE), NULL, 16);
	char byte;

	if (!obey_all() || !quern__peek(&byte, piece, 1))
		return 1;
	return quern__peek(&byte, piece - 1, 1);
}

static int
obey_only(void)
{
	return !obey_all();
}

/* ---- tests ---- */

struct scene {
	struct quern__arena arena;
	struct quern__arena_view view;
	int ours, theirs;
};

static void
begin(struct scene *scene)
{
	int pair[2];

	CU_ASSERT_EQUAL_FATAL(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	scene->ours = pair[0];
	scene->theirs = pair[1];
	CU_ASSERT_EQUAL_FATAL(quern__arena_init(&scene->arena), 0);
	quern__arena_attach(&scene->arena, &scene->view);
}

static void
end(struct scene *scene)
{
	close(scene->ours);
	close(scene->theirs);
	quern__arena_detach(&scene->arena, &scene->view);
	arena_ends(&scene->arena);
}

/* What the copy has to exit with is 0. */
static void
run_copy(struct scene *scene, const char *part, const void *piece)
{
	char socket[64], place[64];
	const char *const settings[] = { socket, place, NULL };
	int status;

	snprintf(socket, sizeof(socket), "%s=%d", SOCKET, scene->theirs);
	snprintf(place, sizeof(place), "%s=%lx", PLACE, (unsigned long)piece);
	send_changes(scene->ours, &scene->arena, &scene->view);
	status = self_run(part, settings);
	CU_ASSERT_TRUE(WIFEXITED(status));
	CU_ASSERT_EQUAL(WEXITSTATUS(status), 0);
}

static void
pointers_are_good_in_a_copy_and_what_it_writes_is_seen(void)
{
	enum { N = 5000 };
	struct scene scene;
	struct node *node;
	unsigned long wrong = 0;

	for (int round = 0; round < 3; round++) {
		begin(&scene);
		/* Some pieces, of which the copy needs the last. */
		for (int i = 0; i < 5; i++)
			node = (void *)get_piece(
			    &scene.arena, N * sizeof(struct node));
		make_list(node, N);
		run_copy(&scene, "turn list round", node);
		for (unsigned i = 0; i < N; i++)
			wrong += node[i].value != i + 101 ||
			    node[i].next != (i ? &node[i - 1] : NULL);
		CU_ASSERT_EQUAL(wrong, 0);
		end(&scene);
	}
}

static void
the_page_before_a_piece_is_the_programs_alone(void)
{
	struct scene scene;
	char *piece;

	begin(&scene);
	piece = get_piece(&scene.arena, 1);
	piece[-1] = 1;
	run_copy(&scene, "look before it", piece);
	end(&scene);
}

static void
what_is_unmapped_makes_room_for_others(void)
{
	struct scene scene;
	char *piece, *other;

	begin(&scene);
	piece = get_piece(&scene.arena, QUERN__ARENA_KEPT_BYTES + 4096);
	*piece = 1;
	send_changes(scene.ours, &scene.arena, &scene.view);
	put_piece(&scene.arena, piece);
	send_changes(scene.ours, &scene.arena, &scene.view);
	/* At the same place. */
	scene.arena.next = (uintptr_t)piece - quern__page_bytes();
	other = get_piece(&scene.arena, 4096);
	CU_ASSERT_PTR_EQUAL(piece, other);
	run_copy(&scene, "obey", NULL);
	end(&scene);
}

static void
a_file_that_is_too_short_is_not_mapped(void)
{
	char *place = (char *)QUERN__ARENA_BEGIN;
	const size_t page = quern__page_bytes();
	int fd = quern__fd_memory(page);

	CU_ASSERT_FATAL(fd >= 0);
	CU_ASSERT_EQUAL(quern__arena_map(fd, place, 2 * page), -EINVAL);
	CU_ASSERT_EQUAL(quern__arena_map(-1, place, page), -EINVAL);
	for (unsigned long n = 1; n <= 2; n++) {
		faults_arm(n, false);
		CU_ASSERT(quern__arena_map(fd, place, page) < 0);
		faults_disarm();
	}
	CU_ASSERT_EQUAL(faults_alive(), 1);
	CU_ASSERT_EQUAL(quern__arena_map(fd, place, page), 0);
	CU_ASSERT_EQUAL(*place, 0);
	CU_ASSERT_EQUAL(quern__arena_map(fd, place, page), -EEXIST);
	quern__arena_unmap(place, page);
	quern__fd_close(fd);
	CU_ASSERT_EQUAL(faults_alive(), 0);
}

int
main(int argc, char **argv)
{
	static const struct self_part parts[] = {
		{ "turn list round", turn_list_round },
		{ "look before it", look_before_it },
		{ "obey", obey_only },
		{ NULL, NULL },
	};
	static const CU_TestInfo tests[] = {
		{ "pointers are good in a copy, and what it writes is seen",
		    pointers_are_good_in_a_copy_and_what_it_writes_is_seen },
		{ "the page before a piece is the program's alone",
		    the_page_before_a_piece_is_the_programs_alone },
		{ "what is unmapped makes room for others",
		    what_is_unmapped_makes_room_for_others },
		{ "a file that is too short is not mapped",
		    a_file_that_is_too_short_is_not_mapped },
		CU_TEST_INFO_NULL,
	};

	self_begin(argc, argv, parts);
	add_suite("arena_worker", tests);
	return run_suites();
}
