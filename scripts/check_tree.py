"""Check what no linter checks: the size of modules, the lock file, and that every workspace member is wired in."""

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MAX_LINES = 400


def long_modules() -> Iterator[str]:
    """Modules that ought to be split."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "*.py", "*.ts", "*.mjs"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    for name in filter(None, listed.split("\0")):
        path = ROOT / name
        lines = len(path.read_text(encoding="utf-8").splitlines()) if path.exists() else 0
        if lines > MAX_LINES:
            yield f"{name}: {lines} lines, at most {MAX_LINES} are allowed"


def lock_file() -> Iterator[str]:
    """Requirements without a hash, or with a host."""
    for name in ("requirements.lock", "scripts/node.lock"):
        text = (ROOT / name).read_text()
        yield from (f"{name} names a host: {line}" for line in text.splitlines() if "://" in line)
        for entry in text.replace("\\\n", " ").splitlines():
            if re.match(r"[a-zA-Z0-9]", entry) and "--hash=sha256:" not in entry:
                yield f"{name}: no hash for {entry.split()[0]}"
    for path in ROOT.glob("plugins/*/web/package-lock.json"):
        if '"resolved"' in path.read_text():
            yield f"{path.relative_to(ROOT)} names hosts: write it with `npm run lock`"


def members() -> Iterator[str]:
    """Plugins whose names disagree, or that the root project does not know."""
    root = tomllib.loads((ROOT / "pyproject.toml").read_text())
    sources = root["tool"]["uv"]["sources"]
    watched = root["tool"]["importlinter"]["root_packages"]
    for path in sorted(ROOT.glob("plugins/*/pyproject.toml")):
        project = tomllib.loads(path.read_text())["project"]
        dist, folder = project["name"], path.parent.name
        package = dist.replace("-", "_")
        plugin_id = dist.removeprefix("glimpser-").replace("-", "_")
        entry_points = project.get("entry-points", {}).get("glimpser.plugins", {})
        if dist != folder:
            yield f"{folder}: the project is called {dist}"
        if entry_points != {plugin_id: f"{package}.plugin"}:
            yield f'{folder}: the one entry point must be {plugin_id} = "{package}.plugin"'
        if dist not in sources:
            yield f"{folder}: missing in [tool.uv.sources] of the root project"
        if package not in watched:
            yield f"{folder}: missing in the import contracts of the root project"
        yield from (f"{folder}: pinned with ==: {item}" for item in project["dependencies"] if "==" in item)


def main() -> int:
    """Print every complaint; 1 if there is any."""
    complaints = [*long_modules(), *lock_file(), *members()]
    for complaint in complaints:
        print(complaint)
    return int(bool(complaints))


if __name__ == "__main__":
    sys.exit(main())
