# make run     set up and start the hub with demo streams      make test    set up and run every test
# make setup   build .venv and nothing else                    make lint    formatting, lint, types, layers, docs
# make bench   measure against the budgets                     make soak    the long form of the tests
# make docs    build the documentation into site/              make lock    renew requirements.lock

.DEFAULT_GOAL := run
.PHONY: run test setup lint bench soak docs format lock
# Nearly everything here starts Python processes by the hundred: none should compile what the one before it compiled.
unexport PYTHONDONTWRITEBYTECODE
projects := pyproject.toml sdk/pyproject.toml $(wildcard plugins/*/pyproject.toml)

run: setup
	@exec .venv/bin/glimpser demo

setup: .venv/.ready
	@scripts/front-end

.venv/.ready: requirements.lock scripts/setup $(projects)
	@scripts/setup
	@touch $@

test: setup
	@scripts/system-packages test
	@scripts/test

soak: setup
	@scripts/system-packages test
	.venv/bin/pytest -m soak --timeout=0

bench: setup
	@scripts/system-packages bench
	.venv/bin/pytest -m bench --timeout=0 -s tests/benchmarks

lint: setup
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/python scripts/check_tree.py
	.venv/bin/lint-imports --no-logo
	.venv/bin/mypy
	scripts/front-end check
	.venv/bin/mkdocs build --strict --quiet

format: setup
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .
	cd plugins/glimpser-dashboard/web && npm run --silent format

docs: setup
	.venv/bin/mkdocs build --strict

lock: setup
	@scripts/lock
