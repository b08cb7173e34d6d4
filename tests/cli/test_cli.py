"""The command line as people and scripts use it: a process of its own each time."""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support import forked
from support.distributions import install

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("GLIMPSER_")}
    return kept | {"GLIMPSER_DATA_DIR": str(tmp_path / "data")}


@pytest.fixture
def site(tmp_path: Path, environment: dict[str, str]) -> Path:
    """A folder of installed plugins, on the path of the processes that ``glimpser`` starts."""
    folder = tmp_path / "site"
    folder.mkdir()
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, [str(folder), os.environ.get("PYTHONPATH")]))
    return folder


@pytest.fixture
def glimpser(environment: dict[str, str]) -> Run:
    def run(*arguments: str, stdin: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
        return forked.run([forked.GLIMPSER, *arguments], environment | variables, stdin)

    return run


GOOD = """
from glimpser_sdk import CommandSpec, PluginManifest, SinkSpec, hookimpl, lazy

@hookimpl
def glimpser_manifest():
    return PluginManifest(id="{0}", title="Good")

@hookimpl
def glimpser_commands():
    return [CommandSpec(name="greet", help="Greets.", command=lazy("glimpser_{0}.commands:greet"))]

@hookimpl
def glimpser_sinks():
    target = "glimpser_{0}.sink"
    return [SinkSpec(id="{0}", title="S", config=lazy(f"{{target}}:Config"), factory=lazy(f"{{target}}:Sink"))]
"""
COMMANDS = """
import click

@click.command()
@click.argument("name")
def greet(name):
    click.echo(f"hello {name}")
"""
SINK = """
from pydantic import Field
from glimpser_sdk import PluginConfig

class Config(PluginConfig):
    size: int = Field(1, description="Size.")

class Sink: ...
"""


def fails(result: subprocess.CompletedProcess[str], code: int, *words: str) -> None:
    """It ended with the code and said why, without a traceback."""
    assert result.returncode == code, result
    assert "Traceback" not in result.stderr
    said = [line for line in result.stderr.splitlines() if not line.startswith("warning: ")]
    assert said[0].startswith(("Error: ", "Usage: ")), result.stderr
    for word in words:
        assert word in result.stderr, result.stderr


# --- speed and lightness -------------------------------------------------------------------------------------------


@pytest.mark.serial
@pytest.mark.parametrize(
    ("arguments", "seconds"), [(["--version"], 0.3), (["--help"], 0.3), (["plugins", "list"], 0.5)]
)
def test_quick_commands_are_quick(environment: dict[str, str], arguments: list[str], seconds: float) -> None:
    taken = []
    for _ in range(3):
        started = time.monotonic()
        subprocess.run([forked.GLIMPSER, *arguments], env=environment, stdout=subprocess.DEVNULL, check=True)
        taken.append(time.monotonic() - started)
    assert min(taken) < seconds


def test_help_imports_nothing_heavy(environment: dict[str, str]) -> None:
    code = "import sys, glimpser.cli; print([m for m in ('pydantic','tortoise','quart','numpy') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=30)
    assert done.stdout.strip() == "[]", done.stderr


# --- plugins -------------------------------------------------------------------------------------------------------


def test_list_imports_no_plugin_and_survives_broken_ones(glimpser: Run, site: Path, tmp_path: Path) -> None:
    trap = f"open({str(tmp_path / 'imported')!r}, 'w')\nimport time\ntime.sleep(60)\n"
    install(site, "trap", plugin=trap)
    install(site, "old", plugin=trap, requires="glimpser-sdk>=9")
    (site / "broken-1.0.dist-info").mkdir()
    result = glimpser("plugins", "list", "--json")
    assert result.returncode == 0, result.stderr
    rows = {row["id"]: row for row in json.loads(result.stdout)}
    assert rows["trap"]["state"] == "enabled"
    assert rows["old"]["state"] == "incompatible"
    assert ">=9" in rows["old"]["reason"]
    assert not (tmp_path / "imported").exists()
    assert not (tmp_path / "data").exists()
    assert "glimpser-old 1.0" in glimpser("plugins", "show", "old").stdout


def test_switching_needs_no_hub_and_lasts(glimpser: Run, site: Path) -> None:
    install(site, "trap", plugin="raise SystemExit")

    def state(**variables: str) -> Any:
        rows = json.loads(glimpser("plugins", "list", "--json", **variables).stdout)
        return next(row["state"] for row in rows if row["id"] == "trap")

    assert state() == "enabled"
    assert glimpser("plugins", "disable", "trap").returncode == 0
    assert state() == "disabled"
    assert state(GLIMPSER_PLUGINS="trap") == "enabled"
    assert glimpser("plugins", "enable", "trap").returncode == 0
    assert state() == "enabled"
    assert state(GLIMPSER_SAFE="1") == "disabled"
    fails(glimpser("plugins", "disable", "absent"), 1, "'absent'", "trap")


def test_purge_deletes_what_a_plugin_left(glimpser: Run, site: Path, tmp_path: Path) -> None:
    install(site, "gone", plugin="raise SystemExit")
    assert glimpser("plugins", "disable", "gone").returncode == 0
    folder = tmp_path / "data" / "plugins" / "gone"
    folder.mkdir(parents=True)
    result = glimpser("plugins", "purge", "gone", "--yes")
    assert result.returncode == 0, result.stderr
    assert "settings" in result.stdout
    assert not folder.exists()
    assert "nothing was stored" in glimpser("plugins", "purge", "gone", "--yes").stdout
    fails(glimpser("plugins", "purge", "event", "--yes"), 1, "event_log")
    fails(glimpser("plugins", "purge", "../x", "--yes"), 1, "no plugin id")


def test_a_broken_database_hides_nothing(glimpser: Run, site: Path, tmp_path: Path) -> None:
    install(site, "trap", plugin="raise SystemExit")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "glimpser.db").write_bytes(b"broken" * 1000)
    result = glimpser("plugins", "list")
    assert result.returncode == 0
    assert "trap" in result.stdout
    assert "unknown" in result.stderr


def test_check_names_the_rules_that_are_broken(glimpser: Run, site: Path) -> None:
    install(site, "good", plugin=GOOD.format("good"), commands=COMMANDS, sink=SINK)
    result = glimpser("plugins", "check", "good")
    assert result.returncode == 0, result.stdout
    assert "FAIL" not in result.stdout
    bad_sink = SINK.replace('Field(1, description="Size.")', "1")
    install(site, "bad", plugin="import numpy\n" + GOOD.format("bad"), requires="glimpser-sdk==0.1.0", sink=bad_sink)
    result = glimpser("plugins", "check", "bad")
    assert result.returncode == 1
    broken = "\n".join(line for line in result.stdout.splitlines() if line.startswith("FAIL"))
    for words in ("glimpser-sdk==0.1.0", "numpy", "glimpser_bad.commands", "/size: has no description"):
        assert words in broken, broken


def test_plugins_add_commands(glimpser: Run, site: Path) -> None:
    install(site, "good", plugin=GOOD.format("good"), commands=COMMANDS, sink=SINK)
    assert glimpser("greet", "you").stdout == "hello you\n"
    assert glimpser("plugins", "disable", "good").returncode == 0
    fails(glimpser("greet", "you"), 2, "greet")


def test_an_unknown_command_is_one_error(glimpser: Run, site: Path) -> None:
    install(site, "broken", plugin="raise RuntimeError('oh')")
    result = glimpser("frobnicate")
    assert result.returncode == 2
    assert "No such command 'frobnicate'" in result.stderr
    assert "broken" in result.stderr
    assert "Traceback" not in result.stderr


# --- settings and starting -----------------------------------------------------------------------------------------


def test_wrong_settings_are_one_line_each(glimpser: Run) -> None:
    fails(glimpser("run", GLIMPSER_PORT="70000"), 2, "port: '70000'", "65535", "GLIMPSER_PORT")
    fails(glimpser("run", "--config", "/nowhere"), 2, "/nowhere")
    fails(glimpser("run", GLIMPSER_EGRESS_ALLOW="web=1=2"), 2, "egress_allow")
    fails(glimpser("run", GLIMPSER_CA_FILE="/nowhere.pem"), 2, "ca_file", "/nowhere.pem", "cannot be read")
    fails(glimpser("run", GLIMPSER_CA_FILE=__file__), 2, "ca_file", "no certificates")
    fails(glimpser("run", "--port", "x"), 2, "--port")


def test_a_taken_port_is_said(glimpser: Run) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        fails(glimpser("run", "--port", str(taken.getsockname()[1])), 3, "another program", "--port")


def test_a_folder_that_cannot_be_used_is_said(glimpser: Run, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    fails(glimpser("run", "--data-dir", str(tmp_path / "file" / "data")), 4, "data folder", "--data-dir")


def test_a_second_hub_on_one_folder_is_refused(glimpser: Run, tmp_path: Path, environment: dict[str, str]) -> None:
    holder = (
        "import sys, time, pathlib\nfrom glimpser.commands.run import exclusive\n"
        "with exclusive(pathlib.Path(sys.argv[1])):\n    print('held', flush=True)\n    time.sleep(60)\n"
    )
    (tmp_path / "data").mkdir()
    command = [sys.executable, "-c", holder, str(tmp_path / "data")]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "held\n"
        fails(glimpser("run", "--port", "0"), 5, str(process.pid), "another hub")
        process.send_signal(signal.SIGKILL)
    from glimpser.commands.run import exclusive

    with exclusive(tmp_path / "data"):
        pass


# --- accounts ------------------------------------------------------------------------------------------------------


def test_users_and_keys_without_a_hub(glimpser: Run, tmp_path: Path) -> None:
    pytest.importorskip("glimpser_password", reason="the password plugin is not installed")
    password = "correct horse battery"
    created = glimpser("users", "create", "anna", "--role", "admin", "--password-stdin", stdin=f"{password}\n")
    assert created.returncode == 0, created.stderr
    key = glimpser("api-keys", "create", "--user", "anna")
    assert key.returncode == 0, key.stderr
    assert key.stdout.startswith("glm_")
    assert len(key.stdout.split()) == 1
    assert key.stdout != glimpser("api-keys", "create", "--user", "anna").stdout
    fails(glimpser("api-keys", "create", "--user", "nobody"), 1, "nobody")
    fails(glimpser("users", "create", "eve", "--password-stdin", stdin="short\n"), 1, "password")
    fails(glimpser("users", "create", "eve", "--password-stdin", stdin="\n"), 2, "password")
    with sqlite3.connect(tmp_path / "data" / "glimpser.db") as rows:
        rows.execute(
            "INSERT INTO roles (id, name, name_key, base, rank, permissions, version, created_at, updated_at) VALUES"
            " ('01J00000000000000000000000', 'Porter', 'porter', 'guest', 20, '[]', 1, '2026-01-01', '2026-01-01')"
        )
    fails(glimpser("users", "create", "eve", "--role", "king", "--password-stdin", stdin=f"{password}\n"), 1, "Porter")
    for name, role in (("eve", "porter"), ("fay", "01J00000000000000000000000")):
        assert (
            glimpser("users", "create", name, "--role", role, "--password-stdin", stdin=f"{password}\n").returncode == 0
        )
    with sqlite3.connect(tmp_path / "data" / "glimpser.db") as rows:
        kept = rows.execute("SELECT role FROM users WHERE name IN ('eve', 'fay')").fetchall()
    assert kept == [("01J00000000000000000000000",)] * 2
    fails(glimpser("setup-link"), 1, "administrator")


def test_users_get_passwords_by_the_plugins_settings(glimpser: Run, tmp_path: Path) -> None:
    pytest.importorskip("glimpser_password", reason="the password plugin is not installed")
    new, password = ("users", "create", "--password-stdin"), "correct horse battery staple\n"
    settings = {"GLIMPSER_PASSWORD__MEMORY_MIB": "33", "GLIMPSER_PASSWORD__MIN_LENGTH": "29"}
    fails(glimpser(*new, "anna", stdin=password, **settings), 1, "29 characters")
    fails(glimpser(*new, "anna", stdin=password, GLIMPSER_PASSWORD__PASSES="many"), 1, "passes")
    settings["GLIMPSER_PASSWORD__MIN_LENGTH"] = "28"
    assert glimpser(*new, "anna", stdin=password, **settings).returncode == 0
    with sqlite3.connect(tmp_path / "data" / "glimpser.db") as rows:
        ((kept,),) = rows.execute("SELECT password_hash FROM users")
    assert "m=33792," in kept


def test_a_setup_link_while_nobody_administers(glimpser: Run) -> None:
    pytest.importorskip("glimpser_password", reason="the password plugin is not installed")
    first, second = (glimpser("setup-link", GLIMPSER_PORT="9").stdout for _ in range(2))
    assert first.startswith("http://127.0.0.1:9/")
    assert first != second


# --- doctor --------------------------------------------------------------------------------------------------------


def test_doctor_finds_what_is_wrong(glimpser: Run, site: Path, tmp_path: Path) -> None:
    assert "FAIL" not in glimpser("doctor").stdout
    install(site, "needy", plugin="", requires="no-such-distribution>=3")
    twin = site / "twin-1.0.dist-info"
    twin.mkdir()
    (twin / "METADATA").write_text("Metadata-Version: 2.1\nName: twin\nVersion: 1.0\n")
    (twin / "RECORD").write_text("glimpser_needy/__init__.py,,\n")
    (tmp_path / "data").mkdir(mode=0o777)
    (tmp_path / "data").chmod(0o777)
    (tmp_path / "data" / "glimpser.db").write_bytes(b"broken" * 1000)
    (tmp_path / "data" / "secret.key").write_text("x")
    result = glimpser("doctor")
    assert result.returncode == 1
    failed = [line for line in result.stdout.splitlines() if line.startswith("fail")]
    for words in (
        "no-such-distribution",
        "glimpser-needy and twin both own glimpser_needy",
        "secret.key",
        "glimpser.db",
    ):
        assert any(words in line for line in failed), result.stdout
    assert any(line.startswith("warn") and "chmod 700" in line for line in result.stdout.splitlines())
    assert "Traceback" not in result.stdout + result.stderr
