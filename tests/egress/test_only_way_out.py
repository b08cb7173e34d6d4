"""Code that opens connections by itself, read and not run: egress is the only way out."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CLIENTS = {
    "aiohttp", "ftplib", "grpc", "http.client", "imaplib", "nntplib", "paramiko", "poplib", "pycurl", "requests",
    "smtplib", "socks", "telnetlib", "tornado.httpclient", "urllib.request", "urllib3", "websocket", "websockets",
    "xmlrpc.client",
}  # fmt: skip
CALLS = {
    "create_connection", "create_datagram_endpoint", "open_connection", "sock_connect", "connect", "connect_ex",
    "sendto", "getaddrinfo", "gethostbyname", "AsyncClient", "Client", "AsyncHTTPTransport", "HTTPTransport",
}  # fmt: skip
FLAGS = ("proxy-server", "http_proxy", "https_proxy", "all_proxy", "no_proxy", "proxy-bypass-list", "trust_env")

ALLOWED: dict[str, set[str]] = {
    "glimpser/worker/http.py": {
        "AsyncClient",
        "AsyncHTTPTransport",
        "trust_env",
    },  # each origin is asked of the hub first
    "glimpser/worker/__main__.py": {"open_connection"},  # on a socket that the hub left open for it
    "glimpser/commands/run.py": {"getaddrinfo"},  # where to listen
    "plugins/glimpser-ffmpeg/glimpser_ffmpeg/options.py": {"http_proxy"},  # FFmpeg is told the hub's proxy
}
"""Files that may do some of it, and what, besides ``glimpser/egress``, which is the way out."""
DATABASE = {"glimpser/database", "glimpser/plugins/switches.py", "glimpser/commands/checks.py"}
"""Where ``connect`` is about the database."""


def sources() -> Iterator[Path]:
    for pattern in ("glimpser/**/*.py", "plugins/*/glimpser_*/**/*.py", "examples/**/glimpser_*/**/*.py"):
        for path in ROOT.glob(pattern):
            if not path.is_relative_to(ROOT / "glimpser" / "egress"):
                yield path


def offences(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """The line and name of each thing that only egress may do."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names = [node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)]
        else:
            names = []
        for name in names:
            if name in CLIENTS or any(name.startswith(f"{client}.") for client in CLIENTS):
                yield node.lineno, name
        if isinstance(node, ast.Call):
            called = node.func
            name = (
                called.attr if isinstance(called, ast.Attribute) else called.id if isinstance(called, ast.Name) else ""
            )
            if name in CALLS and (isinstance(called, ast.Attribute) or name.endswith(("Client", "Transport"))):
                yield node.lineno, name
            for keyword in node.keywords:
                if keyword.arg == "trust_env":
                    yield node.lineno, "trust_env"
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) < 60:
            for flag in FLAGS:
                if flag in node.value.lower():
                    yield node.lineno, flag


def test_nothing_but_egress_opens_connections() -> None:
    found = []
    for path in sources():
        name = path.relative_to(ROOT).as_posix()
        for line, what in offences(ast.parse(path.read_text(encoding="utf-8"))):
            database = what == "connect" and any(name.startswith(place) for place in DATABASE)
            if what not in ALLOWED.get(name, set()) and not database:
                found.append(f"{name}:{line}: {what}")
    assert found == []


@pytest.mark.parametrize(
    "code",
    [
        "import requests", "from urllib.request import urlopen", "import smtplib", "from http import client",
        "socket.create_connection(('h', 1))", "asyncio.open_connection('h', 1)", "sock.connect(('h', 1))",
        "httpx.AsyncClient()", "AsyncHTTPTransport(proxy=p)", "socket.getaddrinfo('h', 1)", "f(trust_env=True)",
        "args = ['--proxy-server=x']", "options['http_proxy'] = x", "loop.create_datagram_endpoint(p)",
    ],
)  # fmt: skip
def test_the_rule_sees_it(code: str) -> None:
    assert list(offences(ast.parse(code)))
