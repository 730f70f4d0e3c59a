"""Office files that carry programs or load parts from elsewhere are refused; those that people write are taken."""

import io
import zipfile
from collections.abc import Mapping

import pytest

from goodword.core import active_office
from goodword.core.active_office import Elsewhere, Programs, Unreadable, check

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 100
RELATION = (
    '<?xml version="1.0"?><r:Relationships xmlns:r="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<r:Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}" '
    'Target="{target}"{mode}/></r:Relationships>'
)
EXTERNAL = ' TargetMode="External"'


def archive(files: Mapping[str, bytes | str]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as whole:
        for name, content in files.items():
            whole.writestr(name, content)
    return made.getvalue()


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
        archive({"mimetype": "x", "content.xml": "<office/>", "Configurations2/accelerator/current.xml": ""}),
        archive(
            {"content.xml": "<office/>", "Object 1/content.xml": "<chart/>", "META-INF/manifest.xml": "<m/>"}
        ),
    ],
)
def test_what_people_write_is_taken(content: bytes) -> None:
    check(content)


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
        {"content.xml": "<a/>" * 400_000 + "vnd.sun.star.script:x"},
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
def test_programs_are_refused(more: dict[str, bytes | str]) -> None:
    with pytest.raises(Programs):
        check(docx(more))


@pytest.mark.parametrize(
    "kind", ["application/vnd.ms-word.document.macroEnabled.main+xml", "application/vnd.ms-office.vbaProject"]
)
def test_content_types_of_programs_are_refused(kind: str) -> None:
    with pytest.raises(Programs):
        check(docx(types=f'<Default Extension="bin" ContentType="{kind}"/>'))


@pytest.mark.parametrize(
    "more",
    [
        relation("attachedTemplate", "https://evil.example/t.dotm"),
        relation("attachedTemplate", "file:///C:/t.dotm", ' TargetMode="external "'),
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
def test_what_is_loaded_from_elsewhere_is_refused(more: dict[str, bytes | str]) -> None:
    with pytest.raises(Elsewhere):
        check(docx(more))


def test_what_cannot_be_looked_into_is_refused() -> None:
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
        archive({f"{n}.xml": b"" for n in range(active_office.MOST_ENTRIES + 1)}),
    ]
    for content in wrong:
        with pytest.raises(Unreadable):
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
def test_what_programs_may_read_otherwise_is_refused(content: bytes) -> None:
    with pytest.raises((Unreadable, Elsewhere)):
        check(content)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_unusual_compression_is_refused(method: int) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as whole:
        whole.writestr("content.xml", b"<a/>")
    with pytest.raises(Unreadable):
        check(made.getvalue())


def test_a_bomb_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(active_office, "MOST_UNPACKED", 1_000_000)
    with pytest.raises(Unreadable):
        check(docx({"word/media/large.emf": b"\x00" * 1_100_000}))
    monkeypatch.undo()
    monkeypatch.setattr(active_office, "_MOST_OF_A_PART", 1_000_000)
    with pytest.raises(Unreadable):
        check(docx({"word/_rels/x.rels": b" " * 1_100_000}))
