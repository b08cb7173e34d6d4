"""Rules for auth backends: passwords and second factors."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from glimpser_sdk.auth import Account, FactorBackend, PasswordBackend
from glimpser_sdk.errors import ConfigInvalid
from glimpser_sdk.specs import AuthBackendSpec

from .base import Conformance

ROUNDS = 7


class AuthBackendConformance(Conformance):
    """What the core relies on in a backend of kind ``password``::

        class TestPassword(AuthBackendConformance):
            @pytest.fixture
            def spec(self):
                return plugin.glimpser_auth_backends()[0]

    Fixtures to override: ``spec`` (always), ``plugin_id``, ``config`` (of the plugin), ``password``,
    ``refused_passwords``, ``factor``.
    """

    @pytest.fixture
    def spec(self) -> AuthBackendSpec:
        """The spec under test."""
        pytest.fail("override the fixture `spec` with the AuthBackendSpec under test")

    @pytest.fixture
    def config(self) -> Any:
        """The plugin's configuration, None for a plugin without."""
        return None

    @pytest.fixture
    def password(self) -> str:
        """A password that is allowed."""
        return "correct horse battery staple"

    @pytest.fixture
    def refused_passwords(self) -> list[str]:
        """Passwords that must be refused."""
        return [""]

    @pytest.fixture
    def factor(self) -> float:
        """By how much a wrong name may be answered faster or slower than a wrong password."""
        return 2.0

    @pytest.fixture
    def make(
        self, spec: AuthBackendSpec, config: Any, hub_context: Callable[..., Any]
    ) -> Callable[[], PasswordBackend]:
        """Make the backend as the hub does."""
        if spec.kind != "password":
            pytest.skip(f"backends of kind {spec.kind!r} have no contract yet")
        factory = spec.factory.load()

        def new() -> PasswordBackend:
            made: PasswordBackend = factory(hub_context(config=config))
            return made

        return new

    def test_the_password_and_no_other(self, make: Callable[[], PasswordBackend], password: str) -> None:
        """Right is right, wrong is wrong."""
        backend = make()
        account = account_with(backend.hash(password))
        assert backend.verify(account, password) is True
        for wrong in ("", password + " ", password.swapcase(), password[:-1]):
            assert backend.verify(account, wrong) is False, repr(wrong)

    def test_who_does_not_exist_is_refused(self, make: Callable[[], PasswordBackend], password: str) -> None:
        """No account, no password set, a hash that cannot be read: refused without an error."""
        backend = make()
        for nobody in (None, account_with(None), account_with(""), account_with("no hash at all"), account_with("$x$")):
            assert backend.verify(nobody, password) is False
            assert backend.verify(nobody, "") is False

    def test_a_hash_describes_itself(self, make: Callable[[], PasswordBackend], password: str) -> None:
        """A hub that was started anew reads what the last one wrote; a hash is text, salted, and tells nothing."""
        kept, again = make().hash(password), make().hash(password)
        assert kept != again
        assert password not in kept
        assert kept.isprintable()
        assert kept.isascii()
        assert len(kept) <= 512
        assert make().verify(account_with(kept), password) is True
        assert make().outdated(kept) is False
        assert make().outdated("no hash at all") is True

    def test_passwords_that_are_not_allowed(
        self, make: Callable[[], PasswordBackend], refused_passwords: list[str]
    ) -> None:
        """ConfigInvalid for the field ``password``, which does not repeat the password."""
        backend = make()
        for refused in refused_passwords:
            with pytest.raises(ConfigInvalid) as caught:
                backend.hash(refused)
            assert caught.value.field == "password"
            if refused:
                assert refused not in f"{caught.value}{caught.value.reason}"

    def test_whatever_is_typed_is_answered(self, make: Callable[[], PasswordBackend], password: str) -> None:
        """Text that is no text, or without end, is no password, and no way to keep the hub busy."""
        backend = make()
        account = account_with(backend.hash(password))
        usual = cost(backend, account, "some wrong password")
        for typed in ("\0", "\ud800" * 20, "\N{COMBINING ACUTE ACCENT}" * 1000, "x" * 1_000_000):
            assert cost(backend, account, typed) < usual * 4 + 0.1

    def test_a_wrong_name_takes_as_long_as_a_wrong_password(
        self, make: Callable[[], PasswordBackend], password: str, factor: float
    ) -> None:
        """Or time would tell who has an account."""
        backend = make()
        account = account_with(backend.hash(password))
        wrong_password = min(cost(backend, account, "some wrong password") for _ in range(ROUNDS))
        wrong_name = min(cost(backend, None, "some wrong password") for _ in range(ROUNDS))
        no_password = min(cost(backend, account_with(None), "some wrong password") for _ in range(ROUNDS))
        assert 1 / factor < wrong_name / wrong_password < factor
        assert 1 / factor < no_password / wrong_password < factor

    def test_several_threads_at_once(self, make: Callable[[], PasswordBackend], password: str) -> None:
        """It is called off the event loop, from a pool."""
        backend = make()
        account = account_with(backend.hash(password))
        tries = [password, "some wrong password"] * 4
        with ThreadPoolExecutor(4) as pool:
            assert list(pool.map(lambda typed: backend.verify(account, typed), tries)) == [True, False] * 4


USER, OTHER = "01J00000000000000000000000", "01J00000000000000000000001"
Begin = Callable[[str], Awaitable[Callable[[], str]]]


class FactorBackendConformance(Conformance):
    """What the core relies on in a backend of kind ``factor``.

    Fixtures to override: ``spec``; ``backend``, made with the plugin's tables if it has some; ``begin``, an async call
    that begins to enrol a user and gives a function with the right code of each moment, another one at each call.
    """

    @pytest.fixture
    def spec(self) -> AuthBackendSpec:
        """The spec under test."""
        pytest.fail("override the fixture `spec` with the AuthBackendSpec under test")

    @pytest.fixture
    def backend(self) -> FactorBackend:
        """The backend under test."""
        pytest.fail("override the fixture `backend` with the backend under test")

    @pytest.fixture
    def begin(self) -> Begin:
        """Begins to enrol."""
        pytest.fail("override the fixture `begin`")

    def test_the_spec_names_this_kind(self, spec: AuthBackendSpec, backend: FactorBackend) -> None:
        """And its factory makes the backend."""
        assert spec.kind == "factor"
        assert isinstance(backend, spec.factory.load())

    async def test_nothing_is_right_before_the_enrolment_is_finished(
        self, backend: FactorBackend, begin: Begin
    ) -> None:
        """Nor for somebody who never began."""
        assert await backend.confirm(USER, "123456") is None
        assert await backend.verify(USER, "123456") is False
        code = await begin(USER)
        assert await backend.verify(USER, code()) is False
        assert await backend.confirm(OTHER, code()) is None
        assert await backend.confirm(USER, "no code at all") is None
        assert await backend.confirm(USER, code()) is not None

    async def test_a_code_is_right_once_and_for_its_user(self, backend: FactorBackend, begin: Begin) -> None:
        """The one that finished the enrolment is used up too."""
        code = await begin(USER)
        first = code()
        await backend.confirm(USER, first)
        assert await backend.verify(USER, first) is False
        second = code()
        assert await backend.verify(OTHER, second) is False
        assert await backend.verify(USER, second) is True
        assert await backend.verify(USER, second) is False

    async def test_recovery_codes_are_right_once(self, backend: FactorBackend, begin: Begin) -> None:
        """Each of them."""
        code = await begin(USER)
        recovery = await backend.confirm(USER, code())
        assert recovery
        for typed in recovery:
            assert await backend.verify(USER, typed) is True
            assert await backend.verify(USER, typed) is False

    async def test_whatever_is_typed_is_answered(self, backend: FactorBackend, begin: Begin) -> None:
        """Text that is no code is wrong."""
        code = await begin(USER)
        await backend.confirm(USER, code())
        for typed in ("", " ", "\0", "-1", "１２３４５６", "x" * 64):
            assert await backend.verify(USER, typed) is False, repr(typed)

    async def test_what_is_forgotten_is_gone(self, backend: FactorBackend, begin: Begin) -> None:
        """For who had it, and without an error for who never had."""
        code = await begin(USER)
        recovery = await backend.confirm(USER, code())
        await backend.forget(OTHER)
        await backend.forget(USER)
        assert await backend.verify(USER, code()) is False
        assert await backend.verify(USER, (recovery or [""])[0]) is False


def account_with(password_hash: str | None) -> Account:
    """A user."""
    return Account(id="01J00000000000000000000000", name="ada", password_hash=password_hash)


def cost(backend: PasswordBackend, account: Account | None, typed: str) -> float:
    """Seconds of processor time of this process that refusing took, so that other load does not count."""
    before = time.process_time()
    assert backend.verify(account, typed) is False
    return time.process_time() - before
