"""Checks of this machine: settings, disk, static files, virus scanner."""

import json
import os
import tempfile
from collections.abc import Iterable, Mapping
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Final

from django.conf import settings
from django.contrib.staticfiles.finders import AppDirectoriesFinder

from goodword.core import environment
from goodword.core.doctor.findings import DoctorFinding, attention, broken, good, size
from goodword.core.uploads import clamd

#: free bytes: the disk needs attention below the first and is too full below the second
LITTLE_SPACE: Final = 10**9
NO_SPACE: Final = 10**8


def setting_names(environ: Mapping[str, str]) -> DoctorFinding:
    known = environment.names_read
    unknown = sorted(
        name
        for name in environ
        if name.startswith("GOODWORD_") and name not in known and name.removesuffix("_FILE") not in known
    )
    if unknown:
        near = get_close_matches(unknown[0].removesuffix("_FILE"), known, n=1)
        hint = f"Did you mean {near[0]}? " if near else ""
        return attention(
            "settings",
            f"No setting has the name {' or '.join(unknown)}.",
            f"{hint}docs/settings.md lists all settings.",
        )
    if settings.GOODWORD_WORKER_CONCURRENCY > settings.GOODWORD_POOL:
        return broken(
            "settings",
            f"GOODWORD_POOL ({settings.GOODWORD_POOL}) is less than GOODWORD_WORKER_CONCURRENCY "
            f"({settings.GOODWORD_WORKER_CONCURRENCY}), so no worker starts.",
            "Raise GOODWORD_POOL, or lower GOODWORD_WORKER_CONCURRENCY.",
        )
    if settings.PRODUCTION and settings.GOODWORD_ALLOW_PRIVATE_ADDRESSES:
        return attention(
            "settings",
            "GOODWORD_ALLOW_PRIVATE_ADDRESSES is on, which is for a sandbox only.",
            "Remove it, unless Greenhouse's address leads to a sandbox of yours.",
        )
    return good("settings", f"All settings are valid ({settings.GOODWORD_ENV}).")


def folders() -> tuple[Path, Path]:
    """The folders that Goodword writes to: its data, and large uploads as they arrive."""
    return settings.GOODWORD_DATA, Path(tempfile.gettempdir())


def disk(
    now: datetime | None = None,  # noqa: ARG001 - a check's signature
    *,
    places: Iterable[Path] | None = None,
) -> list[DoctorFinding]:
    seen = []
    try:
        places = places or folders()
    except FileNotFoundError:  # Python has tried to write to several
        return [
            broken(
                "disk",
                "No folder for temporary files can be written.",
                "Free space on the file system of /tmp, or name another folder in TMPDIR.",
            )
        ]
    for place in places:
        try:
            folder = next(path for path in (place, *place.parents) if path.exists())
            status = os.statvfs(folder)
        except OSError as error:
            remedy = "Run this as the user of the other programs, or let this user read the folder."
            return [broken("disk", f"{place} can't be read: {error.strerror}.", remedy)]
        # some file systems don't limit the number of files
        no_files = status.f_files > 0 and status.f_favail == 0
        seen.append((0 if no_files else status.f_bavail * status.f_frsize, folder, no_files))
    free, folder, no_files = min(seen)
    remedy = f"Free space on the file system of {folder}, or enlarge it."
    if no_files:
        return [broken("disk", f"The file system of {folder} can't hold any more files.", remedy)]
    sentence = f"{size(free)} free in {folder}."
    if free < NO_SPACE:
        return [broken("disk", sentence, remedy)]
    return [attention("disk", sentence, remedy) if free < LITTLE_SPACE else good("disk", sentence)]


def virus_scanner(now: datetime | None = None) -> list[DoctorFinding]:  # noqa: ARG001 - a check's signature
    address = settings.GOODWORD_CLAMD
    if not address:
        return []
    if clamd.is_up(address):
        return [good("virus_scanner", f"{address} responds.")]
    return [
        broken(
            "virus_scanner",
            f"{address} does not respond, so candidates can't upload files.",
            "Start ClamAV's daemon, or correct GOODWORD_CLAMD.",
        )
    ]


def static_files(now: datetime | None = None) -> list[DoctorFinding]:  # noqa: ARG001 - a check's signature
    if not settings.PRODUCTION:
        return [good("static_files", "Served from the program's folder.")]
    root = Path(settings.STATIC_ROOT)
    remedy = (
        "Run `goodword collectstatic --noinput` with the same GOODWORD_DATA, then restart `goodword serve`."
    )
    try:
        made: dict[str, str] = json.loads((root / "staticfiles.json").read_text(encoding="utf-8"))["paths"]
    except FileNotFoundError:
        return [broken("static_files", f"There are no static files in {root}.", remedy)]
    except (OSError, ValueError, LookupError):
        return [broken("static_files", f"The list of static files in {root} can't be read.", remedy)]
    if any(not (root / name).is_file() for name in made.values()):
        return [broken("static_files", f"Static files are missing in {root}.", remedy)]
    if any(path not in made for path, _ in AppDirectoriesFinder().list([])):
        return [attention("static_files", "The static files are from another version.", remedy)]
    return [good("static_files", f"{len(made)} files in {root}.")]
