"""Checks candidates' uploads by content (puremagic, or the type declared in an office file) and size, not by name.
Rejects files with executable or external content. Uploads are never displayed or run."""

import hashlib
import io
import zipfile
import zlib
from collections.abc import Collection, Mapping
from pathlib import PurePath
from typing import Any, Final

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext

from goodword.assessments.kinds.items import CheckedFile
from goodword.core.csv_files import UnreadableFile, decoded
from goodword.core.text import clean_text
from goodword.core.uploads import clamd, office, pdf, xml

MEGABYTE: Final = 1024 * 1024
MAX_NAME_LENGTH: Final = 200
#: by file type: extension, and content type for downloads
ACCEPTED: Final[Mapping[str, Mapping[str, str]]] = {
    "pdf": {".pdf": "application/pdf"},
    "image": {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg"},
    "text": {".txt": "text/plain", ".md": "text/plain", ".csv": "text/csv"},
    "document": {
        ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ".odt": "application/vnd.oasis.opendocument.text",
    },
    "sheet": {
        ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ".ods": "application/vnd.oasis.opendocument.spreadsheet",
    },
    "slides": {
        ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        ".odp": "application/vnd.oasis.opendocument.presentation",
    },
}
_OPEN_DOCUMENT = {".odt", ".ods", ".odp"}
#: maximum bytes to read of an archive's declarations, since small archives can unpack to large ones
_MAX_DECLARATION: Final = 200_000
#: encodings used in other regions that have full-width signs, with which formulas can also start there
_ASSUMED: Final = ("gb18030", "big5", "euc_kr", "shift_jis")
_SAME = {".jpeg": ".jpg", ".jfif": ".jpg"}


class RejectedFile(Exception):
    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def check_file(file: "UploadedFile[Any]", *, types: Collection[str], megabytes: int) -> CheckedFile:
    """`types`: keys of ACCEPTED. Raises `RejectedFile`, including for a file that is too large."""
    name = clean_text(PurePath(file.name or "").name, one_line=True)
    ending = PurePath(name).suffix.casefold()
    allowed = {end: kind for file_type in types for end, kind in ACCEPTED[file_type].items()}
    endings = ", ".join(sorted(allowed))
    if not file.size:
        raise RejectedFile(gettext("This file is empty. Choose another one."))
    if file.size > megabytes * MEGABYTE:
        raise RejectedFile(
            gettext("This file is larger than %(most)s MB. Make it smaller, or choose another one.")
            % {"most": megabytes}
        )
    if ending not in allowed:
        raise RejectedFile(
            gettext("This type of file isn't accepted. Choose one of these: %(endings)s.")
            % {"endings": endings}
        )
    content = file.read()
    if not _matches_ending(ending, content):
        raise RejectedFile(
            gettext(
                "This file's content doesn't match its extension. Save it again as one of these: %(endings)s."
            )
            % {"endings": endings}
        )
    _refuse_programs(ending, content)
    _refuse_infected(content)
    return CheckedFile(
        name=_shortened(name),
        content_type=allowed[ending],
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
    )


def _refuse_programs(ending: str, content: bytes) -> None:
    try:
        if ending == ".pdf" and pdf.is_active(content):
            raise RejectedFile(
                gettext(
                    "This PDF contains scripts, attachments or automatic actions. Print it to a new PDF and upload "
                    "that."
                )
            )
        if ending == ".csv":
            _check_table(content)
        if any(ending in ACCEPTED[file_type] for file_type in ("document", "sheet", "slides")):
            office.check(content)
    except xml.Programs as error:
        raise RejectedFile(
            gettext(
                "This file contains macros, programs or embedded objects. Save it without them, or as a PDF."
            )
        ) from error
    except xml.Elsewhere as error:
        raise RejectedFile(
            gettext(
                "This file loads external content: a template, a picture or an object. Embed it, or save "
                "the file as a PDF."
            )
        ) from error
    except (xml.UnreadableXml, pdf.UnreadablePdf) as error:
        raise RejectedFile(
            gettext(
                "We can't check this file: it is password-protected, damaged or too large when unpacked. "
                "Save it again without a password, or print it to a new PDF."
            )
        ) from error


def _refuse_infected(content: bytes) -> None:
    if not settings.GOODWORD_CLAMD:
        return
    try:
        infected = clamd.is_infected(content, address=settings.GOODWORD_CLAMD)
    except clamd.NotScanned as error:
        raise RejectedFile(
            gettext(
                "We can't check files for viruses at the moment, so you can't upload any. Please try "
                "again in a few minutes."
            )
        ) from error
    if infected:
        raise RejectedFile(gettext("The virus scanner flagged this file. Please upload another one."))


def _matches_ending(ending: str, content: bytes) -> bool:
    if ending in ACCEPTED["text"]:
        return _is_text(content)
    if any(ending in ACCEPTED[file_type] for file_type in ("document", "sheet", "slides")):
        return _is_office(ending, content)
    import puremagic  # takes two megabytes, and most processes check no uploads

    try:
        found = puremagic.magic_string(content)
    except (puremagic.PureError, ValueError):
        return False
    wanted = _SAME.get(ending, ending)
    best = max((match.confidence for match in found), default=0)
    return any(
        _SAME.get(match.extension, match.extension) == wanted for match in found if match.confidence == best
    )


def _is_office(ending: str, content: bytes) -> bool:
    """Whether the archive declares this format, since all archives start with the same bytes. Open Packaging files
    (ECMA-376 part 2) declare the type of their main part in [Content_Types].xml, OpenDocument files (part 2, 3.3) in
    the file `mimetype`."""
    wanted = next(kinds[ending] for kinds in ACCEPTED.values() if ending in kinds)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if ending in _OPEN_DOCUMENT:
                with archive.open("mimetype") as declaration:
                    return declaration.read(_MAX_DECLARATION).decode("ascii").strip() == wanted
            with archive.open("[Content_Types].xml") as declaration:
                return f"{wanted}.main+xml".encode() in declaration.read(_MAX_DECLARATION)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, LookupError, RuntimeError, ValueError):
        return False  # damaged, encrypted, or another kind of archive


def _is_text(content: bytes) -> bool:
    """Whether the content is UTF-8, UTF-16 or Windows-1252, as Excel and editors on Windows save it, without the
    control characters that occur only in binary files."""
    try:
        text, _guessed = decoded(content)
    except UnreadableFile:
        return False
    return not any(letter < " " and letter not in "\t\n\r\f" for letter in text)


def _check_table(content: bytes) -> None:
    """Check a table. If the encoding is a guess, the table must be harmless in any encoding that a computer may assume.
    Raises xml.Problem."""
    text, guessed = decoded(content)
    xml.check_table(text)
    for encoding in _ASSUMED if guessed else ():
        xml.check_table(content.decode(encoding, "replace"))


def _shortened(name: str) -> str:
    path = PurePath(name)
    return (
        name
        if len(name) <= MAX_NAME_LENGTH
        else path.stem[: MAX_NAME_LENGTH - len(path.suffix)] + path.suffix
    )
