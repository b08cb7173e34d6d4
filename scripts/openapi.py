"""Write the description of the API with all installed plugins, without serving it: `scripts/openapi.py FILE`."""

import asyncio
import logging
import os
import sys
import tempfile
from pathlib import Path


async def describe(folder: Path) -> bytes:
    """The document of a hub that is started for it, in a folder of its own."""
    import msgspec

    from glimpser.api.describe import Description
    from glimpser.app import create_app
    from glimpser.hub import Hub
    from glimpser.settings import Settings

    hub = Hub(Settings(data_dir=folder))
    await hub.start()
    try:
        return msgspec.json.encode(Description(create_app(hub), hub).schema())
    finally:
        await asyncio.wait_for(hub.stop(), 20)


def main() -> None:
    """Write it where it differs."""
    target = Path(sys.argv[1])
    for name in [name for name in os.environ if name.startswith("GLIMPSER_")]:
        del os.environ[name]
    logging.disable(logging.ERROR)
    with tempfile.TemporaryDirectory() as folder:
        document = asyncio.run(describe(Path(folder)))
    if not target.exists() or target.read_bytes() != document:
        target.write_bytes(document)


if __name__ == "__main__":
    main()
    # The thread of a connection to the database may outlive a hub that was never ready.
    sys.stdout.flush()
    os._exit(0)
