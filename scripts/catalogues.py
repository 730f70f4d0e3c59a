"""Updates the catalogues from the sources: `python scripts/catalogues.py`.

Members' screens are in English only, so the catalogues in `src/goodword/locale` contain only sentences that candidates,
referees or recipients of mail read. New sentences are added without a translation, and unused ones are removed; a test
rejects both. hatch_build.py compiles the catalogues when the project is installed.
"""

import io
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, cast

import without_database
from babel.messages import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

from goodword.core.text import language_codes

assert without_database  # the languages are in the settings

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src/goodword"
#: those with a catalogue: the sources are in English
LANGUAGES = tuple(code for code in language_codes() if code != "en")
KEYWORDS: dict[str, Any] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
#: files that only members and operators read; all others are translated. A star matches folders too.
FOR_MEMBERS = (
    "accounts/*",
    "assessments/attempts/invitations.py",
    "assessments/attempts/member_actions.py",
    "assessments/catalogue/*",
    "assessments/evidence/*",
    "assessments/kinds/*/drafts.py",
    "assessments/kinds/*/editor.py",
    "assessments/kinds/*/kind.py",
    "assessments/kinds/comparison.py",
    "assessments/kinds/*report.py",
    "assessments/kinds/custom_questions/marking.py",
    "assessments/kinds/custom_questions/views/*",
    "assessments/kinds/form_rows.py",
    "assessments/kinds/judgement/panel*",
    "assessments/kinds/judgement/views/__init__.py",
    "assessments/kinds/judgement/views/panel.py",
    "assessments/kinds/judgement/views/s*",
    "assessments/kinds/scores.py",
    "assessments/manual/*",
    "assessments/norms/*",
    "assessments/plans/*",
    "assessments/report.py",
    "assessments/results.py",
    "assessments/flags/*",
    "assessments/templates/assessments/judgement/*",
    "assessments/templates/assessments/library/*",
    "assessments/templates/assessments/marking/*",
    "assessments/templates/assessments/norms/*",
    "assessments/templates/assessments/custom_questions/*",
    "assessments/templates/assessments/portal/preview_end.html",
    "assessments/templates/assessments/portal/preview.html",
    "assessments/templates/assessments/sheet.html",
    "assessments/templates/assessments/flags*",
    "assessments/views/draft_access.py",
    "assessments/views/library*",
    "assessments/validity.py",
    "assessments/views/norms.py",
    "candidates/fairness/*",
    "candidates/people_files.py",
    "candidates/rating_files.py",
    "core/csv_files.py",
    "demo/*",
    "drafts/*",
    "greenhouse/*",
    "questionnaires/domain/*",
    "questionnaires/editor/*",
    "questionnaires/templates/questionnaires/editor/*",
    "questionnaires/views/*",
    "references/domain/completion.py",
    "references/domain/checks.py",
    "references/domain/member_actions.py",
    "references/domain/reminders.py",
    "references/domain/slot_changes.py",
    "references/flags/*",
    "references/queries.py",
    "references/templates/references/flags*",
    "reports/domain/sharing.py",
    "reports/templates/reports/links.html",
    "roles/*",
    "workflow/domain/runs.py",
    "workflow/flags/*",
    "workflow/templates/workflow/flags/*",
    "ui/*.py",
    "ui/templates/ui/gallery/*",
    "ui/templates/ui/member.html",
    "ui/templates/ui/signed_out.html",
    "ui/templates/ui/parts/organisation_menu.html",
    "ui/templates/ui/parts/rail.html",
    "ui/templates/ui/parts/session.html",
    "workspace/*",
)
#: exceptions, which candidates or referees also read
FOR_OTHERS = (
    "ui/statuses.py",
    "workspace/portal/*",
    "workspace/templates/workspace/portal*",
    "workspace/templates/workspace/rater/*",
    "workspace/validity/rater.py",
    "*/templates/*/mail/*",
)


@dataclass
class SourceSentence:
    """A sentence of the source, with its plural, and the files that contain it."""

    plural: str = ""
    places: list[str] = field(default_factory=list)


def is_for_others(path: Path) -> bool:
    """Whether candidates, referees or recipients of mail read the sentences of this file."""
    name = path.relative_to(SOURCE).as_posix()
    if any(fnmatchcase(name, pattern) for pattern in FOR_OTHERS):
        return True
    return not any(fnmatchcase(name, pattern) for pattern in FOR_MEMBERS)


def sources() -> Iterator[Path]:
    """The files whose sentences are translated, in order."""
    for path in sorted(SOURCE.rglob("*")):
        if path.suffix in {".py", ".html", ".txt"} and "migrations" not in path.parts and is_for_others(path):
            yield path


def sentences(paths: Iterable[Path]) -> dict[tuple[str, str], SourceSentence]:
    """The sentences of the files, by context and sentence."""
    found: dict[tuple[str, str], SourceSentence] = {}
    for path in paths:
        text = path.read_text("utf-8")
        code = text if path.suffix == ".py" else templatize(text, origin=str(path))
        for _, message, _, context in extract("python", io.BytesIO(code.encode()), KEYWORDS):
            one, plural = message[:2] if isinstance(message, tuple) else (message, "")
            if not one:
                continue
            sentence = found.setdefault((context or "", one), SourceSentence())
            sentence.plural = sentence.plural or plural
            sentence.places.append(path.relative_to(SOURCE).as_posix())
    return found


def catalogue_path(language: str) -> Path:
    """The path of a language's catalogue."""
    return SOURCE / "locale" / language / "LC_MESSAGES/django.po"


def catalogue(language: str) -> Catalog:
    """A language's current catalogue; empty if there is none yet."""
    path = catalogue_path(language)
    if not path.exists():
        return Catalog(locale=language, project="Goodword")
    with path.open("rb") as file:
        return read_po(file, locale=language)


def strings(message: Any) -> tuple[str, ...]:
    """A sentence's translations, one per plural form."""
    return tuple(message.string) if isinstance(message.string, tuple | list) else (message.string,)


def refreshed(language: str) -> Catalog:
    """The catalogue of the current sentences, with their previous translations."""
    before = catalogue(language)
    after = Catalog(locale=language, fuzzy=False)
    for (context, one), sentence in sentences(sources()).items():
        known = before.get(one, context or None)
        words = strings(known) if known else ("",)
        if sentence.plural and len(words) != after.num_plurals:
            words = ("",) * after.num_plurals
        after.add(
            (one, sentence.plural) if sentence.plural else one,
            words if sentence.plural else words[0],
            locations=[(place, 0) for place in dict.fromkeys(sentence.places)],
            context=context or None,
            flags=("python-format",) if "%(" in one + sentence.plural else (),
        )
    return after


def _written(made: Catalog) -> str:
    """The .po file with a minimal header without dates, so that diffs show only sentences."""
    body = io.BytesIO()
    write_po(cast(Any, body), made, width=110, omit_header=True, sort_output=True, include_lineno=False)
    head = (
        f"Language: {made.locale}",
        f"Plural-Forms: {made.plural_forms}",
        "Content-Type: text/plain; charset=utf-8",
    )
    lines = "".join(f'"{line}\\n"\n' for line in head)
    return f'msgid ""\nmsgstr ""\n{lines}\n{body.getvalue().decode()}'


def main() -> int:
    """Write all catalogues; print the number of sentences without a translation."""
    for language in LANGUAGES:
        made = refreshed(language)
        path = catalogue_path(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_written(made), "utf-8")
        waiting = sum(not all(strings(message)) for message in made if message.id)
        print(f"{language}: {len(made)} sentences, {waiting} without a translation")
    return 0


if __name__ == "__main__":
    sys.exit(main())
