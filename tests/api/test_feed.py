"""Live changes over Server-Sent Events and the WebSocket."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from support.hub import NAME, until
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from .conftest import ApiHub


@contextmanager
def listening(client: httpx.Client, query: str = "", **headers: str) -> Iterator[Iterator[tuple[str, int, Any]]]:
    """Messages of the feed as (event, id, data)."""
    with client.stream("GET", f"/api/events/stream{query}", headers=headers) as answer:
        assert answer.headers["Content-Type"] == "text/event-stream"
        yield _messages(answer.iter_lines())


def _messages(lines: Iterator[str]) -> Iterator[tuple[str, int, Any]]:
    fields: dict[str, str] = {}
    for line in lines:
        if line:
            name, _, value = line.partition(": ")
            fields[name] = value
        elif "event" in fields:
            yield fields["event"], int(fields["id"]), json.loads(fields["data"])
            fields = {}


@pytest.fixture(scope="module")
def stream(hub: ApiHub) -> str:
    return hub.add("Watched", str(hub.film))


def report(hub: ApiHub, stream: str, text: str) -> str:
    """A new event; its id."""
    return str(hub.call("POST", "/api/events", {"stream_id": stream, "text": text})["id"])


class TestServerSentEvents:
    """One direction."""

    def test_tells_of_a_change_and_replays_what_was_missed(self, hub: ApiHub, stream: str) -> None:
        with listening(hub.api, "?topics=event") as messages:
            name, start, _ = next(messages)
            assert name == "hello"
            told = [report(hub, stream, str(n)) for n in range(3)]
            heard = [next(messages) for _ in told]
        assert [data["id"] for _, _, data in heard] == told
        assert [seq for _, seq, _ in heard] == sorted({seq for _, seq, _ in heard})
        assert all(data["v"] == 1 and data["topic"] == "event" for _, _, data in heard)
        with listening(hub.api, "?topics=event", **{"Last-Event-ID": str(heard[0][1])}) as messages:
            assert next(messages)[0] == "hello"
            assert [next(messages)[2]["id"] for _ in range(2)] == told[1:]
        with listening(hub.api, f"?topics=event&after={start}") as messages:
            next(messages)
            assert next(messages)[2]["id"] == told[0]

    def test_says_start_over_when_it_cannot_replay(self, hub: ApiHub) -> None:
        with listening(hub.api, **{"Last-Event-ID": "9999999999"}) as messages:
            assert [next(messages)[0] for _ in range(2)] == ["hello", "reset"]

    def test_tells_nobody_what_they_may_not_see(self, hub: ApiHub, stream: str) -> None:
        other = hub.watch("Other")
        client = hub.client(hub.person("listener", "viewer", streams=[stream]))
        with listening(client, "?topics=event,activity,settings,stream") as messages:
            next(messages)
            report(hub, other, "hidden")
            hub.call("PATCH", "/api/settings", {"event_retention_days": 31})
            mine = report(hub, stream, "shown")
            while (heard := next(messages))[2]["topic"] == "stream":
                assert heard[2]["stream_id"] == stream
            assert heard[2]["id"] == mine

    def test_refuses_what_it_does_not_know(self, hub: ApiHub) -> None:
        assert hub.api.get("/api/events/stream?topics=secrets").status_code == 422
        assert hub.api.get("/api/events/stream", headers={"Last-Event-ID": "x"}).status_code == 400
        assert hub.api.head("/api/events/stream").status_code == 200


class TestWebSocket:
    """Both directions."""

    @contextmanager
    def open(self, hub: ApiHub, key: str | None = None, **headers: str) -> Iterator[ClientConnection]:
        own = {"Authorization": f"Bearer {key or hub.key}"}
        url = hub.url.replace("http", "ws") + "/api/ws"
        with connect(url, additional_headers=own | headers, open_timeout=10) as socket:
            yield socket

    def test_shows_pictures_and_changes(self, hub: ApiHub, stream: str) -> None:
        hub.active(stream)
        with self.open(hub) as socket:
            assert json.loads(socket.recv(5))["type"] == "hello"
            socket.send(json.dumps({"type": "subscribe", "id": 7, "stream": stream, "side": 160, "fps": 10}))
            picture = socket.recv(10)
            assert isinstance(picture, bytes)
            assert int.from_bytes(picture[:4], "big") == 7
            assert picture[12:14] == b"\xff\xd8"
            socket.send(json.dumps({"type": "unsubscribe", "id": 7}))
            socket.send(json.dumps({"type": "feed", "topics": ["event"]}))
            until(lambda: not hub.get("/api/live-sessions"), 5, "the viewer stayed")
            told = report(hub, stream, "over the socket")
            while isinstance(message := socket.recv(5), bytes):
                pass
            assert json.loads(message)["id"] == told

    @pytest.mark.parametrize(
        "message",
        ["", "{", "[]", '{"type":"drop"}', '{"type":"subscribe","id":-1,"stream":"x"}', "[" * 50_000,
         '{"type":"feed","topics":["secrets"]}', '{"type":"subscribe","id":1,"stream":"nothing"}'],
    )  # fmt: skip
    def test_answers_nonsense_and_goes_on(self, hub: ApiHub, message: str) -> None:
        with self.open(hub) as socket:
            socket.recv(5)
            socket.send(message)
            assert json.loads(socket.recv(5))["type"] == "error"
            socket.send(json.dumps({"type": "unsubscribe", "id": 1}))
            socket.send("{")
            assert json.loads(socket.recv(5))["code"] == "message.invalid"

    def test_hides_streams_of_others(self, hub: ApiHub, stream: str) -> None:
        key = hub.person("socket", "viewer", streams=["0" * 26])
        with self.open(hub, key) as socket:
            socket.recv(5)
            socket.send(json.dumps({"type": "subscribe", "id": 1, "stream": stream}))
            assert json.loads(socket.recv(5))["code"] == "stream.not_found"

    def test_is_for_those_who_signed_in_from_here(self, hub: ApiHub) -> None:
        url = hub.url.replace("http", "ws") + "/api/ws"
        cookie = hub.sign_in(NAME).cookies
        own = {"Cookie": "; ".join(f"{c.name}={c.value}" for c in cookie.jar)}
        with connect(url, additional_headers=own | {"Origin": hub.url}) as socket:
            assert json.loads(socket.recv(5))["type"] == "hello"
        for headers, status in (
            ({}, 403), ({"Origin": hub.url}, 401), (own, 403),
            (own | {"Origin": "http://evil.example"}, 403), (own | {"Origin": "null"}, 403),
            (own | {"Origin": hub.url + ".evil.example"}, 403), (own | {"Sec-Fetch-Site": "cross-site"}, 403),
            ({"Authorization": "Bearer x"}, 401), (own | {"Origin": hub.url, "Host": "evil.example"}, 400),
        ):  # fmt: skip
            with pytest.raises(InvalidStatus) as refused:
                connect(url, additional_headers=headers).close()
            assert refused.value.response.status_code == status, headers

    def test_ends_with_the_session(self, hub: ApiHub) -> None:
        browser = hub.sign_in(NAME)
        cookie = "; ".join(f"{c.name}={c.value}" for c in browser.cookies.jar)
        headers = {"Cookie": cookie, "Origin": hub.url}
        with connect(hub.url.replace("http", "ws") + "/api/ws", additional_headers=headers) as socket:
            socket.recv(5)
            assert browser.post("/api/auth/logout").status_code == 204
            with pytest.raises(ConnectionClosed):
                socket.recv(1)
