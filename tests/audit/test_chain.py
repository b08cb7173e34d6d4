"""What was done to the log is found, and what was not is not."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime

import pytest

from glimpser.identity.audit import Audit, chain

from .conftest import Log

SWAP = ("UPDATE audit_events SET seq = -5 WHERE seq = 5", "UPDATE audit_events SET seq = 5 WHERE seq = 6",
        "UPDATE audit_events SET seq = 6 WHERE seq = -5")  # fmt: skip
COLUMNS = "at, actor, actor_name, actor_kind, action, object_type, object_id, object_name, result, address, data, mac"


def copied(seq: int, *, from_: int) -> str:
    """The statement that puts a copy of an entry at another number."""
    columns = f"{seq}, 'copy{seq}', {COLUMNS} FROM audit_events WHERE seq = {from_}"
    return "INSERT INTO audit_events (seq, id, " + COLUMNS + ") SELECT " + columns


def test_an_untouched_log_is_whole(log: Log) -> None:
    log.write(12)
    log.write(3, mark=False)  # since the last minute
    verdict = log.verify()
    assert (verdict.findings, verdict.first, verdict.last, verdict.count) == ([], 1, 15, 15)


@pytest.mark.parametrize(
    ("attack", "seq", "kind"),
    [
        (["UPDATE audit_events SET actor = 'somebody' WHERE seq = 7"], 7, "changed"),
        (["UPDATE audit_events SET actor_name = 'x' WHERE seq = 7"], 7, "changed"),
        (["UPDATE audit_events SET actor_kind = 'x' WHERE seq = 7"], 7, "changed"),
        (["UPDATE audit_events SET action = 'x' WHERE seq = 7"], 7, "changed"),
        (["UPDATE audit_events SET result = 'x' WHERE seq = 1"], 1, "changed"),
        (["UPDATE audit_events SET address = 'x' WHERE seq = 12"], 12, "changed"),
        (["UPDATE audit_events SET object_name = 'x' WHERE seq = 7"], 7, "changed"),
        (["UPDATE audit_events SET data = '{}' WHERE seq = 7"], 7, "changed"),
        (["UPDATE audit_events SET at = '2020-01-01 00:00:00+00:00' WHERE seq = 7"], 7, "changed"),
        (["UPDATE audit_events SET mac = 'x' WHERE seq = 7"], 7, "changed"),
        (["DELETE FROM audit_events WHERE seq = 4"], 4, "missing"),
        (["DELETE FROM audit_events WHERE seq BETWEEN 1 AND 3"], 1, "missing"),
        (list(SWAP), 5, "changed"),
        (["DELETE FROM audit_events WHERE seq > 9"], 10, "cut_off"),
        (["DELETE FROM audit_events"], 1, "cut_off"),
        ([copied(13, from_=3)],
         13, "changed"),
        (["UPDATE audit_events SET seq = -seq WHERE seq > 6", "UPDATE audit_events SET seq = 1 - seq WHERE seq < 0",
          copied(7, from_=3)],
         7, "changed"),
        ([copied(0, from_=3)],
         0, "inserted"),
    ],
)  # fmt: skip
def test_each_attack_names_the_first_bad_entry(log: Log, attack: list[str], seq: int, kind: str) -> None:
    log.write(12)
    assert log.verify().findings == []
    log.sql(*attack)
    first = log.verify().findings[0]
    assert (first.seq, first.kind) == (seq, kind), first


def test_entries_written_after_a_cut_do_not_hide_it(log: Log) -> None:
    log.write(12)
    head = (log.folder / "audit-head.json").read_bytes()
    log.sql("DELETE FROM audit_events WHERE seq > 9")
    log.write(6)
    assert (log.folder / "audit-head.json").read_bytes() == head  # it stays, as evidence
    assert [(f.seq, f.kind) for f in log.verify().findings] == [(12, "cut_off")]


def test_without_the_head_a_cut_would_be_found_by_nobody(log: Log) -> None:
    """The control of what the head is for."""
    log.write(9)
    head = (log.folder / "audit-head.json").read_bytes()
    log.write(3)
    log.sql("DELETE FROM audit_events WHERE seq > 9")
    assert log.verify().findings
    (log.folder / "audit-head.json").write_bytes(head)
    assert log.verify().findings == []


def test_a_head_that_is_gone_or_altered_is_told(log: Log) -> None:
    log.write(3)
    path = log.folder / "audit-head.json"
    text = path.read_text()
    path.write_text(text.replace('"seq": 3', '"seq": 2'))
    assert [f.kind for f in log.verify().findings] == ["head"]
    path.unlink()
    assert [f.kind for f in log.verify().findings] == ["head"]
    path.write_text(text)
    assert log.verify().findings == []


def test_another_key_fits_nothing(log: Log) -> None:
    log.write(3)
    (log.folder / "audit.key").unlink()
    kinds = {f.kind for f in log.verify().findings}
    assert kinds == {"head", "changed"}


class TestTrimming:
    """Old entries go, and the rest still holds."""

    @staticmethod
    def trimmed(log: Log) -> None:
        """Ten entries of which six are trimmed."""
        log.write(10)

        async def trim(audit: Audit) -> None:
            await audit._db.write(lambda conn: chain.trim(conn, audit.seal, datetime.now(UTC), 6))

        log.use(trim)

    def test_a_trimmed_log_is_whole(self, log: Log) -> None:
        self.trimmed(log)
        verdict = log.verify()
        assert (verdict.findings, verdict.first, verdict.last, verdict.count) == ([], 7, 10, 4)
        log.write(2)
        assert (log.verify().findings, log.verify().count) == ([], 6)

    def test_by_age(self, log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(chain, "TRIM_AT_ONCE", 4)
        log.write(10)
        log.use(lambda audit: audit.mark(), days=1)
        assert log.verify().count == 10
        log.use(lambda audit: audit.mark(), days=0)
        verdict = log.verify()  # what is left says what went
        assert (verdict.findings, verdict.first, verdict.last) == ([], 11, 13)
        trimmed = log.sql("SELECT action, actor, json_extract(data, '$.entries') FROM audit_events ORDER BY seq")
        assert trimmed == [("audit.trimmed", "hub", 4), ("audit.trimmed", "hub", 4), ("audit.trimmed", "hub", 2)]

    @pytest.mark.parametrize(
        ("attack", "kind", "seq"),
        [
            ("DELETE FROM audit_events WHERE seq = 7", "missing", 7),
            ("DELETE FROM meta WHERE key = 'audit.checkpoint'", "missing", 1),
            ("""UPDATE meta SET value = replace(value, '"seq":6', '"seq":8') WHERE key = 'audit.checkpoint'""",
             "checkpoint", 0),
            (copied(3, from_=9),
             "inserted", 3),
        ],
    )  # fmt: skip
    def test_what_is_done_to_it_is_found(self, log: Log, attack: str, kind: str, seq: int) -> None:
        self.trimmed(log)
        log.sql(attack)
        first = log.verify().findings[0]
        assert (first.kind, first.seq) == (kind, seq)


def test_the_key_and_the_head_are_for_the_hub_alone(log: Log) -> None:
    log.write(1)
    assert {(log.folder / name).stat().st_mode & 0o777 for name in ("audit.key", "audit-head.json")} == {0o600}


def test_the_log_is_not_in_order_by_chance(log: Log) -> None:
    """The control of every attack: plain rows without codes would take all of them."""
    log.write(3)
    with sqlite3.connect(log.folder / "glimpser.db") as rows:
        macs = [mac for (mac,) in rows.execute("SELECT mac FROM audit_events ORDER BY seq")]
    rows.close()
    assert len({*macs}) == 3
    assert all(len(mac) == 64 for mac in macs)
