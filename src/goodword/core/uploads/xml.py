"""Detects programs and external content in XML parts, by local names: some programs ignore namespaces."""

import posixpath
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Final, NoReturn
from urllib.parse import unquote
from xml.parsers import expat

#: limits: elements in all parts of a file, and nesting depth
MOST_ELEMENTS: Final = 4_000_000
MOST_DEPTH: Final = 2_000
#: characters; Excel's limit is 8,192
LONGEST_FORMULA: Final = 100_000
LONGEST_STYLE: Final = 1_000_000

_ENCODINGS: Final = frozenset({"utf-8", "utf8", "utf-16", "us-ascii", "iso-8859-1"})

#: elements of OpenDocument, SVG and VML whose link opens only on a click
_CLICKED: Final = frozenset(
    {
        *("a", "area-rectangle", "area-circle", "area-polygon", "event-listener", "form", "button"),
        *("shape", "rect", "oval", "group", "line", "roundrect", "arc", "curve", "polyline"),
    }
)
#: VML elements that load their `src`
_PICTURES: Final = frozenset({"imagedata", "fill", "stroke", "image"})
_LINKED: Final = ("imagedata", "fill", "stroke")
#: a relationship id, not an address
_RELATION_ID: Final = re.compile(r"[^:/\\\s]+")
#: data URLs that contain a document
_DATA: Final = re.compile(r"data:([^,()\"']{0,200}+)", re.IGNORECASE)
_DOCUMENTS: Final = ("svg", "xml", "html", "script", "%")
#: CSS in SVG that loads external content, or could do so through escapes
_CSS_ELSEWHERE: Final = re.compile(
    r"url\(\s*+[\"']?\s*+(?:(?!data:)[a-z][a-z0-9+.-]*:|[/\\]{2})|@import|image-set\(|\\[0-9a-f]",
    re.IGNORECASE,
)
_ANIMATIONS: Final = frozenset({"set", "animate", "animateTransform", "animateMotion", "animateColor"})
_SCRIPTS: Final = ("vnd.sun.star.script:", "vnd.sun.star.expand:", "macro:", "javascript:", "vbscript:")
#: slide actions in Office and OpenDocument
_RUN: Final = ("ppaction://program", "ppaction://macro", "ppaction://ole", "execute", "macro", "verb")
_MOVES: Final = ("ppaction://hlinksldjump", "ppaction://hlinkshowjump", "ppaction://noaction")

#: a path on the reader's own disk or relative to the file, but not on another machine
_LOCAL: Final = re.compile(r"(?:file:///(?:[A-Za-z]:[/\\])?|[A-Za-z]:[/\\]|/)?(?![/\\])[^:]*")
#: link targets that are allowed because they open on a click: these schemes, or a place in the file
_CLICK: Final = re.compile(r"(?:https?|mailto|tel):|(?![A-Za-z][A-Za-z0-9+.-]*:|[/\\])", re.IGNORECASE)
_CONTROLS: Final = re.compile(r"[\x00-\x20\x7f\u200b-\u200f\ufeff]+")
#: Office elements whose relationship is a hyperlink
_HYPERLINKS: Final = frozenset({"hyperlink", "hlinkClick"})
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|[/\\]")

#: Word fields (ECMA-376 part 1, 17.16.5): those that start another program, and those that load content
_DDE: Final = frozenset({"dde", "ddeauto"})
_FETCH: Final = frozenset({"includepicture", "includetext", "include", "import", "link", "database", "rd"})
_BEFORE_KEYWORD: Final = re.compile(r"[^A-Za-z=]*")
_KEYWORD: Final = re.compile(r"[A-Za-z=]*")
#: spreadsheet functions that call programs or load content, and references to other files
_PROGRAM_CALL: Final = re.compile(r"(?<![^\W_])(?:DDE|CALL|EXEC|REGISTER(?:\.ID)?)\s*\(", re.IGNORECASE)
_DDE_REFERENCE: Final = re.compile(
    r"\|\s{0,9}[\w.$:\\/-]*\s{0,9}!"
)  # "cmd|'/c x'!A1" without the quoted part
_FETCHING_CALL: Final = re.compile(
    r"(?<![^\W_])(?:WEBSERVICE|IMAGE|RTD|IMPORT(?:XML|DATA|CSV|HTML|RANGE|FEED|JSON|TEXT))\s*\(",
    re.IGNORECASE,
)
_INDIRECT: Final = re.compile(r"(?<![^\W_])INDIRECT\s*\(", re.IGNORECASE)
_ADDRESS: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,30}:[/\\]|[/\\]{2}")
#: references to cells in other files, in LibreOffice's and Excel's notation; unquoted ones have no spaces
_OTHER_FILE: Final = re.compile(
    r"'(?:[A-Za-z][A-Za-z0-9+.-]{0,30}:|[/\\]{2})(?:[^'\n]|''){0,2000}'\s{0,9}#"
    r"|'(?:[A-Za-z][A-Za-z0-9+.-]{0,30}:[/\\]|\\\\)(?:[^'\n\[]|''){0,300}\[(?:[^'\n]|''){0,600}'\s{0,9}!"
    r"|(?:\\\\|(?<![A-Za-z0-9+.-])[A-Za-z][A-Za-z0-9+.-]{0,30}:[/\\])[^'\"\s\[,;]{0,300}"
    r"\[[^\]\s\"]{1,255}\][^\s'\"!]{0,60}!"
)
#: In CSV files, programs disagree on where a cell ends and what may precede a formula, so the whole text is searched.
_SIGNS: Final = frozenset("=+@-")
_FULL_WIDTH: Final = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_CSV_DDE: Final = re.compile(
    r"[\w'\"]\s{0,9}\|(?:\s{0,9}'[^'|]{0,9000}'|\s{0,9}\"[^|\"]{0,9000}\"|[\w.$:\\/-]*+)\s{0,9}!"
)
#: "call (30 min)" and "image (2)" are ordinary words: no quoted text or cell in the parentheses
_CSV_CALL: Final = r"(?<![^\W_])(?:{})\s*\((?!(?:(?!(?<![^\W_])[A-Z]{{1,3}}\d)[^\"'(&$\[=@:)]|{}){{0,200}}\))"
_CSV_PROGRAM: Final = re.compile(
    _CSV_CALL.format(r"DDE|CALL|EXEC|REGISTER(?:\.ID)?", r"(?<=\d):"), re.IGNORECASE
)
_CSV_FETCH: Final = re.compile(
    _CSV_CALL.format(
        r"WEBSERVICE|IMAGE|RTD|INDIRECT|IMPORT(?:XML|DATA|CSV|HTML|RANGE|FEED|JSON|TEXT)", "(?!)"
    ),
    re.IGNORECASE,
)
#: formats that Excel recognises regardless of the file name: HTML, XML, and SYLK with formulas
_MARKUP: Final = re.compile(r"\s{0,1000}<[A-Za-z!?]")
_SYLK_FORMULA: Final = re.compile(r"[\r\n](?:C|F|NN|O);(?:[^\r\n]{0,300};)?E")
_QUOTED: Final = re.compile(r"'[^']*'|\"[^\"]*\"")


class Problem(Exception):
    pass


class Programs(Problem):
    """The file contains macros or other programs."""


class Elsewhere(Problem):
    """The file loads external content."""


class UnreadableXml(Problem):
    """The file can't be checked: it is too large, encrypted or damaged."""


def is_local(target: str) -> bool:
    return _LOCAL.fullmatch(unquote(target.strip())) is not None


def may_be_clicked(target: str) -> bool:
    """Whether a link only opens a web page, a mail or phone address, or a place in the file."""
    target = unquote(_CONTROLS.sub("", target))
    leaves = posixpath.normpath(target.replace("\\", "/")).startswith("..")
    return _CLICK.match(target) is not None and not leaves


def check_table(text: str) -> None:
    """Raise a Problem if a spreadsheet program could start another program or load something from this CSV text."""
    if _MARKUP.match(text):
        raise UnreadableXml
    if text.startswith("ID;P") and _SYLK_FORMULA.search(text):
        raise Programs
    text = text.translate(_FULL_WIDTH) if not text.isascii() else text
    if _SIGNS.isdisjoint(text):
        return
    if _CSV_DDE.search(text) or _CSV_PROGRAM.search(text):
        raise Programs
    if _CSV_FETCH.search(text) or _OTHER_FILE.search(text):
        raise Elsewhere


class PartReader:
    """Checks the parts of one file, including embedded documents. Its limits apply to all of them together."""

    def __init__(self) -> None:
        self.elements = 0

    def read(self, pieces: Iterable[bytes], *, part: str, external: Collection[str] = frozenset()) -> None:
        """Raise a Problem, or ExpatError for malformed XML. `external`: ids of relationships out of the file."""
        _Part(self, part, external).read(pieces)

    def count(self, *, depth: int) -> None:
        self.elements += 1
        if self.elements > MOST_ELEMENTS or depth > MOST_DEPTH:
            raise UnreadableXml


class _Field:
    def __init__(self) -> None:
        self.keyword = ""
        self.is_whole = False
        self.is_open = True

    def add(self, piece: str) -> None:
        if self.is_whole:
            return
        if not self.keyword:
            piece = _BEFORE_KEYWORD.sub("", piece, count=1)
        if (found := _KEYWORD.match(piece)) is not None:
            self.keyword += found[0]
            self.is_whole = len(found[0]) < len(piece)

    def check(self) -> None:
        if self.keyword.casefold() in _DDE:
            raise Programs
        if self.keyword.casefold() in _FETCH:
            raise Elsewhere


class _Part:
    def __init__(self, reader: PartReader, name: str, external: Collection[str]) -> None:
        self.reader, self.name, self.external = reader, name, external
        self.is_svg = name.endswith(".svg")
        self.depth = 0
        self.collects = False
        self.formula = self.style = ""
        #: open fields, innermost last; the first entry stands for text outside any field
        self.fields = [_Field()]
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.XmlDeclHandler = self._declaration
        self.parser.StartDoctypeDeclHandler = self._document_type
        self.parser.EntityDeclHandler = self._entity
        self.parser.ProcessingInstructionHandler = self._processing
        self.parser.StartElementHandler = self._begin
        self.parser.EndElementHandler = self._end

    def read(self, pieces: Iterable[bytes]) -> None:
        for piece in pieces:
            self.parser.Parse(piece, False)
        self.parser.Parse(b"", True)
        self._end_of_text()
        for field in self.fields:
            field.check()

    def _declaration(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if encoding is not None and encoding.casefold() not in _ENCODINGS:
            raise UnreadableXml

    def _document_type(self, _name: str, system: str | None, public: str | None, internal: int) -> None:
        if internal or system is not None or public is not None:
            raise UnreadableXml

    def _entity(self, *_: object) -> None:
        raise UnreadableXml

    def _processing(self, target: str, _data: str) -> None:
        if target.casefold() == "xml-stylesheet":
            raise Elsewhere

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        self.reader.count(depth=self.depth)
        if self.collects:
            self._end_of_text()
        local = name.rpartition(":")[2]
        if local == "svg":
            self.is_svg = True
        if self.is_svg:
            self._drawing(local, attributes)
        for key, value in attributes.items():
            if key == "xml:base":
                raise Elsewhere
            if value in self.external and ":" in key:
                self._uses(local, key)
            if (attribute := _ATTRIBUTES.get(key.rpartition(":")[2])) is not None:
                attribute(self, local, value)
        if (element := _ELEMENTS.get(local)) is not None:
            element(self, attributes)

    def _uses(self, element: str, key: str) -> None:
        if element not in _HYPERLINKS or not key.endswith(":id"):
            raise Elsewhere

    def _drawing(self, element: str, attributes: dict[str, str]) -> None:
        if element.casefold() in {"foreignobject", "handler", "listener"}:
            raise Programs
        if element in _ANIMATIONS and attributes.get("attributeName", "").casefold().endswith("href"):
            raise Programs
        for key, value in attributes.items():
            if key.casefold().startswith("on"):
                raise Programs
            if ":" not in key:
                self._styles(value)
        if element == "style":
            self._collect(self._add_style)

    def _add_style(self, piece: str) -> None:
        self.style += piece
        if len(self.style) > LONGEST_STYLE:
            raise UnreadableXml

    def _styles(self, css: str) -> None:
        if _CSS_ELSEWHERE.search(css) or _has_document(css):
            raise Elsewhere

    def _end(self, _name: str) -> None:
        self.depth -= 1

    def _collect(self, take: Callable[[str], object]) -> None:
        self.collects = True
        self.parser.CharacterDataHandler = take

    def _end_of_text(self) -> None:
        self.collects = False
        self.parser.CharacterDataHandler = None
        if self.formula:
            _check_formula(self.formula)
            self.formula = ""
        if self.style:
            self._styles(self.style)
            self.style = ""

    def link(self, element: str, target: str) -> None:
        target = target.strip()
        if target.casefold().startswith(_SCRIPTS):
            raise Programs
        if not target or (self.name.startswith("customxml/") and not self.is_svg):
            return  # the author's own data in customxml, which office programs ignore
        if target[:5].casefold() == "data:" and _has_document(target):
            raise Elsewhere
        if element in _CLICKED:
            if not may_be_clicked(target):
                raise Elsewhere
            return
        if target.casefold().startswith(("#", "data:", "cid:")):
            return
        if element == "template":
            if not is_local(target):
                raise Elsewhere
        elif _SCHEME.match(target) or self._leaves(target):
            raise Elsewhere

    def _leaves(self, target: str) -> bool:
        path = unquote(target).replace("\\", "/")
        return posixpath.normpath(posixpath.join(posixpath.dirname(self.name), path)).startswith("../")

    def database(self, _element: str, name: str) -> None:
        if name.strip():
            raise Elsewhere

    def source(self, element: str, target: str) -> None:
        if element in _PICTURES:
            self.link(element, target)

    def action(self, _element: str, action: str) -> None:
        if action.strip().casefold().startswith(_RUN):
            raise Programs

    def instruction(self, _element: str, instruction: str) -> None:
        field = _Field()
        field.add(instruction)
        field.check()

    def formula_of(self, _element: str, formula: str) -> None:
        _check_formula(formula)

    def program(self, _attributes: dict[str, str]) -> NoReturn:
        raise Programs

    def elsewhere(self, _attributes: dict[str, str]) -> NoReturn:
        raise Elsewhere

    def locked(self, _attributes: dict[str, str]) -> NoReturn:
        raise UnreadableXml

    def listener(self, attributes: dict[str, str]) -> None:
        if not any(key.endswith(":action") for key in attributes):
            raise Programs

    def pointer(self, attributes: dict[str, str]) -> None:
        action = attributes.get("action", "")
        if action and not action.casefold().startswith(_MOVES):
            raise Programs
        if not action and any(value for key, value in attributes.items() if ":" in key):
            raise Elsewhere

    def picture(self, attributes: dict[str, str]) -> None:
        if any(
            value for key, value in attributes.items() if key.endswith((":link", ":href")) and _is_id(value)
        ):
            raise Elsewhere

    def ole_object(self, attributes: dict[str, str]) -> None:
        if attributes.get("Type", "").strip().casefold() == "link":
            raise Elsewhere

    def connection(self, attributes: dict[str, str]) -> None:
        if attributes.get("refreshOnLoad", "").strip() in {"1", "true"}:
            raise Elsewhere

    def field_mark(self, attributes: dict[str, str]) -> None:
        kind = next((value for key, value in attributes.items() if key.endswith("fldCharType")), "")
        inner = self.fields[-1]
        if kind == "begin":
            if len(self.fields) > 1 and inner.is_open and not inner.keyword:
                raise UnreadableXml  # the keyword would come from another field
            self.fields.append(_Field())
        elif len(self.fields) > 1:
            inner.is_open = False
            if kind == "end":
                inner.check()
                self.fields.pop()

    def field_text(self, _attributes: dict[str, str]) -> None:
        self._collect(self.fields[-1].add)

    def run_text(self, _attributes: dict[str, str]) -> None:
        if len(self.fields) > 1 and self.fields[-1].is_open:
            self._collect(self.fields[-1].add)

    def paragraph(self, _attributes: dict[str, str]) -> None:
        self.fields[0].check()
        self.fields[0] = _Field()

    def formula_text(self, _attributes: dict[str, str]) -> None:
        self._collect(self._add_formula)

    def _add_formula(self, piece: str) -> None:
        self.formula += piece
        if len(self.formula) > LONGEST_FORMULA:
            raise UnreadableXml


def _has_document(text: str) -> bool:
    """Whether the text contains a data URL with a document rather than a picture."""
    kinds = (found[1].casefold() for found in _DATA.finditer(text))
    return any(len(kind) == 200 or any(word in kind for word in _DOCUMENTS) for kind in kinds)


def _is_id(value: str) -> bool:
    return _RELATION_ID.fullmatch(value) is not None


def _check_formula(formula: str) -> None:
    if any(sign in formula for sign in "(|"):
        calls = _QUOTED.sub("", formula) if "'" in formula or '"' in formula else formula
        if _PROGRAM_CALL.search(calls) or _DDE_REFERENCE.search(calls):
            raise Programs
        if _FETCHING_CALL.search(calls):
            raise Elsewhere
        if _INDIRECT.search(calls) and _ADDRESS.search(formula):
            raise Elsewhere
    if any(sign in formula for sign in "\\:#") and _OTHER_FILE.search(formula):
        raise Elsewhere


_ATTRIBUTES: Final[Mapping[str, Callable[[_Part, str, str], None]]] = {
    "href": _Part.link,
    "src": _Part.source,
    "action": _Part.action,
    "instr": _Part.instruction,
    "formula": _Part.formula_of,
    "expression": _Part.formula_of,
    "datasource": _Part.database,
}
_ELEMENTS: Final[Mapping[str, Callable[[_Part, dict[str, str]], None]]] = {
    **dict.fromkeys(
        (
            "script",
            "applet",
            "execute-macro",
            "object-ole",
            "dde-source",
            "dde-connection-decl",
            "ddeLink",
            "macrosheet",
        ),
        _Part.program,
    ),
    **dict.fromkeys(("oleLink", "webPr", "connectString"), _Part.elsewhere),
    "OLEObject": _Part.ole_object,
    **dict.fromkeys(("hlinkMouseOver", "hlinkHover"), _Part.pointer),
    **dict.fromkeys(("instrText", "delInstrText"), _Part.field_text),
    **dict.fromkeys(("f", "definedName", "formula", "formula1", "formula2"), _Part.formula_text),
    "encryption-data": _Part.locked,
    "event-listener": _Part.listener,
    "connection": _Part.connection,
    "blip": _Part.picture,
    **dict.fromkeys(_LINKED, _Part.picture),
    "fldChar": _Part.field_mark,
    "t": _Part.run_text,
    "p": _Part.paragraph,
}
