"""Serves a hub: the listening socket, TLS, signals, and the lines that tell where it is."""

from __future__ import annotations

import asyncio
import gc
import logging
import signal
import socket
from typing import Any

import click

from glimpser import tls
from glimpser.database import DatabaseInUse, check_at_start
from glimpser.hub import Hub, database_file
from glimpser.identity.offline import link
from glimpser.proxies import TrustedProxies
from glimpser.settings import Settings

log = logging.getLogger("glimpser.hub")


def run(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT; prints ``ready URL`` when it answers. Blocks; call it on the main thread.
    DatabaseInUse when another hub has the database, or took it while the server of it was away."""
    import uvloop

    from glimpser.logging import configure

    configure(settings.log_level, settings.log_format)
    if (path := database_file(settings)) is not None:
        check_at_start(path)  # before anything reads from it
    uvloop.run(_serve(settings))


async def _serve(settings: Settings) -> None:
    from hypercorn.asyncio import serve

    from glimpser.app import create_app
    from glimpser.connections import Limited

    hub = Hub(settings)
    listener = _bind(settings)
    hub.egress.own_ports.add(listener.getsockname()[1])
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    hub.on_failed = stopping.set
    await hub.start()
    loop.add_signal_handler(signal.SIGHUP, hub.resync)
    app = create_app(hub)
    listener.listen(512)
    trusting = TrustedProxies(app, settings.trusted_proxies)
    config = Limited(trusting.trusts)
    config.bind = [f"fd://{listener.fileno()}"]
    config.graceful_timeout = 1.0
    config.loglevel = "WARNING"
    config.certfile, config.keyfile = await asyncio.to_thread(_certificate, settings)

    async def trigger() -> None:
        await stopping.wait()
        await hub.drain()

    application: Any = trusting
    serving = asyncio.create_task(serve(application, config, shutdown_trigger=trigger))
    hub.state = "ready"
    gc.freeze()  # what there is now stays: later collections need not look at it
    gc.set_threshold(700, 10, 10)  # Python's own; see the console script
    await _announce(hub, settings, listener.getsockname()[1])
    try:
        await serving
    finally:
        if not stopping.is_set():
            await hub.drain()
        await hub.stop()
    if hub.failed:
        raise DatabaseInUse(hub.failed)


def _certificate(settings: Settings) -> tuple[str | None, str | None]:
    """Files of certificate and key; None without TLS. Tells the fingerprint of one that the hub made itself."""
    if settings.tls == "off":
        return None, None
    if settings.tls == "files":
        return str(settings.tls_certificate), str(settings.tls_key)
    # Not the machine's addresses: they change, and each change would ask everybody to trust another certificate.
    own = {name for name in (settings.node_name, *settings.host_names()) if tls.nameable(name)}
    certificate, key = tls.self_signed(settings.data_dir / "tls", own)
    click.echo(f"certificate SHA-256 {tls.fingerprint(certificate)}")
    return str(certificate), str(key)


def _bind(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((settings.host.strip("[]"), settings.port))
    listener.setblocking(False)
    return listener


async def _announce(hub: Hub, settings: Settings, port: int) -> None:
    """Print what a person needs: the set-up link while nobody administers the hub, and that it serves."""
    settings = settings.model_copy(update={"port": port})
    if not hub.plugins.registry.sources:
        click.echo("no sources are installed: pip install 'glimpser[demo]', or any plugin with a source")
    if await hub.identity.setup_needed():
        click.echo(f"set up: {link(settings, hub.identity.bootstrap.new_token())}")
    click.echo(f"ready {settings.url}")
    log.info("ready on %s", settings.url)
