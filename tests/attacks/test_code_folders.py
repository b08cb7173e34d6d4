"""Code that nobody installed: what lies in the hub's folders runs nowhere, and the hub writes to no other folder."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.film import film
from support.hub import until

from glimpser.engine.process import environment
from tests.api.conftest import ApiHub
from tests.api.test_description import add

ALONE = ["unshare", "--map-root-user", "--mount"]
CODE = "import os, pathlib; pathlib.Path({mark!r}).joinpath(f'{name}-{{os.getpid()}}').touch()\n"
TAKEN = ("msgspec", "glimpser_ffmpeg", "numpy", "sitecustomize", "usercustomize", "h11", "cv2")
"""Modules that the hub's processes import, as they would lie in a folder that comes first."""
LOOK = """        @blueprint.get("/look")
        async def look():
            import os, sys
            return {"path": sys.path, "cwd": os.getcwd(), "uid": os.getuid()}

        @blueprint.post("/write")
        async def write():
            folder = (await request.get_json())["folder"]
            try:
                with open(os.path.join(folder, "glimpser_try.py"), "x") as file:
                    file.write("x = 1")
            except OSError as error:
                return {"said": error.strerror}
            os.unlink(os.path.join(folder, "glimpser_try.py"))
            return {"said": "written"}
"""
IMPORTABLE = {".py", ".pyc", ".pth", ".so", ".egg", ".zip", ".whl", ".pyd"}


def plant(folder: Path, mark: Path) -> None:
    """A plugin nobody installed, and modules by the names of others; each leaves a mark when it runs."""
    add(folder, "evil")
    code = CODE.format(mark=str(mark), name="evil")
    (folder / "glimpser_evil" / "__init__.py").write_text(code)
    for name in TAKEN:
        (folder / f"{name}.py").write_text(CODE.format(mark=str(mark), name=name))
    (folder / "evil.pth").write_text(CODE.format(mark=str(mark), name="pth"))


def ran(mark: Path) -> set[str]:
    """What of it ran."""
    return {path.name.partition("-")[0] for path in mark.iterdir()}


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiHub]:
    """A hub that is started in its data folder, full of planted code, and may write nowhere else."""
    folder = tmp_path_factory.mktemp("code")
    add(folder / "site", "looks", extra="        import os\n" + LOOK)
    module = folder / "site" / "glimpser_looks" / "plugin.py"
    more = 'RouteSpec(path="/look", methods=("GET",), permission="looks.use"),\n            '
    more += 'RouteSpec(path="/write", methods=("POST",), permission="looks.use"),\n            '
    module.write_text(module.read_text().replace('RouteSpec(path="/things",', more + 'RouteSpec(path="/things",'))
    made = ApiHub(folder / "data")
    made.film = film(folder / "film.mp4", seconds=10, moving=(2, 5))
    (folder / "ran").mkdir()
    for place in ("", "media", "media/clips", "backups", "plugins"):
        (made.folder / place).mkdir(parents=True, exist_ok=True)
        plant(made.folder / place, folder / "ran")
    # PYTHONSAFEPATH is not the test's to give.
    made.environment |= {"PYTHONPATH": str(folder / "site"), "PYTHONDONTWRITEBYTECODE": "1"}
    made.environment.pop("PYTHONSAFEPATH", None)
    yield made
    if made.process is not None:
        made.stop()


def locked(hub: ApiHub) -> list[str]:
    """The command of the hub in a mount namespace where all but its data folder (and where marks go) cannot be written
    to, as for a service whose code belongs to somebody else."""
    mark = hub.folder.parent / "ran"
    script = (
        'mount --bind "$0" "$0" && mount --bind "$1" "$1" && cut -d" " -f5 /proc/self/mountinfo | sort -u | '
        'while read -r at; do case "$at" in "$0"|"$1"|/dev*|/proc*|/sys*) ;; '
        '*) mount -o remount,bind,ro "$at" || exit 9;; esac; done && cd "$0" && shift && exec "$@"'
    )
    return [*ALONE, "sh", "-c", script, str(hub.folder), str(mark), *hub.command]


def alone() -> bool:
    """Whether a process may have mounts of its own here."""
    return shutil.which("unshare") is not None and not subprocess.run([*ALONE, "true"], check=False).returncode


@pytest.mark.timeout(300)
@pytest.mark.attack("A40", control=True)
def test_what_lies_in_the_data_folder_is_never_code(hub: ApiHub) -> None:
    if not alone():
        pytest.skip("needs user namespaces (unshare)")
    planted = {path for path in hub.folder.rglob("*") if path.suffix in IMPORTABLE}
    key, plain = hub.enrol(), hub.command
    hub.key, hub.command = key, locked(hub)
    hub.start()
    hub.command = plain
    mark = hub.folder.parent / "ran"

    seen = {plugin["id"] for plugin in hub.get("/api/plugins")}
    assert "looks" in seen
    assert "evil" not in seen
    look = hub.get("/api/p/looks/look")
    assert Path(look["cwd"]) == hub.folder, "control: Python would look here first"

    # All that a user can have the hub write, by names that would be code.
    name = "../../../../glimpser_evil.py"
    once = {"loop": False}  # its end closes the clip
    stream = hub.add(name, str(hub.film), config=once, tags=["x.py"], analyzers={"motion": {}}, sinks={"clips": {}})
    hub.active(stream, timeout_s=60)
    shot = hub.call("POST", f"/api/streams/{stream}/snapshots", {})
    assert hub.api.get(f"/api/snapshots/{shot['id']}/image").status_code == 200
    exported = hub.get("/api/streams/export")
    exported["streams"][0] |= {"id": "../evil.py", "external_key": "../evil.pth", "name": "evil.so"}
    hub.api.post("/api/streams/import", json={"streams": exported["streams"]})
    until(lambda: hub.api.get("/api/events", params={"stream": stream}).json(), 30, "no event")
    until(lambda: list((hub.folder / "media").rglob("*.mp4")), 40, "no clip")

    children = hub.children("glimpser.worker") + hub.children("glimpser.egress")
    assert len(children) >= 2
    folders = {Path(place).resolve() for place in look["path"] if place}
    for child in children:
        folders |= imports(child.environ(), child.cwd())
    data = hub.folder.resolve()
    assert not [place for place in folders if place == data or data in place.parents or place in data.parents]
    assert {path for path in hub.folder.rglob("*") if path.suffix in IMPORTABLE} == planted
    assert ran(mark) == set()

    # The folders of the code are closed to the hub, and it did all of the above without them.
    code = [place for place in folders if place.is_dir()]
    assert any("site-packages" in place.parts for place in code)
    for place in code:
        said = hub.call("POST", "/api/p/looks/write", {"folder": str(place)})["said"]
        assert said == "Read-only file system", place
    assert hub.call("POST", "/api/p/looks/write", {"folder": str(hub.folder)})["said"] == "written", "control"
    hub.stop()


def imports(variables: dict[str, str], cwd: str) -> set[Path]:
    """From where a process with this environment imports."""
    ask = [sys.executable, "-c", "import json, sys; print(json.dumps(sys.path))"]
    quiet = {**variables, "PYTHONNOUSERSITE": "1"}
    said = subprocess.run(ask, env=quiet, cwd=cwd, capture_output=True, text=True, check=True).stdout
    return {(Path(cwd) / place).resolve() for place in json.loads(said)}


@pytest.mark.control("A40")
def test_the_planted_code_would_run(tmp_path: Path) -> None:
    """A child that is started there as one usually starts children, and a hub whose code folder it is."""
    place, mark = tmp_path / "place", tmp_path / "ran"
    mark.mkdir()
    plant(place, mark)
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("GLIMPSER_", "PYTHONSAFEPATH"))}
    child = [sys.executable, "-m", "glimpser.worker", "--control-fd", "9", "--bulk-fd", "9", "--parent", "0"]
    subprocess.run(child, env=kept, cwd=place, capture_output=True, timeout=60, check=False)
    naive = ran(mark)
    assert naive & set(TAKEN)
    shutil.rmtree(mark)
    mark.mkdir()
    given: dict[str, Any] = environment(tmp_path, base=kept)
    subprocess.run(child, env=given, cwd=place, capture_output=True, timeout=60, check=False)
    assert ran(mark) == set()


@pytest.mark.attack("A40", control=True)
def test_a_plugin_that_is_not_declared_is_not_loaded(tmp_path: Path) -> None:
    """One that is installed runs; left out of the list of plugins, or of a safe start, none of its code does."""
    site, mark = tmp_path / "site", tmp_path / "ran"
    mark.mkdir()
    add(site, "evil")
    (site / "glimpser_evil" / "__init__.py").write_text(CODE.format(mark=str(mark), name="evil"))
    hub = ApiHub(tmp_path / "data")
    hub.environment |= {"PYTHONPATH": str(site), "GLIMPSER_SAFE": "true"}
    assert "safe mode" in next(line for line in hub.glimpser("plugins", "list").splitlines() if "evil" in line)
    del hub.environment["GLIMPSER_SAFE"]
    for declared, loaded in (("password", False), ("evil,password", True)):
        hub.environment["GLIMPSER_PLUGINS"] = declared
        try:
            hub.start()
            states = {plugin["id"]: plugin["state"] for plugin in hub.get("/api/plugins")}
            assert (states["evil"] == "running") is loaded, states
            assert (hub.api.get("/api/p/evil/things").status_code == 200) is loaded
        finally:
            hub.stop()
        assert bool(ran(mark)) is loaded


def test_doctor_says_who_may_change_the_code(hub: ApiHub) -> None:
    def said(command: list[str], **variables: str) -> str:
        done = subprocess.run([*command, "doctor"], env={**hub.environment, **variables}, capture_output=True,
                              text=True, timeout=60, check=False)  # fmt: skip
        return next(line for line in done.stdout.splitlines() if " code: " in line)

    inside = said(hub.command, PYTHONPATH=str(hub.folder / "plugins"))
    assert inside.startswith("fail")
    assert str(hub.folder / "plugins") in inside
    if alone():
        assert said(locked(hub)).startswith("ok")
