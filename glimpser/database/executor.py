"""Tortoise's migration executor for one app, without what makes it unsafe.

Tortoise takes any error for "nothing applied yet", records a migration after its transaction, and cuts SQLite scripts
at every semicolon. Here an error is an error, all that an app lacks is one transaction with its records in it, and
scripts are cut where statements end.
"""

from __future__ import annotations

from typing import Any

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.migrations.executor import MigrationExecutor, MigrationTarget, PlanStep
from tortoise.migrations.graph import MigrationKey
from tortoise.migrations.recorder import MigrationRecorder
from tortoise.migrations.schema_editor import AsyncpgSchemaEditor, SqliteSchemaEditor
from tortoise.migrations.schema_generator.state import ModelState, State
from tortoise.migrations.schema_generator.state_apps import StateApps

from glimpser.database.apps import AppModels
from glimpser.database.errors import ModelsInvalid, SchemaTooNew
from glimpser.database.target import READ


class Recorder(MigrationRecorder):
    """Which migrations the database has."""

    async def applied_migrations(self) -> list[MigrationKey]:
        rows = await self.connection.execute_query_dict("SELECT app, name FROM tortoise_migrations ORDER BY id")
        return [MigrationKey(app_label=row["app"], name=row["name"]) for row in rows]


class _SqliteEditor(SqliteSchemaEditor):
    async def _run_sql(self, sql: str) -> None:
        await self.client.execute_script(sql)


class _Project(State):
    """Models as they are between two steps. A copy makes its models when somebody asks for them: each step is given one
    of what was before it, few look at it, and making all of them anew is what migrations cost."""

    def __init__(self, models: dict[tuple[str, str], ModelState], apps: StateApps, *, copied: bool = False) -> None:
        self.models = models
        self._known, self._copied = apps, copied

    @property
    def apps(self) -> StateApps:  # type: ignore[override]  # nobody sets it
        if self._copied:
            self._known, self._copied = self._known.clone(model_states=self.models), False
        return self._known

    def clone(self) -> _Project:
        models = {key: model.clone() for key, model in self.models.items()}
        return _Project(models, self._known, copied=True)


class AppExecutor(MigrationExecutor):
    """Plans and runs the migrations of one app."""

    def __init__(self, connection: BaseDBAsyncClient, app: str, spec: AppModels) -> None:
        config = {"models": list(spec.models), "migrations": spec.migrations, "default_connection": READ}
        super().__init__(connection, {app: config})
        self.app = app
        self.recorder = self.loader.recorder = Recorder(connection)

    async def steps(self, *, to_zero: bool) -> list[PlanStep]:
        """What has to run, in order. SchemaTooNew, or ModelsInvalid when the app has no migrations."""
        plan = await self.plan([MigrationTarget(self.app, "__first__" if to_zero else "__latest__")])
        known = {key.name for key in self.loader.disk_migrations}
        applied = [key.name for key in await self.recorder.applied_migrations() if key.app_label == self.app]
        if unknown := [name for name in applied if name not in known]:
            raise SchemaTooNew(self.app, unknown)
        if not known:
            raise ModelsInvalid(f"{self.loader.migrations_module(self.app)} has no migrations")
        for step in plan:
            if not step.migration.atomic:
                raise ModelsInvalid(f"migration {step.migration.name} has atomic = False; all of an app's run as one")
        return plan

    async def run(self, plan: list[PlanStep], transaction: BaseDBAsyncClient) -> None:
        """Run the steps and record them, all inside ``transaction``."""
        recorder = Recorder(transaction)
        applied = set(await recorder.applied_migrations())
        before = await self._project_state_cache(applied) if any(step.backward for step in plan) else {}
        now = await self._project_state(applied)
        state = _Project(now.models, now.apps)
        for step in plan:
            migration = step.migration
            editor = schema_editor(transaction)
            if step.backward:
                key = MigrationKey(app_label=self.app, name=migration.name)
                await migration.unapply(_Project(before[key].models, before[key].apps), schema_editor=editor)
                await recorder.record_unapplied(self.app, migration.name)
            else:
                await migration.apply(state, schema_editor=editor)
                await recorder.record_applied(self.app, migration.name)


def schema_editor(connection: BaseDBAsyncClient) -> Any:
    """What writes DDL on this connection."""
    return _SqliteEditor(connection) if connection.capabilities.dialect == "sqlite" else AsyncpgSchemaEditor(connection)
