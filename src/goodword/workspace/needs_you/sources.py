from goodword.workspace.needs_you import (
    adjustments,
    appeals,
    mentions,
    ratings,
    referees,
    reports,
    roles,
    steps,
)
from goodword.workspace.needs_you.needs import Source

SOURCES: tuple[Source, ...] = (
    steps.WAITING,
    steps.STOPPED_ATTEMPTS,
    steps.STOPPED_CHECKS,
    referees.QUESTIONED_SLOTS,
    referees.UNREACHED_REFEREES,
    adjustments.REQUESTS,
    appeals.APPEALS,
    mentions.MENTIONS,
    reports.FAILED_REPORTS,
    reports.NOTES,
    reports.FAILED_MAILS,
    reports.ANSWERS_TO_MARK,
    roles.NOTICES,
    roles.MISSED_INVITATIONS,
    steps.OVERDUE_ATTEMPTS,
    steps.OVERDUE_CHECKS,
    ratings.RATINGS,
)
NAMES = frozenset(source.name for source in SOURCES)
