"""What a pass and its findings come to, in sentences."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from goodword.greenhouse.models import Finding, Reconciliation
from goodword.greenhouse.reconciliation.queries import FindingCount, SyncStatus
from goodword.greenhouse.reconciliation.why import Why
from goodword.ui.templatetags.ui import short_time

Kind = Finding.Kind


def what(kind: str, n: int) -> str:
    """So many findings of a kind, as the subject of a sentence."""
    match kind:
        case Kind.MISSED_START:
            return ngettext(
                "%(n)d arrival in a stage that starts a step",
                "%(n)d arrivals in a stage that starts a step",
                n,
            ) % {"n": n}
        case Kind.MISSED_END:
            return ngettext("%(n)d rejection or hire", "%(n)d rejections and hires", n) % {"n": n}
        case Kind.NOT_VISIBLE:
            return ngettext("%(n)d application", "%(n)d applications", n) % {"n": n}
        case Kind.JOB_CHANGED | Kind.STAGE_CHANGED:
            return ngettext("%(n)d linked job", "%(n)d linked jobs", n) % {"n": n}
        case _:
            return ngettext(
                "%(n)d change of stage, job or person", "%(n)d changes of stage, job or person", n
            ) % {"n": n}


def told(one: FindingCount) -> str:
    """What was found on a day, of one kind."""
    subject = what(one.kind, one.count)
    if one.kind == Kind.NOT_VISIBLE:
        return ngettext(
            "%(what)s is no longer visible in Greenhouse: marked, nothing was erased.",
            "%(what)s are no longer visible in Greenhouse: marked, nothing was erased.",
            one.count,
        ) % {"what": subject}
    if one.kind in (Kind.JOB_CHANGED, Kind.STAGE_CHANGED):
        return ngettext(
            "%(what)s had changed: its role says how.",
            "%(what)s had changed: their roles say how.",
            one.count,
        ) % {"what": subject}
    first, last = short_time(one.first), short_time(one.last)
    if first == last:
        sentence = ngettext(
            "%(what)s (%(at)s) had not been delivered.",
            "%(what)s (%(at)s) had not been delivered.",
            one.count,
        ) % {"what": subject, "at": first}
    else:
        sentence = _("%(what)s between %(first)s and %(last)s had not been delivered.") % {
            "what": subject,
            "first": first,
            "last": last,
        }
    if one.waited:
        waited = ngettext(
            "%(n)d of them waited for a click.", "%(n)d of them waited for a click.", one.waited
        ) % {"n": one.waited}
        return f"{sentence} {waited}"
    return sentence


def reason(one: Why) -> str:
    """Why it was needed, as far as our inbox can tell, and what to do."""
    if one.refused:
        return _(
            "Deliveries were refused for a wrong signature: compare the secret key in each webhook in Greenhouse."
        )
    if one.failed:
        return ngettext(
            "%(n)d delivery of that time has failed here: see the inbox.",
            "%(n)d deliveries of that time have failed here: see the inbox.",
            one.failed,
        ) % {"n": one.failed}
    if one.came:
        return _(
            "Other deliveries arrived in that time, so these were lost, or their webhook is missing or "
            "disabled in Greenhouse."
        )
    if one.last_before is None:
        return _("No delivery came in that time: the webhooks are not set up, or cannot reach Goodword.")
    return _(
        "No delivery came in that time, the last one before on %(at)s: the webhooks were off, or could not reach "
        "Goodword."
    ) % {"at": short_time(one.last_before)}


def took(row: Reconciliation) -> str:
    """How long an ended pass took, "1 min 12 s"; empty while it runs."""
    if row.ended_at is None:
        return ""
    minutes, seconds = divmod(max(1, round((row.ended_at - row.started_at).total_seconds())), 60)
    return _("%(m)d min %(s)d s") % {"m": minutes, "s": seconds} if minutes else _("%(s)d s") % {"s": seconds}


def _came_to(kind: str, *, synced: bool, n: int) -> str:
    if not synced:
        return ngettext("%(n)d start waits for a click.", "%(n)d starts wait for a click.", n) % {"n": n}
    match kind:
        case Kind.MISSED_START:
            return ngettext("%(n)d missed step was started.", "%(n)d missed steps were started.", n) % {
                "n": n
            }
        case Kind.NOT_VISIBLE:
            return ngettext(
                "%(n)d application is no longer visible.",
                "%(n)d applications are no longer visible.",
                n,
            ) % {"n": n}
        case Kind.JOB_CHANGED | Kind.STAGE_CHANGED:
            return ngettext("%(n)d linked job had changed.", "%(n)d linked jobs had changed.", n) % {"n": n}
        case _:
            return ngettext("%(what)s was caught up with.", "%(what)s were caught up with.", n) % {
                "what": what(kind, n)
            }


def result(health: SyncStatus) -> list[str]:
    """What the last pass came to; why it ended early, if it did, stands in its `error`."""
    if health.last is None:
        return []
    told = [_came_to(kind, synced=synced, n=n) for (kind, synced), n in health.counts.items()]
    if health.last.state != Reconciliation.State.DONE:
        return told
    return [*(told or [_("Nothing had been missed.")]), *([health.last.error] if health.last.error else [])]
