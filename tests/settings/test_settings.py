"""Where settings come from, and what is said when one is wrong."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glimpser.origins import Origins, SettingsInvalid
from glimpser.settings import Settings


def write(folder: Path, text: str) -> dict[str, str]:
    (folder / "glimpser.toml").write_text(text)
    return {"GLIMPSER_DATA_DIR": str(folder)}


def test_argument_environment_file_database_default(tmp_path: Path) -> None:
    environment = write(tmp_path, 'port = 3\nworkers = 3\ntimezone = "Europe/Rome"\nmax_idle_gap_s = 3\n')
    environment |= {"GLIMPSER_PORT": "4", "GLIMPSER_WORKERS": "4"}
    settings = Settings.load({"port": 5, "host": None}, environment).with_stored(
        {"timezone": "Europe/Berlin", "max_idle_gap_s": 9, "event_retention_days": 9}
    )
    assert (settings.port, settings.workers, settings.timezone, settings.max_idle_gap_s) == (5, 4, "Europe/Rome", 3)
    assert (settings.event_retention_days, settings.host) == (9, "127.0.0.1")
    keys = ("port", "workers", "timezone", "event_retention_days", "host")
    assert [settings.source(key) for key in keys] == ["argument", "environment", "file", "database", "default"]
    assert settings.data_dir == tmp_path


def test_explain_says_what_is_locked_and_by_what(tmp_path: Path) -> None:
    environment = write(tmp_path, 'timezone = "Europe/Rome"\n')
    environment["GLIMPSER_DATABASE_URL"] = "postgres://u:hush@h/n"
    rows = {row["key"]: row for row in Settings.load({}, environment).with_stored({"log_level": "debug"}).explain()}
    assert rows.keys() == Settings.model_fields.keys()
    assert rows["timezone"]["locked"]
    assert rows["timezone"]["where"] == str(tmp_path / "glimpser.toml")
    assert not rows["log_level"]["locked"]
    assert rows["log_level"]["source"] == "database"
    assert rows["port"]["locked"]
    assert not rows["port"]["changeable"]
    assert {"Europe/Rome", "UTC"} <= set(rows["timezone"]["schema"]["enum"])
    assert all(row["schema"]["description"] for row in rows.values())
    assert "hush" not in str(rows)
    assert "hush" not in repr(Settings.load({}, environment))


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"GLIMPSER_PORT": "70000"}, ["port", "'70000'", "65535", "GLIMPSER_PORT"]),
        ({"GLIMPSER_PORT": "no"}, ["port", "'no'", "integer"]),
        ({"GLIMPSER_TIMEZONE": "Mars"}, ["timezone", "'Mars'", "Europe/Berlin"]),
        ({"GLIMPSER_HOST": "0.0.0.0"}, ["host", "self-signed", "tls_certificate", "allow_insecure_http"]),
        ({"GLIMPSER_TLS_KEY": "/k"}, ["tls_certificate", "both"]),
        ({"GLIMPSER_PUBLIC_URL": "glimpser.example"}, ["public_url", "https"]),
        ({"GLIMPSER_TRUSTED_PROXIES": "10.0.0.300"}, ["trusted_proxies", "10.0.0.300"]),
        ({"GLIMPSER_CONFIG": "/nowhere.toml"}, ["config", "/nowhere.toml"]),
    ],
)
def test_wrong_values_are_named(environment: dict[str, str], words: list[str]) -> None:
    with pytest.raises(SettingsInvalid) as caught:
        Settings.load({}, environment)
    assert all(word in caught.value.problems[0] for word in words), caught.value.problems
    assert not any("\n" in problem for problem in caught.value.problems)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("prot = 1", ["prot", "no such setting", "glimpser.toml"]),
        ("port = ", ["not valid TOML", "glimpser.toml"]),
        ('plugins = ["a"]', ["plugins", "allow"]),
        ("workers = 999", ["workers", "999", "256", "glimpser.toml"]),
    ],
)
def test_wrong_files_are_named(tmp_path: Path, text: str, words: list[str]) -> None:
    with pytest.raises(SettingsInvalid) as caught:
        Settings.load({}, write(tmp_path, text))
    assert all(word in str(caught.value) for word in words), caught.value


def test_every_wrong_setting_is_named_at_once() -> None:
    with pytest.raises(SettingsInvalid) as caught:
        Settings.load({}, {"GLIMPSER_PORT": "x", "GLIMPSER_WORKERS": "x"})
    assert len(caught.value.problems) == 2


def test_a_secret_is_not_part_of_a_complaint() -> None:
    with pytest.raises(SettingsInvalid) as caught:
        Settings.load({"database_url": ["postgres://u:hush@h/n"]}, {})
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize(
    ("key", "value", "allowed"),
    [
        ("timezone", "UTC", True),
        ("timezone", "Mars", False),
        ("event_retention_days", 0, False),
        ("event_retention_days", 7, True),
        ("event_retention_days", True, False),
        ("event_retention_days", "7", False),
        ("max_media_percent", 7, True),
        ("port", 99, False),
        ("nothing", 1, False),
    ],
)
def test_what_may_be_stored(key: str, value: Any, allowed: bool) -> None:
    assert (Settings.refusal(key, value) == "") is allowed
    settings = Settings.load({}, {}).with_stored({key: value})
    assert (settings.origins.find(key) is not None) is allowed


def test_plugins_have_sections_in_file_and_environment(tmp_path: Path) -> None:
    text = '[plugins]\nallow = ["my-cam", "b"]\n[plugins.my-cam]\nurl = "x"\n'
    environment = write(tmp_path, text) | {"GLIMPSER_MY_CAM__URL": "y", "GLIMPSER_MY_CAM__LOGIN__NAME": "z"}
    settings = Settings.load({}, environment)
    assert settings.plugins == ("my-cam", "b")
    assert settings.origins.plugin_section("my-cam") == {"url": "x"}
    assert settings.origins.plugin_variables("my-cam") == {"url": "y", "login__name": "z"}
    assert Settings.load({}, environment | {"GLIMPSER_PLUGINS": "c, d,"}).plugins == ("c", "d")


def test_addresses() -> None:
    assert Settings.load({"port": 9}, {}).url == "http://127.0.0.1:9"
    assert Settings.load({"host": "::1"}, {}).url == "http://[::1]:8080"
    settings = Settings.load({}, {"GLIMPSER_PUBLIC_URL": "https://Cam.example/x/", "GLIMPSER_ALLOWED_HOSTS": "b.c"})
    assert settings.url == "https://Cam.example/x"
    assert settings.host_names() == {"127.0.0.1", "cam.example", "b.c"}


@given(st.dictionaries(st.sampled_from(sorted(Settings.model_fields)), st.text(max_size=12)))
def test_any_text_gives_settings_or_a_sentence(values: dict[str, str]) -> None:
    environment = {f"GLIMPSER_{key.upper()}": value for key, value in values.items()}
    with contextlib.suppress(SettingsInvalid):
        settings = Settings.load({}, environment)
        assert all(settings.source(key) == "environment" for key in values)


def test_the_data_folder_is_absolute(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert Origins.read({}, {"GLIMPSER_DATA_DIR": "here"}).data_dir == tmp_path / "here"
    assert Settings.load({"data_dir": Path("there")}, {}).data_dir == tmp_path / "there"
