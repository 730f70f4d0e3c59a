"""Detects macros, other programs and external content in office files (Open Packaging and OpenDocument archives)."""

import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO, Final
from urllib.parse import unquote
from xml.parsers import expat

from goodword.core.uploads import xml
from goodword.core.uploads.xml import Elsewhere, Programs, UnreadableXml, is_local

#: limits per archive: entries, and bytes when unpacked
MOST_ENTRIES: Final = 10_000
MOST_UNPACKED: Final = 64 * 1024 * 1024
#: limits: bytes read of one part, and nesting depth of embedded documents
_MOST_OF_A_PART: Final = 32 * 1024 * 1024
_DEEPEST: Final = 2

#: compression methods that office programs use; others allow far larger zip bombs
_METHODS: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_TORN: Final = (zipfile.BadZipFile, zlib.error, OSError, EOFError, LookupError, RuntimeError, ValueError)
_ENTRY: Final = b"PK\x01\x02"
_ARCHIVE: Final = b"PK\x03\x04"
_END: Final = b"PK\x05\x06"
_END_64: Final = b"PK\x06\x06"
#: sizes in bytes: the end record without its comment, the longest comment, the fixed part of a local header
_END_SIZE: Final = 22
_LONGEST_COMMENT: Final = 0xFFFF
_HEADER_SIZE: Final = 30

#: first bytes of programs and their containers: Windows, Linux, macOS, Java, OLE, scripts, shortcuts, RAR, 7-Zip
_PROGRAMS: Final = (
    *(b"MZ", b"\x7fELF", b"\xca\xfe\xba\xbe", b"\xfe\xed\xfa", b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe"),
    *(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"#!", b"L\x00\x00\x00\x01\x14\x02\x00", b"Rar!", b"7z\xbc\xaf"),
)
#: extensions of programs, scripts, files that launch either, and archives
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
        *("zip", "rar", "7z", "gz", "tgz", "bz2", "xz", "zst", "tar", "cab", "arj", "lzh", "ace", "dmg"),
    )
)
#: folders and files of macros and controls: in ECMA-376, others that Office writes, and OpenDocument's (last line)
_FOLDERS: Final = frozenset({"activex", "macrosheets", "dialogsheets", "basic", "scripts", "dialogs"})
_FILES: Final = frozenset({"vbaproject.bin", "vbadata.xml", "macrosignatures.xml"})
_CONTENT_TYPES: Final = ("macroenabled", "vbaproject", "activex", "oleobject", "macrosheet")
#: relationships to programs, and to files of other formats that Office merges when it opens the document
_EMBEDDING: Final = frozenset({"oleobject", "vbaproject", "control", "attachedtoolbars", "afchunk"})
#: relationships of parts without clickable text, which can't contain a genuine hyperlink
_WITHOUT_TEXT: Final = frozenset(
    {".rels", "settings.xml.rels", "websettings.xml.rels", "workbook.xml.rels", "presentation.xml.rels"}
)
_DOCUMENTS: Final = frozenset({".docx", ".xlsx", ".pptx", ".odt", ".ods", ".odp"})
#: targets that are external whatever their TargetMode
_OUTSIDE: Final = re.compile(r"\s*(?:[A-Za-z][A-Za-z0-9+.-]*:|[/\\]{2})")
_TYPES: Final = "[content_types].xml"
_IS_DOCUMENT: Final = frozenset({_TYPES, "mimetype"})
#: signatures searched for throughout a part: OLE, Windows (program and shortcut), Linux, RAR, 7-Zip, ZIP, CAB, ISO
_INSIDE: Final = re.compile(
    rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1|PE\x00\x00(?:\x4c\x01|\x64\x86|\x64\xaa)|L\x00\x00\x00\x01\x14\x02\x00"
    rb"|\x7fELF[\x01\x02][\x01\x02]\x01|Rar!\x1a\x07|7z\xbc\xaf\x27\x1c|PK\x03\x04[\x0a-\x3f]\x00..[\x00\x08]\x00"
    rb"|MSCF\x00{4}|\x01CD001\x01",
    re.DOTALL,
)
_LONGEST: Final = 16
_PIECE: Final = 1024 * 1024
#: gzip, bzip2, xz and zstd; Office gzips its metafiles
_PACKED: Final = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd")
_PACKED_DRAWINGS: Final = frozenset({".emz", ".wmz"})
#: first bytes of EMF and the three variants of WMF
_DRAWINGS: Final = (b"\x01\x00\x00\x00", b"\xd7\xcd\xc6\x9a", b"\x01\x00\x09\x00", b"\x02\x00\x09\x00")
_XML: Final = frozenset({".xml", ".rels", ".vml", ".rdf", ".svg"})
#: bytes that parsers skip before the first element, in any encoding, and the maximum number that we accept
_BLANK: Final = b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n"
_MOST_BLANK: Final = 4096
#: "<?xm" in EBCDIC, which libxml2 recognizes
_EBCDIC: Final = b"\x4c\x6f\xa7\x94"


class _Bounds:
    def __init__(self) -> None:
        self.xml = xml.PartReader()
        self.unpacked = 0

    def unpack(self, size: int) -> None:
        self.unpacked += size
        if self.unpacked > MOST_UNPACKED:
            raise UnreadableXml


def check(content: bytes) -> None:
    _check_archive(content, _Bounds(), depth=0)


def _check_archive(content: bytes, bounds: _Bounds, *, depth: int) -> None:
    if content.count(_ENTRY) > MOST_ENTRIES or depth > _DEEPEST or not content.startswith(_ARCHIVE):
        raise UnreadableXml
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check_layout(content, archive)
            _check_parts(archive, bounds, depth=depth)
    except (*_TORN, expat.ExpatError) as error:
        raise UnreadableXml from error


def _check_layout(content: bytes, archive: zipfile.ZipFile) -> None:
    """Raise a Problem unless one directory at the end lists every entry; programs could disagree on the content."""
    ends = [
        at
        for at in _all(_END, content, max(0, len(content) - _END_SIZE - _LONGEST_COMMENT))
        if at + _END_SIZE + int.from_bytes(content[at + 20 : at + 22], "little") == len(content)
    ]
    if len(ends) != 1:
        raise UnreadableXml
    size, start = (int.from_bytes(content[ends[0] + at : ends[0] + at + 4], "little") for at in (12, 16))
    if start != archive.start_dir or not (
        start + size == ends[0]
        or (start + size + 76 == ends[0] and content.startswith(_END_64, start + size))
    ):
        raise UnreadableXml
    end = 0
    for entry in sorted(archive.infolist(), key=lambda entry: entry.header_offset):
        at = entry.header_offset
        _refuse_hidden(content, end, at)
        lengths = (int.from_bytes(content[at + skip : at + skip + 2], "little") for skip in (26, 28))
        end = at + _HEADER_SIZE + sum(lengths) + entry.compress_size
    _refuse_hidden(content, end, start)


def _refuse_hidden(content: bytes, start: int, end: int) -> None:
    if start > end or any(content.find(mark, start, end) >= 0 for mark in (_ENTRY, _ARCHIVE, _END)):
        raise UnreadableXml


def _all(mark: bytes, content: bytes, start: int) -> Iterator[int]:
    while (start := content.find(mark, start)) >= 0:
        yield start
        start += 1


def _check_parts(archive: zipfile.ZipFile, bounds: _Bounds, *, depth: int) -> None:
    entries = archive.infolist()
    names = [_plain(entry.filename) for entry in entries]
    bounds.unpack(sum(entry.file_size for entry in entries))
    if len(set(names)) != len(names) or any(entry.compress_type not in _METHODS for entry in entries):
        raise UnreadableXml
    if depth and _IS_DOCUMENT.isdisjoint(names):  # an archive that is not a document
        raise Programs
    external = _relations(archive, names, bounds)
    types = _Types(archive, dict(zip(names, entries, strict=True)), bounds)
    for entry, name in zip(entries, names, strict=True):
        path = PurePosixPath(name)
        if path.name in _FILES or path.suffix in _ENDINGS or not _FOLDERS.isdisjoint(path.parts[:-1]):
            raise Programs
        if not entry.is_dir():
            with archive.open(entry) as part:
                kind = _Kind(is_xml=types.is_xml(path), external=external.get(name, frozenset()))
                _check_part(part, path, bounds, kind, depth=depth)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    """An archive's declarations about a part: whether it is XML, and the ids of its external relationships."""

    is_xml: bool
    external: frozenset[str]


def _relations(archive: zipfile.ZipFile, names: list[str], bounds: _Bounds) -> dict[str, frozenset[str]]:
    external: dict[str, frozenset[str]] = {}
    for entry, name in zip(archive.infolist(), names, strict=True):
        path = PurePosixPath(name)
        if path.suffix == ".rels" and not entry.is_dir():
            with archive.open(entry) as part:
                ids = _check_relations(_rest(part), bounds, may_link=path.name not in _WITHOUT_TEXT)
            external[(path.parent.parent / path.stem).as_posix()] = frozenset(ids)
    return external


class _Types:
    def __init__(
        self, archive: zipfile.ZipFile, entries: Mapping[str, zipfile.ZipInfo], bounds: _Bounds
    ) -> None:
        self._endings: set[str] = set()
        self._names: set[str] = set()
        if (entry := entries.get(_TYPES)) is not None:
            with archive.open(entry) as part:
                _each_element(_rest(part), self._look, bounds)

    def is_xml(self, path: PurePosixPath) -> bool:
        return path.as_posix() in self._names or path.suffix in self._endings

    def _look(self, _name: str, attributes: dict[str, str]) -> None:
        kind = attributes.get("ContentType", "").casefold()
        if any(word in kind for word in _CONTENT_TYPES):
            raise Programs
        if kind.partition(";")[0].strip().endswith(("+xml", "/xml")):
            name, ending = attributes.get("PartName", ""), attributes.get("Extension", "")
            self._endings.add(f".{ending.strip().casefold()}")
            self._names |= {_plain(name), _plain(unquote(name))}


def _check_part(part: IO[bytes], path: PurePosixPath, bounds: _Bounds, kind: _Kind, *, depth: int) -> None:
    begin = part.read(_PIECE)
    packed = begin.startswith(_PACKED) and not (path.suffix in _PACKED_DRAWINGS and _is_drawing(begin))
    if begin.startswith(_PROGRAMS) or packed or begin[257:262] == b"ustar":
        raise Programs
    if path.suffix in _DOCUMENTS or begin.startswith(_ARCHIVE):
        _check_archive(begin + _rest(part), bounds, depth=depth + 1)
    elif path.suffix == ".rels" or path.as_posix() == _TYPES:
        pass  # already read
    elif kind.is_xml or path.suffix in _XML or _is_xml(begin):
        if begin:  # LibreOffice writes empty parts
            bounds.xml.read(_pieces(begin, part), part=path.as_posix(), external=kind.external)
    elif _contains_program(_pieces(begin, part)):
        raise Programs


def _is_xml(begin: bytes) -> bool:
    text = begin.lstrip(_BLANK)
    if text.startswith(_EBCDIC) or (text.startswith(b"<") and len(begin) - len(text) > _MOST_BLANK):
        raise UnreadableXml
    return text.startswith(b"<")


def _is_drawing(content: bytes) -> bool:
    return zlib.decompressobj(31).decompress(content, 4).startswith(_DRAWINGS)


def _plain(name: str) -> str:
    """Return a part's path as both Windows and office programs read it."""
    parts = name.replace("\\", "/").strip("/").casefold().split("/")
    return "/".join(part.rstrip(" .") for part in parts)


def _rest(part: IO[bytes]) -> bytes:
    read = part.read(_MOST_OF_A_PART + 1)
    if len(read) > _MOST_OF_A_PART:
        raise UnreadableXml
    return read


def _pieces(begin: bytes, part: IO[bytes]) -> Iterator[bytes]:
    yield begin
    while piece := part.read(_PIECE):
        yield piece


def _contains_program(pieces: Iterable[bytes]) -> bool:
    """Whether a binary part contains a program or an archive at any position."""
    before = b""
    is_blank = True
    for piece in pieces:
        if is_blank and (text := piece.lstrip(_BLANK)):
            is_blank = False
            if text.startswith((b"<", _EBCDIC)):
                raise UnreadableXml
        if _INSIDE.search(before + piece):
            return True
        before = piece[-_LONGEST:]
    return False


def _check_relations(content: bytes, bounds: _Bounds, *, may_link: bool) -> set[str]:
    """Return the ids of external hyperlinks. Raises a Problem for other external relationships, which load on
    opening."""
    external: set[str] = set()

    def look(name: str, attributes: dict[str, str]) -> None:
        if any(" " in key for key in attributes):  # another namespace, which programs may read differently
            raise UnreadableXml
        target = attributes.get("Target", "").strip()
        mode = attributes.get("TargetMode", "").strip().casefold()
        kind = attributes.get("Type", "").rpartition("/")[2].casefold()
        # Word stores the path of the template that the file was made from
        made_from = kind == "attachedtemplate" and is_local(target)
        if (
            name == "Relationship"
            and (mode == "external" or _OUTSIDE.match(unquote(target)))
            and not made_from
        ):
            if not (may_link and kind == "hyperlink" and xml.may_be_clicked(target)):
                raise Elsewhere
            external.add(attributes.get("Id", ""))
        if name == "Relationship" and kind in _EMBEDDING:
            raise Programs

    _each_element(content, look, bounds)
    return external


def _each_element(content: bytes, look: Callable[[str, dict[str, str]], None], bounds: _Bounds) -> None:
    """Visit the elements of an XML part by local name. Document types are refused, since they could define anything."""
    depth = 0

    def begin(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        bounds.xml.count(depth=depth)
        look(name.rpartition(" ")[2], attributes)

    def end(_name: str) -> None:
        nonlocal depth
        depth -= 1

    def refuse(*_: object) -> None:
        raise UnreadableXml

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = begin
    parser.EndElementHandler = end
    parser.StartDoctypeDeclHandler = refuse
    parser.Parse(content, True)
