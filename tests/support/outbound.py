"""A hub alone in a network of its own, where every address of the internet is a canary: ``python -m support.outbound``.

Run it by ``unshare --map-root-user --net --mount``. All addresses lead to this machine without being its own, so that
nothing but the outbound policy keeps the hub from the canaries. Writes result.json: what was tried, what reached a
canary.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import av
import httpx

from glimpser.egress.errors import Refused
from glimpser.egress.service import EgressService
from support.attacker import ATTACKER, CAMERA, Names, Site
from support.hostile_urls import LAN, hostile
from support.hub import Hub

PORT = 8099
THREADS = 6
FFMPEG = {
    "http video": ("http", {}),
    "mjpeg": ("http", {"format": "mjpeg"}),
    "hls": ("http", {"format": "hls"}),
    "rtsp tcp": ("rtsp", {}),
    "rtsp udp": ("rtsp", {"transport": "udp"}),
    "rtmp": ("rtmp", {}),
    "srt": ("srt", {}),
}
LED = {
    "http video 302": ("http", "302", {}),
    "mjpeg 302": ("http", "302", {"format": "mjpeg"}),
    "hls segment": ("http", "segment", {}),
    "hls nested playlist": ("http", "variant", {}),
    "hls key": ("http", "key", {}),
    "rtsp 302": ("rtsp", "302", {}),
}


def prepare(folder: Path) -> None:
    """Every address leads here."""
    commands = ["ip link set lo up"]
    commands += [f"ip route add local {net} dev lo src 127.0.0.1" for net in ("0.0.0.0/1", "128.0.0.0/1")]
    commands += [f"ip -6 route add local {net} dev lo" for net in ("::/1", "8000::/1")]
    resolver = folder / "resolv.conf"
    resolver.write_text("nameserver 127.0.0.53\noptions timeout:1 attempts:1\n")
    for command in [*commands, f"mount --bind {resolver} /etc/resolv.conf"]:
        subprocess.run(command.split(), check=True)


def led(url: str, how: str, scheme: str = "http") -> str:
    """An address of the attacker's that leads on to another."""
    return f"{scheme}://{ATTACKER}:{PORT}/{how}/{url.encode().hex()}"


class World:
    """The hub, the canaries and what was tried."""

    def __init__(self, hub: Hub, site: Site) -> None:
        self.hub, self.site = hub, site
        self.tried: dict[str, dict[str, Any]] = {}

    def test(self, kind: str, config: dict[str, Any]) -> str:
        """The code with which the hub's test of a stream ends."""
        try:
            answer = self.hub.api.post("/api/streams/test", json={"kind": kind, "config": config}, timeout=60)
        except httpx.HTTPError as error:
            return repr(error)
        found = answer.json()
        if not answer.is_success:
            return str(found.get("code", answer.status_code))
        return "ok" if found.get("ok") else str((found.get("reason") or {}).get("code", found))

    def each(self, path: str, urls: list[str], attempt: Any) -> None:
        """Try all addresses on a path; what reached a canary meanwhile belongs to it."""
        before = len(self.site.hits)
        with ThreadPoolExecutor(THREADS) as pool:
            codes = list(pool.map(attempt, urls))
        time.sleep(0.1)
        hits = self.site.hits[before:]
        counted: dict[str, int] = {}
        for code in codes:
            counted[code] = counted.get(code, 0) + 1
        odd = [url for url, code in zip(urls, codes, strict=True) if code in ("ok", "plugin.failed") or "Error" in code]
        print(path, counted, odd, file=sys.stderr, flush=True)
        self.tried[path] = {"urls": len(urls), "codes": counted, "odd": odd, "hits": [str(hit) for hit in hits]}


def naive(url: str, site: Site) -> bool:
    """Whether a client without a policy reaches a canary by this address."""
    before = len(site.hits)
    with contextlib.suppress(Exception), httpx.Client(trust_env=False, timeout=2) as client:
        client.get(url)
    for host in {urlsplit(url).hostname or "", unquote(urlsplit(url).hostname or "")}:
        with contextlib.suppress(Exception):
            # A check first and a connection later, each with a look-up of its own: what rebinding waits for.
            socket.getaddrinfo(host, PORT)
            socket.create_connection((host, urlsplit(url).port or 80), 2).close()
    time.sleep(0.02)
    return len(site.hits) > before


def watch(url: str, **options: str) -> None:
    """FFmpeg without a policy."""
    options = {"timeout": "2000000", "rw_timeout": "2000000", "extension_picky": "0", **options}
    with contextlib.suppress(Exception), av.open(url, options=options, timeout=3) as container:
        for _ in container.demux():
            break


def controls(site: Site, urls: list[str]) -> dict[str, Any]:
    """Of each payload: how often a naive client reached a canary, of how many tries."""
    unreached = [url for url in urls if not naive(url, site)]
    found: dict[str, Any] = {"addresses": [len(urls) - len(unreached), len(urls)], "unreached": unreached}
    for name, (scheme, how, _) in LED.items():
        reached = 0
        for url in urls[:3]:
            before = len(site.hits)
            target = url if scheme == "http" else url.replace("http:", "rtsp:", 1)
            extra = {"rtsp_transport": "tcp"} if scheme == "rtsp" else {}
            watch(led(target, how, scheme), **extra)
            reached += len(site.hits) > before
        found[name] = [reached, 3]
    before = len(site.hits)
    watch(f"rtsp://{ATTACKER}:{PORT}/udp/x", rtsp_transport="udp")
    found["rtsp udp source"] = [int(any(hit.how == "udp" for hit in site.hits[before:])), 1]
    return found


def attack(world: World, urls: list[str]) -> None:
    """Every path with every address."""
    as_camera = [url for url in urls if url not in LAN]
    for path, (scheme, config) in FFMPEG.items():
        world.each(
            path, as_camera, lambda u, s=scheme, c=config: world.test("ffmpeg", {"url": u.replace("http", s, 1), **c})
        )
    world.each("http picture", as_camera, lambda u: world.test("http", {"url": u}))
    world.each("http picture 302", as_camera, lambda u: world.test("http", {"url": led(u, "302")}))
    for path, (scheme, how, config) in LED.items():

        def led_on(url: str, scheme: str = scheme, how: str = how, config: dict[str, Any] = config) -> str:
            target = url if scheme == "http" else url.replace("http:", "rtsp:", 1)
            return world.test("ffmpeg", {"url": led(target, how, scheme), "timeout_s": 2, **config})

        world.each(path, as_camera, led_on)
    world.each("rtsp udp source", [f"rtsp://{ATTACKER}:{PORT}/udp/{n}" for n in range(3)],
               lambda u: world.test("ffmpeg", {"url": u, "transport": "udp", "timeout_s": 2}))  # fmt: skip


async def client(world: World, urls: list[str]) -> None:
    """The HTTP client of plugins in the hub, with and without a redirect before it."""
    egress = EgressService("")
    await egress.start()
    try:
        http = egress.http_client("web", "plugin:x")
        for path, shown in (("ctx.http", urls), ("ctx.http 302", [led(url, "302") for url in urls])):
            before = len(world.site.hits)
            codes: dict[str, int] = {}
            for url in shown:
                try:
                    code = str((await http.get(url, follow_redirects=True)).status_code)
                except Refused as refusal:
                    code = refusal.code
                except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
                    code = type(error).__name__
                codes[code] = codes.get(code, 0) + 1
            hits = [str(hit) for hit in world.site.hits[before:]]
            world.tried[path] = {"urls": len(urls), "codes": codes, "odd": [], "hits": hits}
    finally:
        await egress.stop()


def main(folder: Path) -> None:
    """Set up, attack, write."""
    prepare(folder)
    names, site = Names(), Site(PORT)
    urls = hostile(PORT)
    hub = Hub(folder / "hub", GLIMPSER_EGRESS_ALLOW="")
    result: dict[str, Any] = {"controls": controls(site, urls)}
    names.forget()
    hub.start()
    try:
        world = World(hub, site)
        attack(world, urls)
        own = hub.url.rsplit(":", 1)[1]
        result["own port"] = [
            world.test("ffmpeg", {"url": f"http://{host}:{own}/api/health/live"}) for host in ("127.0.0.1", "[::1]")
        ]
        asyncio.run(client(world, urls))
        result["paths"] = world.tried
        before = len(site.visits)
        result["lan"] = [
            world.test("http", {"url": f"http://{CAMERA}:{PORT}/picture"}),
            world.test("http", {"url": f"http://camera.lan:{PORT}/picture"}),
            world.test("ffmpeg", {"url": f"http://{CAMERA}:{PORT}/picture", "format": "mjpeg", "timeout_s": 2}),
            world.test("ffmpeg", {"url": f"rtsp://{CAMERA}:{PORT}/x", "timeout_s": 2}),
            world.test("ffmpeg", {"url": f"rtmp://{CAMERA}:{PORT}/x", "timeout_s": 2}),
        ]
        result["lan visits"] = len(site.visits) - before
        tokens = {part for child in hub.children() for part in child.cmdline()}
        result["arguments"] = sorted(part for part in tokens if "glimpser:" in part or "http_proxy" in part)
    finally:
        hub.stop()
    (folder / "result.json").write_text(json.dumps(result))


if __name__ == "__main__":
    threading.excepthook = lambda arguments: None  # canaries of clients that leave
    main(Path(sys.argv[1]))
