"""Names that nobody has, that may not sign in or that are locked are answered like any other, at the same cost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from support.backends import install

from tests.api.conftest import PASSWORD, ApiHub

WRONG = "wrong wrong wrong"
COUNTING = """
    import os
    from pathlib import Path
    from types import SimpleNamespace
    from glimpser_password.backend import Argon2Backend
    from glimpser_password.config import PasswordConfig

    class Backend(Argon2Backend):
        def __init__(self, ctx):
            super().__init__(SimpleNamespace(config=PasswordConfig(memory_mib=32, passes=2), log=ctx.log))

        def verify(self, account, password):
            with Path(os.environ["COUNTED"]).open("ab") as counted:
                counted.write(b"x")
            return super().verify(account, password)
"""


class CountingHub(ApiHub):
    """A hub behind a trusted proxy, so that each try may come from an address of its own."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder / "data")
        install(folder / "site", "counting", COUNTING)
        self.counted = folder / "counted"
        self.environment |= {
            "PYTHONPATH": str(folder / "site"), "COUNTED": str(self.counted),
            "GLIMPSER_PLUGINS": "password,counting", "GLIMPSER_TRUSTED_PROXIES": "127.0.0.1",
        }  # fmt: skip
        self._addresses = 0

    def tried(self, path: str, name: str, password: str, address: str = "") -> tuple[httpx.Response, int]:
        """The answer to a try, and how many passwords were looked at for it."""
        self._addresses += 1
        address = address or f"198.51.100.{self._addresses}"
        self.counted.write_bytes(b"")
        body = {"name": name, "password": password}
        answer = self.client().post(f"/api/auth/{path}", json=body, headers={"X-Forwarded-For": address})
        return answer, len(self.counted.read_bytes())


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CountingHub]:
    made = CountingHub(tmp_path_factory.mktemp("alike"))
    made.start()
    for name in ("existing", "disabled", "locked"):
        person = made.call("POST", "/api/users", {"name": name, "password": PASSWORD})
        if name == "disabled":
            made.call("PATCH", f"/api/users/{person['id']}", {"active": False}, **{"If-Match": "*"})
    for number in range(20):  # by all unknown devices together: until somebody unlocks
        made.tried("login", "locked", WRONG, f"203.0.113.{number}")
    yield made
    made.stop()


def told(answer: httpx.Response) -> tuple[int, dict[str, object], dict[str, str]]:
    """Status, body and headers, but for what is new with every answer, and for the lock itself."""
    headers = {k: v for k, v in answer.headers.items() if k not in ("x-trace-id", "date", "retry-after")}
    return answer.status_code, {**answer.json(), "trace_id": ""}, headers


@pytest.mark.attack("A66", control=True)
@pytest.mark.parametrize("path", ["login", "token"])
def test_all_are_answered_alike_for_one_verification(hub: CountingHub, path: str) -> None:
    tries = [
        ("existing", WRONG), ("unknown", WRONG), ("disabled", WRONG), ("locked", WRONG),
        ("disabled", PASSWORD), ("locked", PASSWORD), ("unknown", PASSWORD), ("EXISTING", WRONG),
    ]  # fmt: skip
    answers = {one: hub.tried(path, *one) for one in tries}
    first, _ = answers["existing", WRONG]
    assert first.status_code == 401
    for one, (answer, looked_at) in answers.items():
        assert told(answer) == told(first), one
        assert looked_at == 1, one
        assert ("Retry-After" in answer.headers) == (one[0] == "locked"), one
    # The control: a good one is told apart, for one verification as well.
    good, looked_at = hub.tried(path, "existing", PASSWORD)
    assert (good.is_success, looked_at) == (True, 1)


@pytest.mark.attack("A66", control=True)
def test_an_address_that_tries_everybody_is_not_listened_to(hub: CountingHub) -> None:
    """That is no matter of any name, and no work."""
    address = "192.0.2.77"
    answers = [hub.tried("login", f"somebody{number}", WRONG, address) for number in range(26)]
    assert [looked_at for _, looked_at in answers] == [1] * 25 + [0]
    for name in ("existing", "unknown", "disabled", "locked"):
        answer, looked_at = hub.tried("login", name, PASSWORD, address)
        assert (answer.status_code, looked_at) == (429, 0), name
    assert hub.tried("login", "existing", PASSWORD)[0].status_code == 204


@pytest.mark.attack("A65")
def test_many_guesses_at_once_are_no_more_than_one_after_the_other(hub: CountingHub) -> None:
    from concurrent.futures import ThreadPoolExecutor

    hub.call("POST", "/api/users", {"name": "hurried", "password": PASSWORD})
    hub.counted.write_bytes(b"")

    def guess(number: int) -> bool:
        body, sent = {"name": "hurried", "password": WRONG}, {"X-Forwarded-For": f"192.0.3.{number}"}
        answer = httpx.post(f"{hub.url}/api/auth/login", json=body, headers=sent, timeout=60)
        return "Retry-After" not in answer.headers

    with ThreadPoolExecutor(20) as pool:
        assert sum(pool.map(guess, range(60))) == 20
    assert hub.tried("login", "hurried", PASSWORD)[0].headers["Retry-After"]
