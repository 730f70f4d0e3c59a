import secrets
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from copy import deepcopy
from dataclasses import asdict, replace
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from goodword.accounts.domain.audit import write_by
from goodword.accounts.models import Membership
from goodword.assessments.catalogue.drafts import (
    DRAFTS,
    TestDraft,
    create,
    create_row,
    publication,
    publish_complete,
    save,
)
from goodword.assessments.kinds.content import Panel
from goodword.assessments.kinds.judgement.content import (
    FEWEST_ACTIONS,
    check_keys,
    panel_basis,
    read_judgement,
)
from goodword.assessments.kinds.judgement.editor import (
    Content,
    KeyedAction,
    copy_of,
    count_untranslated,
    empty,
    place_of,
    texts_of,
    translation_of,
    updated_translation,
    with_texts,
)
from goodword.assessments.kinds.judgement.open_text import open_text_contents
from goodword.assessments.kinds.judgement.panel_keys import panel_of_draft, shown_result
from goodword.assessments.kinds.judgement.panelists import experts_of, keep_ratings
from goodword.assessments.models import AssessmentPart, Test, TestVersion, newest_first
from goodword.core.jobs import for_each
from goodword.core.validation import ReadingError
from goodword.drafts.versions import Publication, name_of_copy

MAX_NAME_LENGTH = 200
UP, DOWN = -1, 1
MAX_SITUATIONS: Final = 60


def create_set(
    *, name: str, instructions: str, construct: str, language: str, by: Membership, now: datetime
) -> Test:
    content = empty(
        name=name,
        instructions=instructions,
        construct=construct,
        language=language,
        organisation=by.organisation.name,
    )
    return create(
        kind=Test.Kind.JUDGEMENT, description=construct, contents={language: content}, by=by, now=now
    )


def duplicate_set(*, test: Test, by: Membership, now: datetime) -> Test:
    """A copy as a draft, with all languages of the newest version, else of the draft. Raises LookupError for a test of
    another kind or without content."""
    if test.kind != Test.Kind.JUDGEMENT:
        raise LookupError(f"Test {test.pk} is not a judgement set.")
    with transaction.atomic():
        row = DRAFTS.lock(test)
        rows = DRAFTS.to_copy(row, by=by)
        if not rows:
            raise LookupError(f"Test {test.pk} has no version yet.")
        source = rows[0]
        contents = {
            version.language: copy_of(
                version.content,
                name=name_of_copy(str(version.content["name"]), longest=MAX_NAME_LENGTH)
                if version is source
                else str(version.content["name"]),
                organisation=by.organisation.name,
            )
            for version in rows
        }
        same = contents[source.language]["id"]
        return create(
            kind=Test.Kind.JUDGEMENT,
            description=row.description,
            contents={language: content | {"id": same} for language, content in contents.items()},
            by=by,
            now=now,
        )


def create_open_text(*, test: Test, by: Membership, now: datetime) -> Test:
    """Create a draft of custom questions with the situations of the newest version, else of the draft, and rubrics.
    Raises LookupError if there are none."""
    with transaction.atomic():
        row = DRAFTS.lock(test)
        contents = {version.language: version.content for version in DRAFTS.to_copy(row, by=by)}
        if not contents or not all(content["situations"] for content in contents.values()):
            raise LookupError(f"Test {test.pk} has no situation yet.")
        return create(
            kind=Test.Kind.CUSTOM_QUESTIONS,
            description=row.description,
            contents=open_text_contents(contents),
            by=by,
            now=now,
            open_text_of=row,
        )


def open_texts_of(test: Test, *, language: str, archived: bool = False) -> list[TestVersion]:
    """Return the newest version published in this language of each open-text version of a set, archived or not, latest
    first."""
    rows = (
        TestVersion.objects.of(test.organisation)
        .filter(test__open_text_of=test, test__archived_at__isnull=not archived, published_at__isnull=False)
        .select_related("test")
        .order_by("-pk")
    )
    versions: dict[int, list[TestVersion]] = defaultdict(list)
    for row in rows:
        versions[row.test_id].append(row)
    newest = {test_id: newest_first(published)[0] for test_id, published in versions.items()}
    return [row for row in rows if row.language == language and row.number == newest[row.test_id]]


def without_open_text() -> QuerySet[TestVersion]:
    """Versions of judgement sets used by a published assessment, in languages in which the set never had an open-text
    version."""
    parts = AssessmentPart.objects.across_organisations().filter(
        test=OuterRef("test"), number=OuterRef("number"), assessment__published_at__isnull=False
    )
    made = TestVersion.objects.across_organisations().filter(
        test__open_text_of=OuterRef("test"), language=OuterRef("language"), published_at__isnull=False
    )
    rows = TestVersion.objects.across_organisations().filter(
        test__kind=Test.Kind.JUDGEMENT, published_at__isnull=False
    )
    return rows.filter(Exists(parts)).exclude(Exists(made))


def make_open_texts(*, now: datetime) -> None:
    """Create missing open-text versions before anyone needs one: if granting one created it, the library and the audit
    log would reveal the grant (docs/decisions/0026-*)."""

    def make(pk: int) -> bool:
        version = TestVersion.objects.across_organisations().select_related("test__organisation").get(pk=pk)
        ensure_open_text(version=version, now=now)
        return True

    for_each(list(without_open_text().order_by("test", "pk").values_list("pk", flat=True)), make)


def make_open_texts_of(test_ids: Collection[int], *, now: datetime) -> None:
    """Make open-text versions for the sets of an assessment that is being published. `make_open_texts` reports sets for
    which none can be made."""
    for version in without_open_text().filter(test__in=test_ids).select_related("test__organisation"):
        with suppress(ReadingError):
            ensure_open_text(version=version, now=now)


def ensure_open_text(*, version: TestVersion, now: datetime) -> TestVersion:
    """The latest published open-text version of a set in this version's language, archived only if there is no other.
    If there is none, one with the default rubrics is created from this version in all its languages and published,
    without an author. Raises `ReadingError`."""
    with transaction.atomic():
        row = DRAFTS.lock(version.test)
        for archived in (False, True):
            if found := open_texts_of(row, language=version.language, archived=archived):
                return found[0]
        rows = TestVersion.objects.of(row.organisation).filter(
            test=row, number=version.number, published_at__isnull=False
        )
        ordered = sorted(rows, key=lambda published: (published.language != version.language, published.pk))
        made = create(
            kind=Test.Kind.CUSTOM_QUESTIONS,
            description=row.description,
            contents=open_text_contents({published.language: published.content for published in ordered}),
            by=None,
            organisation=row.organisation,
            now=now,
            open_text_of=row,
        )
        publish_complete(made, revision=0, by=None, now=now)
        return open_texts_of(row, language=version.language)[0]


def change_details(*, test: Test, name: str, instructions: str, construct: str, revision: int) -> None:
    with DRAFTS.locked_draft(test, revision=revision) as draft:
        _save_source(
            draft, draft.content | {"name": name, "instructions": instructions, "construct": construct}
        )


class TooMany(Exception):
    pass


def add_situation(*, test: Test, text: str, actions: Sequence[KeyedAction], revision: int) -> str:
    with DRAFTS.locked_draft(test, revision=revision) as draft:
        situations = list(draft.content["situations"])
        if len(situations) >= MAX_SITUATIONS:
            raise TooMany
        made = _situation(f"s{secrets.token_hex(4)}", text, actions, known=set())
        _save_source(draft, draft.content | {"situations": [*situations, made]})
        return str(made["id"])


def change_situation(
    *, test: Test, situation_id: str, text: str, actions: Sequence[KeyedAction], revision: int
) -> None:
    """Change a situation. Existing actions keep their ids. Raises `NoDraft`, `StaleDraft`, and `KeyError` for a removed
    situation."""
    with DRAFTS.locked_draft(test, revision=revision) as draft:
        situations = list(draft.content["situations"])
        place = place_of(draft.content, situation_id)
        known = {action["id"] for action in situations[place]["actions"]}
        situations[place] = _situation(situation_id, text, actions, known=known)
        _save_source(draft, draft.content | {"situations": situations})


def move_situation(*, test: Test, situation_id: str, by: int, revision: int) -> int:
    """Swap a situation with its neighbour (`UP`, `DOWN`). Returns its place, from 1. Raises the same as
    `change_situation`."""
    with DRAFTS.locked_draft(test, revision=revision) as draft:
        situations = list(draft.content["situations"])
        place = place_of(draft.content, situation_id)
        other = place + by
        if not 0 <= other < len(situations):
            return place + 1
        situations[place], situations[other] = situations[other], situations[place]
        _save_source(draft, draft.content | {"situations": situations})
        return other + 1


def remove_situation(*, test: Test, situation_id: str, revision: int) -> None:
    with DRAFTS.locked_draft(test, revision=revision) as draft:
        place_of(draft.content, situation_id)
        left = [situation for situation in draft.content["situations"] if situation["id"] != situation_id]
        _save_source(draft, draft.content | {"situations": left})


def _situation(situation_id: str, text: str, actions: Sequence[KeyedAction], *, known: set[str]) -> Content:
    left, made = set(known), []
    for action in actions:
        action_id = action.id if action.id in left else f"a{secrets.token_hex(5)}"
        left.discard(action_id)
        made.append(
            {
                "id": action_id,
                "text": action.text,
                "effectiveness": action.effectiveness,
                "reason": action.reason,
            }
        )
    return {"id": situation_id, "text": text, "actions": made}


def add_language(*, test: Test, language: str, revision: int, now: datetime) -> None:
    with DRAFTS.locked_draft(test, revision=revision) as draft:
        if draft.row(language) is None:
            content = translation_of(draft.content, language=language)
            create_row(draft.test, number=draft.source.number, language=language, content=content, now=now)
            save(draft, {})


def save_texts(*, test: Test, language: str, texts: Mapping[str, str], revision: int) -> None:
    """Save translated texts by key (`kinds.judgement.editor.texts_of`), except those without a source text. Raises
    the same as `remove_language`."""
    with DRAFTS.locked_draft(test, revision=revision) as draft:
        row = draft.translation(language)
        wanted = texts_of(draft.content)
        given = {place: text for place, text in texts.items() if place in wanted and text}
        save(draft, {language: with_texts(row.content, given)})


def remove_language(*, test: Test, language: str, revision: int) -> None:
    with DRAFTS.locked_draft(test, revision=revision) as draft:
        row = draft.translation(language)
        keep_ratings(test, draft.content, removed=row.content)
        row.delete()
        save(replace(draft, translations=()), {})


class TooFewExperts(Exception):
    pass


class NoAgreement(Exception):
    """The experts' mean ratings don't distinguish between the actions, so they can't be a key."""


def take_panel_key(*, test: Test, revision: int, by: Membership, now: datetime) -> int:
    """Set all keys of the draft to the means of its panel. Returns the number changed. Raises `TooFewExperts`,
    `NoAgreement`, `NoDraft` and `StaleDraft`."""
    with DRAFTS.locked_draft(test, revision=revision) as draft:
        found = shown_result(test, draft.content, experts_of(test, draft.content))
        if found is None:
            raise TooFewExperts
        if found.agreement is None:
            raise NoAgreement
        keys = {action.id: action.new_key for action in found.actions}
        content = deepcopy(draft.content)
        for situation in content["situations"]:
            for action in situation["actions"]:
                action["effectiveness"] = keys[action["id"]]
        _save_source(draft, content)
        write_by(
            by,
            "test.key_made",
            now=now,
            details={
                "test": test.pk,
                "version": draft.source.number,
                "experts": found.experts,
                "icc": round(found.agreement.average, 3),
            },
        )
        return found.differ


class LastActions(Exception):
    pass


def leave_out_action(*, test: Test, action_id: str, revision: int) -> None:
    """Remove an action. Ratings of the others still count. Raises `KeyError`, `LastActions`, `NoDraft` and
    `StaleDraft`."""
    with DRAFTS.locked_draft(test, revision=revision) as draft:
        content = deepcopy(draft.content)
        for situation in content["situations"]:
            left = [action for action in situation["actions"] if action["id"] != action_id]
            if len(left) == len(situation["actions"]):
                continue
            if len(left) < FEWEST_ACTIONS:
                raise LastActions
            situation["actions"] = left
            _save_source(draft, content)
            return
        raise KeyError(action_id)


class NoSituations(Exception):
    pass


class NoKeySource(Exception):
    """The key isn't, or is no longer, a panel's, and no source was given."""


def publish_set(
    *, test: Test, revision: int, key_by: str, key_how: str, by: Membership, now: datetime
) -> str:
    """Publish the draft. Returns the version's number. `key_by`, `key_how`: who set the key, and how, unless it is a
    panel's. Incomplete languages stay in a new draft. Raises `NoSituations`, `NoDraft`, `StaleDraft` and
    `PackError`."""

    def check(draft: TestDraft) -> Publication:
        if not draft.content["situations"]:
            raise NoSituations
        panel = panel_of_draft(test, draft.content, by=by.user.name, now=now)
        if panel is None and not key_by:
            raise NoKeySource
        own = _("Key set by %(names)s. %(how)s") % {"names": key_by.rstrip(". "), "how": key_how}
        complete = [row for row in draft.rows if not count_untranslated(draft.content, row.content)]
        for row in complete:
            basis = own if panel is None else _basis_in(panel, row.language)
            row.content = {**row.content, "key_basis": basis, "panel": panel and asdict(panel)}
            if panel is None:
                del row.content["panel"]
            check_keys(read_judgement(row.content))
        details = {"panel": panel.experts} if panel else {"key_set_by": key_by}
        return publication(draft, complete, **details)

    return DRAFTS.publish(test, revision=revision, check=check, by=by, now=now).source.number


def _basis_in(panel: Panel, language: str) -> str:
    with translation.override(language):
        return panel_basis(panel)


def _save_source(draft: TestDraft, content: Content) -> None:
    contents = {row.language: updated_translation(content, row.content) for row in draft.translations}
    save(draft, {draft.source.language: content, **contents})
