"""Passwords: which are allowed, how they are kept, and how long a check takes."""

from __future__ import annotations

import logging
import subprocess
import sys
import time
from dataclasses import dataclass, field
from typing import Any

import pytest
from pydantic import ValidationError

from glimpser_password.backend import Argon2Backend
from glimpser_password.config import PasswordConfig
from glimpser_sdk.auth import Account
from glimpser_sdk.errors import ConfigInvalid

GOOD = "correct horse battery staple"


@dataclass
class Context:
    config: Any = None
    log: logging.Logger = field(default_factory=lambda: logging.getLogger("test.password"))


@pytest.fixture(scope="module")
def backend() -> Argon2Backend:
    return Argon2Backend(Context(PasswordConfig(memory_mib=32, passes=2)))


def account(password_hash: str | None) -> Account:
    return Account(id="01J", name="ada", password_hash=password_hash)


def test_the_right_password_and_no_other(backend: Argon2Backend) -> None:
    kept = backend.hash(GOOD)
    assert backend.verify(account(kept), GOOD)
    assert not backend.verify(account(kept), GOOD + " ")
    assert not backend.verify(account(kept), GOOD.upper())
    assert not backend.verify(account(kept), "")


def test_two_hashes_of_one_password_differ(backend: Argon2Backend) -> None:
    assert backend.hash(GOOD) != backend.hash(GOOD)


def test_defaults_are_those_promised() -> None:
    assert Argon2Backend(Context()).hash(GOOD).startswith("$argon2id$v=19$m=65536,t=3,p=1$")


def test_nobody_and_a_user_without_password_are_refused(backend: Argon2Backend) -> None:
    assert not backend.verify(None, GOOD)
    assert not backend.verify(account(None), GOOD)
    assert not backend.verify(account(""), "")


def test_an_unknown_account_takes_as_long_as_a_known_one() -> None:
    backend = Argon2Backend(Context())
    kept = backend.hash(GOOD)

    def cost(who: Account | None) -> float:
        # Of this thread alone: argon2 with one lane runs on it, and other load does not count.
        before = time.thread_time()
        backend.verify(who, "some wrong password")
        return time.thread_time() - before

    known = min(cost(account(kept)) for _ in range(4))
    unknown = min(cost(None) for _ in range(4))
    assert 0.7 < unknown / known < 1.4


def test_one_password_typed_on_two_keyboards(backend: Argon2Backend) -> None:
    composed, decomposed = "Übergrößenträger", "U\u0308bergro\u0308ßentra\u0308ger"
    assert composed != decomposed
    assert backend.verify(account(backend.hash(decomposed)), composed)


def test_a_hash_with_other_parameters_is_outdated(backend: Argon2Backend) -> None:
    kept = backend.hash(GOOD)
    other = Argon2Backend(Context(PasswordConfig(memory_mib=33, passes=2)))
    assert not backend.outdated(kept)
    assert other.outdated(kept)
    assert other.verify(account(kept), GOOD)
    assert backend.outdated("not a hash")


def test_an_unreadable_hash_is_refused_and_logged(backend: Argon2Backend, caplog: pytest.LogCaptureFixture) -> None:
    assert not backend.verify(account("not a hash"), GOOD)
    assert not backend.verify(account("$argon2id$v=19$m=65536"), GOOD)
    assert "01J" in caplog.text
    assert GOOD not in caplog.text


def test_what_is_no_text_or_endless_is_no_password(backend: Argon2Backend) -> None:
    kept = backend.hash(GOOD)
    for wrong in ("\ud800" * 20, "x" * 10_000_000, "\0" * 20):
        before = time.thread_time()
        assert not backend.verify(account(kept), wrong)
        assert time.thread_time() - before < 2


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("elevenchars", "too_short"),
        ("", "too_short"),
        ("é" * 5 + "e\u0301" * 6, "too_short"),
        ("ab" * 600, "too_long"),
        ("\ud800 is no letter at all", "bad_characters"),
        ("correct\0horse battery", "bad_characters"),
        ("aaaaaaaaaaaa", "repeats"),
        ("abababababab", "repeats"),
        ("xk9qxk9qxk9q", "repeats"),
        ("123456789012", "common"),
        ("qwertyuiop[]", "common"),
        ("qwertzuiop12", "common"),
        ("1q2w3e4r5t6y", "common"),
        ("1qaz2wsx3edc", "common"),
        ("Password1234", "common"),
        ("P4ssw0rd2024!", "common"),
        ("PassWord!PassPort", "common"),
        ("Glimpser2024!", "common"),
        ("administrator", "common"),
        ("iloveyou1234", "common"),
        ("zyxwvutsrqponm", "common"),
        ("adminadmin99", "common"),
        ("passssssswoooord1", "common"),
    ],
)
def test_refused(backend: Argon2Backend, password: str, code: str) -> None:
    with pytest.raises(ConfigInvalid) as caught:
        backend.hash(password)
    assert caught.value.field == "password"
    assert caught.value.reason.code == f"password.{code}"
    if password:
        assert password not in str(caught.value)


@pytest.mark.parametrize(
    "password",
    [
        GOOD,
        "kV9#tLq2!mZx",
        "три медведя идут",
        "密码管理器生成的长口令一二三四",
        "password manager gave me this",
        "Tr0ub4dour&3x",
        "x" * 3 + "the longest password" * 50,
    ],
)
def test_allowed(backend: Argon2Backend, password: str) -> None:
    assert backend.verify(account(backend.hash(password)), password)


def test_a_longer_minimum_is_kept() -> None:
    backend = Argon2Backend(Context(PasswordConfig(min_length=20, memory_mib=32, passes=2)))
    with pytest.raises(ConfigInvalid, match="at least 20"):
        backend.hash("nineteen characters")
    backend.hash("nineteen characters.")


@pytest.mark.parametrize("field", [{"min_length": 8}, {"memory_mib": 8}, {"passes": 1}, {"unknown": 1}])
def test_weak_settings_are_refused(field: dict[str, int]) -> None:
    with pytest.raises(ValidationError):
        PasswordConfig(**field)


def test_registering_is_light() -> None:
    code = (
        "import glimpser_password.plugin as p, sys; p.glimpser_manifest(); p.glimpser_config();"
        "p.glimpser_auth_backends(); print(*sys.modules)"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"argon2", "pydantic", "numpy", "cv2"} & set(loaded)


def test_what_is_registered_can_be_loaded() -> None:
    from glimpser_password import plugin

    [spec] = plugin.glimpser_auth_backends()
    assert (spec.id, spec.kind, spec.factory.load()) == ("password", "password", Argon2Backend)
    assert plugin.glimpser_config().model.load() is PasswordConfig
