/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pipe_tbb.cpp -- oneTBB with the cheapest way back to a loop that we know;
 * see pipe.h.
 *
 * Two pipes, since neither is the faster one everywhere: one spawns a job from
 * the loop's thread with task_group::run(), the other hands it to an arena with
 * task_arena::enqueue().
 *
 * A finished task goes onto a lock-free list; the push that finds the list
 * empty writes to an eventfd, which an epoll loop watches.  The loop takes the
 * whole list at once.
 *
 * The width is oneTBB's default: as many threads as there are processors, of
 * which the loop's is one.  With one worker more it was slower at everything.
 */
#include <atomic>

#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/task_arena.h>
#include <oneapi/tbb/task_group.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "pipe.h"
#include "rounds.h"

namespace
{

struct job {
	job *next;

	void run();
};

/* release in run(), acquire in take(): what a job has done, and next. */
std::atomic<job *> ended;
int wake_fd, poll_fd, ticks_fd;
tbb::task_arena *arena;
tbb::task_group *group;
tbb::task_arena *spawner; /* on one processor: where a worker is */
job *jobs;
size_t in_flight;
bool watching;

void
job::run()
{
	job *head = ended.load(std::memory_order_relaxed);

	pipe_work();
	do {
		next = head;
	} while (!ended.compare_exchange_weak(
	    head, this, std::memory_order_release, std::memory_order_relaxed));
	if (!head && eventfd_write(wake_fd, 1))
		die("oneTBB: the loop cannot be woken");
}

job *
take()
{
	job *taken = ended.exchange(nullptr, std::memory_order_acquire);
	job *first = nullptr;

	while (taken) {
		job *next = taken->next;

		taken->next = first;
		first = taken;
		taken = next;
	}
	return first;
}

void
add_to_poll(int fd)
{
	struct epoll_event event = {};

	event.events = EPOLLIN;
	event.data.fd = fd;
	if (epoll_ctl(poll_fd, EPOLL_CTL_ADD, fd, &event))
		die("oneTBB: no poll");
}

void
tbb_open(unsigned workers, int tick_fd)
{
	int width = workers > 1 ? (int)workers : 2;

	/* Both pipes open it. */
	if (arena)
		return;
	static tbb::global_control control(
	    tbb::global_control::max_allowed_parallelism, (size_t)width);

	arena = new tbb::task_arena(width - 1, 0);
	arena->initialize();
	group = new tbb::task_group;
	if (tbb::this_task_arena::max_concurrency() < 2)
		spawner = new tbb::task_arena(width, 1);
	ticks_fd = tick_fd;
	wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	poll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (wake_fd < 0 || poll_fd < 0)
		die("oneTBB: no descriptors");
	add_to_poll(wake_fd);
}

void
tbb_make(size_t n)
{
	delete[] jobs;
	jobs = new job[n];
}

void
tbb_spawn(size_t first, size_t n)
{
	auto spawn = [first, n] {
		for (size_t i = first; i < first + n; i++)
			group->run([i] { jobs[i].run(); });
	};

	in_flight += n;
	if (spawner)
		spawner->execute(spawn);
	else
		spawn();
}

void
tbb_enqueue(size_t first, size_t n)
{
	in_flight += n;
	for (size_t i = first; i < first + n; i++)
		arena->enqueue([i] { jobs[i].run(); });
}

void
tbb_watch(bool on)
{
	watching = on;
	if (on)
		add_to_poll(ticks_fd);
	else if (epoll_ctl(poll_fd, EPOLL_CTL_DEL, ticks_fd, nullptr))
		die("oneTBB: no end of the ticks");
}

void
deliver()
{
	eventfd_t woken;
	job *next;

	/* Read first: a push after the taking writes anew. */
	if (eventfd_read(wake_fd, &woken))
		return;
	for (job *job = take(); job; job = next) {
		next = job->next;
		in_flight--;
		pipe_done((size_t)(job - jobs));
	}
}

void
tbb_run()
{
	struct epoll_event events[2];

	while (in_flight > 0 || watching) {
		int n = epoll_wait(poll_fd, events, 2, -1);

		for (int i = 0; i < n; i++) {
			if (events[i].data.fd == wake_fd)
				deliver();
			else
				pipe_on_tick();
		}
	}
}

} // namespace

extern "C" {
extern const struct pipe pipe_tbb_spawn, pipe_tbb_enqueue;
const struct pipe pipe_tbb_spawn = { "oneTBB task_group", true, tbb_open,
	tbb_make, tbb_spawn, nullptr, tbb_watch, tbb_run };
const struct pipe pipe_tbb_enqueue = { "oneTBB enqueue", true, tbb_open,
	tbb_make, tbb_enqueue, nullptr, tbb_watch, tbb_run };
}
