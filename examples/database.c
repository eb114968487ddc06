/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * database.c -- ask a SQLite file through blocking threads, and crunch the rows
 * on the pool, while the loop goes on.
 *
 *     database FILE
 *
 * Makes FILE, or what it lacks, with what STATIONS weather stations are said to
 * have measured.  A task for each station awaits its rows and then their
 * statistics; another one counts how often the loop came round meanwhile.
 */
#include <err.h>
#include <errno.h>
#include <quern/quern.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

enum { STATIONS = 8, ROWS = 20000, AT_ONCE = 4 };

struct station {
	const char *path;
	int number;
	double *value;
	size_t n;
	double least, most, mean;
	quern_semaphore *turn;
};

/* ---- on blocking threads ---- */

static int
sqlite_error(sqlite3 *db, const char *what)
{
	warnx("%s: %s", what, db ? sqlite3_errmsg(db) : "no memory");
	sqlite3_close(db);
	return -EIO;
}

/* The temperature of a row, made up: the same each time. */
static double
temperature(int station, int row)
{
	return station + 0.001 * (row * 37 % ROWS);
}

static int
fill(sqlite3 *db)
{
	sqlite3_stmt *insert = NULL;
	int err;

	err = sqlite3_exec(db,
	    "begin; create table weather (station integer, celsius real)", NULL,
	    NULL, NULL);
	if (!err)
		err = sqlite3_prepare_v2(
		    db, "insert into weather values (?, ?)", -1, &insert, NULL);
	for (int s = 0; s < STATIONS; s++)
		for (int row = 0; row < ROWS && !err; row++) {
			sqlite3_bind_int(insert, 1, s);
			sqlite3_bind_double(insert, 2, temperature(s, row));
			err = sqlite3_step(insert) != SQLITE_DONE;
			sqlite3_reset(insert);
		}
	sqlite3_finalize(insert);
	return err ? err :
		     sqlite3_exec(db,
			 "create index by_station on weather (station); commit",
			 NULL, NULL, NULL);
}

/* Is it what fill() makes? */
static int
look(sqlite3 *db)
{
	return sqlite3_exec(db, "select station, celsius from weather limit 1",
	    NULL, NULL, NULL);
}

static int
make_file(quern_context *ctx, void *path)
{
	sqlite3 *db;

	(void)ctx;
	if (sqlite3_open(path, &db) || (look(db) && fill(db)))
		return sqlite_error(db, path);
	sqlite3_close(db);
	return 0;
}

/* With a connection of its own: SQLite's are for one thread at a time. */
static int
read_rows(quern_context *ctx, void *arg)
{
	struct station *station = arg;
	sqlite3_stmt *select = NULL;
	sqlite3 *db;
	int step = SQLITE_ROW;

	if (sqlite3_open_v2(station->path, &db, SQLITE_OPEN_READONLY, NULL) ||
	    sqlite3_prepare_v2(db,
		"select celsius from weather where station = ?", -1, &select,
		NULL))
		return sqlite_error(db, station->path);
	sqlite3_bind_int(select, 1, station->number);
	station->value = calloc(ROWS, sizeof(*station->value));
	while (station->value && station->n < ROWS && !quern_should_stop(ctx) &&
	    (step = sqlite3_step(select)) == SQLITE_ROW)
		station->value[station->n++] = sqlite3_column_double(select, 0);
	sqlite3_finalize(select);
	if (step != SQLITE_ROW && step != SQLITE_DONE)
		return sqlite_error(db, station->path);
	sqlite3_close(db);
	return station->value ? 0 : -ENOMEM;
}

/* ---- tasks ---- */

static int
look_at_station(void *arg)
{
	struct station *station = arg;
	int err = quern_semaphore_acquire(station->turn);

	if (err)
		return err;
	err = quern_await(quern_blocking(read_rows, station));
	if (!err) {
		const quern_op ops[] = {
			quern_min_f64(
			    &station->least, station->value, station->n),
			quern_max_f64(
			    &station->most, station->value, station->n),
			quern_mean_f64(
			    &station->mean, station->value, station->n),
		};

		err = quern_gather(ops, 3, NULL);
	}
	free(station->value);
	quern_semaphore_release(station->turn);
	return err;
}

/* As any other task, or a server's, would. */
static int
count_turns(void *turns)
{
	while (quern_sleep(0.001) == 0)
		++*(unsigned long *)turns;
	return 0;
}

static int
look_at_all(void *path)
{
	struct station station[STATIONS] = { { NULL } };
	unsigned long turns = 0;
	quern_task_group group;
	quern_semaphore turn;
	quern_task *counter;
	int err, status;

	err = quern_spawn(quern_task_loop(), &counter, count_turns, &turns);
	if (err)
		return err;
	quern_task_group_init(&group);
	quern_semaphore_init(&turn, AT_ONCE);
	err = quern_await(quern_blocking(make_file, path));
	for (int i = 0; i < STATIONS && !err; i++) {
		station[i] = (struct station) { path, i, .turn = &turn };
		err = quern_task_group_spawn(
		    &group, look_at_station, &station[i]);
	}
	status = quern_task_group_wait(&group);
	err = err ? err : status;
	for (int i = 0; i < STATIONS && !err; i++)
		printf("station %d: %zu rows, from %.3f to %.3f, mean %.4f\n",
		    i, station[i].n, station[i].least, station[i].most,
		    station[i].mean);
	(void)quern_task_cancel(counter);
	status = quern_join(counter, NULL);
	err = err ? err : status;
	if (!err)
		printf(
		    "the loop came round %s\n", turns ? "meanwhile" : "never");
	return err;
}

int
main(int argc, char **argv)
{
	int err;

	if (argc != 2)
		errx(2, "usage: database FILE");
	err = quern_main(look_at_all, argv[1]);
	if (err == -EIO)
		return 1; /* SQLite's word is out */
	if (err)
		errx(1, "%s", quern_strerror(err));
	return 0;
}
