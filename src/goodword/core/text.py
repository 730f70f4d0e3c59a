"""Cleaning untrusted texts, finding and defusing links in them, writing dates and numbers, phrases of reports."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import Final

from django.conf import settings
from django.db.models import Func, TextField
from django.utils.formats import date_format, number_format
from django.utils.translation import get_language, get_language_info, ngettext
from publicsuffixlist import PublicSuffixList

# Embeddings, overrides and isolates of the bidirectional algorithm (Unicode UAX #9) can display a text in another order
# than it is stored. The marks U+200E and U+200F are kept, since right-to-left scripts need them.
_BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_LINE_BREAKS = {
    "\r\n": "\n",
    "\r": "\n",
    "\u2028": "\n",
    "\u2029": "\n",
    "\u0085": "\n",
    "\v": "\n",
    "\f": "\n",
}
_INVISIBLE: Final = frozenset({"Cc", "Cf", "Zs"})
WORD_JOINER: Final = "\u2060"
#: characters that browsers treat as the dot of a host, besides those that NFKC folds into one (IDNA, RFC 3490, 3.1)
_DOTS: Final = dict.fromkeys(map(ord, "\u3002\uff0e\uff61\u2024\ufe52"), ".")
_MARKS: Final = dict.fromkeys(map(ord, "\u2044\u2215\u29f8\u2571"), "/") | dict.fromkeys(
    map(ord, "\u2236\ua789"), ":"
)
_DOT_CLASS: Final = r".\u3002\uff0e\uff61\u2024\ufe52"
#: schemes that programs open without "//", directly before a number, name or path
_OPENED: Final = (
    r"tel|callto|sms(?:to)?|mms|sips?|skype|facetime(?:-audio)?|whatsapp|xmpp|webcals?|geo|maps|market|magnet|news"
    r"|file|search(?:-ms)?|ms-[a-z-]{2,40}|mailto|javascript|vbscript|data|blob|view-source|zoommtg|msteams|tg|slack"
)
_SCHEME: Final = re.compile(
    r"\b(?:h\s?t\s?t\s?p\s?s?|h(?:xx|\*\*)ps?|s?ftp|mailto|javascript)\s?:"
    r"|(?<![a-z0-9+-])[a-z][a-z0-9+-]*+\s{0,9}:\s{0,9}[/\\]\s{0,9}[/\\]"
    rf"|(?<![^\W_])(?:{_OPENED}):(?=[^\s:])"
    r"|\bwww\d*\.|\\\\"
)
_DISGUISED_DOT: Final = re.compile(r"\s?[\[({<]\s?(?:\.|dot|punkt|point)\s?[\])}>]\s?")
_DISGUISED_AT: Final = re.compile(r"\s?[\[({<]\s?(?:@|at)\s?[\])}>]\s?")
#: letters, marks and digits of every script, hyphen and underscore
_IN_LABEL: Final = r"[^\s!-,./:-@\[-^`{-~\u00a1-\u00bf\u2010-\u2027\u2030-\u205e\u3001-\u3011]"
_LABEL: Final = rf"{_IN_LABEL}++"
#: starts at the start of a label, so that the search is linear in the length of the text
_HOST: Final = re.compile(
    rf"(?<!{_IN_LABEL})(?P<user>{_LABEL}(?:\.{_LABEL})*+@)?(?P<host>{_LABEL}(?:\.{_LABEL})++)\.?(?P<more>:\d|[/\\?#])?"
)
_IP: Final = re.compile(r"(?:0x[0-9a-f]+|\d{1,3})(?:\.(?:0x[0-9a-f]+|\d{1,3})){3}")
#: suffixes after which a sentence may follow without a space: "evil.com.Please"
_USUAL: Final = frozenset({"com", "net", "org", "info", "biz"})
#: top-level domains in no public list that some machines resolve, and those used in examples
_MORE_SUFFIXES: Final = frozenset(
    {"example", "test", "local", "localhost", "internal", "lan", "onion", "invalid"}
)
#: degrees, legal forms and products that look like hosts
_NO_HOSTS: Final = frozenset(
    {
        *("b.sc", "m.sc", "d.sc", "b.com", "m.com", "b.tech", "m.tech", "b.ing", "m.ing"),
        *("dipl.ing", "dr.ing", "dr.med", "med.vet", "dr.vet"),
        *("co.kg", "co.ltd", "pte.ltd", "pvt.ltd"),
        *("asp.net", "vb.net", "ado.net", "ml.net"),
    }
)
#: one of these may follow another ("B.Sc./M.Sc."), but no port or path may
_TITLES: Final = re.compile(
    rf"\.?+(?:/(?:{'|'.join(map(re.escape, sorted(_NO_HOSTS)))})\.?+(?![^\s/,;)]))*+(?!/|:\d|[\\?#])"
)
#: particles of names that are also country codes: "A.de Vries", "S.A.de C.V."
_PARTICLES: Final = frozenset(
    ["al", "da", "de", "di", "do", "du", "el", "la", "le", "lo", "mc", "st", "tu", "van"]
)
#: formats for languages that don't write "24 November"
_DAYS: Final = {"de": "j. F"}
_WEEKDAYS: Final = {"de": "l, j. F"}
_TIMES: Final = {"de": ", H:i\u00a0\\U\\h\\r", "fr": " à G\u00a0\\h\u00a0i"}


def clean_text(raw: str, *, one_line: bool = False) -> str:
    """Normalise to NFC and trim. With `one_line`, join lines.

    Removes control characters (category Cc, except tab and line feed), lone surrogates (Cs), noncharacters, the byte
    order mark and bidirectional overrides. Line breaks of every kind become a line feed. A text of spaces and invisible
    characters alone (Cf, such as the zero-width space) becomes empty.
    """
    for found, plain in _LINE_BREAKS.items():
        raw = raw.replace(found, plain)
    kept = raw
    if not raw.isprintable():  # printable texts need no cleaning
        kept = "".join(character for character in raw if _is_kept(character))
        if all(unicodedata.category(character) in _INVISIBLE for character in kept):
            return ""
    text = unicodedata.normalize("NFC", kept)
    return " ".join(text.split()) if one_line else text.strip()


def _is_kept(character: str) -> bool:
    if character in "\t\n":
        return True
    if character in _BIDI or character == "\ufeff":
        return False
    code = ord(character)
    if code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF:
        return False
    return unicodedata.category(character) not in {"Cc", "Cs"}


def has_link(text: str) -> bool:
    """Whether mail programs would turn any part into a link: a URL, a bare host or a mail address."""
    return _finds(text, bare=True)


def has_written_link(text: str) -> bool:
    """Like `has_link`, but allows the bare name of a site, since companies may be called Booking.com."""
    return _finds(text, bare=False)


def defused(text: str) -> str:
    """Rewrite the text so that mail programs don't turn parts of it into links.

    A written link gets brackets ("http[:]//evil[.]example"), other hosts ("Booking.com") get invisible word joiners.
    """
    if has_written_link(text):
        return _bracketed(text)
    return re.sub(
        rf"(?<=[^\s.\d\[])\u2060*([{_DOT_CLASS}])\u2060*(?=[^\s.\u2060]{{2}})"
        rf"|(?<=\d)\u2060*([{_DOT_CLASS}])\u2060*(?=[^\s.\d\u2060]{{2}})",
        lambda dot: f"{WORD_JOINER}{dot[1] or dot[2]}{WORD_JOINER}",
        text,
    )


def defused_in_header(text: str) -> str:
    """Like `defused`, for subjects and names. They lose invisible characters, so hosts get brackets:
    "Booking[.]com"."""
    plain = text.replace(WORD_JOINER, "")
    return _bracketed(plain) if has_link(plain) else plain


def _bracketed(text: str) -> str:
    text = re.sub(rf"(?<=[^\s.\[])[{_DOT_CLASS}](?=[^\s.\]])", "[.]", text)
    text = re.sub(r"@(?=\S)", "[at]", text)
    text = re.sub(r"([\\\uff3c])(?=[\\\uff3c])", r"\1[]", text)
    return re.sub(rf":(?=\s*[/\\])|(?i:(?<![^\W_])(?P<scheme>{_OPENED}|https?):)", r"\g<scheme>[:]", text)


def _finds(text: str, *, bare: bool) -> bool:
    plain = _plain(text)
    if _SCHEME.search(plain):
        return True
    return any(_is_link(found, plain, bare=bare) for found in _HOST.finditer(plain))


def _plain(text: str) -> str:
    """The text as people read it: case-folded, without invisible characters, with one kind of dot."""
    folded = unicodedata.normalize("NFKC", text)
    seen = "".join(character for character in folded if unicodedata.category(character) != "Cf")
    folded = seen.translate(_DOTS | _MARKS).casefold()
    return _DISGUISED_AT.sub("@", _DISGUISED_DOT.sub(".", folded))


def _is_link(found: re.Match[str], plain: str, *, bare: bool) -> bool:
    host = found["host"].strip("-_")
    if _IP.fullmatch(host):
        return all(int(part, 0 if part.startswith("0x") else 10) < 256 for part in host.split("."))
    if host in _NO_HOSTS and not found["user"] and _TITLES.match(plain, found.end("host")):
        return False
    if _is_initials(host, plain[found.end() :]):
        return False
    suffix = _suffix_of(host)
    if not suffix:
        return bare and not _USUAL.isdisjoint(host.split(".")[1:])
    if found["user"] or found["more"] or plain[: found.start()].endswith("//"):
        return True
    return bare or host.count(".") > suffix.count(".") + 1


def _is_initials(host: str, rest: str) -> bool:
    *initials, last = host.split(".")
    return (
        last in _PARTICLES
        and all(len(initial) == 1 for initial in initials)
        and bool(re.match(r"\s+\w", rest))
    )


def _suffix_of(host: str) -> str:
    last = host.rpartition(".")[2]
    if last in _MORE_SUFFIXES:
        return last
    try:
        name = host.encode("idna").decode()
    except UnicodeError:
        name = host
    return _suffixes().publicsuffix(name) or ""


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList(accept_unknown=False, only_icann=True)


def language_codes() -> tuple[str, ...]:
    """The languages of portals, mails and reports: ("en", ...)."""
    return tuple(code for code, _name in settings.LANGUAGES)


def main_language(code: str) -> str:
    """The language without its region: "de" for "de-AT" or "de_AT"."""
    return code.lower().replace("_", "-").partition("-")[0]


def active_language() -> str:
    """The active language without its region."""
    return main_language(get_language() or "en")


def language_name(code: str) -> str:
    """The name of a language within a sentence in the active language: "German", "Deutsch", "allemand"."""
    name = str(get_language_info(code)["name_translated"])
    return name.lower() if get_language() == "fr" else name


def written_day(day: date | datetime) -> str:
    """For example "24 November 2026", "24. November 2026". A time must already be in its zone."""
    return date_format(day, _form(_DAYS, "j F", day) + " Y")


def written_moment(local: datetime) -> str:
    """For example "24 November 2026, 14:05 CET". The time must already be in its zone."""
    return f"{written_day(local)}, {date_format(local, 'H:i')} {zone_name(local)}"


def zone_name(local: datetime) -> str:
    """For example "CET", or "UTC-03" or "UTC+13:45" for a zone without an abbreviation."""
    name = local.tzname() or ""
    if name[:1] not in {"+", "-"}:
        return name
    hours, minutes = name[:3], name[3:]
    return f"UTC{hours}:{minutes}" if minutes else f"UTC{hours}"


def written_weekday(day: date | datetime, *, year: bool = False) -> str:
    """For example "Tuesday 24 November", "Dienstag, 24. November", optionally with the year."""
    return date_format(day, _form(_WEEKDAYS, "l j F", day) + (" Y" if year else ""))


def written_weekday_time(local: datetime) -> str:
    """For example "Tuesday 24 November, 23:59 (CET)", "Dienstag, 24. November, 23:59 Uhr (CET)". The time must
    already be in its zone."""
    time = date_format(local, _TIMES.get(active_language(), ", H:i"))
    return f"{written_weekday(local)}{time} ({zone_name(local)})"


def _form(forms: Mapping[str, str], usual: str, day: date) -> str:
    """The format of a day in the active language. French writes the first of a month "1er"."""
    form = forms.get(active_language(), usual)
    return form.replace("j", r"j\e\r") if active_language() == "fr" and day.day == 1 else form


def written_count(n: int) -> str:
    return number_format(n, force_grouping=True)


def too_long(text: str, longest: int) -> str:
    over = len(text) - longest
    if over <= 0:
        return ""
    sentence = ngettext(
        "This is %(over)s character over the limit of %(longest)s. Please shorten it.",
        "This is %(over)s characters over the limit of %(longest)s. Please shorten it.",
        over,
    )
    return sentence % {"over": written_count(over), "longest": written_count(longest)}


def written_figure(value: float, places: int = 2) -> str:
    """Rounded like the figures on pages (`floatformat`)."""
    return number_format(rounded(value, places), places)


def labelled(label: str, text: str, *, language: str = "") -> str:
    """For example "Label: text", in French with a space before the colon. `language`: by default the active one."""
    space = "\N{NO-BREAK SPACE}" if _is_french(language) else ""
    return f"{label}{space}: {text}"


def in_series(texts: Iterable[str], *, language: str = "") -> str:
    """For example "One; another", in French with a space before the semicolon. `language` as in `labelled`."""
    space = "\N{NARROW NO-BREAK SPACE}" if _is_french(language) else ""
    return f"{space}; ".join(texts)


def _is_french(language: str) -> bool:
    return (language or active_language()) == "fr"


LONGEST_NAME: Final = 200
READING_WORDS_A_MINUTE: Final = 200
_ISOLATE, _END_ISOLATE, _LEFT_TO_RIGHT = "\u2068", "\u2069", "\u200e"
_RIGHT_TO_LEFT = re.compile(
    "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\U00010800-\U00010fff\U0001e800-\U0001efff]"
)


def isolate(text: str) -> str:
    """The text in direction isolates if it runs from right to left."""
    return f"{_ISOLATE}{text}{_END_ISOLATE}" if _RIGHT_TO_LEFT.search(text) else text


def isolate_within(text: str, name: str) -> str:
    """Isolate a right-to-left name in a text that runs from left to right. If the text begins with the name, a mark
    before it keeps the text's direction, since `dir="auto"` looks into isolates."""
    if not name or name not in text or not _RIGHT_TO_LEFT.search(name):
        return text
    if _RIGHT_TO_LEFT.search(text.replace(name, "")):
        return text
    mark = "" if any(map(str.isalpha, text.partition(name)[0])) else _LEFT_TO_RIGHT
    return mark + text.replace(name, isolate(name))


def clipped(text: str, longest: int = LONGEST_NAME) -> str:
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


#: Phrases of reports: language -> key -> phrase. They aren't in the catalogues, because a PDF that is rendered again
#: years later must read the same.
type Catalogue = Mapping[str, Mapping[str, str]]


def rounded(value: float, places: int) -> str:
    """Round half up: 2.25 becomes "2.3", not "2.2" as in Python's formats. Zero has no sign."""
    return str(Decimal(str(value)).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP) + 0)


def rounded_beside(value: float, limit: float, places: int = 2) -> str:
    """As many decimals as it takes to show that a value is below the limit, at least `places`."""
    while value < limit <= float(rounded(value, places)):
        places += 1
    return rounded(value, places)


@dataclass(frozen=True)
class Phrases:
    language: str
    region: str | None
    phrases: Mapping[str, str]

    def __call__(self, key: str, **values: str | int) -> str:
        """The phrase with its placeholders filled. Raises `KeyError` for an unknown phrase."""
        return self.phrases[key].format(**values)

    def labelled(self, label: str, text: str) -> str:
        return labelled(label, text, language=self.language)

    def in_series(self, texts: Iterable[str]) -> str:
        return in_series(texts, language=self.language)

    def __contains__(self, key: str) -> bool:
        return key in self.phrases

    def count(self, key: str, n: int, **values: str | int) -> str:
        """Singular or plural for `n`. In French, 0 is singular."""
        single = n == 1 or (n == 0 and self.language == "fr")
        return self(f"{key}.one" if single else f"{key}.other", n=n, **values)

    def number(self, value: float, places: int) -> str:
        written = rounded(value, places).replace("-", "−")
        return written if self.language == "en" else written.replace(".", ",")


def reading_seconds(text: str) -> float:
    return len(text.split()) * 60 / READING_WORDS_A_MINUTE


def whole_minutes(seconds: float) -> int:
    return max(1, int(seconds / 60 + 0.5))


#: letters that don't decompose into a letter and an accent, as in the database's function of the same name
_PLAIN: Final = str.maketrans(
    dict(zip("øłđðħıŋŧς", "olddhintσ", strict=True)) | {"ß": "ss", "æ": "ae", "œ": "oe"}
)
_ACCENTS: Final = re.compile("[\u0300-\u036f]")


def without_accents(text: str) -> str:
    """Return the text in lower case and without accents, for searching and sorting: "łukasz müßig" becomes "lukasz
    mussig"."""
    return _ACCENTS.sub("", unicodedata.normalize("NFKD", text)).lower().translate(_PLAIN)


class WithoutAccents(Func):
    """`without_accents` in the database."""

    function = "without_accents"
    output_field = TextField()
