"""Built-in and imported tests. Imported files are untrusted: size and depth are limited, and each problem is explained
in a sentence."""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast

from django.db import transaction

from goodword.accounts.domain.audit import write_by
from goodword.accounts.models import Membership, Organisation
from goodword.assessments.catalogue.drafts import DRAFTS
from goodword.assessments.kinds.builtin import BUILT_IN, contents, newest
from goodword.assessments.kinds.health import flags_of
from goodword.assessments.kinds.packs import PackError
from goodword.assessments.kinds.registry import Content, ImportedContent, kind_named, kind_of
from goodword.assessments.models import Test, TestVersion
from goodword.assessments.queries import content_of, parse
from goodword.core.rows import RowDeleted
from goodword.core.text import clean_text
from goodword.core.validation import shortened
from goodword.drafts.models import OWN_PREFIX

MAX_SIGNER_LENGTH, MAX_REASON_LENGTH = 150, 2000
#: maximum bytes; three hundred items with norms have about 60 kB
LARGEST: Final = 1_000_000
#: entries per list or object, and nesting depth
MOST_ENTRIES: Final = 1000
DEEPEST: Final = 12
LARGEST_NUMBER: Final = 1_000_000_000

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class PackFile:
    kind: str
    content: ImportedContent


def read_file(raw: bytes) -> PackFile:
    if len(raw) > LARGEST:
        raise PackError(f"The file is larger than {LARGEST // 1_000_000} MB. Tests are far smaller.")
    data = _parsed(raw)
    _check_size(data)
    if not isinstance(data, Mapping):
        raise PackError("The file must contain one JSON object, as docs/content-packs.md shows.")
    found = _read(data)
    _check_names(found.content)
    kind_of(found.content).check_import(found.content)
    return found


def _parsed(raw: bytes) -> object:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise PackError("The file is not text in UTF-8. Save it as JSON in UTF-8.") from None
    if not text.strip():
        raise PackError("The file is empty.")
    try:
        return cast(
            object, json.loads(text, object_pairs_hook=_without_duplicates, parse_constant=_refuse_constant)
        )
    except json.JSONDecodeError as error:
        raise PackError(
            f"This is not JSON: line {error.lineno}, column {error.colno}. Look for a missing or extra comma or "
            "quotation mark."
        ) from None
    except RecursionError:
        raise PackError("Lists and objects are nested too deeply.") from None
    except PackError:
        raise
    except ValueError:  # a number with thousands of digits
        raise PackError("The file has a number with too many digits.") from None


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            repeated = clean_text(shortened(name), one_line=True)
            raise PackError(f"The name “{repeated}” occurs twice in one object.")
        found[name] = value
    return found


def _refuse_constant(name: str) -> float:
    raise PackError(f"{name} is not a JSON number.")


def _check_size(data: object) -> None:
    left: list[tuple[object, int]] = [(data, 1)]
    while left:
        value, depth = left.pop()
        if isinstance(value, bool):
            continue
        if isinstance(value, int | float) and not abs(value) <= LARGEST_NUMBER:
            raise PackError("The file has a number that is too large.")
        if not isinstance(value, list | dict):
            continue
        if depth > DEEPEST:
            raise PackError("Lists and objects are nested too deeply.")
        if len(value) > MOST_ENTRIES:
            raise PackError(f"A list has {len(value):,} entries; at most {MOST_ENTRIES:,} are allowed.")
        left.extend((entry, depth + 1) for entry in _entries(value))


def _entries(value: list[object] | dict[str, object]) -> Iterator[object]:
    yield from value.values() if isinstance(value, dict) else value


def _read(data: Mapping[str, Any]) -> PackFile:
    named = data.get("kind")
    if named is None or named not in Test.Kind.values:
        *others, last = (f"“{kind.value}”" for kind in Test.Kind if not kind_named(kind).is_generated)
        needed = "The file needs a “kind”:" if named is None else "“kind” must be"
        raise PackError(f"{needed} {', '.join(others)} or {last}.")
    kind = Test.Kind(named)
    if kind_named(kind).is_generated:
        raise PackError(f"{kind.label} is built in and cannot be imported.")
    return PackFile(kind=kind.value, content=kind_named(kind).parse(data))


def _check_names(content: ImportedContent) -> None:
    for name, value in (("id", content.id), ("version", content.version)):
        if not _NAME.fullmatch(value):
            raise PackError(
                f"“{name}” may have letters from A to Z, digits, dots, hyphens and underscores, but is "
                f"“{shortened(value)}”."
            )
    if not _LANGUAGE.fullmatch(content.language):
        raise PackError(
            f"Unknown language “{shortened(content.language)}”. Use a code in small letters, such as “en” or “de”."
        )


def difference(one: Content, other: Content) -> str:
    """Return what wrongly differs between two languages of a version ("the items"), or "" if nothing does."""
    if type(one) is not type(other):
        return "the kind of test"
    first, second = (kind_of(content).structure(content) for content in (one, other))
    return next((name for name in first if first[name] != second[name]), "")


def is_builtin(test: Test) -> bool:
    return test.key in BUILT_IN


def is_pack(test: Test) -> bool:
    return not is_builtin(test) and not test.is_own


class NotADraft(Exception):
    """The version was published, discarded or never imported."""


def _lock_draft(version: TestVersion) -> TestVersion:
    """Lock a draft. Raises `NotADraft`."""
    test = DRAFTS.lock(version.test)
    found = TestVersion.objects.of(version.organisation).filter(pk=version.pk, published_at=None).first()
    if found is None or not is_pack(test):
        raise NotADraft
    found.test = test
    return found


def ensure_builtin(organisation: Organisation, key: str, *, now: datetime) -> Test:
    """A built-in test with its newest version, created if missing; older ones stay. Raises `LookupError` for an unknown
    key."""
    number, languages = newest(key)
    built = BUILT_IN[key]
    have = TestVersion.objects.of(organisation).filter(test__key=key, number=number)
    if set(have.values_list("language", flat=True)) >= languages:
        return Test.objects.of(organisation).get(key=key)
    with transaction.atomic():
        Test.objects.of(organisation).get_or_create(
            key=key,
            defaults={
                "organisation": organisation,
                "kind": built.kind,
                "title": built.title,
                "description": built.description,
                "created_at": now,
            },
        )
        # a concurrent call waits here and then finds all languages
        test = Test.objects.of(organisation).select_for_update(no_key=True).get(key=key)
        there = set(have.values_list("language", flat=True))
        TestVersion.objects.of(organisation).bulk_create(
            TestVersion(
                organisation=organisation,
                test=test,
                number=number,
                language=language,
                content=content,
                created_at=now,
                published_at=now,
            )
            for language, content in contents(key).items()
            if language not in there
        )
        return test


def ensure_all_builtin(organisation: Organisation, *, now: datetime) -> None:
    versions = TestVersion.objects.of(organisation).filter(test__key__in=BUILT_IN)
    have = set(versions.values_list("test__key", "number", "language"))
    for key in BUILT_IN:
        number, languages = newest(key)
        if not have.issuperset((key, number, language) for language in languages):
            ensure_builtin(organisation, key, now=now)


def import_pack(*, raw: bytes, by: Membership, now: datetime) -> TestVersion:
    """Import a file as a draft of the test with its id, created if missing. All or nothing. Raises `ReadingError`."""
    file = read_file(raw)
    content = file.content
    if content.id in BUILT_IN or content.id.startswith(OWN_PREFIX):
        raise PackError(f"The id “{content.id}” is reserved for a test of Goodword's own. Choose another id.")
    with transaction.atomic():
        test = _locked_test(file, by=by, now=now)
        _check_against_test(test, file)
        version = TestVersion.objects.create(
            organisation=by.organisation,
            test=test,
            number=content.version,
            language=content.language,
            content=kind_of(content).dump(content),
            created_at=now,
        )
        write_by(
            by,
            "test.imported",
            now=now,
            details={"test": test.pk, "version": version.number, "language": version.language},
        )
        return version


def _locked_test(file: PackFile, *, by: Membership, now: datetime) -> Test:
    while True:
        test, made = Test.objects.of(by.organisation).get_or_create(
            key=file.content.id,
            defaults={
                "organisation": by.organisation,
                "kind": file.kind,
                "title": file.content.name,
                "created_at": now,
                "created_by": by,
            },
        )
        if made:
            return test
        with suppress(RowDeleted):  # its only draft was being discarded
            return DRAFTS.lock(test)


def _check_against_test(test: Test, file: PackFile) -> None:
    content = file.content
    if test.kind != file.kind:
        raise PackError(
            f"The id “{content.id}” belongs to a test of another kind, “{test.title}”. Choose another id."
        )
    rows = list(TestVersion.objects.of(test.organisation).filter(test=test).order_by("pk"))
    for row in rows:
        _check_against_version(row, content, test)


def _check_against_version(row: TestVersion, content: ImportedContent, test: Test) -> None:
    if row.number == content.version and row.language == content.language:
        if row.published_at is None:
            raise PackError(
                f"Version {row.number} of “{test.title}” exists as a draft in this language. Discard the draft first "
                "to replace it."
            )
        raise PackError(
            f"Version {row.number} of “{test.title}” already exists in this language, and versions never change. "
            "If the file contains anything new, increase its “version”."
        )
    if row.published_at is None and row.language == content.language:
        raise PackError(
            f"There is a draft of version {row.number} of “{test.title}” in this language. Publish or discard it first."
        )
    if row.number == content.version:
        other = parse(test.kind, row.content)
        if found := difference(content, other):
            raise PackError(
                f"Version {row.number} of “{test.title}” exists in “{row.language}”, and {found} differ. Languages of "
                "one version share all ids, keys and values: change the file, or increase its “version”."
            )


def sign_off(*, version: TestVersion, name: str, why: str, by: Membership, now: datetime) -> TestVersion:
    """Record the reviewer of the flagged items, and the reason for them; replaces an earlier sign-off. Raises
    `NotADraft`."""
    with transaction.atomic():
        row = _lock_draft(version)
        row.signed_off_by, row.signed_off_why, row.signed_off_at = name, why, now
        row.save(update_fields=["signed_off_by", "signed_off_why", "signed_off_at"])
        write_by(
            by,
            "test.signed_off",
            now=now,
            details={
                "test": row.test_id,
                "version": row.number,
                "language": row.language,
                "name": name,
                "why": why,
            },
        )
        return row


class NeedsSignOff(Exception):
    pass


def needs_sign_off(version: TestVersion) -> bool:
    content = content_of(version)
    return version.signed_off_at is None and bool(flags_of(content))


def publish_pack(*, version: TestVersion, by: Membership, now: datetime) -> TestVersion:
    with transaction.atomic():
        row = _lock_draft(version)
        if needs_sign_off(row):
            raise NeedsSignOff
        row.publish(by=by, now=now)
        if row.language == "en" and row.test.title != row.content["name"]:
            row.test.title = row.content["name"]
            row.test.save(update_fields=["title"])
        write_by(
            by,
            "test.published",
            now=now,
            details={"test": row.test_id, "version": row.number, "languages": [row.language]},
        )
        return row


def discard_pack(*, version: TestVersion, by: Membership, now: datetime) -> bool:
    """Delete a draft, and its test if it has no other version. Returns whether the test still exists. Raises
    `NotADraft`."""
    with transaction.atomic():
        row = _lock_draft(version)
        test = row.test
        write_by(
            by,
            "test.draft_discarded",
            now=now,
            details={"test": test.pk, "version": row.number, "language": row.language},
        )
        row.delete()
        if TestVersion.objects.of(test.organisation).filter(test=test).exists():
            return True
        test.delete()
        return False


class ComesWithGoodword(Exception):
    """Built-in tests can't be archived: the default assessment uses one."""


def archive(*, test: Test, by: Membership, now: datetime) -> bool:
    """Stop offering a test; roles already using it aren't affected. Returns False if already archived. Raises
    `ComesWithGoodword`."""
    if is_builtin(test):
        raise ComesWithGoodword
    return DRAFTS.set_archived(test, archived=True, by=by, now=now)
