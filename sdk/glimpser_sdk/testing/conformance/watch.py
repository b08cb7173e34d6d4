"""Who watches where a source goes: the rules of one test, and two ways to hold a source to them."""

from __future__ import annotations

import functools
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar

from . import seccomp

T = TypeVar("T")

INSTEAD = (
    "In the hub nothing leads out but the context's egress. Connect to the `url` that ctx.egress.open(address) "
    "answers, with its `proxy` for http and https and its `agent` as User-Agent for rtsp, or ask with the client of "
    "ctx.egress.http(). A library that only takes the address itself cannot be used."
)
_NAME_SERVER = 53


class Rules:
    """What may be reached at present, and what was refused."""

    def __init__(self) -> None:
        self._places: Counter[tuple[str, int]] = Counter()
        self._datagrams: set[str] = set()
        self._refused: list[str] = []

    def allow(self, address: str, port: int) -> None:
        """Let a place be reached from now on."""
        self._places[address, port] += 1

    def allow_datagrams(self, address: str) -> None:
        """Let datagrams go to any port of an address, as media over UDP need it."""
        self._datagrams.add(address)

    @contextmanager
    def passing(self, address: str, port: int) -> Iterator[None]:
        """Let a place be reached for a while."""
        self._places[address, port] += 1
        try:
            yield
        finally:
            self._places[address, port] -= 1

    def ask(self, address: str, port: int, *, datagram: bool) -> bool:
        """Whether a place may be reached; it is noted when not."""
        names = {address, "127.0.0.1", "::1"} if address == "localhost" else {address}
        if any(self._places[name, port] > 0 or (datagram and name in self._datagrams) for name in names):
            return True
        shown = f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
        self.refuse(f"{shown} (a name server: names are resolved by the egress)" if port == _NAME_SERVER else shown)
        return False

    def refuse(self, what: str) -> None:
        """Note what was tried."""
        if what not in self._refused:
            self._refused.append(what)

    def check(self) -> None:
        """AssertionError when something was refused since the last time."""
        refused, self._refused = self._refused, []
        if refused:
            raise AssertionError(f"the source went out by itself, to {', '.join(refused)}. {INSTEAD}")


class Watch(Protocol):
    """Holds threads to the rules of the test that runs."""

    sees_libraries: bool
    """Whether it sees what libraries in C do."""

    def start(self, thread: threading.Thread) -> None:
        """Start a thread that is held to the rules, with all that it starts."""

    @contextmanager
    def over(self, rules: Rules) -> Iterator[None]:
        """Let these rules hold meanwhile. Between tests none do."""


def call(watch: Watch, function: Callable[[], T]) -> T:
    """Call something on a thread that is held to the rules."""
    results: list[T] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            results.append(function())
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=run, name="conformance call", daemon=True)
    watch.start(thread)
    thread.join()
    if errors:
        raise errors[0]
    return results[0]


class KernelWatch:
    """The system asks before a source's threads, the processes they start, and the C libraries in both name an address.

    One thread is confined for as long as Python runs; it starts all the others, which inherit it.
    """

    sees_libraries = True

    def __init__(self) -> None:
        """OSError where the system has no such filter."""
        self._rules: Rules | None = None
        self._starter = ThreadPoolExecutor(1, thread_name_prefix="conformance starter")
        try:
            self._descriptor = self._starter.submit(seccomp.confine_this_thread).result()
        except OSError:
            self._starter.shutdown()
            raise
        threading.Thread(target=self._judge, name="conformance judge", daemon=True).start()

    def start(self, thread: threading.Thread) -> None:
        """Start it from the confined thread."""
        self._starter.submit(thread.start).result()

    @contextmanager
    def over(self, rules: Rules) -> Iterator[None]:
        """Let these rules hold meanwhile."""
        self._rules = rules
        try:
            yield
        finally:
            self._rules = None

    def _judge(self) -> None:
        while True:
            asked = seccomp.receive(self._descriptor)
            if asked is not None:
                seccomp.answer(self._descriptor, asked, refused=not self._allowed(asked))

    def _allowed(self, asked: seccomp.Call) -> bool:
        rules = self._rules
        if rules is None:
            return True
        sends = asked.name != "connect"
        try:
            places = [seccomp.network_place(raw, sends=sends) for raw in seccomp.addresses(asked)]
        except Exception as error:
            # Whoever asked waits for an answer, and nobody else gives one.
            rules.refuse(f"an address that could not be read ({error})")
            return False
        return all(rules.ask(*place, datagram=sends) for place in places if place is not None)


class PythonWatch:
    """Python asks before one of its own sockets names an address. Libraries in C and other processes are not seen."""

    sees_libraries = False

    def __init__(self) -> None:
        self._rules: Rules | None = None
        self._strangers: set[int | None] = set()
        sys.addaudithook(self._heard)

    def start(self, thread: threading.Thread) -> None:
        """Start it; every thread that is new since the rules hold is held to them."""
        thread.start()

    @contextmanager
    def over(self, rules: Rules) -> Iterator[None]:
        """Let these rules hold meanwhile."""
        self._strangers = {thread.ident for thread in threading.enumerate()}
        self._rules = rules
        try:
            yield
        finally:
            self._rules = None

    def _heard(self, event: str, arguments: tuple[Any, ...]) -> None:
        rules = self._rules
        if rules is None or event not in ("socket.connect", "socket.sendto", "socket.sendmsg"):
            return
        address = arguments[1]
        if threading.get_ident() in self._strangers or not isinstance(address, tuple) or len(address) < 2:
            return
        host, port = str(address[0]), int(address[1])
        if not rules.ask(host, port, datagram=event != "socket.connect"):
            raise PermissionError(f"{host}:{port}: a source goes out by the context's egress only")


@functools.cache
def watch() -> Watch:
    """The best there is here."""
    try:
        return KernelWatch()
    except OSError:
        return PythonWatch()
