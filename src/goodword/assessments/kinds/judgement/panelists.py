"""Experts on a panel: invitations, manual reminders, ratings, declining, erasure.

A rating counts while the texts that its expert read are unchanged.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any, Final

from django.db import transaction
from django.db.models import Max, QuerySet

from goodword.accounts.domain.audit import write as audit
from goodword.accounts.models import Membership, Organisation
from goodword.assessments.kinds.judgement.content import JudgementSet, read_judgement
from goodword.assessments.kinds.judgement.editor import count_untranslated
from goodword.assessments.models import Panelist, PanelRating, Test, TestVersion
from goodword.core.addresses import Correspondent, normalised
from goodword.core.clock import months_after
from goodword.core.rows import lock_row, locked_to_delete
from goodword.notifications.domain import links
from goodword.notifications.domain.queue import LinkFor, cancel, queue
from goodword.notifications.models import Email, Link
from goodword.notifications.personal_data import exported_mail

MAIL_KIND: Final = "panel.invitation"
PURPOSE: Final = Link.Purpose.PANEL
MOST_EXPERTS: Final = 30
#: minimum time between two mails to an expert
INTERVAL: Final = timedelta(days=1)


type Content = Mapping[str, Any]


def subject_ref_of(row: Panelist) -> str:
    return f"panelist:{row.pk}"


class AlreadyInvited(Exception):
    pass


class TooManyExperts(Exception):
    pass


def invite(
    *, test: Test, name: str, email: str, position: str, language: str, by: Membership, now: datetime
) -> Panelist:
    with transaction.atomic():
        test = lock_row(Test.objects.of(by.organisation).select_for_update(no_key=True), test.pk)
        rows = Panelist.objects.of(by.organisation).filter(test=test)
        if rows.filter(email=normalised(email)).exists():
            raise AlreadyInvited
        if rows.count() >= MOST_EXPERTS:
            raise TooManyExperts
        made = Panelist.objects.create(
            organisation=by.organisation,
            test=test,
            name=name,
            email=normalised(email),
            position=position,
            language=language,
            invited_at=now,
            invited_by=by,
        )
        _mail(made, sender=_correspondent(by), key="invited", now=now)
        _audit(made, "panel.invited", member=by, now=now)
        return made


class TooSoon(Exception):
    """An expert gets at most one mail a day."""


def remind(*, panelist: Panelist, content: Content, by: Membership, now: datetime) -> None:
    """Mail a new link. Raises `TooSoon`, and `NotOpen` for experts who have finished or declined."""
    with transaction.atomic():
        row = lock_row(Panelist.objects.of(by.organisation).select_for_update(no_key=True), panelist.pk)
        if not expert_of(row, content).is_open:
            raise NotOpen
        if (row.reminded_at or row.invited_at) > now - INTERVAL:
            raise TooSoon
        row.reminded_at, row.reminders = now, row.reminders + 1
        row.save(update_fields=["reminded_at", "reminders"])
        _mail(row, sender=_correspondent(by), key=f"reminder:{row.reminders}", now=now)
        _audit(row, "panel.reminded", member=by, now=now)


def send_fresh_link(*, panelist: Panelist, sender: Correspondent, now: datetime) -> bool:
    """Mail a new link after the expert's link has expired. Returns False, without a mail, within ten minutes of the
    last one."""
    with transaction.atomic():
        row = (
            Panelist.objects.of(panelist.organisation)
            .select_for_update(no_key=True)
            .filter(pk=panelist.pk)
            .first()
        )
        if row is None:
            return False
        sent = Email.objects.of(row.organisation).filter(subject_ref=subject_ref_of(row))
        if links.was_mailed_lately(sent, now=now):
            return False
        _mail(row, sender=sender, key=f"fresh:{sent.count() + 1}", now=now)
        return True


def decline(*, panelist_id: int, now: datetime) -> None:
    with transaction.atomic():
        row = (
            Panelist.objects.across_organisations()
            .select_for_update(no_key=True)
            .filter(pk=panelist_id)
            .first()
        )
        if row is None or row.declined_at is not None:
            return
        row.declined_at, row.finished_at = now, None
        row.save(update_fields=["declined_at", "finished_at"])
        PanelRating.objects.of(row.organisation).filter(panelist=row).delete()
        cancel(organisation=row.organisation, subject_ref=subject_ref_of(row), now=now)
        _audit(row, "panel.declined", now=now)


def remove(*, panelist: Panelist, by: Membership, now: datetime) -> None:
    """Remove an expert with their ratings, mails and links. Published versions keep their key."""
    with transaction.atomic():
        row = Panelist.objects.of(by.organisation).select_for_update().filter(pk=panelist.pk).first()
        if row is None:
            return
        _audit(row, "panel.removed", member=by, now=now)
        forget([row])


def erase_own(*, panelist_id: int, now: datetime) -> None:
    with transaction.atomic():
        rows = Panelist.objects.across_organisations().select_for_update()
        row = rows.filter(pk=panelist_id).first()
        if row is None:
            return
        _audit(row, "panel.erased", now=now)
        forget([row])


def forget(rows: Iterable[Panelist]) -> int:
    """Delete locked experts with all their data. Returns how many."""
    found = list(rows)
    mails = Email.objects.across_organisations().filter(
        subject_ref__in=[subject_ref_of(panelist) for panelist in found]
    )
    links.forget(purpose=PURPOSE, subject_ids=[panelist.pk for panelist in found])
    links.forget_mails(mails)
    Panelist.objects.across_organisations().filter(pk__in=[panelist.pk for panelist in found]).delete()
    return len(found)


def _mail(row: Panelist, *, sender: Correspondent, key: str, now: datetime) -> None:
    queue(
        organisation=row.organisation,
        kind=MAIL_KIND,
        key=f"{subject_ref_of(row)}:{key}",
        to=Correspondent(name=row.name, address=row.email),
        sender=sender,
        template="assessments/mail/panel",
        context={"title": row.test.title, "again": key != "invited"},
        link=LinkFor(purpose=PURPOSE, subject_id=row.pk),
        subject_ref=subject_ref_of(row),
        language=row.language,
        now=now,
    )


def _correspondent(member: Membership) -> Correspondent:
    return Correspondent(name=member.user.name, address=member.user.email)


def _audit(row: Panelist, action: str, *, member: Membership | None = None, now: datetime) -> None:
    """`member`: None if the expert did it."""
    audit(
        organisation=row.organisation,
        action=action,
        member=member,
        actor="" if member else "expert",
        now=now,
        details={"test": row.test_id, "expert": row.pk},
    )


class ExpertState(StrEnum):
    INVITED = "invited"
    BEGUN = "begun"
    FINISHED = "finished"
    #: had finished before texts changed or actions were added
    AGAIN = "again"
    DECLINED = "declined"


def digests(content: Content, read: Content | None = None) -> dict[str, str]:
    """Digests by action id of what an expert reads: situation, action and answer scale. `read`: the language in which
    they read it, if not the source; then of both."""
    found = {action: sha256(json.dumps(texts).encode()) for action, texts in _texts(content).items()}
    if read is not None and read["language"] != content["language"]:
        theirs = _texts(read)
        found = {action: digest for action, digest in found.items() if action in theirs}
        for action, digest in found.items():
            digest.update(json.dumps(theirs[action]).encode())
    return {action: digest.hexdigest() for action, digest in found.items()}


def _texts(content: Content) -> dict[str, Sequence[Any]]:
    scale = [[option["value"], option["label"]] for option in content["response_scale"]]
    return {
        action["id"]: [situation["text"], action["text"], scale]
        for situation in content["situations"]
        for action in situation["actions"]
    }


#: digests by action: of the source, and of each translation in the draft
type _Wanted = Mapping[str, frozenset[str]]


def _wanted(test: Test, content: Content) -> _Wanted:
    rows = TestVersion.objects.of(test.organisation).filter(test=test, published_at=None)
    there = [digests(content), *(digests(content, row.content) for row in rows)]
    return {
        action: frozenset(by_action[action] for by_action in there if action in by_action)
        for action in there[0]
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Expert:
    """`ratings`: those that count, by action id. `void`: ratings of texts changed since. `gone`: rated actions that are
    no longer in the set."""

    row: Panelist
    ratings: Mapping[str, int]
    void: int
    gone: frozenset[str]
    needed: int

    @property
    def state(self) -> ExpertState:
        if self.row.declined_at is not None:
            return ExpertState.DECLINED
        if self.row.finished_at is None:
            return ExpertState.BEGUN if self.ratings or self.void else ExpertState.INVITED
        return ExpertState.FINISHED if self.is_complete else ExpertState.AGAIN

    @property
    def is_complete(self) -> bool:
        return bool(self.needed) and len(self.ratings) == self.needed

    @property
    def counts(self) -> bool:
        return self.state == ExpertState.FINISHED

    @property
    def is_open(self) -> bool:
        return self.state not in {ExpertState.FINISHED, ExpertState.DECLINED}


def experts_of(test: Test, content: Content) -> list[Expert]:
    wanted = _wanted(test, content)
    rows = Panelist.objects.of(test.organisation).filter(test=test).order_by("pk")
    return [_expert(row, wanted) for row in rows.prefetch_related("ratings")]


def expert_of(row: Panelist, content: Content) -> Expert:
    return _expert(row, _wanted(row.test, content))


def _expert(row: Panelist, wanted: _Wanted) -> Expert:
    given = list(row.ratings.all())
    valid = {
        rating.action: rating.value for rating in given if rating.digest in wanted.get(rating.action, ())
    }
    void = sum(rating.action in wanted and rating.action not in valid for rating in given)
    gone = frozenset(rating.action for rating in given if rating.action not in wanted)
    return Expert(row=row, ratings=valid, void=void, gone=gone, needed=len(wanted))


class NotOpen(Exception):
    """The expert has finished, declined or been removed, or the texts have changed since the page was opened."""


def save_ratings(
    *, panelist_id: int, content: Content, read: Content, ratings: Mapping[str, int], now: datetime
) -> None:
    """Save the expert's ratings. `read`: the content in the language that they read. Raises `NotOpen`."""
    theirs = digests(content, read)
    with transaction.atomic():
        row = _locked(panelist_id)
        if not expert_of(row, content).is_open or not set(ratings) <= set(theirs):
            raise NotOpen
        for action, value in ratings.items():
            PanelRating.objects.of(row.organisation).update_or_create(
                panelist=row,
                action=action,
                defaults={"digest": theirs[action], "value": value, "rated_at": now},
                create_defaults={
                    "organisation_id": row.organisation_id,
                    "panelist": row,
                    "action": action,
                    "digest": theirs[action],
                    "value": value,
                    "rated_at": now,
                },
            )


def keep_ratings(test: Test, content: Content, *, removed: Content) -> None:
    """Let the ratings of those who read a translation count as ratings of the source, before it is removed."""
    source = digests(content)
    for action, digest in digests(content, removed).items():
        PanelRating.objects.of(test.organisation).filter(
            panelist__test=test, action=action, digest=digest
        ).update(digest=source[action])


class Incomplete(Exception):
    pass


def finish(*, panelist_id: int, content: Content, now: datetime) -> None:
    """Finish, after which ratings can't change. Raises `Incomplete`, and `NotOpen` for experts who have declined."""
    with transaction.atomic():
        row = _locked(panelist_id)
        expert = expert_of(row, content)
        if expert.counts:
            return
        if not expert.is_open:
            raise NotOpen
        if not expert.is_complete:
            raise Incomplete
        row.finished_at = now
        row.save(update_fields=["finished_at"])


def _locked(panelist_id: int) -> Panelist:
    row = (
        Panelist.objects.across_organisations()
        .select_for_update(of=("self",), no_key=True)
        .select_related("test__organisation")
        .filter(pk=panelist_id)
        .first()
    )
    if row is None:
        raise NotOpen
    return row


def unrated(content: Content, expert: Expert) -> Sequence[str]:
    return [
        situation["id"]
        for situation in content["situations"]
        if any(action["id"] not in expert.ratings for action in situation["actions"])
    ]


def in_language(test: Test, content: Content, language: str) -> Content:
    """The draft's complete translation into the language, else `content`, its source."""
    rows = TestVersion.objects.of(test.organisation).filter(test=test, published_at=None, language=language)
    row = rows.first()
    complete = row is not None and not count_untranslated(dict(content), row.content)
    return row.content if row is not None and complete else content


def readable(content: Content) -> JudgementSet:
    """A draft's content, which may lack fields added on publication."""
    return read_judgement({**content, "key_basis": content["key_basis"] or "-"})


def expert_data(row: Panelist, content: Content) -> dict[str, Any]:
    """An expert's own data, for their eyes only."""
    texts = {
        action["id"]: action["text"]
        for situation in content.get("situations", ())
        for action in situation["actions"]
    }
    return {
        "name": row.name,
        "e-mail": row.email,
        "position": row.position,
        "language": row.language,
        "test": row.test.title,
        "invited": row.invited_at,
        "reminded": row.reminded_at,
        "finished": row.finished_at,
        "declined": row.declined_at,
        "ratings": [
            {
                "action": texts.get(rating.action, rating.action),
                "rating": rating.value,
                "rated": rating.rated_at,
            }
            for rating in row.ratings.order_by("pk")
        ],
        "mails": [
            exported_mail(mail)
            for mail in Email.objects.of(row.organisation)
            .filter(subject_ref=subject_ref_of(row))
            .order_by("pk")
        ],
    }


def erase_old(organisation: Organisation, *, now: datetime) -> int:
    """Erase experts whose last mail or rating is too old, if the organisation erases people after some months."""
    if not organisation.erases_old:
        return 0
    zone = organisation.zone
    today = now.astimezone(zone).date()

    def old(among: QuerySet[Panelist]) -> list[Panelist]:
        rows = among.annotate(last=Max("ratings__rated_at"))
        times = ((row, _last_contact(row, row.last).astimezone(zone).date()) for row in rows)
        return [row for row, last in times if months_after(last, organisation.keep_months) <= today]

    experts = Panelist.objects.of(organisation)
    with transaction.atomic():
        # an expert may have been reminded while this waited for the lock
        return forget(old(locked_to_delete(experts.filter(pk__in=[row.pk for row in old(experts)]))))


def _last_contact(row: Panelist, rated_at: datetime | None) -> datetime:
    return max(moment for moment in (row.invited_at, row.reminded_at, rated_at) if moment)
