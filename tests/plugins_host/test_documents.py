"""Secrets in configuration documents: sealed when stored, masked when shown, kept only with their address."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field

from glimpser.plugins.changes import patched, replaced
from glimpser.plugins.config import (
    DocumentInvalid,
    References,
    SecretUnreadable,
    in_clear,
    mask,
    opened,
    references_in,
    resolve,
    seal,
    secrets_in,
    unseal,
    validate,
    without_sealed,
)
from glimpser.redaction import MASK
from glimpser.secrets import Place, SecretBox
from glimpser_sdk import PluginConfig, SecretStr
from glimpser_sdk.schema import form_problems, form_schema

BOX = SecretBox(b"k" * 32)
ROW = Place("streams/one", "config")


class Basic(PluginConfig):
    kind: Literal["basic"] = Field("basic", description="k")
    password: SecretStr = Field(description="p")


class Token(PluginConfig):
    kind: Literal["token"] = Field(description="k")
    token: SecretStr = Field(description="t")


class Account(PluginConfig):
    name: str = Field(description="n")
    password: SecretStr | None = Field(None, description="p")


class Config(PluginConfig):
    url: str = Field("", description="u")
    sub_url: str = Field("", description="s")
    timeout_s: float = Field(5, gt=0, description="t")
    password: SecretStr | None = Field(None, description="p")
    login: Annotated[Basic | Token, Field(discriminator="kind")] | None = Field(None, description="l")
    accounts: list[Account] = Field([], description="a")
    headers: dict[str, SecretStr] = Field({}, description="h")


secret = st.text(min_size=6).map(lambda text: f"S3{text}").filter(lambda t: MASK not in t)
maybe = st.none() | secret
documents = st.fixed_dictionaries(
    {"timeout_s": st.floats(0.1, 9)},
    optional={
        "url": st.sampled_from(["rtsp://h/1", "rtsp://u:S3cret-in-url@h/1", "http://h/a?token=S3cret-in-query&x=1"]),
        "password": secret,
        "login": st.fixed_dictionaries({"kind": st.just("basic"), "password": secret})
        | st.fixed_dictionaries({"kind": st.just("token"), "token": secret}),
        "accounts": st.lists(st.fixed_dictionaries({"name": st.text(max_size=3), "password": secret}), max_size=4),
        "headers": st.dictionaries(st.text(min_size=1, max_size=4), secret, max_size=3),
    },
)


@given(documents)
def test_nothing_secret_is_shown_or_stored(document: dict[str, Any]) -> None:
    validate(Config, document)
    sealed = seal(Config, document, BOX, ROW)
    secrets = secrets_in(Config, document)
    for text in (json.dumps(sealed), json.dumps(mask(Config, document)), json.dumps(mask(Config, sealed))):
        assert "S3cret-in" not in text
        assert not any(json.dumps(s)[1:-1] in text for s in secrets)
    assert unseal(sealed, BOX, ROW) == document
    assert mask(Config, sealed) == mask(Config, document) or "url" in document


@given(documents)
def test_what_was_shown_changes_nothing_when_it_comes_back(document: dict[str, Any]) -> None:
    shown = mask(Config, document)
    assert replaced(Config, document, shown) == document
    assert patched(Config, document, {}) == document
    assert patched(Config, document, shown) == document


@given(documents, st.randoms())
def test_reordered_accounts_keep_their_own_secrets(document: dict[str, Any], random: Any) -> None:
    accounts = document.get("accounts", [])
    document["accounts"] = [{**account, "name": f"{i}"} for i, account in enumerate(accounts)]
    order = random.sample(document["accounts"], len(accounts))
    shown = mask(Config, {**document, "accounts": order})
    assert replaced(Config, document, shown)["accounts"] == order
    kept = order[1:]
    shown = mask(Config, {**document, "accounts": kept})
    assert replaced(Config, document, shown)["accounts"] == kept


@given(documents)
def test_secrets_do_not_follow_to_another_address(document: dict[str, Any]) -> None:
    document = {**document, "url": document.get("url", "rtsp://h/1")}
    result = patched(Config, document, {"url": "rtsp://evil/1"})
    assert secrets_in(Config, result) == []
    entered = patched(Config, document, {"url": "rtsp://evil/1", "password": "anew"})
    assert secrets_in(Config, entered) == ["anew"]


@pytest.mark.parametrize("url", ["rtsp://h:555/1", "rtsps://h/1", "rtsp://h.evil/1", "http://h/1"])
def test_port_and_scheme_are_part_of_the_address(url: str) -> None:
    assert "password" not in patched(Config, {"url": "rtsp://h/1", "password": "old"}, {"url": url})


def test_path_and_further_urls_of_the_same_address_are_not() -> None:
    old = {"url": "rtsp://u:pw@H:554/1", "password": "old"}
    assert patched(Config, old, {"url": "rtsp://u:********@h/2"}) == {
        "url": "rtsp://u:pw@h/2",
        "password": "old",
    }
    assert patched(Config, old, {"sub_url": "rtsp://h/sub"})["password"] == "old"
    assert "password" not in patched(Config, old, {"sub_url": "rtsp://other/sub"})


def test_a_url_loses_its_masked_password_at_another_host() -> None:
    old = {"url": "http://u:pw@h/a?token=t&x=1"}
    changed = patched(Config, old, {"url": "http://u:********@evil/a?token=********&x=1"})
    assert changed == {"url": "http://u@evil/a?x=1"}


def test_a_mask_where_nothing_is_stored_is_refused() -> None:
    with pytest.raises(DocumentInvalid) as caught:
        replaced(Config, {}, {"password": MASK})
    assert caught.value.errors[0].pointer == "/password"


def test_null_removes_a_secret() -> None:
    assert patched(Config, {"password": "x"}, {"password": None}) == {}


def test_errors_have_pointers_and_no_values() -> None:
    with pytest.raises(DocumentInvalid) as caught:
        validate(Config, {"timeout_s": "hush-hush", "accounts": [{"password": ["hush-hush"]}], "a/b": 1}, "/config")
    pointers = [error.pointer for error in caught.value.errors]
    assert pointers == ["/config/timeout_s", "/config/accounts/0/name", "/config/accounts/0/password", "/config/a~1b"]
    assert "hush" not in str(caught.value)


def test_references(tmp_path: Path) -> None:
    (tmp_path / "pw").write_text("from-file\n")
    (tmp_path / "out").symlink_to("/etc/hostname")
    (tmp_path / "key").write_text("of everything")
    environment = {"CAM": "from-env", "GLIMPSER_SECRET": "x"}
    references = References(folders=(tmp_path,), environment=environment, key=tmp_path / "key")
    document = {"password": {"$env": "CAM"}, "accounts": [{"name": "a", "password": {"$file": str(tmp_path / "pw")}}]}
    assert set(references_in(document)) == {"/password", "/accounts/0/password"}
    assert mask(Config, document) == document
    assert seal(Config, document, BOX, ROW) == document
    config = validate(Config, resolve(document, references))
    assert in_clear(config)["password"] == "from-env"
    assert in_clear(config)["accounts"] == [{"name": "a", "password": "from-file"}]
    for bad in ({"$env": "ABSENT"}, {"$env": "GLIMPSER_SECRET"}, {"$file": "/etc/hostname"}, {"$file": "pw"},
                {"$file": str(tmp_path / "out")}, {"$file": f"{tmp_path}/../../etc/hostname"},
                {"$env": 3}, {"$file": str(tmp_path / "key")}):  # fmt: skip
        with pytest.raises(DocumentInvalid) as caught:
            resolve({"password": bad}, references, "/config")
        assert caught.value.field == "/config/password"


def test_sealed_values_belong_to_their_row_and_cannot_be_given() -> None:
    sealed = seal(Config, {"password": "x", "login": {"kind": "token", "token": "y"}}, BOX, ROW)
    for place in (Place("streams/other", "config"), Place("streams/one", "analyzers/x")):
        with pytest.raises(SecretUnreadable):
            unseal(sealed, BOX, place)
    moved = {"password": sealed["login"]["token"]}
    with pytest.raises(SecretUnreadable, match="/password"):
        unseal(moved, BOX, ROW)
    assert opened(sealed | moved, BOX, ROW) == {
        "password": sealed["login"]["token"],
        "login": {"kind": "token", "token": "y"},
    }
    with pytest.raises(DocumentInvalid):
        without_sealed(sealed)


def test_what_no_model_describes_is_masked() -> None:
    assert mask(Config, {"renamed": {"token": "x"}}) == {"renamed": MASK}
    assert mask(None, {"a": ["x", 1]}) == {"a": [MASK, MASK]}


def test_the_form_has_no_references_and_every_field_is_described() -> None:
    schema = form_schema(Config)
    assert "$ref" not in json.dumps(schema)
    assert "$defs" not in schema
    assert schema["properties"]["password"]["anyOf"][0]["writeOnly"]
    assert form_problems(schema) == []


def test_forms_that_cannot_be() -> None:
    class Silent(PluginConfig):
        count: int = 1
        anything: Any = Field(None, description="a")

    problems = form_problems(form_schema(Silent))
    assert any("/count" in p and "description" in p for p in problems)
    assert any("/anything" in p and "type" in p for p in problems)

    class Tree(PluginConfig):
        children: list[Tree] = Field([], description="c")

    Tree.model_rebuild(_types_namespace={"Tree": Tree})
    with pytest.raises(ValueError, match="Tree contains itself"):
        form_schema(Tree)
