# SPDX-License-Identifier: BSD-2-Clause
"""executors.py -- Python's asyncio with a thread or a process executor.

    executors.py trips KIND WORKERS GAP_US SECONDS   prints p50 and p99 in us
    executors.py rate KIND WORKERS MODE IN_FLIGHT SECONDS
                                                     prints jobs per second

    executors.py squares WORKERS N TIMES             prints seconds for a map
    executors.py start WORKERS TIMES                 prints seconds to the first
                                                     results, and for the end
    executors.py killed TIMES                        prints seconds from the end
                                                     of a worker to a result

    executors.py spawn N                             prints seconds for a task
    executors.py sleeps N SECONDS                    prints seconds for them all
    executors.py crowd N                             prints bytes of each task,
                                                     and seconds to start all
                                                     and to end them

KIND is threads or processes.  GAP_US is the time from a completion to the next
job, spun away on the loop's thread; "timer" means a job each millisecond by
the loop's timer.  MODE is resubmitted or bursts, as in throughput.c.  Each
result is checked: a job returns the number it was given, plus 1.

squares is multiprocessing.Pool.map() of 0 to N - 1, once warm; start and killed
are ProcessPoolExecutor alone, without asyncio.  All three print medians.
"""

import asyncio
import concurrent.futures
import math
import multiprocessing
import os
import signal
import statistics
import sys
import time


def job(number):
    return number + 1


def square(number):
    return number * number


async def trips(pool, gap, seconds):
    loop = asyncio.get_running_loop()
    samples = []
    ends = time.perf_counter() + seconds
    now = 0
    while now < ends:
        if gap == "timer":
            await asyncio.sleep(0.001)
        else:
            until = now + float(gap) * 1e-6
            while time.perf_counter() < until:
                pass
        begun = time.perf_counter()
        result = await loop.run_in_executor(pool, job, len(samples))
        now = time.perf_counter()
        if result != len(samples) + 1:
            sys.exit("executors.py: a wrong result")
        samples.append((now - begun) * 1e6)
    samples.sort()
    for share in 0.5, 0.99:
        print(samples[math.ceil(share * len(samples)) - 1])


async def rate(pool, mode, in_flight, seconds):
    loop = asyncio.get_running_loop()
    begun = time.perf_counter()
    ends = begun + seconds
    completed = 0

    async def burst():
        nonlocal completed
        results = await asyncio.gather(
            *(loop.run_in_executor(pool, job, i) for i in range(in_flight)))
        if results != list(range(1, in_flight + 1)):
            sys.exit("executors.py: wrong results")
        completed += in_flight

    if mode == "bursts":
        while time.perf_counter() < ends:
            await burst()
    else:
        idle = loop.create_future()
        flying = 0

        def submit(number):
            nonlocal flying
            flying += 1
            future = loop.run_in_executor(pool, job, number)
            future.add_done_callback(lambda f: done(f, number))

        def done(future, number):
            nonlocal flying, completed
            flying -= 1
            if future.result() != number + 1:
                sys.exit("executors.py: a wrong result")
            completed += 1
            if time.perf_counter() < ends:
                submit(number)
            elif flying == 0:
                idle.set_result(None)

        for i in range(in_flight):
            submit(i)
        await idle
    print(completed / (time.perf_counter() - begun))


async def main(what, kind, workers, *how):
    pools = {
        "threads": concurrent.futures.ThreadPoolExecutor,
        "processes": concurrent.futures.ProcessPoolExecutor,
    }
    loop = asyncio.get_running_loop()
    with pools[kind](int(workers)) as pool:
        # Start the workers before the time is taken.
        await asyncio.gather(*(loop.run_in_executor(pool, time.sleep, 0.01)
                               for _ in range(int(workers))))
        if what == "trips":
            await trips(pool, how[0], float(how[1]))
        else:
            await rate(pool, how[0], int(how[1]), float(how[2]))


def squares(workers, n, times):
    took = []
    expected = [i * i for i in range(n)]
    with multiprocessing.Pool(workers) as pool:
        for _ in range(times + 1):
            begun = time.perf_counter()
            results = pool.map(square, range(n))
            took.append(time.perf_counter() - begun)
            if results != expected:
                sys.exit("executors.py: wrong squares")
    print(statistics.median(took[1:]))


def start(workers, times):
    starts, ends = [], []
    for _ in range(times):
        begun = time.perf_counter()
        pool = concurrent.futures.ProcessPoolExecutor(workers)
        futures = [pool.submit(job, i) for i in range(workers)]
        if [future.result() for future in futures] != [
                i + 1 for i in range(workers)]:
            sys.exit("executors.py: wrong results")
        there = time.perf_counter()
        pool.shutdown()
        starts.append(there - begun)
        ends.append(time.perf_counter() - there)
    print(statistics.median(starts))
    print(statistics.median(ends))


def killed(times):
    """A pool that has lost a worker is broken: another one takes its place."""
    took = []
    pool = concurrent.futures.ProcessPoolExecutor(1)
    for i in range(times):
        pid = pool.submit(os.getpid).result()
        begun = time.perf_counter()
        os.kill(pid, signal.SIGKILL)
        while True:
            try:
                if pool.submit(job, i).result() != i + 1:
                    sys.exit("executors.py: a wrong result")
                break
            except concurrent.futures.process.BrokenProcessPool:
                pool.shutdown()
                pool = concurrent.futures.ProcessPoolExecutor(1)
        took.append(time.perf_counter() - begun)
    pool.shutdown()
    print(statistics.median(took))


async def nothing():
    return 0


async def spawn(n):
    begun = time.perf_counter()
    for _ in range(n):
        await asyncio.create_task(nothing())
    print((time.perf_counter() - begun) / n)


async def sleeps(n, seconds):
    begun = time.perf_counter()
    await asyncio.gather(*(asyncio.sleep(seconds) for _ in range(n)))
    print(time.perf_counter() - begun)


def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE")


async def crowd(n):
    gate = asyncio.Event()
    waiting = 0

    async def wait_at_the_gate():
        nonlocal waiting
        waiting += 1
        await gate.wait()

    before = resident()
    begun = time.perf_counter()
    tasks = [asyncio.create_task(wait_at_the_gate()) for _ in range(n)]
    await asyncio.sleep(0)
    started = time.perf_counter()
    if waiting != n:
        sys.exit("executors.py: not all wait")
    print((resident() - before) / n)
    print(started - begun)
    begun = time.perf_counter()
    gate.set()
    for task in tasks:
        await task
    print(time.perf_counter() - begun)


if __name__ == "__main__":
    numbers = {"squares": squares, "start": start, "killed": killed}
    if sys.argv[1] in numbers:
        numbers[sys.argv[1]](*map(int, sys.argv[2:]))
    elif sys.argv[1] == "spawn":
        asyncio.run(spawn(int(sys.argv[2])))
    elif sys.argv[1] == "sleeps":
        asyncio.run(sleeps(int(sys.argv[2]), float(sys.argv[3])))
    elif sys.argv[1] == "crowd":
        asyncio.run(crowd(int(sys.argv[2])))
    else:
        asyncio.run(main(*sys.argv[1:]))
