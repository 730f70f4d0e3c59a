"""Detects active PDF features: scripts, programs, attached files, and links that open by themselves.

The file is not parsed, since viewers repair broken files in different ways. Instead, feature names are searched for in
the raw bytes and in decompressed object streams. They count even where no viewer would find them.
"""

import bisect
import re
import zlib
from collections.abc import Iterator
from typing import Final

#: limits: bytes of all decompressed object streams together, and matches examined
MOST_UNPACKED: Final = 24 * 1024 * 1024
MOST_HITS: Final = 20_000
#: maximum bytes of a stream with a predictor, which programs hardly ever use for objects
MOST_PREDICTED: Final = 2 * 1024 * 1024
_MOST_OPENING: Final = 20
#: a name's dictionary must start within this many bytes before it
_NEAR: Final = 2_000

_SPACE: Final = rb"[\x00\t\n\f\r ]"
_ENDS: Final = rb"(?=[\x00\t\n\f\r ()<>\[\]{}/%]|\Z)"
#: also matches comments, which are allowed wherever white space is, although no program writes one there
_REFERENCE: Final = rb"\d{1,10}(?:~+\d{1,10}(?:~+R|~*%)|~*%)".replace(b"~", _SPACE)
#: a dictionary or a reference, perhaps after a comment
_DICTIONARY: Final = (
    b"~*(?:<<|REF|%[^\\r\\n]{0,150}+(?:[^\\r\\n]|[\\r\\n]~*(?:<<|REF|%)))".replace(b"REF", _REFERENCE)
).replace(b"~", _SPACE)

#: names of actions and their entries (ISO 32000-2, 12.6), XFA forms (which contain scripts), and attached files
_ACTIVE: Final = (
    tuple(
        re.compile(b"/" + name + _ENDS)
        for name in (
            *(
                b"JavaScript",
                b"Launch",
                b"Rendition",
                b"RichMedia",
                b"XFA",
                b"GoToR",
                b"GoToE",
                b"SubmitForm",
            ),
            *(b"ImportData", b"EmbeddedFiles", b"EmbeddedFile", b"FileAttachment"),
            # rich media commands, portfolios, movies, and filters of data in another file
            *(b"RichMediaExecute", b"OnInstantiate", b"Collection", b"Movie", b"FFilter", b"FDecodeParms"),
        )
    )
    + tuple(
        # Short names need a value too, since compressed images contain "/AA " by chance. /JS is left out because it
        # does nothing without one of the actions above.
        re.compile(b"/" + name + _DICTIONARY)
        for name in (b"AA", b"EF", b"Ref")
    )
    + tuple(
        # article threads of another file, and stream data in another file or at a URL
        re.compile(name.replace(b"~", _SPACE))
        for name in (
            *(rb"/S~*/Thread" + _ENDS, rb"/FS(?:~*/URL" + _ENDS + rb"|~*%|~+" + _REFERENCE + b")"),
            *(
                rb"/F~*<<~*/(?:FS|UF|F|Type~*/F(?:ilespec)?)" + _ENDS,
                rb"/F~*\([^()\r\n]{1,300}+\)[^<>()]{0,100}+>>~*stream",
            ),
        )
    )
)
_LETTERS: Final = b"ACDEFGIJLMNOPRSTUVWXabcdefghijklmnopqrstuvwxyz"

_ENCRYPTED: Final = re.compile(rb"/Encrypt" + _ENDS)
#: an action whose type is in another object; no program writes this, and we couldn't tell which action it is
_KIND_ELSEWHERE: Final = re.compile(rb"/S" + _SPACE + b"+" + _REFERENCE)
_KIND_COMMENT: Final = re.compile(rb"/S" + _SPACE + b"*+%")
_KIND: Final = re.compile(_REFERENCE + b"|/Thread" + _ENDS)
_COMMENTS: Final = re.compile(rb"(?:~|%[^\r\n]*+(?:[\r\n]|\Z))*+".replace(b"~", _SPACE))
_LONGEST_COMMENTS: Final = 4_000
#: the end of an object number that follows a comment; the text before it has to be examined too
_NUMBER_END: Final = re.compile(
    rb"(?<!~)[\x00\t\f ]*+[\r\n]~*+(?:\d{1,10}(?:~++))?obj(?![a-z])".replace(b"~", _SPACE)
)

#: characters that can surround a name inside a string: no object starts or ends between them
_TEXT: Final = rb"(?:[^()<>\[\]{}%\\\x00\t\n\f\r]|\\[()\\])"
_BEFORE: Final = re.compile(rb"(?<!\\)\(" + _TEXT + rb"{0,200}\Z")
_AFTER: Final = re.compile(_TEXT + rb"{0,200}\)")

#: an object stream (ISO 32000-2, 7.5.7) in the form that programs write; files with any other form are rejected
_PACKED: Final = re.compile(
    rb"obj~*<<(?:~*/(?:Type~*/ObjStm|N~+\d{1,7}|First~+(?P<first>\d{1,8})|Length~+\d{1,10}(?:~+\d{1,10}~+R)?"
    rb"|Extends~+\d{1,10}~+\d{1,10}~+R|Filter~*(?:\[~*)?/(?P<flate>FlateDecode|Fl)(?:~*\])?"
    rb"|DecodeParms~*(?:null|\[~*null~*\]|(?:\[~*)?<<(?P<parms>(?:~*/(?:Predictor|Columns|Colors|BitsPerComponent"
    rb"|EarlyChange)~+\d{1,7})*)~*>>(?:~*\])?)))*~*>>~*stream\r?\n".replace(b"~", _SPACE)
)
_PARM: Final = re.compile(rb"/([A-Za-z]+)" + _SPACE + rb"+(\d{1,7})")
_PACKS: Final = re.compile(rb"/ObjStm" + _ENDS)
_FIRST: Final = re.compile(rb"/First" + _ENDS)
_TO_OBJECT: Final = re.compile(_SPACE + rb"*(\d{1,10})" + _SPACE + rb"+(\d{1,10})" + _SPACE + rb"+R")
_NO_DICTIONARY: Final = re.compile(
    rb"(?<!\d)(\d{1,10})" + _SPACE + rb"+\d{1,10}" + _SPACE + rb"+obj(?!" + _SPACE + rb"*<<)"
)
_PAIR: Final = re.compile(_SPACE + rb"*(\d{1,10})" + _SPACE + rb"+(\d{1,10})(?!\d)")

_ON_OPENING: Final = re.compile(rb"/OpenAction" + _ENDS)
_LINK: Final = re.compile(rb"/URI" + _ENDS)
#: a destination in the document, or an action that only goes to such a destination
_GOES: Final = re.compile(
    rb"~*(?:\[|<<(?:~*/(?:Type~*/Action|S~*/(?:GoTo|Named)|N~*/[A-Za-z]+"
    rb"|D~*(?:\[[^\[\]<>()%]*\]|\([^()\\]*\)|<[0-9A-Fa-f]*>|/[!-$&'*-.0-;=?-Z^-z]+)))*~*>>)".replace(
        b"~", _SPACE
    )
)


class UnreadablePdf(Exception):
    """The file can't be checked: it is encrypted, too large, or compressed in an unusual way."""


def is_active(content: bytes) -> bool:
    raw = _unescaped(content)
    if _ENCRYPTED.search(raw):
        raise UnreadablePdf
    for name in (_PACKS, _FIRST):
        if len(_some(name, raw)) != len(_some(name, content)):
            raise UnreadablePdf
    if _has_names(raw):
        return True
    packed = list(_object_streams(content))
    unescaped = [_unescaped(inner) for _, inner in packed]
    for (first, original), inner in zip(packed, unescaped, strict=True):
        if _has_names(inner, first=first, original=original):
            return True
    parts = [raw, *unescaped]
    if any(_KIND_ELSEWHERE.search(part) for part in parts):
        raise UnreadablePdf
    for part in parts:
        for match in _some(_KIND_COMMENT, part):
            if _is_kind_hidden(part, match.end() - 1):
                raise UnreadablePdf
    return _opens_link(raw, packed, parts)


def _is_kind_hidden(data: bytes, at: int) -> bool:
    """Whether an action type that follows a comment is in another object, or refers to another file."""
    value = _after_comments(data, at)
    return value is None or _KIND.match(data, value) is not None


def _after_comments(data: bytes, at: int) -> int | None:
    """Return where white space and comments from `at` end, or None if there are too many."""
    found = _COMMENTS.match(data, at, at + _LONGEST_COMMENTS)
    end = at if found is None else found.end()
    return None if end == at + _LONGEST_COMMENTS else end


def _unescaped(data: bytes) -> bytes:
    """Decode names such as "/J#61vaScript". In binary data this can only add matches."""
    if not re.search(rb"#[4-7]", data):
        return data
    for letter in _LETTERS:
        one = bytes([letter])
        for code in {b"#%02x" % letter, b"#%02X" % letter}:
            data = data.replace(code, one)
    return data


def _some(name: re.Pattern[bytes], data: bytes) -> list[re.Match[bytes]]:
    found: list[re.Match[bytes]] = []
    for match in name.finditer(data):
        found.append(match)
        if len(found) > MOST_HITS:
            raise UnreadablePdf
    return found


def _has_names(data: bytes, *, first: int = 0, original: bytes | None = None) -> bool:
    hits = (match for name in _ACTIVE for match in name.finditer(data))
    texts: list[tuple[int, int]] = []
    for count, hit in enumerate(hits):
        if not _is_text(data, hit):
            return True
        if count > MOST_HITS:
            raise UnreadablePdf
        texts.append((data.rfind(b"(", 0, hit.start()), hit.start()))
    if texts and original is not None:
        _refuse_objects_in(texts, first, original, data)
    return False


def _refuse_objects_in(texts: list[tuple[int, int]], first: int, original: bytes, data: bytes) -> None:
    """Raise Unreadable if, by the stream's own offsets, an object starts inside a string."""
    begins = sorted(begin for _, begin in _objects(first, original))
    for start, end in texts:
        at = bisect.bisect_right(begins, start)
        if len(original) != len(data) or (at < len(begins) and begins[at] <= end):
            raise UnreadablePdf


def _objects(first: int, inner: bytes) -> Iterator[tuple[int, int]]:
    """Yield the number and offset of each object in an object stream. Raises UnreadablePdf."""
    at = 0
    while at < first and (pair := _PAIR.match(inner, at, first)):
        at = pair.end()
        yield int(pair[1]), first + int(pair[2])
    if inner[at:first].strip(b"\x00\t\n\f\r "):
        raise UnreadablePdf


def _is_text(data: bytes, hit: re.Match[bytes]) -> bool:
    before = data[max(0, hit.start() - 201) : hit.start()]
    after = _AFTER.match(data, hit.end())
    start = before.rfind(b"(")
    while start > 0 and before[start - 1 : start] == b"\\":
        start = before.rfind(b"(", 0, start)
    if start < 0 or not after or not _BEFORE.match(before, start):
        return False
    return b"obj" not in before[start:] and b"obj" not in after[0]


def _object_streams(content: bytes) -> Iterator[tuple[int, bytes]]:
    end = unpacked = predicted = 0
    others: list[int] = []
    for mark in sorted(match.start() for name in (_PACKS, _FIRST) for match in _some(name, content)):
        if mark < end:
            continue
        near = content.rfind(b"obj", max(0, mark - _NEAR), mark)
        found = _PACKED.match(content, near) if near >= 0 else None
        if found is None or found.end() < mark:
            others.append(mark)
            continue
        end = found.end()
        if found["first"] is None:
            raise UnreadablePdf
        if found["flate"]:
            inner = _inflated(content, end, MOST_UNPACKED - unpacked)
            if found["parms"]:
                predicted += len(inner)
                if predicted > MOST_PREDICTED or found[0].count(b"/DecodeParms") > 1:
                    raise UnreadablePdf
                inner = _unpredicted(inner, found["parms"])
        else:
            inner = content[end : max(end, content.find(b"endstream", end))]
        unpacked += len(inner)
        if unpacked > MOST_UNPACKED:
            raise UnreadablePdf
        yield int(found["first"]), inner
    _refuse_unless_outlines(content, others)


def _inflated(content: bytes, at: int, most: int) -> bytes:
    unpacking = zlib.decompressobj()
    pieces: list[bytes] = []
    try:
        while not unpacking.eof and at < len(content):
            # in chunks, since each stream would otherwise copy the rest of the file
            piece = unpacking.decompress(content[at : at + 16_384], most + 1)
            at += 16_384
            pieces.append(piece)
            most -= len(piece)
            if most < 0 or unpacking.unconsumed_tail:
                raise UnreadablePdf
    except zlib.error as error:
        raise UnreadablePdf from error
    if not unpacking.eof:
        raise UnreadablePdf
    return b"".join(pieces)


def _unpredicted(data: bytes, parms: bytes) -> bytes:
    """Reverse a predictor (ISO 32000-2, 7.4.4.4). Raises UnreadablePdf."""
    named = {name: int(value) for name, value in _PARM.findall(parms)}
    if len(named) != parms.count(b"/"):
        raise UnreadablePdf  # duplicate parameter
    predictor = named.get(b"Predictor", 1)
    if predictor == 1:
        return data
    bits = named.get(b"BitsPerComponent", 8) * named.get(b"Colors", 1)
    width = (bits * named.get(b"Columns", 1) + 7) // 8
    step = (bits + 7) // 8
    if predictor not in range(10, 16) or not 0 < width <= MOST_PREDICTED:
        raise UnreadablePdf  # only for images, or unknown
    rows: list[bytes] = []
    above = bytes(width)
    for at in range(0, len(data), width + 1):
        above = _row(data[at], data[at + 1 : at + 1 + width].ljust(width, b"\x00"), above, step)
        rows.append(above)
    return b"".join(rows)


def _row(kind: int, row: bytes, above: bytes, step: int) -> bytes:
    """Decode a row of a PNG predictor (ISO/IEC 15948, 9.2), given the row above and the bytes per sample."""
    if kind == 0:
        return row
    if kind == 2:
        return bytes([(byte + up) & 255 for byte, up in zip(row, above, strict=True)])
    if kind not in {1, 3, 4}:
        raise UnreadablePdf
    made = bytearray(step) + bytearray(row)
    over = bytes(step) + above
    for at in range(step, len(made)):
        left, up, corner = made[at - step], over[at], over[at - step]
        if kind == 1:
            guess = left
        elif kind == 3:
            guess = (left + up) // 2
        else:
            far = left + up - corner
            guess = min((abs(far - byte), order, byte) for order, byte in enumerate((left, up, corner)))[2]
        made[at] = (made[at] + guess) & 255
    return bytes(made[step:])


def _refuse_unless_outlines(content: bytes, marks: list[int]) -> None:
    """Raise Unreadable if a /First refers to anything but an outline. In an object stream it is a number."""
    numbers: set[int] = set()
    for mark in marks:
        to = _TO_OBJECT.match(content, mark + len(b"/First"))
        if not content.startswith(b"/First", mark) or to is None:
            raise UnreadablePdf
        numbers.add(int(to[1]))
    if numbers:
        _refuse_commented_numbers(content)
        if any(int(match[1]) in numbers for match in _NO_DICTIONARY.finditer(content)):
            raise UnreadablePdf


def _refuse_commented_numbers(content: bytes) -> None:
    """Raise Unreadable if a comment inside an object number hides which object it is."""
    for match in _some(_NUMBER_END, content):
        line = re.split(rb"[\r\n]", content[max(0, match.start() - _NEAR) : match.start()])[-1]
        if b"%" in line or len(line) == _NEAR:
            raise UnreadablePdf


def _opens_link(raw: bytes, packed: list[tuple[int, bytes]], parts: list[bytes]) -> bool:
    if not any(_LINK.search(part) for part in parts):
        return False
    for part in parts:
        opening = _some(_ON_OPENING, part)
        if len(opening) > _MOST_OPENING:
            raise UnreadablePdf
        for match in opening:
            to = _TO_OBJECT.match(part, match.end())
            if to is None:
                if not _GOES.match(part, match.end()):
                    return True
            elif not _goes(int(to[1]), raw, packed):
                return True
    return False


def _goes(number: int, raw: bytes, packed: list[tuple[int, bytes]]) -> bool:
    header = re.compile(rb"(?<!\d)0*%d" % number + _SPACE + rb"+\d{1,10}" + _SPACE + rb"+obj")
    _refuse_commented_numbers(raw)
    found = [bool(_GOES.match(raw, match.end())) for match in _some(header, raw)]
    for first, inner in packed:
        for other, begin in _objects(first, inner):
            if other == number:
                found.append(bool(_GOES.match(_unescaped(inner[begin : begin + _NEAR]))))
    return bool(found) and all(found)
