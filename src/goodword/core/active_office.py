"""Whether an office file carries programs, or loads parts from elsewhere: Open Packaging and OpenDocument archives."""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import IO, Final
from xml.parsers import expat

#: entries of an archive, and bytes that it may have when it is unpacked
MOST_ENTRIES: Final = 10_000
MOST_UNPACKED: Final = 64 * 1024 * 1024
#: bytes of one part that are read, and how deep documents may lie in each other
_MOST_OF_A_PART: Final = 32 * 1024 * 1024
_DEEPEST: Final = 2

#: what office programs write; others unpack to far more than they have bytes
_METHODS: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_TORN: Final = (zipfile.BadZipFile, zlib.error, OSError, EOFError, LookupError, RuntimeError, ValueError)
_ENTRY: Final = b"PK\x01\x02"
_ARCHIVE: Final = b"PK\x03\x04"

#: how programs and containers of programs begin: Windows, Linux, macOS, Java, OLE, scripts, shortcuts, RAR, 7-Zip
_PROGRAMS: Final = (
    *(b"MZ", b"\x7fELF", b"\xca\xfe\xba\xbe", b"\xfe\xed\xfa", b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe"),
    *(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"#!", b"L\x00\x00\x00\x01\x14\x02\x00", b"Rar!", b"7z\xbc\xaf"),
)
#: endings of programs, of scripts, and of what starts either
_ENDINGS: Final = frozenset(
    f".{ending}"
    for ending in (
        *(
            "exe",
            "dll",
            "com",
            "scr",
            "msi",
            "bat",
            "cmd",
            "ps1",
            "vbs",
            "vbe",
            "js",
            "jse",
            "wsf",
            "hta",
            "jar",
        ),
        *(
            "lnk",
            "url",
            "pif",
            "cpl",
            "reg",
            "sh",
            "py",
            "class",
            "app",
            "ole",
            "docm",
            "xlsm",
            "pptm",
            "dotm",
        ),
        *("xltm", "potm", "ppam", "xlam", "xlsb", "iqy", "settingcontent-ms"),
        *(
            "xll",
            "chm",
            "mht",
            "mhtml",
            "wsc",
            "sct",
            "msc",
            "library-ms",
            "search-ms",
            "iso",
            "img",
            "vhd",
            "vhdx",
        ),
        *("appref-ms", "psm1", "rtf", "html", "htm", "xhtml"),
    )
)
#: folders and files of macros and controls: ECMA-376 and what Office writes besides; OpenDocument's in the last line
_FOLDERS: Final = frozenset({"activex", "macrosheets", "dialogsheets", "basic", "scripts", "dialogs"})
_FILES: Final = frozenset({"vbaproject.bin", "vbadata.xml", "macrosignatures.xml"})
_CONTENT_TYPES: Final = ("macroenabled", "vbaproject", "activex", "oleobject", "macrosheet")
#: relations to programs, and to files of other formats that are merged into the document when it is opened
_EMBEDDING: Final = frozenset({"oleobject", "vbaproject", "control", "attachedtoolbars", "afchunk"})
#: documents in documents, as charts have their figures
_DOCUMENTS: Final = frozenset({".docx", ".xlsx", ".pptx", ".odt", ".ods", ".odp"})
#: an event of OpenDocument that runs a macro, also one that the program itself brings
_RUNS: Final = (b"vnd.sun.star.script", b"ooo:script", b"vnd.sun.star.expand", b":dde-source")


#: fields of Word that ask another program for data
_DDE: Final = re.compile(rb"(?i:instrText[^>]{0,100}>\s{0,20}DDE|instr=[\"']\s{0,20}DDE)")
_REFERENCE: Final = re.compile(rb"&#(?:x0*([0-9A-Fa-f]{1,2})|0*(\d{1,3}));")
_ENCODING: Final = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([^\"']*)")
_ENCODINGS: Final = frozenset({b"utf-8", b"utf8", b"utf-16", b"us-ascii"})


class Problem(Exception):
    """Why the file is not taken."""


class Programs(Problem):
    """It carries macros or other programs."""


class Elsewhere(Problem):
    """It loads parts from elsewhere."""


class Unreadable(Problem):
    """It cannot be told: too large, locked, or torn."""


def check(content: bytes, *, depth: int = 0) -> None:
    """Raise a Problem unless the archive is free of programs, and of links other than those that a reader clicks."""
    if content.count(_ENTRY) > MOST_ENTRIES or depth > _DEEPEST:
        raise Unreadable
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check(archive, depth=depth)
    except (*_TORN, expat.ExpatError) as error:
        raise Unreadable from error


def _check(archive: zipfile.ZipFile, *, depth: int) -> None:
    entries = archive.infolist()
    names = [_plain(entry.filename) for entry in entries]
    if sum(entry.file_size for entry in entries) > MOST_UNPACKED or len(set(names)) != len(names):
        raise Unreadable
    if any(entry.compress_type not in _METHODS for entry in entries):
        raise Unreadable
    for entry, name in zip(entries, names, strict=True):
        path = PurePosixPath(name)
        if path.name in _FILES or path.suffix in _ENDINGS or not _FOLDERS.isdisjoint(path.parts[:-1]):
            raise Programs
        if entry.is_dir():
            continue
        with archive.open(entry) as part:
            begin = part.read(16)
            if begin.startswith(_PROGRAMS):
                raise Programs
            if path.suffix in _DOCUMENTS or begin.startswith(_ARCHIVE):
                check(begin + _rest(part), depth=depth + 1)
            elif path.suffix == ".rels":
                _check_relations(begin + _rest(part))
            elif name == "[content_types].xml":
                _check_types(begin + _rest(part))
            elif name == "meta-inf/manifest.xml" and _holds(part, begin, (b"encryption-data",)):
                raise Unreadable
            elif path.suffix == ".xml" and _holds(part, begin, _RUNS):
                raise Programs


def _plain(name: str) -> str:
    """As both Windows and the programs read it."""
    parts = name.replace("\\", "/").strip("/").casefold().split("/")
    return "/".join(part.rstrip(" .") for part in parts)


def _rest(part: IO[bytes]) -> bytes:
    read = part.read(_MOST_OF_A_PART + 1)
    if len(read) > _MOST_OF_A_PART:
        raise Unreadable
    return read


def _holds(part: IO[bytes], begin: bytes, words: tuple[bytes, ...]) -> bool:
    """Whether any of the words is in a part, read piece by piece; in UTF-8 and, with zeros between, in UTF-16."""
    if (start := begin.replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")) and start[:1] != b"<":
        raise Unreadable  # in another encoding
    before = begin
    while piece := part.read(1024 * 1024):
        text = _REFERENCE.sub(_character, (before + piece).replace(b"\x00", b""))
        if (encoding := _ENCODING.search(text)) and encoding[1].lower() not in _ENCODINGS:
            raise Unreadable
        if any(word in text for word in words) or _DDE.search(text):
            return True
        before = text[-64:]
    return any(word in _REFERENCE.sub(_character, before.replace(b"\x00", b"")) for word in words)


def _character(found: re.Match[bytes]) -> bytes:
    """The letter that a character reference stands for; others stay."""
    code = int(found[2]) if found[2] else int(found[1], 16)
    return bytes([code]) if code < 128 else found[0]


def _check_relations(content: bytes) -> None:
    """A hyperlink leads elsewhere when a reader clicks it; whatever else is external is loaded."""
    for name, attributes in _elements(content):
        if any(
            " " in key for key in attributes
        ):  # of a foreign namespace: programs may differ in how they read it
            raise Unreadable
        external = attributes.get("TargetMode", "").strip().casefold() == "external"
        kind = attributes.get("Type", "").rpartition("/")[2].casefold()
        if name == "Relationship" and external and kind != "hyperlink":
            raise Elsewhere
        if name == "Relationship" and kind in _EMBEDDING:
            raise Programs


def _check_types(content: bytes) -> None:
    for _, attributes in _elements(content):
        kind = attributes.get("ContentType", "").casefold()
        if any(word in kind for word in _CONTENT_TYPES):
            raise Programs


def _elements(content: bytes) -> Iterator[tuple[str, dict[str, str]]]:
    """The elements of a small XML part, without their namespaces. One with a document type could say anything.

    Attributes of a namespace keep it, before a space.
    """
    found: list[tuple[str, dict[str, str]]] = []

    def begin(name: str, attributes: dict[str, str]) -> None:
        found.append((name.rpartition(" ")[2], attributes))

    def refuse(*_: object) -> None:
        raise Unreadable

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = begin
    parser.StartDoctypeDeclHandler = refuse
    parser.Parse(content, True)
    yield from found
