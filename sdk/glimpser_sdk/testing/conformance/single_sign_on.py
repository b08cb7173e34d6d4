"""Rules for backends that ask somebody else who is there: a provider that the browser is sent to, or a proxy."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from glimpser_sdk.auth import HeaderBackend, Proven, RedirectBackend
from glimpser_sdk.errors import AuthFailed
from glimpser_sdk.specs import AuthBackendSpec

from .base import Conformance

RETURN_TO = "https://glimpser.example/prefix/api/auth/sso/{}/callback"
MAX_KEEP = 1024


class HeaderBackendConformance(Conformance):
    """What the core relies on in a backend of kind ``header``::

        class TestProxy(HeaderBackendConformance):
            @pytest.fixture
            def spec(self):
                return plugin.glimpser_auth_backends()[0]

    Fixtures to override: ``spec``, ``config`` (that believes ``trusted``), ``headers`` (that name the user ``ada``);
    ``trusted`` and ``stranger`` (addresses).
    """

    @pytest.fixture
    def spec(self) -> AuthBackendSpec:
        """The spec under test."""
        pytest.fail("override the fixture `spec` with the AuthBackendSpec under test")

    @pytest.fixture
    def config(self) -> Any:
        """The plugin's configuration, which believes ``trusted`` and nobody else."""
        pytest.fail("override the fixture `config`")

    @pytest.fixture
    def headers(self) -> list[tuple[str, str]]:
        """What a proxy sends that names the user ``ada``."""
        pytest.fail("override the fixture `headers`")

    @pytest.fixture
    def trusted(self) -> str:
        """A proxy's address."""
        return "10.0.0.5"

    @pytest.fixture
    def stranger(self) -> str:
        """Somebody else's."""
        return "10.0.0.6"

    @pytest.fixture
    def backend(self, spec: AuthBackendSpec, config: Any, hub_context: Callable[..., Any]) -> HeaderBackend:
        """The backend, made as the hub does."""
        assert spec.kind == "header"
        made: HeaderBackend = spec.factory.load()(hub_context(config=config))
        return made

    def test_whom_a_trusted_proxy_names(
        self, backend: HeaderBackend, trusted: str, headers: list[tuple[str, str]]
    ) -> None:
        """Is who is asking; the case of a header's name does not matter, other headers neither."""
        for more in (headers, [(name.lower(), value) for name, value in headers], [("Accept", "*/*"), *headers]):
            proven = backend.prove(trusted, more)
            assert isinstance(proven, Proven)
            assert (proven.name, proven.issuer, proven.subject) == ("ada", "", "")

    def test_nobody_else_is_believed(
        self, backend: HeaderBackend, trusted: str, stranger: str, headers: list[tuple[str, str]]
    ) -> None:
        """Neither who connects from elsewhere, whatever was forwarded, nor a peer that is no address."""
        forwarded = [("X-Forwarded-For", trusted), ("Forwarded", f"for={trusted}"), ("X-Real-IP", trusted)]
        for peer in (stranger, "", "unix:", "::1", f"::ffff:{stranger}"):
            assert backend.prove(peer, headers) is None
            assert backend.prove(peer, [*headers, *forwarded]) is None

    def test_two_names_are_none(self, backend: HeaderBackend, trusted: str, headers: list[tuple[str, str]]) -> None:
        """A client that sends the header beside the proxy is not heard, and does not share its name."""
        for spoofed in (
            [*headers, *headers],
            *([(n, "eve"), *headers] for n, _ in headers),
            [*headers, *_like(headers)],
        ):
            assert backend.prove(trusted, spoofed) is None

    def test_no_header_names_nobody(self, backend: HeaderBackend, trusted: str) -> None:
        """A proxy that lets somebody through without a word."""
        assert backend.prove(trusted, []) is None

    def test_whatever_is_sent_is_answered(
        self, backend: HeaderBackend, trusted: str, headers: list[tuple[str, str]]
    ) -> None:
        """Names that no user can have are nobody's, and nothing raises."""
        for name, _ in headers:
            for value in ("", " ", "ada, eve", "ada\neve", "\x00", "a" * 100_000, "\udcff", "ada eve", "<b>"):
                others = [(n, v) for n, v in headers if n != name]
                found = backend.prove(trusted, [*others, (name, value)])
                assert found is None or re.fullmatch(r"[\w.@+-]{1,64}", found.name)


class RedirectBackendConformance(Conformance):
    """What the core relies on in a backend of kind ``oidc``::

        class TestOidc(RedirectBackendConformance):
            @pytest.fixture
            def spec(self):
                return plugin.glimpser_auth_backends()[0]

    Fixtures to override: ``spec``, ``config`` (with at least one provider that answers on this machine).
    """

    @pytest.fixture
    def spec(self) -> AuthBackendSpec:
        """The spec under test."""
        pytest.fail("override the fixture `spec` with the AuthBackendSpec under test")

    @pytest.fixture
    def config(self) -> Any:
        """The plugin's configuration."""
        pytest.fail("override the fixture `config`")

    @pytest.fixture
    def backend(self, spec: AuthBackendSpec, config: Any, hub_context: Callable[..., Any]) -> RedirectBackend:
        """The backend, made as the hub does."""
        assert spec.kind == "oidc"
        made: RedirectBackend = spec.factory.load()(hub_context(config=config))
        return made

    def test_providers_have_usable_ids(self, backend: RedirectBackend) -> None:
        """They are parts of paths."""
        ids = [provider.id for provider in backend.providers()]
        assert ids, "the fixture `config` has no provider"
        assert len(set(ids)) == len(ids)
        assert all(re.fullmatch(r"[a-z][a-z0-9-]{0,31}", i) for i in ids)
        assert all(provider.title for provider in backend.providers())

    async def test_the_way_there(self, backend: RedirectBackend) -> None:
        """Takes the state and the way back along, is different every time, and keeps little."""
        for provider in backend.providers():
            back = RETURN_TO.format(provider.id)
            one = await backend.depart(provider.id, state="state-1", return_to=back, fresh=False)
            other = await backend.depart(provider.id, state="state-2", return_to=back, fresh=True)
            assert urlsplit(one.url).scheme in ("http", "https")
            values = [value for found in parse_qs(urlsplit(one.url).query).values() for value in found]
            assert "state-1" in values
            assert back in values
            assert one.keep != other.keep
            for going in (one, other):
                assert all(isinstance(text, str) for pair in going.keep.items() for text in pair)
                assert sum(len(text) for pair in going.keep.items() for text in pair) <= MAX_KEEP
                assert not [v for v in going.keep.values() if len(v) > 40 and v in going.url], "a secret goes along"

    async def test_an_answer_that_proves_nothing(self, backend: RedirectBackend) -> None:
        """AuthFailed, and nothing else, for refusals, guessed codes and answers that make no sense."""
        for provider in backend.providers():
            back = RETURN_TO.format(provider.id)
            going = await backend.depart(provider.id, state="state", return_to=back, fresh=False)
            for query in ({}, {"error": "access_denied"}, {"code": ""}, {"code": "guessed"},
                          {"code": "x", "error": "y"}, {"code": "x", "iss": "https://elsewhere.example"}):  # fmt: skip
                with pytest.raises(AuthFailed):
                    await backend.arrive(
                        provider.id, return_to=back, keep=going.keep, query={"state": "state", **query}
                    )

    async def test_the_way_out(self, backend: RedirectBackend) -> None:
        """An address, or none."""
        for provider in backend.providers():
            there = await backend.sign_out(provider.id, keep="", return_to="https://glimpser.example/login")
            assert there is None or urlsplit(there).scheme in ("http", "https")


def _like(headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The same header as some servers spell it."""
    return [(name.replace("-", "_"), "eve") for name, _ in headers]
