"""The file format of backups: a tar of `manifest.json`, the dump in pieces, and `end.json` with the dump's digest.

The file is read and written as a stream, and may be encrypted by age or gpg. To list its content without Goodword:
tar -xOf FILE --wildcards 'database.dump.*' | pg_restore --list
"""

import fcntl
import hashlib
import io
import json
import os
import re
import secrets
import shutil
import stat
import subprocess
import tarfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO, Any, Final

from goodword.core import environment
from goodword.core.backup.programs import BackupError, Program

#: increased when older versions of Goodword could not read the file
FORMAT: Final = 1
#: bytes of the dump per tar member; a piece is held in memory
PIECE: Final = 4 * 1024 * 1024
_MANIFEST, _END, _DUMP = "manifest.json", "end.json", "database.dump."
#: seconds within which age or gpg must exit after a failure
_EXITS_WITHIN: Final = 3.0
#: maximum bytes of a manifest
_MOST: Final = 5_000_000
ERASURES: Final = "erasures.jsonl"
PART: Final = ".part"
_DRAFT: Final = re.compile(r"\..+\.[0-9a-f]{8}" + re.escape(PART))
_AGE: Final = b"age-encryption.org/"
_AGE_TEXT: Final = b"-----BEGIN AGE"
_GPG_TEXT: Final = b"-----BEGIN PGP"
#: first bytes of OpenPGP files: session key packets in the old and new format (RFC 9580)
_GPG: Final = re.compile(rb"[\x84-\x87\x8c-\x8f\xc1\xc3]")
DAMAGED: Final = "is damaged, or was not written to its end. Use another backup."


def write(sink: IO[bytes], manifest: dict[str, Any], dump: IO[bytes], *, check: Callable[[], None]) -> None:
    """Write a complete archive. `check` is called after the last piece, and raises if the dump is incomplete."""
    with tarfile.open(fileobj=sink, mode="w|", format=tarfile.PAX_FORMAT) as tar:
        _add(tar, _MANIFEST, json.dumps(manifest, indent=1).encode())
        digest, size, number = hashlib.sha256(), 0, 0
        while piece := _read_piece(dump):
            number += 1
            digest.update(piece)
            size += len(piece)
            _add(tar, f"{_DUMP}{number:06}", piece)
        check()
        end = {"pieces": number, "size": size, "sha256": digest.hexdigest()}
        _add(tar, _END, json.dumps(end).encode())


def _read_piece(dump: IO[bytes]) -> bytes:
    """Read a full piece (the last one may be shorter). A pipe returns less than that per read."""
    parts, missing = [], PIECE
    while missing and (part := dump.read(missing)):
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode = len(content), 0o600
    tar.addfile(member, io.BytesIO(content))


@contextmanager
def encrypted(sink: IO[bytes], recipients: list[str]) -> Iterator[IO[bytes]]:
    """Yield a stream that writes to `sink`, encrypted if there are recipients. Raises BackupError."""
    if not recipients:
        yield sink
        return
    program = Program(_encrypting(recipients), stdin=-1, stdout=sink.fileno())
    try:
        assert program.process.stdin is not None
        try:
            yield program.process.stdin
            program.process.stdin.close()
        except BrokenPipeError:  # the program has exited; its message says why
            program.finish()
            raise
        program.finish()
    finally:
        program.end()


def _encrypting(recipients: list[str]) -> list[str]:
    by_age = [recipient.startswith(environment.AGE) for recipient in recipients]
    if all(by_age):
        return [_installed("age"), *(word for recipient in recipients for word in ("--recipient", recipient))]
    if any(by_age):
        raise BackupError("--encrypt-to takes recipients of either age or gpg, not both.")
    command = [_installed("gpg"), "--batch", "--quiet", "--no-tty", "--trust-model", "always"]
    return [
        *command,
        "--output",
        "-",
        *(word for recipient in recipients for word in ("--recipient", recipient)),
        "--encrypt",
    ]


def _installed(name: str) -> str:
    if found := shutil.which(name):
        return found
    raise BackupError(f"{name} is not installed. Install it (on Debian: apt install {name}).")


@contextmanager
def new_file(path: Path, *, replace: bool = False) -> Iterator[IO[bytes]]:
    """Yield a file that only its owner can read. It gets its name once it is complete. Raises BackupError."""
    path = path.resolve()  # writes through a symbolic link
    if path.exists() and not (replace and path.is_file()):
        raise _exists(path)
    try:
        with ExitStack() as made:
            remove_abandoned(path.parent)
            draft, descriptor = _new_draft(path)
            made.callback(draft.unlink, missing_ok=True)
            with open(descriptor, "wb") as file:  # noqa: PTH123 - a descriptor
                yield file
                file.flush()
                os.fsync(file.fileno())
                _name(draft, path, replace=replace)  # before its lock is released
            _sync_folder(path.parent)
    except OSError as error:
        raise BackupError(
            f"{path} could not be written: {error.strerror}. No partial file was left. "
            "Free space, or choose another place."
        ) from error


def _name(draft: Path, path: Path, *, replace: bool) -> None:
    """Move the finished draft to its final name, which another process may have taken meanwhile."""
    if not replace:
        try:
            path.hardlink_to(draft)
        except FileExistsError:
            raise _exists(path) from None
        except OSError:  # some file systems have no hard links
            if path.exists():
                raise _exists(path) from None
        else:
            return
    draft.rename(path)


def _exists(path: Path) -> BackupError:
    return BackupError(f"{path} already exists. Choose another name.")


def _new_draft(path: Path) -> tuple[Path, int]:
    """Create a draft. Returns its path and its descriptor, which is locked while this process or its encrypting program
    runs."""
    while True:
        # not the process id, which is the same in each container
        draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}{PART}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with suppress(OSError):  # some file systems have no locks
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        if os.fstat(descriptor).st_nlink:
            return draft, descriptor
        os.close(descriptor)  # another program took it for an abandoned one


def remove_abandoned(folder: Path) -> None:
    """Delete the drafts of killed programs, since they contain personal data."""
    for draft in folder.glob(f".*{PART}"):
        if not _DRAFT.fullmatch(draft.name):
            continue
        with suppress(OSError):  # in use, or another user's
            descriptor = os.open(draft, os.O_RDONLY | os.O_NOFOLLOW)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                draft.unlink()
            finally:
                os.close(descriptor)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class Archive:
    """An open backup, which can be read once from beginning to end. All methods raise BackupError."""

    def __init__(self, tar: tarfile.TarFile, name: str) -> None:
        self._tar = tar
        self._name = name
        self.manifest: dict[str, Any] = self._json(self._next(), _MANIFEST)
        if self.manifest.get("goodword") != "backup":
            raise BackupError(f"{name} is not a backup of Goodword.")
        if self.manifest["format"] > FORMAT:
            raise BackupError(
                f"{name} was made by a newer version of Goodword ({self.manifest['version']}). Install that one."
            )

    def pieces(self) -> Iterator[bytes]:
        """Yield the dump. Its digest is only checked at the end, so don't trust any of it before."""
        digest, size, number = hashlib.sha256(), 0, 0
        while (member := self._next()).name.startswith(_DUMP):
            number += 1
            piece = self._content(member)
            if member.name != f"{_DUMP}{number:06}":
                raise self._damaged()
            digest.update(piece)
            size += len(piece)
            yield piece
        end = self._json(member, _END)
        if (end.get("pieces"), end.get("size"), end.get("sha256")) != (number, size, digest.hexdigest()):
            raise self._damaged()

    def _next(self) -> tarfile.TarInfo:
        try:
            member = self._tar.next()
        except (tarfile.TarError, EOFError, OSError) as error:
            raise self._damaged() from error
        if member is None:
            raise self._damaged()
        return member

    def _content(self, member: tarfile.TarInfo) -> bytes:
        if not member.isfile() or member.size > _MOST:
            raise self._damaged()
        try:
            stream = self._tar.extractfile(member)
            content = stream.read() if stream else b""
        except (tarfile.TarError, EOFError, OSError) as error:
            raise self._damaged() from error
        if len(content) != member.size:
            raise self._damaged()
        return content

    def _json(self, member: tarfile.TarInfo, name: str) -> dict[str, Any]:
        if member.name != name:
            raise self._damaged()
        try:
            read = json.loads(self._content(member))
        except ValueError as error:
            raise self._damaged() from error
        if not isinstance(read, dict):
            raise self._damaged()
        return read

    def _damaged(self) -> BackupError:
        return BackupError(f"{self._name} {DAMAGED}")


@contextmanager
def opened(path: Path, *, identity: Path | None = None) -> Iterator[Archive]:
    """Open a backup, decrypted with age or gpg if necessary. `identity`: file with the age key. Raises BackupError."""
    try:
        file = path.open("rb")
    except OSError as error:
        raise BackupError(f"{path} can't be read: {error.strerror}.") from error
    with ExitStack() as kept:
        kept.enter_context(file)
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise BackupError(f"{path} is not a file. Write the backup to a file, and name that.")
        begin = os.pread(file.fileno(), 512, 0)
        stream: IO[bytes] = file
        program: Program | None = None
        if command := _decrypting(path, begin, identity):
            program = Program(command, stdin=file.fileno(), stdout=-1)
            kept.callback(program.end)
            assert program.process.stdout is not None
            stream = program.process.stdout
        elif begin[257:262] != b"ustar":
            raise BackupError(f"{path} is not a backup of Goodword.")
        try:
            archive = Archive(tarfile.open(fileobj=stream, mode="r|"), str(path))  # noqa: SIM115 - the stream closes
        except (BackupError, tarfile.TarError, EOFError) as error:
            if program is not None and _has_failed(program):
                raise BackupError(f"{path} can't be decrypted: {program.error_messages()}") from error
            raise error if isinstance(error, BackupError) else BackupError(f"{path} {DAMAGED}") from error
        yield archive


def _has_failed(program: Program) -> bool:
    try:
        return program.process.wait(_EXITS_WITHIN) != 0
    except subprocess.TimeoutExpired:  # it is still decrypting something else
        return False


def _decrypting(path: Path, begin: bytes, identity: Path | None) -> list[str]:
    if begin.startswith((_AGE, _AGE_TEXT)):
        if identity is None:
            raise BackupError(f"{path} is encrypted by age. Name the file with its key: --identity FILE.")
        return [_installed("age"), "--decrypt", "--identity", str(identity)]
    if begin.startswith(_GPG_TEXT) or _GPG.match(begin):
        return [_installed("gpg"), "--quiet", "--decrypt"]
    return []
