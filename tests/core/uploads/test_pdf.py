"""Active PDF features are found wherever they are hidden, within fixed limits."""

import contextlib
import time
import zlib
from collections.abc import Callable

import pytest

from goodword.core.uploads import pdf
from goodword.core.uploads.pdf import UnreadablePdf, is_active

HEAD = b"%PDF-1.7\n"
KEYWORDS = (b"stream", b"endobj", b"startxref", b"obj", b"endstream", b"trailer")
RUNS = b"<</S/JavaScript/JS(app.alert(1))>>"


def packed(
    body: bytes,
    *,
    more: bytes = b"",
    kind: bytes = b"/Type/ObjStm",
    predict: Callable[[bytes], bytes] = lambda data: data,
) -> bytes:
    """A file with one object in an object stream."""
    head = b"5 0 "
    inner = zlib.compress(predict(head + body))
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
        # tricks against parsers: an unterminated string or stream, a comment, nesting
        b"1 0 obj<</Title(never ended>>endobj 2 0 obj" + RUNS + b"endobj",
        b"1 0 obj<</Length 9>>stream\nendstream 2 0 obj" + RUNS + b"endobj",
        b"1 0 obj<</Length 900>>stream\n2 0 obj" + RUNS + b"endobj",
        b"1 0 obj<<%( \n/OpenAction" + RUNS + b">>endobj",
        b"1 0 obj[[[[[[" + RUNS + b"]]]]]]endobj",
        b"1  0\r\nobj" + RUNS,
        # hexadecimal strings that look like the start of a string or comment; keywords as values
        b"1 0 obj<</Lang <41(42> /OpenAction" + RUNS + b">>endobj",
        b"1 0 obj<</Lang <41%42> /OpenAction" + RUNS + b">>endobj",
        b"1 0 obj<</Lang <41(42> /OpenAction<</S/Launch/F(cmd.exe)>>>>endobj",
        *(b"1 0 obj<</Lang " + word + b" /OpenAction" + RUNS + b">>" for word in KEYWORDS),
        # other features that leave the document or are embedded in it
        b"1 0 obj<</Names<</EmbeddedFiles<</Names[(a.exe)2 0 R]>>>>>>endobj",
        b"1 0 obj<</Type/Filespec/F(a.exe)/EF<</F 9 0 R>>>>endobj",
        b"1 0 obj<</Subtype/FileAttachment/FS 2 0 R>>endobj",
        b"1 0 obj<</OpenAction<</S/GoToR/F(\\\\\\\\evil\\\\s)/D[0/Fit]>>>>endobj",
        b"1 0 obj<</OpenAction<</S/SubmitForm/F(http://evil.example/)>>>>endobj",
        b"1 0 obj<</A<</S/ImportData/F(x)>>>>endobj",
        b"1 0 obj<</AA<</O<</S/URI/URI(http://evil.example/)>>>>>>endobj",
        b"1 0 obj<</AA 7 0 R>>endobj",
        b"1 0 obj<</OpenAction<</S/URI/URI(http://evil.example/)>>>>endobj",
        b"1 0 obj<</OpenAction<</S/GoTo/S/URI/D[0/Fit]/URI(http://evil.example/)>>>>endobj",
        b"1 0 obj<</OpenAction 2 0 R>>endobj 2 0 obj<</S/URI/URI(http://evil.example/)>>endobj",
        b"1 0 obj<</OpenAction 9 0 R>>endobj 2 0 obj<</S/URI/URI(http://evil.example/)>>endobj",
        b"1 0 obj<</OpenAction<</S/GoTo/D[3 0 R/Fit]/Next<</S/URI/URI(http://evil.example/)>>>>>>endobj",
        b"1 0 obj<</AA 7%x\n0 R>>endobj",
        b"1 0 obj<</AA%x\n7 0%y\rR>>endobj",
        b"1 0 obj<</OpenAction%x\n2 0 R>>endobj 2 0 obj<</S/URI/URI(http://evil.example/)>>endobj",
        b"1 0 obj<</A<</S/Thread/F(x.pdf)/D 0>>>>endobj",
        b"1 0 obj<</A<</S /T#68read/F(x.pdf)/D 0>>>>endobj",
        b"1 0 obj<</Subtype/Movie/Movie<</F(x.avi)>>>>endobj",
        b"1 0 obj<</Length 0/F<</FS/URL/F(http://evil.example/)>>>>stream\n\nendstream endobj",
        b"1 0 obj<</Length 0/F 2 0 R>>stream\n\nendstream endobj 2 0 obj<</FS%x\n/URL/F(x)>>endobj",
        b"1 0 obj<</Length 0/F(\\\\\\\\evil\\\\x)/X 1>>stream\n\nendstream endobj",
        b"1 0 obj<</Length 0/F<</Type/Filespec/UF(x)>>>>stream\n\nendstream endobj",
        b"1 0 obj<</Length 0/FFilter[/FlateDecode]>>stream\n\nendstream endobj",
        b"1 0 obj<</Length 0/FFilter<<>>>>stream\n\nendstream endobj",
        b"1 0 obj<</Subtype/Form/Ref<</F 2 0 R/Page 0>>>>stream\n\nendstream endobj",
        b"1 0 obj<</Subtype/Form/Ref%x\n<</F 2 0 R/Page 0>>>>stream\n\nendstream endobj",
        b"1 0 obj<</OnInstantiate 2 0 R>>endobj",
        b"1 0 obj<</S/RichMediaExecute/CMD<<>>>>endobj",
        b"1 0 obj<</Type/Catalog/Collection<</View/T>>>>endobj",
    ],
)
def test_active_features_are_found(content: bytes) -> None:
    assert is_active(HEAD + content)


def test_object_streams_are_unpacked() -> None:
    assert is_active(packed(RUNS))
    assert is_active(packed(RUNS, kind=b""))
    assert is_active(packed(b"<</Lang<41(42>/OpenAction" + RUNS + b">>"))
    assert is_active(packed(b"<</OpenAction<</S/URI/URI(http://evil.example/)>>>>"))
    assert is_active(packed(b"<</S/URI/URI(x)>>") + b"1 0 obj<</OpenAction 5 0 R>>endobj")
    assert not is_active(packed(b"<</S/GoTo/D[1 0 R/Fit]>>") + b"1 0 obj<</OpenAction 5 0 R/URI()>>endobj")
    assert not is_active(packed(b"<</S/GoTo/D[1 0 R/Fit]>>"))


def rows(kind: int, width: int, step: int) -> Callable[[bytes], bytes]:
    """PNG-predicted rows that all use one filter."""

    def guess(data: bytes, at: int) -> int:
        left = data[at - step] if at % width >= step else 0
        up = data[at - width] if at >= width else 0
        corner = data[at - width - step] if at % width >= step and at >= width else 0
        paeth = sorted(
            (abs(left + up - corner - one), order, one) for order, one in enumerate((left, up, corner))
        )
        return (0, left, up, (left + up) // 2, paeth[0][2])[kind]

    def made(data: bytes) -> bytes:
        data += b" " * (-len(data) % width)
        all_of_it = bytes((one - guess(data, at)) & 255 for at, one in enumerate(data))
        return b"".join(bytes([kind]) + all_of_it[at : at + width] for at in range(0, len(data), width))

    return made


@pytest.mark.parametrize(("columns", "colours"), [(1, 1), (5, 1), (7, 3)])
@pytest.mark.parametrize("kind", range(5))
def test_object_streams_with_a_png_predictor_are_decoded(kind: int, columns: int, colours: int) -> None:
    more = b"/DecodeParms <</Predictor %d/Columns %d/Colors %d>>" % (10 + kind, columns, colours)
    predict = rows(kind, columns * colours, colours)
    assert is_active(packed(b"<</OpenAction" + RUNS + b">>", more=more, predict=predict))
    assert not is_active(packed(b"<</Title(Harmless)/S/GoTo>>", more=more, predict=predict))


def test_object_streams_with_an_identity_predictor_are_decoded() -> None:
    for more in (b"/DecodeParms<</Predictor 1/Columns 4>>", b"/DecodeParms[<<>>]", b"/DecodeParms<<>>"):
        assert not is_active(packed(b"<<>>", more=more))
        assert is_active(packed(RUNS, more=more))


def test_short_names_in_image_data_are_ignored() -> None:
    picture = b"\x8c/JS(\x91\xfe/AA(\xb3/EF%\x00\xc1/AA<\x8f/EF \x80"
    assert not is_active(
        HEAD + b"1 0 obj<</Subtype/Image/Length 30>>stream\n" + picture + b"\nendstream endobj"
    )
    for comment in (b"%why\n", b"%\n%\n%\n", b"%" + b"x" * 300 + b"\n"):
        assert is_active(HEAD + b"1 0 obj<</AA " + comment + b"<<>>>>endobj")


@pytest.mark.parametrize(
    "content",
    [
        b"1 0 obj<</Title(HTML/JavaScript, \\(/Launch\\) and more)/Author(O (/JS) K)>>endobj",
        b"1 0 obj<</S/URI/URI(http://good.example/)>>endobj 2 0 obj<</OpenAction[3 0 R/Fit]>>endobj",
        b"1 0 obj<</S/URI/URI(x)>>endobj 2 0 obj<</OpenAction 3 0 R>>endobj 3 0 obj<</S/GoTo/D[4 0 R/Fit]>>endobj",
        b"1 0 obj<</Type/Outlines/First 2 0 R/Last 2 0 R>>endobj 2 0 obj<</Title(a)>>endobj",
        b"1 0 obj<</Title<2F4A617661536372697074>/JSX/JavaScripts/Launcher 1>>endobj",
        b"1 0 obj<</Length 30>>stream\n(/JavaScript /JS /Launch) Tj\nendstream endobj",
        b"1 0 obj<</S/P/Ref[2 0 R]/F 4/Type/Thread>>endobj 2 0 obj<</S%x\n/GoTo/D[3 0 R/Fit]>>endobj",
        b"%made\n1 0 obj<</S /P>>endobj\n%end\n2 0 obj<</First 1 0 R/F(Arial)>>endobj",
        b"1 0 obj\x91/S%\x00\xff" + b"\x8a" * 400 + b"\n7",
    ],
)
def test_keywords_in_text_are_ignored(content: bytes) -> None:
    assert not is_active(HEAD + content)
    assert not is_active(packed(b"<</Title(HTML/JavaScript /JS)>>"))


def offset(place: int) -> bytes:
    """A file whose object stream puts its object at this offset."""
    inner = zlib.compress(b"5 %02d <</Title(a /JavaScript)>>" % place)
    return (
        HEAD
        + b"9 0 obj<</Type/ObjStm/N 1/First 5/Filter/FlateDecode>>stream\n"
        + inner
        + b"\nendstream endobj"
    )


def test_an_object_offset_inside_a_string_is_unreadable() -> None:
    assert not is_active(offset(0))
    for place in (9, 10, 11):
        with pytest.raises(UnreadablePdf):
            is_active(offset(place))


@pytest.mark.parametrize(
    "content",
    [
        HEAD + b"trailer<</Encrypt 4 0 R/Root 1 0 R>>",
        packed(RUNS, kind=b"/Type/#4fbjStm"),
        packed(RUNS, more=b"/X(obj)"),
        packed(RUNS, more=b"/X stream\n"),
        packed(RUNS, kind=b"").replace(b"/First 4", b"/First 8 0 R") + b" 8 0 obj 4 endobj",
        HEAD + b"1 0 obj<</S 2 0 R/F(x)>>endobj",
        packed(b"<<>>", more=b"/DecodeParms<</Predictor 2/Columns 4>>"),
        packed(b"<<>>", more=b"/DecodeParms<</Predictor 12/Columns 0>>"),
        packed(b"<<>>", more=b"/DecodeParms<</Predictor 12/Columns 9999999>>"),
        packed(b"<<>>", more=b"/DecodeParms<</Predictor 12/Columns 1/Columns 4>>"),
        packed(b"<<>>", more=b"/DecodeParms<</Predictor 1>>/DecodeParms<</Predictor 12>>"),
        packed(b"<<>>", more=b"/DecodeParms 8 0 R"),
        packed(b"<<>>").replace(b"/Filter/FlateDecode", b"/Filter[/ASCIIHexDecode/FlateDecode]"),
        packed(b"<<>>").replace(b"/Filter/FlateDecode", b"/Filter 8 0 R"),
        packed(b"<<>>").replace(b"/First 4", b"/First 8 0 R"),
        *(
            HEAD + b"3 0 obj<</S%s/JS(app.alert(1))>>endobj" % value
            for value in (
                *(
                    b" %x\r5 0 R",
                    b"%\n%\n 5 0 R",
                    b" 5%x\n0 R",
                    b" 5 0%x\nR",
                    b"%" + b"x" * 9000 + b"\n5 0 R",
                ),
                *(b"%\x80\xff\n/Thread", b"%x\n" * 3000 + b"5 0 R"),
            )
        ),
        packed(RUNS, kind=b"").replace(b"/First 4", b"/First 8 0 R")
        + b" 8%x\n0 obj 4 endobj 8 0 obj<<>>endobj",
        packed(RUNS, kind=b"").replace(b"/First 4", b"/First 8 0 R") + b" 8 0%x\n \nobj 4 endobj",
        *(
            HEAD
            + b"1 0 obj<</OpenAction 2 0 R>>endobj 2 0 obj[0/Fit]endobj "
            + header
            + b"<</S/URI/URI(http://evil.example/)>>endobj"
            for header in (b"2%x\n0 obj", b"2 %x\r\n%y\n0\nobj", b"2 0 %2\nobj")
        ),
        packed(b"<</S/URI/URI(x)>>").replace(b"/First 4", b"/First 9")
        + b"1 0 obj<</OpenAction 5 0 R>>endobj",
        packed(b"<<>>").replace(b"stream\r\n", b"stream\r\nx"),
    ],
)
def test_unreadable_files_raise_an_error(content: bytes) -> None:
    with pytest.raises(UnreadablePdf):
        is_active(content)


@pytest.mark.slow
@pytest.mark.parametrize(
    "piece",
    [
        *(
            b"1 0 obj ",
            b"obj(",
            b"obj/a",
            b"(",
            b"/",
            b"#4a",
            b"/J",
            b"/AA%" * 60 + b"\n",
            b"%/AA\n",
            b"/AA ",
            b"/First ",
            b"/First 1 0 R ",
            b"/OpenAction 1 0 R/URI ",
        ),
        *(
            b"obj<</Type/ObjStm/First 1>>stream\n",
            b"/JavaScriptX",
            b"(/JavaScript)",
            b"1 ",
            b"/S ",
            b"/JS 1 ",
            b"\\(",
            *(
                b"/S%",
                b"/S%" * 600 + b"\n",
                b"/F(x)",
                b"/F(x)/A",
                b"/FS%",
                b"/F<</",
                b"/Ref%x\n",
                b"/S%\n",
                b"\n1\n",
                b"\r ",
            ),
            *(b"%1 0 R/First 1 0 R\nobj ", b"/S 1 0%"),
        ),
    ],
)
def test_scanning_takes_linear_time(piece: bytes) -> None:
    """Quadratic scanning would take minutes for 3 MB. `bench/hostile.py` measures 15 MB."""
    content = HEAD + b"1 0 obj " + piece * (3_000_000 // len(piece))
    before = time.process_time()
    with contextlib.suppress(UnreadablePdf):
        is_active(content)
    assert time.process_time() - before < 2


@pytest.mark.slow
def test_decompression_bombs_are_not_unpacked() -> None:
    with pytest.raises(UnreadablePdf):
        is_active(packed(b"/a " * (pdf.MOST_UNPACKED // 3 + 1)))
    with pytest.raises(UnreadablePdf):
        is_active(packed(b" " * pdf.MOST_PREDICTED, more=b"/DecodeParms<</Predictor 12/Columns 1000>>"))
