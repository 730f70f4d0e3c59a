"""For the commands that use the embedded server and must not start it."""

from pathlib import Path

from .errors import NotRunningError
from .layout import Layout, url_for
from .running import answers, record


def attach(data_dir: Path) -> str:
    """The URL of the server that runs for this data directory.

    Raises `NotRunningError`, saying what to do, when none does or it is not ready yet.
    """
    layout = Layout.of(data_dir)
    found = record(layout)
    if found is not None and found.socket_directory and answers(found.socket_directory):
        if found.ready:
            return url_for(found.socket_directory)
        raise NotRunningError(f"PostgreSQL for {layout.data_dir} is still starting; try again in a moment.")
    raise NotRunningError(
        f"PostgreSQL is not running for {layout.data_dir}; start `goodword up` or set DATABASE_URL."
    )
