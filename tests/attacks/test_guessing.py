"""Guessing passwords from many addresses, over restarts and with forged headers, while the owner signs in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from support.backends import QUICK, install

from tests.api.conftest import PASSWORD, ApiHub

GUESSES_A_DAY = 20
LOCKED = 0
WRONG = "wrong wrong wrong"


def guess(client: httpx.Client, name: str, address: str, password: str = WRONG) -> int:
    """The status of a try from an address, which a trusted proxy reports; LOCKED while there is a lock."""
    answer = client.post(
        "/api/auth/login", json={"name": name, "password": password}, headers={"X-Forwarded-For": address}
    )
    return LOCKED if "Retry-After" in answer.headers else answer.status_code


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiHub]:
    """A hub behind a proxy that it trusts, with a few people."""
    made = ApiHub(tmp_path_factory.mktemp("guessing") / "data")
    install(site := tmp_path_factory.mktemp("site"), "quick", QUICK)
    made.environment |= {
        "PYTHONPATH": str(site), "GLIMPSER_PLUGINS": "password,quick", "GLIMPSER_TRUSTED_PROXIES": "127.0.0.1",
    }  # fmt: skip
    made.start()
    for name in ("owner", "neighbour", "traveller", "admin2"):
        made.call("POST", "/api/users", {"name": name, "password": PASSWORD})
    yield made
    made.stop()


def many(hub: ApiHub, addresses: list[str]) -> int:
    """How many tries at the owner's password, several at once, were looked at."""
    with hub.client() as attacker, ThreadPoolExecutor(8) as at_once:
        return list(at_once.map(lambda address: guess(attacker, "owner", address), addresses)).count(401)


@pytest.mark.long
@pytest.mark.timeout(400)
@pytest.mark.attack("A64", "A65", control=True)
def test_a_thousand_addresses_and_restarts_get_no_more_than_a_days_guesses(
    hub: ApiHub, figure: Callable[[str, str], None]
) -> None:
    owner = hub.sign_in("owner")
    addresses = [f"198.51.{number // 250}.{number % 250}" for number in range(1000)]
    looked_at = many(hub, addresses[:15])
    assert looked_at > 0
    for part in (addresses[15:500], addresses[500:]):
        hub.stop()
        hub.start()
        looked_at += many(hub, part)
    figure("guesses", f"{looked_at} looked at of 1,000 from as many addresses over 2 restarts; {GUESSES_A_DAY} allowed")
    assert looked_at <= GUESSES_A_DAY
    with hub.client() as attacker:
        # Even the right password does not help a stranger now: that is what a lock is.
        assert guess(attacker, "owner", "192.0.2.1", PASSWORD) == LOCKED

    # The owner's own browser is known, and is let in; a device of somebody else is as strange as any.
    device = {"Cookie": f"glimpser_device={owner.cookies['glimpser_device']}"}
    with hub.client(**device) as known:
        assert guess(known, "owner", "192.0.2.9", PASSWORD) == 204
    strange = hub.sign_in("neighbour").cookies["glimpser_device"]
    with hub.client(Cookie=f"glimpser_device={strange}") as other:
        assert guess(other, "owner", "192.0.2.10", PASSWORD) == LOCKED


@pytest.mark.attack("A65", control=True)
def test_a_known_device_has_a_counter_of_its_own(hub: ApiHub) -> None:
    device = hub.sign_in("traveller").cookies["glimpser_device"]
    with hub.client(Cookie=f"glimpser_device={device}") as known:
        assert [guess(known, "traveller", "192.0.2.20") for _ in range(6)] == [401] * 5 + [LOCKED]
    with hub.client() as elsewhere:
        assert guess(elsewhere, "traveller", "192.0.2.21", PASSWORD) == 204


@pytest.mark.attack("A65", control=True)
def test_one_address_does_not_try_everybody(hub: ApiHub) -> None:
    with hub.client() as attacker:
        statuses = [guess(attacker, f"somebody{number}", "192.0.2.50") for number in range(40)]
        assert statuses.count(401) == 25
        assert guess(attacker, "neighbour", "192.0.2.50", PASSWORD) == LOCKED
        assert guess(attacker, "neighbour", "192.0.2.51", PASSWORD) == 204


@pytest.mark.attack("A65", control=True)
@pytest.mark.parametrize(
    ("first", "second"), [("2001:db8::1", "2001:db8::ffff:2"), ("::ffff:192.0.2.60", "192.0.2.60")]
)
def test_addresses_of_one_network_count_as_one(hub: ApiHub, first: str, second: str) -> None:
    name = f"n{first.replace(':', '')}"
    with hub.client() as attacker:
        assert [guess(attacker, name, first) for _ in range(5)] == [401] * 5
        assert guess(attacker, name, second) == LOCKED
        assert guess(attacker, name, "2001:db8:1::1") == 401


def test_the_command_line_unlocks(hub: ApiHub) -> None:
    with hub.client() as attacker:
        for number in range(25):
            guess(attacker, "admin2", f"192.0.2.{100 + number}")
        assert guess(attacker, "admin2", "192.0.2.200", PASSWORD) == LOCKED
        hub.glimpser("users", "unlock", "admin2")
        assert guess(attacker, "admin2", "192.0.2.200", PASSWORD) == 204


@pytest.mark.attack("A66", control=True)
def test_a_name_that_nobody_has_is_counted_alike(hub: ApiHub) -> None:
    with hub.client() as attacker:
        told = {name: [guess(attacker, name, f"192.0.2.{70 + i}") for _ in range(7)]
                for i, name in enumerate(("neighbour", "no-one-at-all"))}  # fmt: skip
    assert len({tuple(statuses) for statuses in told.values()}) == 1


@pytest.mark.attack("A64", control=True)
def test_headers_from_anybody_make_nobody_somebody_else(tmp_path: Path) -> None:
    """Without a trusted proxy all these tries come from one address, and that is locked for the name at five."""
    hub = ApiHub(tmp_path / "data")
    hub.start()
    try:
        hub.create_user("owner", "viewer")
        forged = [
            {name: f"198.51.100.{number}"}
            for number, name in enumerate(
                ("X-Forwarded-For", "X-Real-IP", "True-Client-IP", "CF-Connecting-IP", "X-Client-IP", "X-Forwarded-For")
            )
        ]
        forged += [{"Forwarded": f"for=198.51.100.{number}"} for number in range(3)]
        with hub.client() as attacker:
            tries = [attacker.post("/api/auth/login", json={"name": "owner", "password": WRONG}, headers=headers)
                     for headers in forged]  # fmt: skip
        assert ["Retry-After" in answer.headers for answer in tries] == [False] * 5 + [True] * 4
    finally:
        hub.stop()
