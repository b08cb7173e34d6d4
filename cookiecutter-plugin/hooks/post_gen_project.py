"""Leave only what the chosen kinds need."""

import shutil
from pathlib import Path

PACKAGE = "{{ cookiecutter.__package }}"
CHOSEN = "{{ cookiecutter.__kinds }}"
KINDS = CHOSEN.split()
MODULES = {"source": "source", "analyzer": "analyzer", "sink": "sink", "auth": "backend", "router": "routes"}

if KINDS:
    Path(f"{PACKAGE}.py").unlink()
    for kind, module in MODULES.items():
        if kind not in KINDS:
            Path(PACKAGE, f"{module}.py").unlink()
            Path("tests", f"test_{module}.py").unlink()
    if not {"source", "analyzer", "sink", "auth"} & set(KINDS):
        Path(PACKAGE, "config.py").unlink()
else:
    shutil.rmtree(PACKAGE)
    for module in MODULES.values():
        Path("tests", f"test_{module}.py").unlink()
