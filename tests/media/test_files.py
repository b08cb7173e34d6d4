"""What becomes of the files that sinks report."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from support.tables import empty

from glimpser.database import Database
from glimpser.database.models import Event, MediaFile, Stream
from glimpser.events.service import Events
from glimpser.events.types import EventTypes
from glimpser.media.service import Media
from glimpser.media.storage import LocalStorage
from glimpser.protocol.messages import EventChanged, EventPart, FileReady
from glimpser_sdk.ids import new_id

NOW = datetime(2026, 11, 21, 10, tzinfo=UTC)


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[Database]:
    """A migrated, open database."""
    empty(tmp_path)
    database = Database("", tmp_path)
    await database.open()
    yield database
    await database.close()


@pytest.fixture
def events(db: Database) -> Events:
    return Events(db, node_id="node", types=EventTypes([]))


@pytest.fixture
def media(db: Database, events: Events, tmp_path: Path) -> Media:
    return Media(db, LocalStorage(tmp_path / "kept"), events, node_id="node", room=lambda: True, work=tmp_path / "work")


@pytest.fixture
async def stream_id(db: Database) -> str:
    identifier = new_id()
    await db.write(lambda conn: Stream.create(using_db=conn, id=identifier, node_id="node", name="Door", kind="file"))
    return identifier


async def happen(events: Events, stream_id: str) -> str:
    """An event of the stream."""
    part = EventPart(id=new_id(), stream_id=stream_id, type="motion", analyzer="motion", started_at=NOW, last_at=NOW,
                     revision=1, score=0.5)  # fmt: skip
    await events.on_event(EventChanged(generation=1, change="started", event=part))
    return part.id


def out(folder: Path, stream_id: str) -> Path:
    """Where a sink of the stream may write."""
    return folder / "work" / stream_id / "out" / "sink"


def finished(folder: Path, stream_id: str, event_id: str, kind: str, content_type: str) -> FileReady:
    """A file as a sink leaves it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "file").write_bytes(b"picture")
    return FileReady(stream_id=stream_id, generation=1, plugin="sink", folder=str(folder), name="file", kind=kind,
                     content_type=content_type, started_at=NOW, ended_at=NOW + timedelta(seconds=5),
                     event_ids=[event_id])  # fmt: skip


@pytest.mark.control("A35")
@pytest.mark.parametrize(
    ("kind", "content_type", "suffix"),
    [("clip", "video/mp4", "mp4"), ("cover", "image/jpeg", "jpg"), ("clip", "video/x-msvideo", "bin")],
)
async def test_a_file_is_kept_and_only_a_clip_becomes_the_event_s_clip(
    media: Media, events: Events, stream_id: str, tmp_path: Path, kind: str, content_type: str, suffix: str
) -> None:
    event_id = await happen(events, stream_id)
    await media.on_file(finished(out(tmp_path, stream_id), stream_id, event_id, kind, content_type))
    row = await MediaFile.get()
    assert (row.kind, row.content_type, row.event_id, row.size_bytes) == (kind, content_type, event_id, 7)
    assert row.path.endswith(f".{suffix}")
    assert media.storage.path(row.path).read_bytes() == b"picture"
    assert list(out(tmp_path, stream_id).iterdir()) == []
    event = await Event.get(id=event_id)
    assert event.clip_id == (row.id if kind == "clip" else None)


async def test_a_file_of_a_stream_that_is_gone_is_dropped(media: Media, tmp_path: Path) -> None:
    gone = new_id()
    await media.on_file(finished(out(tmp_path, gone), gone, new_id(), "clip", "video/mp4"))
    assert await MediaFile.all().count() == 0
    assert [path for path in media.storage.root.rglob("*") if path.is_file()] == []


@pytest.mark.attack("A35")
@pytest.mark.parametrize("way", ["name", "folder", "other stream", "link to a file", "link to a folder"])
async def test_only_files_of_the_stream_s_sinks_are_taken(
    media: Media, stream_id: str, tmp_path: Path, way: str
) -> None:
    ready = finished(out(tmp_path, stream_id), stream_id, new_id(), "clip", "video/mp4")
    secret = tmp_path / "secret" / "file"
    secret.parent.mkdir()
    secret.write_bytes(b"secret")
    if way == "name":
        ready.name = "../../../../secret/file"
    elif way == "folder":
        ready.folder = str(secret.parent)
    elif way == "other stream":
        ready.folder = str(finished(out(tmp_path, other := new_id()), other, new_id(), "clip", "video/mp4").folder)
    elif way == "link to a file":
        (Path(ready.folder) / "link").symlink_to(secret)
        ready.name = "link"
    else:
        (linked := out(tmp_path, stream_id).with_name("linked")).symlink_to(secret.parent)
        ready.folder = str(linked)
    await media.on_file(ready)
    assert secret.exists()
    assert await MediaFile.all().count() == 0
    assert [path for path in media.storage.root.rglob("*") if path.is_file()] == []
