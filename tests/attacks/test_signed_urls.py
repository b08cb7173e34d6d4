"""Signed links: good for one path, one method, a short time, and as long as who made them may see it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from support.film import film

from glimpser.identity.signing import Signer
from tests.api.conftest import PASSWORD, ApiHub

ANY = {"If-Match": "*"}
SIGN = "/api/auth/signed-urls"


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiHub]:
    folder = tmp_path_factory.mktemp("signed")
    made = ApiHub(folder / "data")
    made.film = film(folder / "film.mp4", seconds=4)
    made.start()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def streams(hub: ApiHub) -> tuple[str, str]:
    """Two streams that run."""
    made = hub.add("Gate", str(hub.film)), hub.add("Yard", str(hub.film))
    hub.active(*made)
    return made


@pytest.fixture
def viewer(hub: ApiHub) -> httpx.Client:
    """Somebody new who is signed in."""
    name = f"viewer{time.monotonic_ns()}"
    hub.call("POST", "/api/users", {"name": name, "password": PASSWORD, "role": "viewer"})
    return hub.sign_in(name)


def sign(client: httpx.Client, path: str, **more: Any) -> str:
    made = client.post(SIGN, json={"path": path, **more})
    assert made.status_code == 200, made.text
    return str(made.json()["url"])


def me(client: httpx.Client) -> str:
    return str(client.get("/api/me").json()["id"])


def refusal(answer: httpx.Response) -> dict[str, Any]:
    return {"status": answer.status_code} | {k: v for k, v in answer.json().items() if k != "trace_id"}


class TestGood:
    """What they are for."""

    def test_each_kind_of_media_is_had_without_a_cookie(
        self, hub: ApiHub, streams: tuple[str, str], viewer: httpx.Client
    ) -> None:
        kept = hub.call("POST", f"/api/streams/{streams[0]}/snapshots", {})["id"]
        for path in (f"/api/stream/{streams[0]}/snapshot", f"/api/stream/{streams[0]}/snapshot?w=160&fresh=false",
                     f"/api/snapshots/{kept}/image"):  # fmt: skip
            assert hub.client().get(path).status_code == 401
            answer = hub.client().get(sign(viewer, path))
            assert (answer.status_code, answer.content[:2]) == (200, b"\xff\xd8"), path
            assert answer.headers["Cache-Control"] == "private, no-store"
        with hub.client().stream("GET", sign(viewer, f"/api/stream/{streams[0]}/mjpeg?fps=5")) as answer:
            assert b"\xff\xd8" in next(answer.iter_raw())

    def test_nothing_else_is_signed(self, hub: ApiHub, streams: tuple[str, str], viewer: httpx.Client) -> None:
        good = f"/api/stream/{streams[0]}/snapshot"
        for path in ("/api/me", "/api/streams", f"/api/streams/{streams[0]}", "/", "", good + "/", good + "#x",
                     "//evil" + good, "http://evil.example" + good, good.replace("snapshot", "%73napshot"),
                     good + "?signature=1", good + " ", good + "\n", "/api/shared/x/mjpeg"):  # fmt: skip
            refused = viewer.post(SIGN, json={"path": path})
            assert (refused.status_code, refused.json()["errors"][0]["field"]) == (409, "/path"), path
        for seconds in (0, 301, "5"):
            assert viewer.post(SIGN, json={"path": good, "seconds": seconds}).status_code == 422
        missing = viewer.post(SIGN, json={"path": good.replace(streams[0], "0" * 26)})
        assert missing.status_code == 404
        assert hub.client().get(good, params={"signature": "x"}).status_code == 401

    @pytest.mark.attack("A74", control=True)
    def test_nobody_signs_what_they_do_not_see(self, hub: ApiHub, streams: tuple[str, str]) -> None:
        limited = hub.client(hub.person("limited", "viewer", streams=[streams[0]]))
        paths = [f"/api/stream/{one}/snapshot" for one in (*streams, "0" * 26)]
        own, other, missing = (limited.post(SIGN, json={"path": path}) for path in paths)
        assert own.status_code == 200
        assert refusal(other) == refusal(missing)
        assert hub.client().get(own.json()["url"]).status_code == 200


class TestForged:
    """What is not to the last byte as it was made is nothing."""

    @pytest.mark.attack("A59", "A58", control=True)
    def test_any_other_byte_is_refused_like_no_proof(
        self, hub: ApiHub, streams: tuple[str, str], viewer: httpx.Client, figure: Callable[[str, str], None]
    ) -> None:
        client, good = hub.client(), sign(viewer, f"/api/stream/{streams[0]}/snapshot?w=160")
        path, _, query = good.partition("?")
        other = path.replace(streams[0], streams[1])
        signature = query.partition("signature=")[2]
        end, kind, proof, key, mac = signature.split(".")
        twin = sign(viewer, f"/api/stream/{streams[1]}/snapshot?w=160").partition("signature=")[2]
        later = str(int(end) + 60)
        bad = [
            f"{other}?{query}", f"{path}?w=160&signature={twin}", f"{path}?signature={signature}",
            f"{path}?w=320&signature={signature}", f"{good}&w=160", f"{good}&fresh=true", f"{path}?fresh=true&{query}",
            f"{good}&", f"{good}=", f"{good}.", f"{good}%00", f"{path}?{query}&signature={signature}",
            f"{path}?signature={signature}&w=160", f"{path}?w=160&&signature={signature}",
            f"{path}?w=160&%73ignature={signature}", f"{path}?w=160&signature=", f"{path}?w=160&signature=....",
            f"{path.replace('snapshot', 'mjpeg')}?{query}", f"{path.replace('snapshot', '%73napshot')}?{query}",
            f"{path}?w=160&signature={later}.{kind}.{proof}.{key}.{mac}",
            f"{path}?w=160&signature={end}.key.{proof}.{key}.{mac}",
            f"{path}?w=160&signature={end}.{kind}.{'0' * 26}.{key}.{mac}",
            f"{path}?w=160&signature={end}.{kind}.{proof}.00000000.{mac}",
            f"{path}?w=160&signature={end}.{kind}.{proof}.{key}",
            f"{path}?w=160&signature={signature.lower()}", f"{path}?w=160&signature={signature}A",
        ]  # fmt: skip
        start = good.index("signature=") + len("signature=")
        bad += [good[:i] + ("A" if good[i] != "A" else "B") + good[i + 1 :] for i in range(start, len(good))]
        none = refusal(client.get(path))
        wrong = [
            url
            for url in bad
            if client.get(url).status_code not in (401, 404) or client.get(url).content[:2] == b"\xff\xd8"
        ]
        assert wrong == []
        alike = [url for url in bad if (answer := client.get(url)).status_code == 401 and refusal(answer) != none]
        assert alike == []
        assert client.get(good).status_code == 200, "control"
        figure("altered signed links", f"{len(bad)} tried, {len(wrong)} accepted")

    @pytest.mark.attack("A59", "A79", control=True)
    def test_it_is_for_get_alone(self, hub: ApiHub, streams: tuple[str, str], viewer: httpx.Client) -> None:
        client, good = hub.client(), sign(viewer, f"/api/stream/{streams[0]}/snapshot")
        assert client.head(good).status_code == 401
        for method in ("POST", "PUT", "DELETE", "PATCH"):
            assert client.request(method, good).status_code in (401, 405)
        assert client.get(good, headers={"X-HTTP-Method-Override": "DELETE"}).status_code == 200
        signature = good.partition("?")[2]
        for path in ("/api/me", "/api/streams", f"/api/streams/{streams[0]}", SIGN, "/api/events/stream"):
            assert client.get(f"{path}?{signature}").status_code in (401, 405), path

    def test_a_bad_one_is_not_mended_by_a_cookie(
        self, hub: ApiHub, streams: tuple[str, str], viewer: httpx.Client
    ) -> None:
        good = sign(viewer, f"/api/stream/{streams[0]}/snapshot")
        assert viewer.get(good[:-1] + ("A" if good[-1] != "A" else "B")).status_code == 401
        assert viewer.get(good).status_code == 200

    @pytest.mark.attack("A60", control=True)
    def test_it_ends(self, hub: ApiHub, streams: tuple[str, str], viewer: httpx.Client) -> None:
        client, good = hub.client(), sign(viewer, f"/api/stream/{streams[0]}/snapshot", seconds=2)
        assert client.get(good).status_code == 200
        time.sleep(2.2)
        assert client.get(good).status_code == 401

    def test_the_key_is_in_a_file_of_the_hub_alone(
        self, hub: ApiHub, streams: tuple[str, str], viewer: httpx.Client
    ) -> None:
        sign(viewer, f"/api/stream/{streams[0]}/snapshot")
        file = hub.folder / "signing.key"
        assert file.stat().st_mode & 0o077 == 0
        kept = b"".join(one.read_bytes() for one in hub.folder.glob("*.db*"))
        assert file.read_bytes().strip() not in kept


class Watching(threading.Thread):
    """Somebody who watches; ``ended`` once the hub hung up."""

    def __init__(self, hub: ApiHub, url: str) -> None:
        super().__init__(daemon=True)
        self._client, self._url = hub.client(), url
        self.seen, self.ended = threading.Event(), threading.Event()
        self.start()
        assert self.seen.wait(10)

    def run(self) -> None:
        try:
            with self._client.stream("GET", self._url) as answer:
                for _ in answer.iter_raw():
                    self.seen.set()
        except httpx.HTTPError:
            pass
        self.ended.set()


class TestItsMaker:
    """It dies with the session or key that made it, and with lost rights; so does what is open through it."""

    @pytest.mark.parametrize("change", ["sign out", "everywhere", "role", "streams", "disabled", "removed", "password"])
    @pytest.mark.attack("A60", control=True)
    def test_what_is_open_ends_within_a_second(
        self, hub: ApiHub, streams: tuple[str, str], viewer: httpx.Client, change: str
    ) -> None:
        path, user = f"/api/stream/{streams[0]}/mjpeg", f"/api/users/{me(viewer)}"
        url, other = sign(viewer, path), sign(hub.api, path)
        watching, control = Watching(hub, url), Watching(hub, other)
        changes = {"role": {"role": "guest"}, "streams": {"streams": []}, "disabled": {"active": False},
                   "password": {"password": "quite another phrase"}}  # fmt: skip
        if change in changes:
            hub.call("PATCH", user, changes[change], **ANY)
        elif change == "removed":
            hub.call("DELETE", user, **ANY)
        elif change == "everywhere":
            assert viewer.delete("/api/me/sessions").status_code == 204
        else:
            assert viewer.post("/api/auth/logout").status_code == 204
        assert watching.ended.wait(1)
        assert hub.client().get(url).status_code in (401, 403, 404)
        assert not control.ended.is_set()
        assert hub.client().get(sign(hub.api, f"/api/stream/{streams[0]}/snapshot")).status_code == 200

    @pytest.mark.attack("A60")
    def test_a_key_that_is_revoked_or_over_ends_it(
        self, hub: ApiHub, streams: tuple[str, str], viewer: httpx.Client
    ) -> None:
        path = f"/api/stream/{streams[0]}/mjpeg"
        made = viewer.post("/api/api-keys", json={"name": "player"})
        url = sign(hub.client(made.json()["key"]), path)
        watching = Watching(hub, url)
        assert viewer.delete(made.headers["Location"]).status_code == 204
        assert watching.ended.wait(1)
        assert hub.client().get(url).status_code == 401
        soon = (datetime.now(UTC) + timedelta(seconds=4)).isoformat()
        key = viewer.post("/api/api-keys", json={"name": "soon over", "expires_at": soon}).json()["key"]
        answer = hub.client(key).post(SIGN, json={"path": path})
        assert datetime.fromisoformat(answer.json()["expires_at"]) <= datetime.fromisoformat(soon)

    def test_what_is_open_ends_with_the_link(self, hub: ApiHub, streams: tuple[str, str], viewer: httpx.Client) -> None:
        watching = Watching(hub, sign(viewer, f"/api/stream/{streams[0]}/mjpeg", seconds=3))
        assert watching.ended.wait(4.5)

    def test_a_lost_key_file_ends_all_of_them(self, tmp_path: Path) -> None:
        first = Signer(tmp_path / "a.key")
        signature = first.sign("purpose", "a", "b")
        assert Signer(tmp_path / "a.key").holds(signature, "purpose", "a", "b")
        for other in (Signer(tmp_path / "b.key").holds(signature, "purpose", "a", "b"),
                      first.holds(signature, "other", "a", "b"), first.holds(signature, "purpose", "ab"),
                      first.holds(signature, "purpose", "a,b"),
                      first.holds(signature + "=", "purpose", "a", "b")):  # fmt: skip
            assert not other
