"""Which paths a plugin may claim."""

from __future__ import annotations

import pytest

from glimpser.plugins.claims import overlap, refusal, segments

CORE = (
    "/api/auth/login",
    "/api/streams",
    "/api/streams/<id>",
    "/api/streams/<id>/start",
    "/api/streams/test",
    "/api/me",
)


@pytest.mark.parametrize(
    "claim",
    ["/api/cap", "/api/cap/<id>", "/api/auth/oidc", "/api/me/totp", "/api/streams/<id>/ptz", "/api/streams/{i}/ptz/go"],
)
def test_free(claim: str) -> None:
    assert refusal(claim, CORE) == ""


@pytest.mark.parametrize(
    "claim",
    [
        "/api/streams", "/api/streams/<id>", "/api/streams/<id>/start", "/api/streams/<x>/start/now",
        "/api/streams/new",
        "/api/auth/login", "/api/auth/<x>", "/api/me", "/api/p/other", "/api", "/api/<x>", "/metrics", "/api//x",
    ],
)  # fmt: skip
def test_taken_or_senseless(claim: str) -> None:
    assert claim in refusal(claim, CORE)


def test_overlap() -> None:
    assert overlap(segments("/api/cap"), segments("/api/cap/<id>"))
    assert overlap(segments("/api/streams/<id>/ptz"), segments("/api/streams/{id}/ptz"))
    assert not overlap(segments("/api/cap"), segments("/api/capture"))
