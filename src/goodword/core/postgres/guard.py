"""A small process that ends the server when its parent has gone without a word, so that it never stays."""

import subprocess

# The pipe closes with the parent. The folder goes too; the wait for that has an end because a process that
# nobody collects keeps its number.
_SCRIPT = """
read -r word
[ "$word" = over ] && exit
kill -INT "$1"
tries=0
while kill -0 "$1" 2>/dev/null && [ $tries -lt 600 ]; do sleep 0.1; tries=$((tries + 1)); done
rm -rf "$2"
"""


def watch(pid: int, sockets: str) -> subprocess.Popen[bytes]:
    """Watch over this process for the server with this process id and socket folder."""
    return subprocess.Popen(  # noqa: S603 - fixed script
        ["/bin/sh", "-c", _SCRIPT, "goodword-postgres-guard", str(pid), sockets],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        start_new_session=True,
    )


def dismiss(guard: subprocess.Popen[bytes]) -> None:
    """The server has ended in order: nothing is left to guard."""
    guard.communicate(b"over\n")
