import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from goodword.accounts.domain.audit import write_by
from goodword.accounts.models import Membership
from goodword.core.rows import lock_row
from goodword.drafts.models import OWN_PREFIX
from goodword.drafts.versions import (
    LanguagesDraft,
    LibraryDrafts,
    NotEditable,
    Publication,
    check_revision,
    name_of_copy,
)
from goodword.questionnaires import builtin
from goodword.questionnaires.builtin import GENERAL_PROFESSIONAL
from goodword.questionnaires.domain.versions import versions_in_all_languages
from goodword.questionnaires.editor.entries import (
    REASON_ABOVE,
    Entry,
    all_dependants,
    blocking_dependant,
    competencies_of,
    dependants,
    follow_source,
    gaps,
    index_of,
    new_name,
    texts_of,
    with_texts,
    without_condition,
)
from goodword.questionnaires.editor.files import read_file
from goodword.questionnaires.models import Questionnaire, QuestionnaireVersion
from goodword.questionnaires.questions import parse, to_json

LONGEST_REASON = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionnaireDraft(LanguagesDraft[Questionnaire, QuestionnaireVersion]):
    @property
    def questionnaire(self) -> Questionnaire:
        return self.owner

    @property
    def entries(self) -> list[Entry]:
        return list(self.source.questions)


class QuestionnaireDrafts(
    LibraryDrafts[Questionnaire, QuestionnaireVersion, QuestionnaireDraft, Sequence[Entry]]
):
    name = "questionnaire"

    def lock(self, owner: Questionnaire) -> Questionnaire:
        return lock_row(Questionnaire.objects.of(owner.organisation).select_for_update(no_key=True), owner.pk)

    def versions(self, owner: Questionnaire) -> QuerySet[QuestionnaireVersion]:
        return QuestionnaireVersion.objects.of(owner.organisation).filter(questionnaire=owner)

    def newest(self, owner: Questionnaire) -> list[QuestionnaireVersion]:
        return versions_in_all_languages(owner)

    def content(self, row: QuestionnaireVersion) -> Sequence[Entry]:
        return list(row.questions)

    def draft(
        self,
        owner: Questionnaire,
        source: QuestionnaireVersion,
        translations: tuple[QuestionnaireVersion, ...],
    ) -> QuestionnaireDraft:
        return QuestionnaireDraft(owner=owner, source=source, translations=translations)

    def create_rows(
        self, owner: Questionnaire, contents: Mapping[str, Sequence[Entry]], *, now: datetime
    ) -> None:
        newest = self.versions(owner).order_by("-number").values_list("number", flat=True).first()
        for language, questions in contents.items():
            _create_row(owner, number=(newest or 0) + 1, language=language, questions=questions, now=now)

    def details(self, draft: QuestionnaireDraft) -> dict[str, Any]:
        return {"questionnaire": draft.owner.pk, "version": draft.source.number}


DRAFTS = QuestionnaireDrafts()


def _create_row(
    questionnaire: Questionnaire, *, number: int, language: str, questions: Sequence[Entry], now: datetime
) -> QuestionnaireVersion:
    return QuestionnaireVersion.objects.create(
        organisation=questionnaire.organisation,
        questionnaire=questionnaire,
        number=number,
        language=language,
        questions=list(questions),
        created_at=now,
    )


def write(
    draft: QuestionnaireDraft, entries: Sequence[Entry], *, translated: Mapping[str, Entry] | None = None
) -> None:
    """Save the draft's questions and update its translations. `translated`: texts of a new question by language. Raises
    `parse.QuestionError`."""
    more = translated or {}
    draft.source.questions = to_json(parse(entries)) if entries else []
    draft.source.revision += 1
    draft.source.save(update_fields=["questions", "revision"])
    for row in draft.translations:
        known = [*row.questions, *([more[row.language]] if row.language in more else [])]
        questions = follow_source(draft.source.questions, known)
        if questions != row.questions:
            row.questions = questions
            row.revision += 1
            row.save(update_fields=["questions", "revision"])


class NoQuestions(Exception):
    pass


class NeedsReason(Exception):
    """There are more than eight competencies and no reason is given."""


class NotTranslated(Exception):
    def __init__(self, languages: Collection[str]) -> None:
        super().__init__(", ".join(languages))
        self.languages = tuple(languages)


def publish(
    *,
    questionnaire: Questionnaire,
    revision: int,
    reason: str,
    without: Collection[str],
    by: Membership,
    now: datetime,
) -> int:
    def check(draft: QuestionnaireDraft) -> Publication:
        if not draft.entries:
            raise NoQuestions
        needed = len(competencies_of(draft.entries)) > REASON_ABOVE
        if needed and not reason.strip():
            raise NeedsReason
        incomplete = [row for row in draft.translations if gaps(draft.entries, row.questions)]
        missing = [row.language for row in incomplete if row.language not in without]
        if missing:
            raise NotTranslated(missing)
        complete = [row for row in draft.rows if row not in incomplete]
        for row in complete:
            parse(row.questions)
            row.reason = reason.strip() if needed else ""
        return Publication(rows=complete, details={"languages": [row.language for row in complete]})

    draft = DRAFTS.publish(questionnaire, revision=revision, check=check, by=by, now=now)
    return draft.source.number


def add_language(*, questionnaire: Questionnaire, language: str, now: datetime) -> QuestionnaireVersion:
    """Add a translation with empty texts, unless the draft already has the language. Raises `NoDraft`."""
    with DRAFTS.locked_draft(questionnaire) as draft:
        there = draft.row(language)
        if there is not None:
            return there
        empty = [with_texts(entry, {}) for entry in draft.entries]
        return _create_row(
            draft.owner, number=draft.source.number, language=language, questions=empty, now=now
        )


def save_texts(
    *,
    questionnaire: Questionnaire,
    language: str,
    texts: Mapping[str, Mapping[str, str]],
    revision: int,
) -> None:
    """Save texts by question id and place (`editor.entries.texts_of`). `revision`: the translation's revision that was
    edited. Raises `NoDraft`, `StaleDraft` and `NoLanguage`."""
    with DRAFTS.locked_draft(questionnaire) as draft:
        row = draft.translation(language)
        check_revision(row, revision)
        before = {entry["id"]: texts_of(entry) for entry in row.questions}
        row.questions = [
            with_texts(entry, {**before.get(entry["id"], {}), **texts.get(entry["id"], {})})
            for entry in draft.entries
        ]
        row.revision += 1
        row.save(update_fields=["questions", "revision"])


def remove_language(*, questionnaire: Questionnaire, language: str, revision: int) -> None:
    with DRAFTS.locked_draft(questionnaire) as draft:
        row = draft.translation(language)
        check_revision(row, revision)
        row.delete()


UP, DOWN = -1, 1


def add_question(*, questionnaire: Questionnaire, entry: Entry, revision: int | None = None) -> str:
    """Add a question. Returns its id, which is made from its words. Raises `NoDraft`, `StaleDraft`,
    `parse.QuestionError`."""
    with DRAFTS.locked_draft(questionnaire, revision=revision) as draft:
        entries = draft.entries
        words = str(entry.get("competency") or entry["text"])
        name = new_name(words, taken={known["id"] for known in entries}, otherwise="question")
        write(draft, [*entries, {**entry, "id": name}])
        return name


def add_competency(*, questionnaire: Questionnaire, key: str) -> str:
    with DRAFTS.locked_draft(questionnaire) as draft:
        entries = draft.entries
        name = new_name(key, taken={known["id"] for known in entries}, otherwise="question")
        rated = [place for place, known in enumerate(entries) if known["type"] == "rating"]
        place = rated[-1] + 1 if rated else len(entries)
        translated = {
            row.language: {**_of_library(key, row.language), "id": name}
            for row in draft.translations
            if row.language in builtin.languages()
        }
        entry = {**_of_library(key, draft.source.language), "id": name}
        write(draft, [*entries[:place], entry, *entries[place:]], translated=translated)
        return name


def duplicate_question(*, questionnaire: Questionnaire, question_id: str, revision: int) -> str:
    with DRAFTS.locked_draft(questionnaire, revision=revision) as draft:
        entries = draft.entries
        place = index_of(entries, question_id)
        name = new_name(question_id, taken={known["id"] for known in entries}, otherwise="question")
        translated = {
            row.language: {**row.questions[index_of(row.questions, question_id)], "id": name}
            for row in draft.translations
        }
        copy = {**entries[place], "id": name}
        write(draft, [*entries[: place + 1], copy, *entries[place + 1 :]], translated=translated)
        return name


def _of_library(key: str, language: str) -> Entry:
    for competency in builtin.competencies(language):
        if competency.key == key:
            return dict(to_json([competency.question()])[0])
    raise LookupError(key)


def change_question(*, questionnaire: Questionnaire, question_id: str, entry: Entry, revision: int) -> None:
    with DRAFTS.locked_draft(questionnaire, revision=revision) as draft:
        entries = draft.entries
        place = index_of(entries, question_id)
        entries[place] = {**entry, "id": question_id, "type": entries[place]["type"]}
        write(draft, entries)


class ConditionConflict(Exception):
    """One of two questions depends on the other, so they can't be swapped."""

    def __init__(self, question_id: str) -> None:
        super().__init__(question_id)
        self.question_id = question_id


def move_question(
    *, questionnaire: Questionnaire, question_id: str, by: int, revision: int, drop_condition: bool = False
) -> int:
    """Swap a question with its neighbour (`UP`, `DOWN`). Returns its new number. Raises `KeyError`, and
    `ConditionConflict` unless `drop_condition`."""
    with DRAFTS.locked_draft(questionnaire, revision=revision) as draft:
        entries = draft.entries
        place = index_of(entries, question_id)
        other = place + by
        if not 0 <= other < len(entries):
            return place + 1
        dependant = blocking_dependant(entries, question_id, by=by)
        if dependant is not None:
            if not drop_condition:
                raise ConditionConflict(dependant["id"])
            entries[index_of(entries, dependant["id"])] = without_condition(dependant)
        entries[place], entries[other] = entries[other], entries[place]
        write(draft, entries)
        return other + 1


class HasDependants(Exception):
    pass


def remove_question(
    *, questionnaire: Questionnaire, question_id: str, revision: int, with_dependants: bool | None = None
) -> None:
    with DRAFTS.locked_draft(questionnaire, revision=revision) as draft:
        entries = draft.entries
        del entries[index_of(entries, question_id)]
        direct = {entry["id"] for entry in dependants(entries, question_id)}
        if direct and with_dependants is None:
            raise HasDependants
        if with_dependants:
            gone = {entry["id"] for entry in all_dependants(entries, question_id)}
            entries = [entry for entry in entries if entry["id"] not in gone]
        else:
            entries = [without_condition(entry) if entry["id"] in direct else entry for entry in entries]
        write(draft, entries)


LONGEST_TITLE = 200


def create(
    *,
    title: str,
    description: str,
    languages: Mapping[str, Sequence[Entry]],
    by: Membership,
    now: datetime,
) -> Questionnaire:
    with transaction.atomic():
        made = Questionnaire.objects.create(
            organisation=by.organisation,
            key=f"{OWN_PREFIX}{secrets.token_hex(8)}",
            title=title,
            description=description,
            created_at=now,
            created_by=by,
        )
        DRAFTS.create_rows(made, languages, now=now)
        return made


def duplicate(*, questionnaire: Questionnaire, by: Membership, now: datetime) -> Questionnaire:
    """Copy a questionnaire to a draft: everything from the newest version or, if there is none, from the draft."""
    with transaction.atomic():
        row = DRAFTS.lock(questionnaire)
        rows = DRAFTS.to_copy(row, by=by)
        return create(
            title=name_of_copy(row.title, longest=LONGEST_TITLE),
            description=row.description,
            languages={version.language: version.questions for version in rows},
            by=by,
            now=now,
        )


def import_file(*, raw: bytes, by: Membership, now: datetime) -> Questionnaire:
    """Create a draft from a file. Raises `editor.files.InvalidFile`."""
    contents = read_file(raw)
    with transaction.atomic():
        made = create(
            title=contents.title,
            description=contents.description,
            languages=contents.languages,
            by=by,
            now=now,
        )
        write_by(
            by,
            "questionnaire.imported",
            now=now,
            details={"questionnaire": made.pk, "languages": list(contents.languages)},
        )
        return made


def describe(*, questionnaire: Questionnaire, title: str, description: str) -> None:
    """Change the title and description, at once and for all versions. Raises `NotEditable` if it is built in."""
    with transaction.atomic():
        row = DRAFTS.lock(questionnaire)
        if not row.is_own:
            raise NotEditable
        row.title, row.description = title, description
        row.save(update_fields=["title", "description"])


class UsedByDefault(Exception):
    """It is the default for roles without a questionnaire, so it can't be archived."""


def archive(*, questionnaire: Questionnaire, by: Membership, now: datetime) -> bool:
    """Archive a questionnaire. Roles that use it keep it. Returns False if already archived. Raises `UsedByDefault`."""
    if questionnaire.key == GENERAL_PROFESSIONAL:
        raise UsedByDefault
    return DRAFTS.set_archived(questionnaire, archived=True, by=by, now=now)
