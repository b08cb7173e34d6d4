"""What pages show exists: commands, options, routes, settings, and code that runs."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
import tomllib
from importlib.metadata import entry_points
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from glimpser.cli import COMMANDS, cli

ROOT = Path(__file__).resolve().parents[2]
PAGES = [*sorted((ROOT / "docs").rglob("*.md")), ROOT / "README.md", ROOT / "CONTRIBUTING.md"]
# That of tables is worked through by a test of its own.
HOW_TOS = [page for page in sorted((ROOT / "docs/how-to").glob("*.md")) if page.stem != "tables"]
_BLOCK = re.compile(r"^```(?P<kind>\w+)[^\n]*\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
ASK_HOOKS = """
for name, hook in list(globals().items()):
    if name.startswith("glimpser_") and callable(hook) and not hook.__code__.co_argcount:
        assert hook() is not None, name
"""
_INLINE = re.compile(r"`(?:GLIMPSER_\S+ )?(glimpser [^`\n]+)`")


def blocks(page: Path, kind: str) -> list[str]:
    return [block["body"] for block in _BLOCK.finditer(page.read_text()) if block["kind"] == kind]


def commands() -> list[tuple[str, str]]:
    """Every call of glimpser on a page: page and command."""
    found = []
    for page in PAGES:
        text = page.read_text()
        lines = [line[2:] for block in blocks(page, "console") for line in block.splitlines() if line.startswith("$ ")]
        prose = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
        calls = [line[line.index("glimpser ") :] for line in lines if re.search(r"(^|[ /])glimpser [a-z-]", line)]
        calls += [call for call in _INLINE.findall(prose) if re.match(r"glimpser [a-z-]", call)]
        found += [(str(page.relative_to(ROOT)), call) for call in calls]
    return found


def core_command(words: list[str]) -> tuple[click.Command, list[str]]:
    """The command that the words name, and the rest of the words. LookupError when there is none."""
    command: click.Command | None = cli
    context = click.Context(cli)
    while words and isinstance(command, click.Group):
        known = words[0] in COMMANDS if command is cli else words[0] in command.list_commands(context)
        if not known:
            raise LookupError(words[0])
        command = command.get_command(context, words[0])
        words = words[1:]
    assert command is not None
    return command, words


def test_commands_on_pages_exist() -> None:
    found = commands()
    assert len(found) > 20
    for page, call in found:
        try:
            words = shlex.split(re.split(r" [>|] ", call)[0], comments=True)[1:]
        except ValueError:
            pytest.fail(f"{page}: {call!r} is no command")
        if words[0] == "tide" or words[0].startswith("--"):  # the command of a how-to; options of glimpser itself
            continue
        try:
            command, rest = core_command(words)
        except LookupError as error:
            pytest.fail(f"{page}: {call}: no command {error}")
        options = {option for parameter in command.params for option in parameter.opts} | {"--help"}
        unknown = [word for word in rest if word.startswith("--") and word.partition("=")[0] not in options]
        assert not unknown, f"{page}: {call}: no option {unknown}"


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_help_works(name: str) -> None:
    done = CliRunner().invoke(cli, [name, "--help"])
    assert done.exit_code == 0
    assert "Usage:" in done.output


def test_targets_of_make_on_pages_exist() -> None:
    makefile = (ROOT / "Makefile").read_text()
    for page in PAGES:
        prose = page.read_text()
        for target in re.findall(r"(?:^\$ |`)make ([a-z]+)", prose, re.MULTILINE):
            assert re.search(rf"^{target}:", makefile, re.MULTILINE), f"{page.name}: make {target}"


@pytest.mark.parametrize(
    "page",
    [page for page in sorted((ROOT / "docs/how-to").glob("*.md")) if page.stem != "tables"],
    ids=lambda page: page.stem,
)
def test_code_of_how_tos_runs(page: Path, tmp_path: Path) -> None:
    """In order, in a fresh interpreter; the hooks in it answer."""
    code = "\n\n".join(blocks(page, "python"))
    assert code
    script = tmp_path / "howto.py"
    script.write_text(f"{code}\n\n{ASK_HOOKS}")
    done = subprocess.run([sys.executable, str(script)], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


def test_the_settings_file_of_the_page_is_valid(tmp_path: Path) -> None:
    from glimpser.settings import Settings

    [text] = blocks(ROOT / "docs/operate/settings.md", "toml")
    (tmp_path / "glimpser.toml").write_text(text)
    settings = Settings.load({"data_dir": tmp_path}, {})
    assert settings.port == 9000
    assert settings.plugins == ("ffmpeg", "motion", "clips", "password")
    assert settings.origins.plugin_section("password") == {"min_length": 16}


def test_the_streams_file_of_the_page_is_valid(tmp_path: Path) -> None:
    from glimpser.streams.apply import read

    [text] = blocks(ROOT / "docs/operate/command-line.md", "toml")
    (tmp_path / "streams.toml").write_text(text)
    [stream] = read(tmp_path / "streams.toml").streams
    assert stream.config["password"] == {"$env": "DOOR_PASSWORD"}


def test_the_stream_of_the_page_is_valid() -> None:
    from glimpser.streams.inputs import StreamIn

    [text] = blocks(ROOT / "docs/operate/streams.md", "json")
    assert StreamIn.model_validate(json.loads(text)).regions[0].kind == "zone"


def test_every_json_and_toml_block_can_be_read() -> None:
    for page in PAGES:
        for text in blocks(page, "json"):
            json.loads(text)
        for text in blocks(page, "toml"):
            tomllib.loads(text)


def test_routes_on_pages_exist() -> None:
    from glimpser.api.resources import all_routes

    claimed = [
        f"/api{route.path}"
        for entry in entry_points(group="glimpser.plugins")
        for spec in getattr(entry.load(), "glimpser_routers", list)()
        for route in spec.routes
        if f"/api{route.path}".startswith(spec.claims)
    ]
    routes = {re.sub(r"<[^>]+>", "{}", path) for path in (*(route.path for route in all_routes()), *claimed)}
    routes |= {"/api/ws"}
    for page in PAGES:
        if "adr" in page.parts or page.name in ("routes.md", "architecture.md"):
            continue
        named = re.findall(r"(?<![\w/.])(/(?:api|healthz|readyz|startupz)[\w/{}.-]*)", page.read_text())
        for path in named:
            plain = re.sub(r"\{[^}]*\}", "{}", path).rstrip("./")
            known = plain in routes or any(
                re.fullmatch(re.sub(r"\\\{\\\}", "[^/]+", re.escape(r)), plain) for r in routes
            )
            assert known, f"{page.relative_to(ROOT)}: no route {path}"


def test_settings_on_pages_exist() -> None:
    from glimpser.settings import Settings

    others = {"GLIMPSER_CONFIG", "GLIMPSER_TEST_DATA"}
    for page in PAGES:
        for variable in re.findall(r"GLIMPSER_[A-Z_]*[A-Z]", page.read_text()):
            key = variable.removeprefix("GLIMPSER_").lower()
            plugin = "__" in key  # a plugin's own setting
            assert key in Settings.model_fields or variable in others or plugin, f"{page.name}: {variable}"
