"""Links to a report version, shared by members or posted in notes, and openings of its PDF, which are recorded on the
timeline and in the audit log."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Count, Max, QuerySet

from goodword.accounts.domain.audit import write, write_by
from goodword.accounts.models import Membership
from goodword.candidates.models import Candidate
from goodword.core.events import record
from goodword.notifications.domain import links
from goodword.notifications.models import Link
from goodword.reports.domain.rendering import content_of
from goodword.reports.models import Report, ReportOpening

LONGEST: Final = 3650


class NotReady(Exception):
    """There is no file: the report is being created, has failed or was erased."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedLink:
    """`by`: the member who created the link; empty for links in notes. `hidden`: it doesn't work while the candidate is
    private. `last_at`: when it was last opened."""

    link: Link
    by: str
    alive: bool
    hidden: bool
    openings: int
    last_at: datetime | None


class LinkExists(Exception):
    """The member has created a link since they loaded the page."""


def share(*, report: Report, days: int, member: Membership, now: datetime, seen: str | None = None) -> str:
    """The URL of a new link, which can't be shown again. `seen`: the member's latest link when the page was made, so
    that sending it twice doesn't create another. Raises NotReady and LinkExists."""
    if not 1 <= days <= LONGEST:
        raise ValueError(f"A link works for 1 to {LONGEST} days, not {days}.")
    with transaction.atomic():
        # erasures take this lock when they redact the report and delete its links
        locked = Report.objects.of(member.organisation).select_for_update(of=("self",), no_key=True)
        row = locked.select_related("step_request").get(pk=report.pk)
        if row.state != Report.State.READY:
            raise NotReady
        if seen is not None and seen != str(latest_link(row, by=member)):
            raise LinkExists
        until = now + timedelta(days=days)
        url = links.mint(
            organisation=member.organisation,
            purpose=Link.Purpose.REPORT,
            subject_id=row.pk,
            now=now,
            expires_at=until,
            created_by=member,
        )
        write_by(member, "report.shared", now=now, details={"report": row.pk, "days": days})
        _record("report.shared", row, by=f"member:{member.pk}", at=now, until=until.isoformat())
        return url


def revoke(*, report: Report, link_id: int, member: Membership, now: datetime) -> bool:
    """Revoke a link. Returns False if it has already ended or belongs to another report."""
    with transaction.atomic():
        rows = _links_of(report).filter(pk=link_id, ended_at=None)
        if not rows.update(ended_at=now):
            return False
        write_by(member, "report.link_revoked", now=now, details={"report": report.pk, "link": link_id})
        _record("report.link_revoked", report, by=f"member:{member.pk}", at=now)
        return True


def shared_links(report: Report, *, now: datetime) -> Sequence[SharedLink]:
    """Return the report's links, newest first. Two queries."""
    opened = ReportOpening.objects.of(report.organisation).filter(report=report, link__isnull=False)
    by_link = opened.order_by().values_list("link").annotate(n=Count("pk"), last=Max("opened_at"))
    found = {pk: (n, last) for pk, n, last in by_link}
    candidate = report.step_request.application.candidate
    return [
        SharedLink(
            link=link,
            by=link.created_by.user.name if link.created_by else "",
            alive=links.is_alive(link, now=now),
            hidden=is_hidden(link, candidate),
            openings=found.get(link.pk, (0, None))[0],
            last_at=found.get(link.pk, (0, None))[1],
        )
        for link in _links_of(report).select_related("created_by__user").order_by("-pk")
    ]


def count_alive_links(member: Membership, *, now: datetime) -> int:
    """The number of report links shared by the member that still work."""
    rows = Link.objects.of(member.organisation).filter(purpose=Link.Purpose.REPORT, created_by=member)
    return rows.filter(ended_at=None, expires_at__gt=now).count()


def is_hidden(link: Link, candidate: Candidate) -> bool:
    """Return whether the link was created before the candidate became private. It works again when they no
    longer are."""
    since = candidate.private_since
    return candidate.private and since is not None and link.created_at < since


def latest_link(report: Report, *, by: Membership) -> int:
    """The id of the member's latest link to the report; 0 if there is none."""
    rows = _links_of(report).filter(created_by=by).order_by("-pk")
    return rows.values_list("pk", flat=True).first() or 0


def _links_of(report: Report) -> QuerySet[Link]:
    return Link.objects.of(report.organisation).filter(purpose=Link.Purpose.REPORT, subject_id=report.pk)


def open_report(
    report: Report, *, now: datetime, link: Link | None = None, member: Membership | None = None
) -> bytes:
    """Return the PDF and record its opening: for a link at most once per links.QUIET, since
    anybody with the link could fill the database."""
    content = content_of(report, now=now)
    by = f"member:{member.pk}" if member else "link"
    with transaction.atomic():
        if link and (not links.lock(link) or _opened_lately(report, link, now=now)):
            return content
        write(
            organisation=report.organisation,
            action="report.opened" if member else "report.opened_by_link",
            member=member,
            actor="" if member else f"link {link.pk}" if link else "link",
            now=now,
            details={"report": report.pk},
        )
        ReportOpening.objects.create(
            organisation=report.organisation, report=report, link=link, by=by, opened_at=now
        )
        _record("report.opened", report, by=by, at=now)
    return content


def _opened_lately(report: Report, link: Link, *, now: datetime) -> bool:
    openings = ReportOpening.objects.of(report.organisation).filter(report=report, link=link)
    return openings.filter(opened_at__gt=now - links.QUIET).exists()


def _record(name: str, report: Report, *, by: str, at: datetime, **data: str) -> None:
    record(
        name,
        organisation_id=report.organisation_id,
        application_id=report.step_request.application_id,
        actor=by,
        at=at,
        data={"report_id": report.pk, "code": report.code, **data},
    )
