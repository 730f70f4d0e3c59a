"""One demo at a time on a data folder: a file lock that dies with its holder."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from goodword.core.environment import SettingError


@contextmanager
def alone(data: Path) -> Iterator[None]:
    """Hold the folder, which is made if it is not there. Raises SettingError while another demo holds it."""
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (data / "demo.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise SettingError(
                f"A demo runs already on {data}. Stop it first (Ctrl-C where it runs), "
                "or choose another folder by GOODWORD_DATA."
            ) from error
        yield
