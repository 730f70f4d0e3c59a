"""Whether a PDF can run anything: scripts, programs, forms of XFA, rich media.

The file is read as bytes and not by its cross-reference table: viewers repair tables, each in its own way, so a table
cannot be trusted to lead to all that a viewer will find. Wherever an object could begin its tokens are read; strings
and comments are skipped, names are decoded ("/J#61vaScript"), and object streams are unpacked. All of it is bounded.
"""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

#: bytes of unpacked object streams together; bytes and tokens that are looked at, some of them more than once
MOST_UNPACKED: Final = 64 * 1024 * 1024
MOST_READ: Final = 512 * 1024 * 1024
MOST_TOKENS: Final = 3_000_000

#: names of actions and their parts (ISO 32000-2, 12.6) that run something. XFA forms have scripts in their XML.
_ACTIVE: Final = frozenset({b"JavaScript", b"JS", b"Launch", b"XFA", b"RichMedia"})
#: what an object stream may have beside its type (ISO 32000-2, 7.5.7), as far as it changes how it is read
_PLAIN_FILTERS: Final = frozenset({b"FlateDecode", b"Fl"})
_FILTER: Final = re.compile(rb"Decode$|^(?:AHx|A85|LZW|RL|CCF|DCT|Crypt)$")
_CHANGES: Final = frozenset({b"DecodeParms", b"DP", b"F", b"FFilter"})

_START: Final = re.compile(rb"(?<!end)obj|trailer")
#: what matters among the tokens: names, comments, the begin of a string, and what ends an object
_TOKEN: Final = re.compile(
    rb"/(?P<name>[^\x00\t\n\f\r ()<>\[\]{}/%]*)|(?P<string>\()|%[^\r\n]*"
    rb"|(?<![A-Za-z])(?P<end>stream|endobj|startxref)(?![A-Za-z])"
)
_IN_STRING: Final = re.compile(rb"\\.|[()]", re.DOTALL)
_HEX: Final = re.compile(rb"#([0-9A-Fa-f]{2})")
_NUMBER: Final = re.compile(rb"[\x00\t\n\f\r ]*\+?(\d{1,10})(?![\x00\t\n\f\r ]+\d+[\x00\t\n\f\r ]+R)")
_PAIR: Final = re.compile(rb"[\x00\t\n\f\r ]*(\d{1,10})[\x00\t\n\f\r ]+(\d{1,10})(?!\d)")


class Unreadable(Exception):
    """It cannot be told: the file is encrypted, packed in an unusual way, or too much to read."""


def is_active(content: bytes) -> bool:
    """Whether the PDF holds scripts or starts programs. Raises Unreadable."""
    reader = _Reader()
    return any(not _ACTIVE.isdisjoint(one.names) for one in reader.objects(content))


@dataclass
class _Object:
    """The names in an object, the numbers after /N and /First, and where its stream begins (0: it has none)."""

    names: set[bytes] = field(default_factory=set)
    numbers: dict[bytes, list[int]] = field(default_factory=lambda: {b"N": [], b"First": []})
    stream_at: int = 0

    @property
    def packs_objects(self) -> bool:
        return self.stream_at > 0 and (b"ObjStm" in self.names or {b"N", b"First"} <= self.names)


class _Reader:
    def __init__(self) -> None:
        self.unpacked = self.read = self.tokens = 0

    def objects(self, content: bytes) -> Iterator[_Object]:
        """Each object of the file, and each in its object streams."""
        for found in _START.finditer(content):
            one = self._object(content, found.end())
            if b"Encrypt" in one.names:
                raise Unreadable
            yield one
            if one.packs_objects:
                yield from self._packed(content, one)

    def _packed(self, content: bytes, stream: _Object) -> Iterator[_Object]:
        inner = self._unpacked(content, stream)
        (n, *_), (first, *_) = stream.numbers[b"N"] or [-1], stream.numbers[b"First"] or [-1]
        if [len(stream.numbers[key]) for key in (b"N", b"First")] != [1, 1]:
            raise Unreadable
        offsets: list[int] = []
        at = 0
        while len(offsets) < n and (found := _PAIR.match(inner, at)):
            self._spend(found.end() - at)
            offsets.append(int(found[2]))
            at = found.end()
        if len(offsets) < n:
            raise Unreadable
        for offset in dict.fromkeys([0, *offsets]):
            yield self._object(inner, first + offset)

    def _unpacked(self, content: bytes, stream: _Object) -> bytes:
        end = content.find(b"endstream", stream.stream_at)
        end = len(content) if end < 0 else end
        self._spend(end - stream.stream_at)
        raw = content[stream.stream_at : end]
        filters = {name for name in stream.names if _FILTER.search(name)}
        odd = not _CHANGES.isdisjoint(stream.names) or (b"Filter" in stream.names and not filters)
        if odd or not filters <= _PLAIN_FILTERS:
            raise Unreadable
        if filters:
            unpacking = zlib.decompressobj()
            try:
                raw = unpacking.decompress(raw, MOST_UNPACKED - self.unpacked + 1)
            except zlib.error as error:
                raise Unreadable from error
            if not unpacking.eof:
                raise Unreadable
        self.unpacked += len(raw)
        if self.unpacked > MOST_UNPACKED:
            raise Unreadable
        return raw

    def _object(self, data: bytes, at: int) -> _Object:
        one = _Object()
        while found := _TOKEN.search(data, at):
            self._spend(found.end() - at)
            at = found.end()
            if found["name"] is not None:
                name = _HEX.sub(lambda code: bytes([int(code[1], 16)]), found["name"])
                one.names.add(name)
                if name in one.numbers and (number := _NUMBER.match(data, at)):
                    one.numbers[name].append(int(number[1]))
            elif found["string"]:
                at = self._end_of_string(data, at)
            elif found["end"]:
                if found["end"] == b"stream":
                    one.stream_at = at + (2 if data[at : at + 2] == b"\r\n" else 1)
                break
        else:
            self._spend(len(data) - at)
        return one

    def _end_of_string(self, data: bytes, at: int) -> int:
        depth = 1
        for found in _IN_STRING.finditer(data, at):
            self._spend(found.end() - at)
            at = found.end()
            depth += {b"(": 1, b")": -1}.get(found[0], 0)
            if not depth:
                return at
        self._spend(len(data) - at)
        return len(data)

    def _spend(self, read: int) -> None:
        self.read += read
        self.tokens += 1
        if self.read > MOST_READ or self.tokens > MOST_TOKENS:
            raise Unreadable
