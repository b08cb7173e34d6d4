"""What is really in the database: its tables, their shape, and what they refer to."""

from __future__ import annotations

from typing import Any

from tortoise.backends.base.client import BaseDBAsyncClient

_SQLITE_TABLES = (
    "SELECT name, sql AS shape FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
)
_SQLITE_REFERENCES = (
    'SELECT m.name AS name, f."table" AS target FROM sqlite_master m, pragma_foreign_key_list(m.name) f '
    "WHERE m.type = 'table'"
)
_POSTGRES_TABLES = (
    "SELECT c.relname AS name, md5(string_agg(a.attname || a.atttypid || a.atttypmod || a.attnotnull, ',' "
    "ORDER BY a.attnum)) AS shape FROM pg_class c LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 "
    "WHERE c.relkind IN ('r', 'p') AND c.relnamespace = current_schema()::regnamespace GROUP BY c.relname"
)
_POSTGRES_REFERENCES = (
    "SELECT c.conrelid::regclass::text AS name, c.confrelid::regclass::text AS target FROM pg_constraint c "
    "WHERE c.contype = 'f' AND c.connamespace = current_schema()::regnamespace"
)


def is_postgres(connection: BaseDBAsyncClient) -> bool:
    return connection.capabilities.dialect == "postgres"


async def table_shapes(connection: BaseDBAsyncClient) -> dict[str, Any]:
    """Every table's name with something that changes when its columns change."""
    rows = await connection.execute_query_dict(_POSTGRES_TABLES if is_postgres(connection) else _SQLITE_TABLES)
    return {row["name"]: row["shape"] for row in rows}


async def references(connection: BaseDBAsyncClient) -> set[tuple[str, str]]:
    """Every (table, table it has a foreign key to)."""
    rows = await connection.execute_query_dict(_POSTGRES_REFERENCES if is_postgres(connection) else _SQLITE_REFERENCES)
    return {(row["name"].strip('"'), row["target"].strip('"')) for row in rows}


async def broken_references(connection: BaseDBAsyncClient) -> list[str]:
    """Rows whose foreign key names a row that is not there (SQLite only: PostgreSQL cannot hold one)."""
    if is_postgres(connection):
        return []
    rows = await connection.execute_query_dict("PRAGMA foreign_key_check")
    return [f"{row['table']} row {row['rowid']} refers to a missing row of {row['parent']}" for row in rows]
