/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * child.c -- runs an example, see child.h.
 *
 * Standard output is a pipe, or a pseudo-terminal, which is read until it
 * closes.  Standard input and standard error are files without a name: they
 * cannot fill up and so need no attention while the child runs.
 */
#include "child.h"

#include <CUnit/Basic.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TIME_LIMIT = 120, SIGNALLED = 1000 };

struct ends {
	int ours, childs;
};

static struct ends
pipe_ends(void)
{
	int fd[2];

	if (pipe2(fd, O_CLOEXEC) < 0)
		return (struct ends) { -1, -1 };
	return (struct ends) { fd[0], fd[1] };
}

static struct ends
terminal_ends(unsigned short columns)
{
	struct winsize size = { .ws_row = 24, .ws_col = columns };
	struct ends ends = { posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), -1 };

	if (ends.ours >= 0 && grantpt(ends.ours) == 0 &&
	    unlockpt(ends.ours) == 0 &&
	    ioctl(ends.ours, TIOCSWINSZ, &size) == 0)
		ends.childs =
		    open(ptsname(ends.ours), O_RDWR | O_NOCTTY | O_CLOEXEC);
	return ends;
}

/* Keep the first core of those that this process may use. */
static int
keep_one_core(void)
{
	cpu_set_t cores;
	int seen = 0;

	if (sched_getaffinity(0, sizeof(cores), &cores) < 0)
		return -1;
	for (int core = 0; core < CPU_SETSIZE; core++)
		if (CPU_ISSET(core, &cores) && seen++ > 0)
			CPU_CLR(core, &cores);
	return sched_setaffinity(0, sizeof(cores), &cores);
}

void
child_exec(const char *path, const char *const argv[])
{
	char *emulator = getenv("QUERN_EMULATOR");
	char *all[64] = { emulator, (char *)path };

	if (!emulator)
		execv(path, (char *const *)argv);
	for (size_t n = 1; argv[n] && n < 62; n++)
		all[n + 1] = (char *)argv[n];
	if (emulator)
		execvp(emulator, all);
}

/* In the child: never returns. */
static void
become(const struct child *child, const char *path, const char *const argv[],
    const int fd[3])
{
	if (child->one_core && keep_one_core() < 0)
		_exit(126);
	if (child->folder && chdir(child->folder) < 0)
		_exit(126);
	for (int i = 0; i < 3; i++)
		if (dup2(fd[i], i) < 0)
			_exit(126);
	alarm(TIME_LIMIT);
	child_exec(path, argv);
	_exit(127);
}

/* All until the end of the file, as a string; what is too much is lost. */
static void
read_all(int fd, char *text, size_t size)
{
	size_t used = 0;
	ssize_t got;
	char lost[4096];

	/* A terminal ends with EIO. */
	while (used < size - 1 &&
	    (got = read(fd, text + used, size - 1 - used)) > 0)
		used += (size_t)got;
	text[used] = '\0';
	while (used == size - 1 && read(fd, lost, sizeof(lost)) > 0)
		continue;
}

static bool
run(struct child *child, const char *path, const char *const argv[],
    struct ends out, FILE *in, FILE *err)
{
	const int fd[3] = {
		fileno(in),
		child->full ? open("/dev/full", O_WRONLY | O_CLOEXEC) :
			      out.childs,
		child->terminal ? out.childs : fileno(err),
	};
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0)
		become(child, path, argv, fd);
	if (child->full)
		close(fd[1]);
	close(out.childs);
	if (pid < 0)
		return false;
	read_all(out.ours, child->out, sizeof(child->out));
	if (waitpid(pid, &status, 0) != pid)
		return false;
	rewind(err);
	read_all(fileno(err), child->err, sizeof(child->err));
	child->status = WIFEXITED(status) ? WEXITSTATUS(status) :
					    SIGNALLED + WTERMSIG(status);
	return true;
}

bool
child_run(struct child *child, const char *const argv[])
{
	const char *build = getenv("QUERN_BUILD");
	struct ends out =
	    child->terminal ? terminal_ends(child->columns) : pipe_ends();
	FILE *in = tmpfile(), *err = tmpfile();
	char path[PATH_MAX], name[PATH_MAX];
	bool ran = false;

	child->status = -1;
	child->out[0] = child->err[0] = '\0';
	snprintf(name, sizeof(name), "%s/examples/%s",
	    build ? build : "QUERN_BUILD is not set", argv[0]);
	if (realpath(name, path) && out.childs >= 0 && in && err) {
		if (child->input)
			fwrite(child->input, 1, child->input_bytes, in);
		rewind(in);
		ran = run(child, path, argv, out, in, err);
	} else if (out.childs >= 0) {
		close(out.childs);
	}
	CU_ASSERT_TRUE(ran);
	if (!ran)
		fprintf(stderr, "cannot run %s\n", name);
	if (out.ours >= 0)
		close(out.ours);
	if (in)
		fclose(in);
	if (err)
		fclose(err);
	return ran;
}
