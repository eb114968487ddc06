/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * files.c -- sum the numbers in many files: read on blocking threads, summed on
 * the pool, printed in the order in which they are done.
 *
 *     files FILE...
 *
 * A task for each file awaits the reading and then the sum; a few of them at a
 * time, which a semaphore counts.  A file that cannot be read, or holds what is
 * no number, gets a line and the others go on.  The progress bar is drawn on a
 * terminal only.
 */
#include <err.h>
#include <errno.h>
#include <quern/quern.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { AT_ONCE = 64, BAR = 40 };

struct file {
	const char *path;
	double *number;
	size_t n;
	double sum;
	quern_semaphore *turn;
};

struct files {
	char **path;
	size_t n;
};

/* ---- on a blocking thread ---- */

static int
add_number(struct file *file, size_t *room, double number)
{
	double *more;

	if (file->n == *room) {
		*room = *room ? 2 * *room : 64;
		more = realloc(file->number, *room * sizeof(*more));
		if (!more)
			return -ENOMEM;
		file->number = more;
	}
	file->number[file->n++] = number;
	return 0;
}

static int
read_numbers(quern_context *ctx, void *arg)
{
	struct file *file = arg;
	FILE *stream = fopen(file->path, "r");
	double number;
	size_t room = 0;
	int status = 0, got = 1;

	if (!stream)
		return -errno;
	while (!status && (got = fscanf(stream, "%lf", &number)) == 1)
		status = quern_should_stop(ctx) ?
		    -ECANCELED :
		    add_number(file, &room, number);
	if (!status && got == 0)
		status = -EILSEQ;
	if (!status && ferror(stream))
		status = -EIO;
	fclose(stream);
	return status;
}

/* ---- a task for each file ---- */

static int
sum_file(void *arg)
{
	struct file *file = arg;
	int err = quern_semaphore_acquire(file->turn);

	if (err)
		return err;
	err = quern_await(quern_blocking(read_numbers, file));
	if (!err)
		err = quern_await(
		    quern_sum_f64(&file->sum, file->number, file->n));
	free(file->number);
	quern_semaphore_release(file->turn);
	/* For the line: the group takes what is negative for a reason to end. */
	return -err;
}

/* ---- what is seen ---- */

static void
clear_bar(void)
{
	if (isatty(STDERR_FILENO))
		fprintf(stderr, "\r\033[K");
}

static void
draw_bar(size_t done, size_t n)
{
	int filled = (int)(done * BAR / n);

	if (isatty(STDERR_FILENO))
		fprintf(stderr, "[%.*s%*s] %zu of %zu", filled,
		    "########################################", BAR - filled,
		    "", done, n);
}

static void
print_sum(const struct file *file, int result)
{
	if (result == EILSEQ)
		printf("%s: not all of it is numbers\n", file->path);
	else if (result)
		printf("%s: %s\n", file->path, quern_strerror(-result));
	else
		printf("%s: %zu numbers, sum %.17g\n", file->path, file->n,
		    file->sum);
	fflush(stdout);
}

/* In the order of completion; 1 if one failed. */
static int
print_sums(const struct files *files, quern_task_group *group)
{
	int failed = 0, err, result;
	void *file;

	for (size_t done = 0; done < files->n; done++) {
		draw_bar(done, files->n);
		err = quern_task_group_next(group, &file, &result);
		clear_bar();
		if (err)
			return err;
		print_sum(file, result);
		failed |= result != 0;
	}
	return failed;
}

static int
sum_files(void *arg)
{
	struct files *files = arg;
	struct file *file = calloc(files->n, sizeof(*file));
	quern_task_group group;
	quern_semaphore turn;
	int err = 0, failed;

	if (!file)
		return -ENOMEM;
	quern_semaphore_init(&turn, AT_ONCE);
	quern_task_group_init(&group);
	for (size_t i = 0; i < files->n && !err; i++) {
		file[i].path = files->path[i];
		file[i].turn = &turn;
		err = quern_task_group_spawn(&group, sum_file, &file[i]);
	}
	if (err)
		quern_task_group_cancel(&group);
	failed = err ? err : print_sums(files, &group);
	err = quern_task_group_wait(&group);
	free(file);
	return err ? err : failed;
}

int
main(int argc, char **argv)
{
	struct files files = { argv + 1, (size_t)argc - 1 };
	int err;

	if (argc < 2)
		errx(2, "usage: files FILE...");
	err = quern_main(sum_files, &files);
	if (err < 0)
		errx(1, "%s", quern_strerror(err));
	return err;
}
