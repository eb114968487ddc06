# SPDX-License-Identifier: BSD-2-Clause
"""service.py -- examples/server once more, with asyncio's streams and a process
pool: each connection is a task that reads lines such as `pow 2.5 1 2 3` or
`sum 1 2 3`, has the pool compute and answers.
"""

import asyncio
import concurrent.futures
import os
import signal


def compute(line):
    words = line.split()
    try:
        numbers = [float(word) for word in words[1:]]
    except ValueError:
        return "error: that is not all numbers"
    if words and words[0] == "sum" and numbers:
        return f"{sum(numbers):.17g}"
    if words and words[0] == "pow" and len(numbers) > 1:
        return " ".join(f"{x ** numbers[0]:.17g}" for x in numbers[1:])
    return "error: sum NUMBER... or pow EXPONENT NUMBER..."


async def main():
    loop = asyncio.get_running_loop()
    with concurrent.futures.ProcessPoolExecutor(
            len(os.sched_getaffinity(0))) as pool:

        async def serve(reader, writer):
            while line := await reader.readline():
                answer = await loop.run_in_executor(
                    pool, compute, line.decode())
                writer.write(answer.encode() + b"\n")
                await writer.drain()
            writer.close()

        # Start the workers before anybody asks.
        await loop.run_in_executor(pool, compute, "sum 1")
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        print(f"listening on 127.0.0.1:{port}", flush=True)
        stop = asyncio.Event()
        loop.add_signal_handler(signal.SIGINT, stop.set)
        await stop.wait()
        server.close()
    os._exit(0)


if __name__ == "__main__":
    asyncio.run(main())
