# SPDX-License-Identifier: BSD-2-Clause
"""executors.py -- Python's asyncio with a thread or a process executor.

    executors.py trips KIND WORKERS GAP_US SECONDS   prints p50 and p99 in us
    executors.py rate KIND WORKERS MODE IN_FLIGHT SECONDS
                                                     prints jobs per second

    executors.py spawn N                             prints seconds for a task
    executors.py sleeps N SECONDS                    prints seconds for them all
    executors.py crowd N                             prints bytes of each task,
                                                     and seconds to start all
                                                     and to end them

KIND is threads or processes.  GAP_US is the time from a completion to the next
job, spun away on the loop's thread; "timer" means a job each millisecond by
the loop's timer.  MODE is resubmitted or bursts, as in throughput.c.  Each
result is checked: a job returns the number it was given, plus 1.
"""

import asyncio
import concurrent.futures
import math
import os
import sys
import time


def job(number):
    return number + 1


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
    if sys.argv[1] == "spawn":
        asyncio.run(spawn(int(sys.argv[2])))
    elif sys.argv[1] == "sleeps":
        asyncio.run(sleeps(int(sys.argv[2]), float(sys.argv[3])))
    elif sys.argv[1] == "crowd":
        asyncio.run(crowd(int(sys.argv[2])))
    else:
        asyncio.run(main(*sys.argv[1:]))
