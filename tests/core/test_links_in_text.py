"""Links in untrusted text: how they are recognised and defused."""

import pytest
from django.utils.html import urlize
from linkify_it import LinkifyIt

from goodword.core.text import WORD_JOINER, defused, defused_in_header, has_link, has_written_link

#: more than a bare site name
WRITTEN = (
    "http://evil.example/win",
    "HTTPS://EVIL.EXAMPLE",
    "http ://evil.tk",
    "http:evil.tk",
    "h t t p://x",
    "hxxps://evil.tk",
    "http:⁄⁄evil.tk",
    "ｈｔｔｐ：／／ｅｖｉｌ．ｃｏｍ",
    "ftp://evil.tk",
    "//evil.tk",
    "tel://1",
    "javascript:alert(1)",
    "mailto:x",
    "www.evil",
    "www2.evil.tk",
    "pay.example.support",
    "login.acme.co.uk",
    "foo.github.io",
    "evil.tk/pay",
    "evil.tk:8080",
    "evil.tk?x=1",
    "bit.ly/abc",
    "me@evil.com",
    "first.last@evil.tk",
    "me (at) evil (dot) com",
    "ｍｅ＠ｅｖｉｌ．ｃｏｍ",
    "1.2.3.4",
    "https://[::1]/",
    "Please go to pay.example.support now",
    "m.tech/win",
    "b.com/login",
    "m.com:8080",
    "asp.net/x",
    "asp.net?x",
    "me@b.com",
    "B.Sc./M.Sc./win",
    "b.sc/m.scx",
    "\\\\evilhost\\share",
    "＼＼evilhost＼share",
    "tel:+49900123",
    "Call TEL:0900",
    "webcal:evil",
    "sip:evil",
    "sms:0900",
    "skype:evil?call",
    "search-ms:query=x",
    "ms-word:ofe",
    "file:evil",
    "(mailto:x)",
)
#: hosts in every script and with every kind of dot
HOSTS = (
    "evil.tk",
    "EVIL.TK.",
    "(evil.tk)",
    "see evil.com!",
    "evil.com,now",
    "evil.com.Please",
    "x.com",
    "co.uk",
    "evil。tk",
    "evil．com",
    "evil｡com",
    "evil․com",
    "ｅｖｉｌ．ｃｏｍ",
    "ⓔⓥⓘⓛ.com",
    "evil\u200b.tk",
    "evil.\u2060tk",
    "ev\u00adil.tk",
    "evil[.]com",
    "evil (dot) com",
    "пример.рф",
    "भारत.भारत",
    "食狮.中国",
    "请看evil.tk",
    "münchen.de",
    "xn--e1afmkfd.xn--p1ai",
    "evil.onion",
    "evil.photography",
    "A.de Vries x.com",
)
#: harmless names, titles, companies and sentences
HARMLESS = (
    "St. John",
    "St.John",
    "A.T. Kearney",
    "J.R.R. Tolkien",
    "A.de Vries",
    "Yahoo!",
    "e.on",
    "Acme Inc.",
    "S.A.de C.V.",
    "GmbH & Co.KG",
    "Node.js developer",
    ".NET developer",
    "ASP.NET developer",
    "Vue.js/React",
    "C# / C++",
    "Sales/Marketing",
    "Anna Maier, M.Sc.",
    "Dr.med. Anna Schmidt",
    "Dipl.-Ing. Max",
    "Ph.D.",
    "B.Sc.(Hons)",
    "U.S. Army",
    "AT&T",
    "O'Neil-Smith",
    "Anna@work",
    "24.11.2026, 14.05",
    "Version 1.2.3",
    "She left. He stayed.",
    "wir arbeiteten zusammen.Danke",
    "z.B.",
    "محمد الفاتح",
    "日本。東京",
    "Note: see the annex",
    "Tel: 030 123",
    "Data: 5 years, file: see annex",
    "Intel:inside",
    "B.Sc./M.Sc.",
    "B.Sc, M.Tech",
    "M.Tech: distinction",
    "ASP.NET, VB.NET",
)


@pytest.mark.parametrize("text", WRITTEN)
def test_written_links_are_found_everywhere(text: str) -> None:
    assert (has_link(text), has_written_link(text)) == (True, True)


@pytest.mark.parametrize("text", HOSTS)
def test_bare_hosts_are_links_except_in_company_names(text: str) -> None:
    assert (has_link(text), has_written_link(text)) == (True, False)


@pytest.mark.parametrize("text", HARMLESS)
def test_ordinary_text_is_not_a_link_and_reads_the_same(text: str) -> None:
    assert (has_link(text), has_written_link(text)) == (False, False)
    assert defused(text).replace(WORD_JOINER, "") == text


@pytest.mark.parametrize("text", ["Booking.com", "Booking.com B.V.", "monday.com", "amazon.co.uk"])
def test_company_names_may_be_domains(text: str) -> None:
    assert not has_written_link(text)
    assert defused(text).replace(WORD_JOINER, "") == text


@pytest.mark.matrix
@pytest.mark.parametrize(
    "text",
    [*WRITTEN, *HOSTS, *HARMLESS, "Booking.com", "a.b@c.de.com,d.com/x y.org", "evil\u2060.tk", "3\u2060.tk"],
)
@pytest.mark.parametrize("around", ["{}", "Hello {},", "({})", "'{}'"])
def test_linkifiers_find_no_link_in_defused_text(text: str, around: str) -> None:
    """With two independent linkifiers: markdown-it's, which also links bare hosts, and Django's."""
    printed = around.format(defused(text))
    linkify = LinkifyIt(options={"fuzzy_link": True, "fuzzy_email": True, "fuzzy_ip": True})
    assert [found.text for found in linkify.match(printed) or []] == []
    assert "<a " not in urlize(printed)


@pytest.mark.matrix
@pytest.mark.parametrize("text", [*WRITTEN, *HOSTS, "Booking.com"])
def test_headers_contain_no_link_or_invisible_characters(text: str) -> None:
    printed = defused_in_header(text)
    linkify = LinkifyIt(options={"fuzzy_link": True, "fuzzy_email": True, "fuzzy_ip": True})
    assert [found.text for found in linkify.match(printed) or []] == []
    assert WORD_JOINER not in printed
    assert defused_in_header(printed) == printed


@pytest.mark.parametrize("text", HARMLESS)
def test_headers_keep_ordinary_text_unchanged(text: str) -> None:
    assert defused_in_header(text) == text


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("\\\\evilhost\\share", "\\[]\\evilhost\\share"),
        ("tel:+49900", "tel[:]+49900"),
        ("see Search-MS:query", "see Search-MS[:]query"),
        ("m.tech/win", "m[.]tech/win"),
    ],
)
def test_links_that_open_programs_are_defused_visibly(text: str, printed: str) -> None:
    assert (defused(text), defused_in_header(text)) == (printed, printed)


def test_defusing_is_idempotent() -> None:
    assert defused("http://evil.example/win") == "http[:]//evil[.]example/win"
    assert defused("me@evil.com") == "me[at]evil[.]com"
    assert defused("Booking.com") == f"Booking{WORD_JOINER}.{WORD_JOINER}com"
    for text in (*WRITTEN, *HOSTS, *HARMLESS):
        assert defused(defused(text)) == defused(text)


@pytest.mark.matrix
@pytest.mark.parametrize("one", ["a", "a.", "a@", "(", " ", "h ", "食", ".", ":", "a:", "http", "[.", "1."])
def test_link_detection_takes_linear_time(one: str) -> None:
    """100,000 characters: quadratic work would hit the suite's time limit."""
    text = one * (100_000 // len(one))
    has_link(text)
    defused(text)
