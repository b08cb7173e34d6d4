"""What ``glimpser doctor`` checks. Every check is real and independent of the others."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

if TYPE_CHECKING:
    from glimpser.settings import Settings

LIBRARIES = ("glimpser", "glimpser-sdk", "av", "numpy", "opencv-python-headless", "quart", "hypercorn", "tortoise-orm")
LITTLE_SPACE = 2_000_000_000


@dataclass(frozen=True, slots=True)
class Finding:
    """One line. ``advice``: what to do, '' when nothing."""

    level: Literal["ok", "warn", "fail"]
    what: str
    detail: str
    advice: str = ""


def run_checks(settings: Settings) -> Iterator[Finding]:
    """Every finding, as soon as it is known. A check that breaks is itself a finding."""
    checks: list[tuple[str, Callable[[], Iterator[Finding]]]] = [
        ("python", _python),
        ("packages", lambda: shared_packages(list(distributions()))),
        ("requirements", lambda: broken_requirements(list(distributions()))),
        ("plugins", lambda: _plugins(settings)),
        ("code", lambda: _code(settings.data_dir)),
        ("data folder", lambda: _folder(settings.data_dir)),
        ("secret key", lambda: _key(settings)),
        ("clock", _clock),
        ("database", lambda: _database(settings)),
        ("egress", lambda: _egress(settings.egress_allow)),
    ]
    for what, check in checks:
        try:
            yield from check()
        except Exception as error:
            yield Finding("fail", what, f"the check broke: {type(error).__name__}: {error}", "report this")


def _python() -> Iterator[Finding]:
    versions: dict[str, str] = {canonicalize_name(d.name): d.version for d in distributions() if d.name}
    found = ", ".join(f"{name} {versions[name]}" for name in LIBRARIES if name in versions)
    yield Finding("ok", "python", f"{sys.version.split()[0]}; {found}")
    if "av" not in versions:
        yield Finding("warn", "video", "PyAV is not installed", "pip install glimpser[demo] for video sources")


def shared_packages(installed: list[Distribution]) -> Iterator[Finding]:
    """Distributions that own the same top-level package: whichever was installed last wins, file by file."""
    owners: dict[str, set[str]] = defaultdict(set)
    for dist in installed:
        for file in dist.files or ():
            if len(file.parts) == 2 and file.parts[1] == "__init__.py":
                owners[file.parts[0]].add(dist.name)
    clashes = {package: names for package, names in owners.items() if len(names) > 1}
    for package, names in sorted(clashes.items()):
        both = " and ".join(sorted(names))
        yield Finding("fail", "packages", f"{both} both own {package}", "uninstall both, then install the one you need")
    if not clashes:
        yield Finding("ok", "packages", f"{len(owners)} top-level packages, each with one owner")


def broken_requirements(installed: list[Distribution]) -> Iterator[Finding]:
    """Requirements that are missing or of another version."""
    versions = {canonicalize_name(d.name): d.version for d in installed if d.name}
    broken = 0
    for dist in installed:
        for text in dist.requires or ():
            try:
                requirement = Requirement(text)
            except InvalidRequirement:
                continue
            if requirement.marker and not requirement.marker.evaluate({"extra": ""}):
                continue
            there = versions.get(canonicalize_name(requirement.name))
            if there is None or not requirement.specifier.contains(there, prereleases=True):
                broken += 1
                have = f"{there} is installed" if there else "it is not installed"
                yield Finding(
                    "fail", "requirements", f"{dist.name} needs {requirement}; {have}", f"pip install '{text}'"
                )
    if not broken:
        yield Finding("ok", "requirements", f"those of {len(installed)} distributions are met")


def _plugins(settings: Settings) -> Iterator[Finding]:
    from glimpser.plugins.decide import decide
    from glimpser.plugins.discover import discover
    from glimpser.plugins.policy import policy_of, switches_of
    from glimpser.plugins.switches import SwitchesUnreadable

    try:
        switches = switches_of(settings.origins)
    except SwitchesUnreadable as error:
        switches = {}
        yield Finding("fail", "plugins", str(error), "see the database's line")
    plugins = decide(discover(), policy_of(settings.origins, switches))
    for plugin in plugins.values():
        if plugin.state in ("blocked", "incompatible"):
            yield Finding("fail", "plugins", f"{plugin.id}: {plugin.message}", f"glimpser plugins show {plugin.id}")
        for warning in plugin.warnings:
            yield Finding("warn", "plugins", warning)
    on = [plugin.id for plugin in plugins.values() if plugin.state is None]
    advice = "" if on else "pip install glimpser[demo]"
    yield Finding("ok" if on else "warn", "plugins", f"on: {', '.join(on) or 'none'}", advice)


def _code(data_dir: Path) -> Iterator[Finding]:
    """Whoever gets the hub to write a file must not get it to run one."""
    folders = {Path(place).resolve() for place in sys.path if place and Path(place).is_dir()}
    inside = sorted(place for place in folders if place.is_relative_to(data_dir.resolve()))
    for place in inside:
        yield Finding("fail", "code", f"Python imports from {place}, where the hub writes", "install it elsewhere")
    open_ = sorted(place for place in folders if os.access(place, os.W_OK))
    if open_ and not inside:
        detail = f"{len(open_)} of {len(folders)} folders of code can be changed by the user who runs this"
        yield Finding("warn", "code", f"{detail}, such as {open_[0]}", "for a service: let another user own them")
    elif not inside:
        yield Finding("ok", "code", f"{len(folders)} folders, none of which the user who runs this can change")


def _folder(folder: Path) -> Iterator[Finding]:
    from glimpser.database import network_filesystem

    if not folder.exists():
        yield Finding("ok", "data folder", f"{folder} will be made at the first start")
        return
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        yield Finding("fail", "data folder", f"{folder} cannot be written", f"chown -R {os.getuid()} {folder}")
    elif folder.stat().st_mode & 0o007:
        yield Finding("warn", "data folder", f"{folder} is open to every user", f"chmod 700 {folder}")
    else:
        yield Finding("ok", "data folder", str(folder))
    if kind := network_filesystem(folder):
        yield Finding("fail", "data folder", f"it is on {kind}, where databases break", "move it to a local disk")
    usage = shutil.disk_usage(folder)
    level: Literal["ok", "fail"] = "fail" if usage.free < LITTLE_SPACE or usage.free < usage.total * 0.05 else "ok"
    advice = "free some space; below 5 % no pictures are kept" if level == "fail" else ""
    yield Finding(level, "space", f"{usage.free / 1e9:.1f} GB of {usage.total / 1e9:.1f} GB are free", advice)


def _key(settings: Settings) -> Iterator[Finding]:
    from glimpser.keyfile import KeyMissing, read_keys
    from glimpser.secrets import SecretError

    path = settings.key_path
    try:
        read_keys(path)
    except KeyMissing as error:
        if _holds_secrets(settings):
            yield Finding("fail", "secret key", f"secrets cannot be read: {error}")
        else:
            yield Finding("ok", "secret key", f"{path} will be made at the first start")
    except SecretError as error:
        yield Finding("fail", "secret key", str(error))
    else:
        yield Finding("ok", "secret key", f"{path}; keep a copy apart from the database's")


def _holds_secrets(settings: Settings) -> bool:
    """Whether a SQLite database has an encrypted value; nothing is changed by looking."""
    from glimpser.database.target import Target

    path = Target.parse(settings.database_url, settings.data_dir).path
    if path is None or not path.exists():
        return False
    places = (("streams", "config || analyzers || sinks"), ("plugin_states", "config"), ("plugin_kv", "value"))
    with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)) as rows:
        for table, text in places:
            try:
                if rows.execute(f"SELECT 1 FROM {table} WHERE {text} LIKE '%\"$enc\"%'").fetchone():  # noqa: S608
                    return True
            except sqlite3.OperationalError:  # older than the table
                continue
    return False


def _clock() -> Iterator[Finding]:
    """Clocks that were never set start in the past: earlier than the code they run."""
    now = datetime.now(UTC)
    built = datetime.fromtimestamp(Path(__file__).stat().st_mtime, UTC)
    if now < built:
        yield Finding("fail", "clock", f"it says {now:%Y-%m-%d %H:%M} UTC, before this was installed", "set up NTP")
    else:
        yield Finding("ok", "clock", f"{now:%Y-%m-%d %H:%M:%S} UTC")


def _database(settings: Settings) -> Iterator[Finding]:
    from glimpser.database import quick_check
    from glimpser.database.errors import DatabaseError
    from glimpser.database.target import Target
    from glimpser.plugins.switches import SwitchesUnreadable, read_switches

    path = Target.parse(settings.database_url, settings.data_dir).path
    if path is None:
        try:
            read_switches(settings.database_url, settings.data_dir)
            yield Finding("ok", "database", "PostgreSQL answers")
        except SwitchesUnreadable as error:
            yield Finding("fail", "database", str(error), "check database_url and that the server runs")
    elif not path.exists():
        yield Finding("ok", "database", f"{path} will be made at the first start")
    else:
        try:
            quick_check(path)
            yield Finding("ok", "database", f"{path}, {path.stat().st_size / 1e6:.1f} MB, is sound")
        except DatabaseError as error:
            yield Finding("fail", "database", str(error), f"restore a copy from {path.parent / 'backups'}")


def _egress(allow: str) -> Iterator[Finding]:
    """The real relay must refuse this machine's metadata service; nothing is sent to it."""
    from glimpser.egress.errors import Refused
    from glimpser.egress.service import EgressService

    async def attempt() -> str:
        service = EgressService(allow)
        await service.start()
        try:
            await service.open("http://169.254.169.254/", "web", "doctor")
        except Refused as refused:
            return refused.code
        finally:
            await service.stop()
        return ""

    try:
        code = asyncio.run(asyncio.wait_for(attempt(), 20))
    except ValueError as error:
        yield Finding("fail", "egress", str(error), "correct egress_allow")
        return
    if code.startswith("egress.") and code != "egress.unavailable":
        yield Finding("ok", "egress", "it runs and refuses internal addresses")
    else:
        problem = "internal addresses are reachable" if not code else "it does not start"
        yield Finding("fail", "egress", problem, "check egress_allow" if not code else "see the log")
