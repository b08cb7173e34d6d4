"""``python -m glimpser.worker --control-fd N --bulk-fd M``: the worker's entry."""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import sys

from .channel import StreamLink
from .process import inherited, settle, single_threaded


async def _link(fd: int) -> StreamLink:
    return StreamLink(*await asyncio.open_connection(sock=inherited(fd)))


async def _serve(control_fd: int, bulk_fd: int) -> None:
    gc.disable()  # loading makes no garbage, and looking for it costs as much again
    from .service import Service

    gc.freeze()
    gc.enable()
    service = Service(await _link(control_fd), await _link(bulk_fd))
    await service.run()


def main() -> None:
    """Run until the hub says so or its end of the control channel closes."""
    parser = argparse.ArgumentParser(prog="glimpser.worker", description="Runs streams for a hub.")
    parser.add_argument("--control-fd", type=int, required=True, help="inherited socket of the control channel")
    parser.add_argument("--bulk-fd", type=int, required=True, help="inherited socket of the bulk channel")
    parser.add_argument("--parent", type=int, help="process id of the hub; the worker ends when that is not its parent")
    options = parser.parse_args()
    settle(options.parent)
    single_threaded()
    try:
        import uvloop
    except ImportError:
        asyncio.run(_serve(options.control_fd, options.bulk_fd))
    else:
        uvloop.run(_serve(options.control_fd, options.bulk_fd))
    # Threads of plugins that ignored stop must not keep the process, nor be torn down inside a native library.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
