"""A cluster of the embedded PostgreSQL."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from goodword.core import postgres


@pytest.fixture(scope="module")
def made() -> Iterator[Path]:
    """A data directory with a cleanly stopped cluster that has one row."""
    with tempfile.TemporaryDirectory(prefix="goodword-tests-") as folder:
        data = Path(folder, "made")
        with postgres.start(data, durable=False) as server, psycopg.connect(server.url) as connection:
            connection.execute("CREATE TABLE kept (word text PRIMARY KEY)")
            connection.execute("INSERT INTO kept VALUES ('before')")
        yield data
