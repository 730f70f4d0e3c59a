"""PDFs that run something are found wherever it hides, and looking has an end."""

import zlib

import pytest

from goodword.core import active_pdf
from goodword.core.active_pdf import Unreadable, is_active

HEAD = b"%PDF-1.7\n"
RUNS = b"<</S/JavaScript/JS(app.alert(1))>>"


def packed(body: bytes, *, more: bytes = b"", kind: bytes = b"/Type/ObjStm") -> bytes:
    """A file with one object in an object stream."""
    head = b"5 0 "
    inner = zlib.compress(head + body)
    values = b"%s/N 1/First %d/Filter/FlateDecode/Length %d%s" % (kind, len(head), len(inner), more)
    return HEAD + b"9 0 obj<<" + values + b">>stream\r\n" + inner + b"\nendstream endobj"


@pytest.mark.parametrize(
    "content",
    [
        b"1 0 obj<</Type/Catalog/OpenAction" + RUNS + b">>endobj",
        b"1 0 obj<</Type/Catalog/Names<</JavaScript 7 0 R>>>>endobj",
        b"1 0 obj<</AA<</O<</S/J#61vaScript/#4A#53(x)>>>>>>endobj",
        b"1 0 obj<</S 2 0 R/#4aS 3 0 R>>endobj 2 0 obj/JavaScript endobj",
        b"1 0 obj<</A<</S/Launch/F(cmd.exe)>>>>endobj",
        b"1 0 obj<</A<</S/L#61unch/Win<</F(cmd.exe)>>>>>>endobj",
        b"1 0 obj<</AcroForm<</XFA 4 0 R>>>>endobj",
        b"1 0 obj<</Subtype/RichMedia>>endobj",
        b"trailer<</Root<</OpenAction" + RUNS + b">>>>",
        # what hides it from readers that skip by the book: a string or a stream that never ends, a comment, nesting
        b"1 0 obj<</Title(never ended>>endobj 2 0 obj" + RUNS + b"endobj",
        b"1 0 obj<</Length 9>>stream\nendstream 2 0 obj" + RUNS + b"endobj",
        b"1 0 obj<</Length 900>>stream\n2 0 obj" + RUNS + b"endobj",
        b"1 0 obj<<%( \n/OpenAction" + RUNS + b">>endobj",
        b"1 0 obj[[[[[[" + RUNS + b"]]]]]]endobj",
        b"1  0\r\nobj" + RUNS,
    ],
)
def test_what_runs_something_is_found(content: bytes) -> None:
    assert is_active(HEAD + content)


def test_object_streams_are_unpacked() -> None:
    assert is_active(packed(RUNS))
    assert is_active(packed(RUNS, kind=b""))
    assert is_active(packed(RUNS, kind=b"/Type/#4fbjStm"))
    assert not is_active(packed(b"<</S/GoTo/D[1 0 R/Fit]>>"))


@pytest.mark.parametrize(
    "content",
    [
        b"1 0 obj<</Title(HTML/JavaScript, /JS \\) and \\( /Launch)/Author(O (/JS) K)>>endobj",
        b"1 0 obj<</Title<2F4A617661536372697074>/JSX/JavaScripts/Launcher 1>>endobj",
        b"1 0 obj<</Length 30>>stream\n(/JavaScript /JS /Launch) Tj\nendstream endobj",
        b"% /S /JavaScript\n1 0 obj<</Type/Catalog>>endobj",
    ],
)
def test_words_in_texts_run_nothing(content: bytes) -> None:
    assert not is_active(HEAD + content)
    assert not is_active(packed(b"<</Title(HTML/JavaScript /JS)>>"))


@pytest.mark.parametrize(
    "content",
    [
        HEAD + b"trailer<</Encrypt 4 0 R/Root 1 0 R>>",
        packed(b"<<>>", more=b"/DecodeParms<</Predictor 12>>"),
        packed(b"<<>>").replace(b"/Filter/FlateDecode", b"/Filter[/ASCIIHexDecode/FlateDecode]"),
        packed(b"<<>>").replace(b"/Filter/FlateDecode", b"/Filter 8 0 R"),
        packed(b"<<>>").replace(b"/First 4", b"/First 8 0 R"),
        packed(b"<<>>").replace(b"/First 4", b"/First 4/First 400"),
        packed(b"<<>>").replace(b"/N 1", b"/N 2"),
        packed(b"<<>>").replace(b"stream\r\n", b"stream\r\nx"),
    ],
)
def test_what_cannot_be_looked_into_is_said_to_be_so(content: bytes) -> None:
    with pytest.raises(Unreadable):
        is_active(content)


@pytest.mark.parametrize(
    "piece", [b"obj(", b"obj<</a", b"obj<</N 1/First 1>>stream\n", b"(", b"obj%", b"obj stream ", b"/a "]
)
def test_looking_has_an_end(piece: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """What would be read over and over again ends at the limits, which are counted and not timed."""
    monkeypatch.setattr(active_pdf, "MOST_READ", 20_000_000)
    monkeypatch.setattr(active_pdf, "MOST_TOKENS", 50_000)
    with pytest.raises(Unreadable):
        is_active(HEAD + b"1 0 obj " + piece * 60_000)


def test_a_bomb_is_not_unpacked() -> None:
    with pytest.raises(Unreadable):
        is_active(packed(b"/a " * (active_pdf.MOST_UNPACKED // 3 + 1)))
