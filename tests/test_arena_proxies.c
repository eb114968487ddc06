/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_arena_proxies.c -- tests src/process/arena_view.c with many views, which
 * workers would follow, in any order and at the same time.
 */
#include <string.h>
#include <sys/stat.h>

#include "pieces.h"
#include "threads.h"

static struct quern__arena arena;
static size_t page;

static void
end(void)
{
	CU_ASSERT_PTR_EQUAL(arena.gone.next, &arena.gone);
	arena_ends(&arena);
}

/* ---- any order of all that ---- */

enum { PIECES = 24, WORKERS = 3, STEPS = 3000 };

/* A worker, played: what it would have mapped. */
struct player {
	struct quern__arena_view view;
	bool attached;
	unsigned n, mistakes;
	struct {
		char *start;
		size_t bytes;
	} has[256];
};

/* Its index; n: it has none there. */
static unsigned
index_of(const struct player *player, const char *start, size_t bytes)
{
	unsigned i = 0;

	while (i < player->n &&
	    (player->has[i].start >= start + bytes ||
		start >= player->has[i].start + player->has[i].bytes))
		i++;
	return i;
}

static void
play(struct player *player, const struct quern__change *change)
{
	unsigned i = index_of(player, change->start, change->bytes);
	struct stat is = { .st_size = -1 };

	if (change->kind == QUERN__CHANGE_MAP) {
		player->mistakes += i < player->n || player->n == 256 ||
		    fstat(change->fd, &is) ||
		    (size_t)is.st_size != change->bytes;
		player->has[player->n].start = change->start;
		player->has[player->n++].bytes = change->bytes;
	} else {
		player->mistakes += i == player->n ||
		    player->has[i].start != change->start ||
		    player->has[i].bytes != change->bytes;
		player->has[i] = player->has[--player->n];
	}
}

/* True: it knows everything. */
static bool
ask(struct player *player)
{
	struct quern__change change = quern__arena_next(&arena, &player->view);

	if (change.kind == QUERN__CHANGE_NONE)
		return true;
	play(player, &change);
	return false;
}

static void
ask_all(struct player *player)
{
	while (!ask(player))
		;
}

static void
come_or_go(struct player *player)
{
	if (player->attached)
		quern__arena_detach(&arena, &player->view);
	else
		quern__arena_attach(&arena, &player->view);
	player->attached = !player->attached;
	player->n = 0;
}

/* Of different sizes; every other is too large to be kept. */
static size_t
random_bytes(uint64_t *state)
{
	const size_t pages = 1 + next_random(state) % 20;

	return pages * page + (next_random(state) % 2 ? HUGE_BYTES : 0);
}

static void
get_or_put(char **piece, uint64_t *state)
{
	if (*piece)
		put_piece(&arena, *piece);
	*piece = *piece ? NULL : get_piece(&arena, random_bytes(state));
}

static bool
knows(const struct player *player, const char *piece)
{
	return index_of(player, piece, 1) < player->n;
}

static void
each_worker_has_what_it_should_in_any_order(void)
{
	static struct player player[WORKERS];
	char *piece[PIECES] = { NULL };
	struct player *one;
	uint64_t state = seed();
	unsigned long unknown = 0;

	page = arena_begins(&arena);
	memset(player, 0, sizeof(player));
	for (unsigned long step = 0; step < rounds(STEPS); step++) {
		one = &player[next_random(&state) % WORKERS];
		switch (next_random(&state) % 16) {
		case 0:
			come_or_go(one);
			break;
		case 1:
			if (!one->attached)
				break;
			ask_all(one);
			for (int i = 0; i < PIECES; i++)
				unknown += piece[i] && !knows(one, piece[i]);
			CU_ASSERT_EQUAL(one->n, arena.n_live);
			break;
		case 2:
		case 3:
		case 4:
		case 5:
			if (one->attached)
				ask(one);
			break;
		default:
			get_or_put(
			    &piece[next_random(&state) % PIECES], &state);
		}
	}
	CU_ASSERT_EQUAL(unknown, 0);
	for (int i = 0; i < WORKERS; i++) {
		CU_ASSERT_EQUAL(player[i].mistakes, 0);
		if (player[i].attached)
			come_or_go(&player[i]);
	}
	end();
}

/* ---- at the same time ---- */

static int over; /* atomic: those who get and put have ended */
static int mistakes;

static void *
follow(void *arg)
{
	struct player *player = arg;
	uint64_t state = 1 + (uint64_t)(uintptr_t)player;

	come_or_go(player);
	while (!get(&over)) {
		ask(player);
		if (!(next_random(&state) % 500)) {
			come_or_go(player);
			come_or_go(player);
		}
	}
	ask_all(player);
	add(&mistakes, (int)player->mistakes);
	if (player->n != arena.n_live)
		add(&mistakes, 1);
	come_or_go(player);
	return NULL;
}

/* Small ones, every other of which is kept; each has what its user wrote. */
static void
use_one(uint64_t *state)
{
	const size_t bytes = (1 + next_random(state) % 20) * page;
	const uint64_t mine = next_random(state);
	void *piece;

	if (quern__arena_get(&arena, bytes, &piece)) {
		add(&mistakes, 1);
		return;
	}
	*(uint64_t *)piece = mine;
	if (!quern__arena_holds(&arena, piece, bytes) ||
	    *(uint64_t *)piece != mine || quern__arena_put(&arena, piece))
		add(&mistakes, 1);
}

static void *
use_many(void *arg)
{
	uint64_t state = *(uint64_t *)arg;

	for (unsigned long n = rounds(SANITIZED ? 500 : 2000); n > 0; n--)
		use_one(&state);
	return NULL;
}

static void
users_and_proxies_do_not_disturb_each_other(void)
{
	static struct player player[WORKERS];
	uint64_t state[2] = { seed(), seed() + 1 };
	pthread_t user[2], proxy[WORKERS];

	page = arena_begins(&arena);
	over = mistakes = 0;
	memset(player, 0, sizeof(player));
	/* Room for two pieces: the others go. */
	arena.n_kept = QUERN__ARENA_KEPT_MOST - 2;
	for (int i = 0; i < WORKERS; i++)
		start_thread(&proxy[i], follow, &player[i]);
	for (int i = 0; i < 2; i++)
		start_thread(&user[i], use_many, &state[i]);
	for (int i = 0; i < 2; i++)
		pthread_join(user[i], NULL);
	__atomic_store_n(&over, 1, __ATOMIC_RELEASE);
	for (int i = 0; i < WORKERS; i++)
		pthread_join(proxy[i], NULL);
	CU_ASSERT_EQUAL(mistakes, 0);
	CU_ASSERT(arena.now > 100);
	end();
}

int
main(void)
{
	static const CU_TestInfo tests[] = {
		{ "each worker has what it should, in any order",
		    each_worker_has_what_it_should_in_any_order },
		{ "users and proxies do not disturb each other",
		    users_and_proxies_do_not_disturb_each_other },
		CU_TEST_INFO_NULL,
	};

	add_suite("arena_proxies", tests);
	return run_suites();
}
