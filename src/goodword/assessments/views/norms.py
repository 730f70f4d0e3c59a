from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.assessments import jobs
from goodword.assessments.kinds.registry import kind_named, kind_of
from goodword.assessments.kinds.scores import ALL, norm_rows, table_key
from goodword.assessments.models import AttemptPart, NormGroup, Test
from goodword.assessments.norms.queries import CalibrationStatus, FormNorms, VersionNorms, norms_of
from goodword.assessments.psychometrics import SCORING, strata
from goodword.assessments.psychometrics import norms as norms_rule
from goodword.assessments.psychometrics.norms import ADVISED, BAND_WIDTH, LEAST
from goodword.assessments.psychometrics.profiles import LEAST_GROUPS
from goodword.assessments.psychometrics.rasch import LEAST_PERSONS
from goodword.assessments.psychometrics.reliability import FEW
from goodword.assessments.psychometrics.strata import Pool, StrataComparison
from goodword.assessments.queries import content_of
from goodword.core import job_recovery
from goodword.questionnaires.editor.descriptions import language_name

_DEVICES = {
    AttemptPart.Device.PHONE.value: gettext_lazy("on a phone"),
    AttemptPart.Device.COMPUTER.value: gettext_lazy("on a computer"),
    AttemptPart.Device.UNKNOWN.value: gettext_lazy("on an unknown device"),
}


@require_safe
@access.member(kinds=access.WORKS)
def norms(request: MemberRequest, pk: int) -> HttpResponseBase:
    test = access.get_or_404(Test.objects.of(request.organisation), pk)
    name_of, wanted = _scale_names(test), request.GET.get("table", "")
    failed_jobs = job_recovery.failed_jobs().filter(
        task_name__in=(jobs.make_norms.name, jobs.make_calibration.name), args__test_id=test.pk
    )
    return render(
        request,
        "assessments/norms/page.html",
        {
            "test": test,
            "versions": [_version(version_norms, name_of, wanted) for version_norms in norms_of(test)],
            "has_failed": failed_jobs.exists(),
            "least": LEAST,
            "advised": ADVISED,
            "least_persons": LEAST_PERSONS,
            "least_situations": LEAST_GROUPS,
            "few_people": FEW,
        },
    )


@require_POST
@access.member(kinds=access.WORKS)
def make(request: MemberRequest, pk: int) -> HttpResponseBase:
    test = access.get_or_404(Test.objects.of(request.organisation), pk)
    version, form = request.POST.get("version", ""), request.POST.get("form", "")
    found = _of_version(test, version)
    wanted = (
        next((form_norms for form_norms in found.forms if form_norms.form == form), None) if found else None
    )
    if wanted is not None and wanted.few_situations:
        messages.info(
            request,
            _("Norms need a set of at least %(least)s situations. Add situations and publish a new version.")
            % {"least": LEAST_GROUPS},
        )
    elif wanted is None or not wanted.enough:
        messages.info(
            request,
            _("No group has %(least)s first attempts yet, so there are no norms.") % {"least": LEAST},
        )
    else:
        asked: dict[str, int | str] = {"test_id": test.pk, "version": version, "form": form}
        job_recovery.forget_failed_jobs(jobs.make_norms.name, **asked)
        jobs.make_norms.defer_once(
            lock=f"assessments.norms:{test.pk}:{version}:{form}", **asked, member_id=request.member.pk
        )
        messages.success(request, _("The norms are being computed. Reload this page in a moment."))
    return redirect("test_norms", request.organisation.slug, pk)


@require_POST
@access.member(kinds=access.WORKS)
def calibrate(request: MemberRequest, pk: int) -> HttpResponseBase:
    test = access.get_or_404(Test.objects.of(request.organisation), pk)
    version = request.POST.get("version", "")
    found = _of_version(test, version)
    if found is None or found.calibration is None or found.calibration.missing:
        messages.info(
            request,
            _("A calibration needs first attempts by %(least)s people, so there is none.")
            % {"least": LEAST_PERSONS},
        )
    else:
        job_recovery.forget_failed_jobs(jobs.make_calibration.name, test_id=test.pk, version=version)
        jobs.make_calibration.defer_once(
            lock=f"assessments.calibration:{test.pk}:{version}",
            test_id=test.pk,
            version=version,
            member_id=request.member.pk,
        )
        messages.success(request, _("The calibration is being computed. Reload this page in a minute."))
    return redirect("test_norms", request.organisation.slug, pk)


def _of_version(test: Test, version: str) -> VersionNorms | None:
    return next((version_norms for version_norms in norms_of(test) if version_norms.version == version), None)


def _scale_names(test: Test) -> Callable[[str], str]:
    published = test.versions.filter(published_at__isnull=False)
    newest = published.filter(language="en").order_by("-pk").first() or published.first()
    content = content_of(newest) if newest is not None else None

    def name(scale: str) -> str:
        if scale == ALL:
            return _("All of it")
        return (kind_of(content).scale_name(content, scale) if content is not None else "") or _readable(
            scale
        )

    return name


def _version(found: VersionNorms, name_of: Callable[[str], str], wanted: str) -> dict[str, object]:
    return {
        "version": found.version,
        "forms": [_form(form, name_of, wanted) for form in found.forms],
        "calibration": _calibration(found.calibration) if found.calibration else None,
    }


def _form(found: FormNorms, name_of: Callable[[str], str], wanted: str) -> dict[str, object]:
    return {
        "form": found.form,
        "name": found.name,
        "enough": found.enough,
        "few_situations": found.few_situations,
        "groups": [{"name": _named(group.language, group.device), "group": group} for group in found.groups],
        "sets": [
            {
                "set": norm_set,
                "groups": groups,
                "open": any(group["open"] for group in groups),
            }
            for norm_set in found.sets
            for groups in [[_group(group, name_of, wanted) for group in norm_set.groups.all()]]
        ],
    }


def _group(group: NormGroup, name_of: Callable[[str], str], wanted: str) -> dict[str, Any]:
    rows = list(_rows(group, name_of, wanted))
    return {
        "name": _named(group.language, group.device),
        "n": group.n,
        "few": group.n < ADVISED,
        "rows": rows,
        "open": next((row for row in rows if row["key"] == wanted), None),
    }


def _rows(group: NormGroup, name_of: Callable[[str], str], wanted: str) -> Iterator[dict[str, Any]]:
    """A row per table, with the scores of the requested one unless made by an earlier rule. Tables of scores that are
    no longer compared are left out."""
    kind = kind_named(group.norm_set.test.kind)
    for scale, table in group.tables.items():
        if kind.only_describes(scale):
            continue
        key = table_key(group, scale)
        yield {
            "key": key,
            "scores": norm_rows(norms_rule.from_json(table))
            if key == wanted and table["rule"] == SCORING["norms"]
            else (),
            "scale": name_of(scale),
            "table": table,
        }


def _named(language: str, device: str) -> str:
    return _("%(language)s, %(device)s") % {
        "language": language_name(language),
        "device": _DEVICES[device],
    }


def _calibration(found: CalibrationStatus) -> dict[str, object]:
    made = [
        {
            "calibration": calibration,
            "pools": [_pool(pool) for pool in known.pools] if known is not None else [],
            "comparisons": [_comparison(compared) for compared in known.comparisons]
            if known is not None
            else [],
            "left_out": [(_named(*stratum), n) for stratum, n in known.left_out.items()]
            if known is not None
            else [],
        }
        for calibration in found.made
        for known in [strata.from_json_if_current(calibration.content)]
    ]
    return {"status": found, "made": made, "lacks": [_lack(lack) for lack in found.lacks]}


def _pool(pool: Pool) -> dict[str, object]:
    found = pool.calibration
    return {
        "name": ", ".join(_named(*stratum) for stratum in pool.strata)
        if len(pool.strata) == 1
        else "; ".join(f"{_named(*stratum)} ({n})" for stratum, n in pool.strata.items()),
        "n": found.n,
        "reliability": found.reliability,
        "cells": [
            {
                "family": _readable(family),
                "level": level,
                "b": difficulty.b,
                "half": BAND_WIDTH * difficulty.se,
                "n": difficulty.n,
            }
            for (family, level), difficulty in found.cells.items()
        ],
    }


def _comparison(compared: StrataComparison) -> dict[str, object]:
    sizes = Counter(effect.size for effect in compared.effects.values())
    return {
        "reference": _named(*compared.reference),
        "focal": _named(*compared.focal),
        "sizes": [sizes[size] for size in ("A", "B", "C")],
        "pooled": compared.alike,
        "cells": [
            {
                "name": _("%(family)s, level %(level)s") % {"family": _readable(family), "level": level},
                "harder": effect.delta < 0,
                "delta": abs(effect.delta),
                "size": effect.size,
            }
            for (family, level), effect in compared.effects.items()
            if effect.size != "A"
        ],
    }


def _readable(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _lack(lack: Mapping[str, Any]) -> str:
    words = {
        "level": lack["level"],
        "family": _readable(lack["family"]),
        "n": lack["n"],
        "least": lack["least"],
    }
    match lack["kind"]:
        case "persons":
            return (
                ngettext(
                    "%(n)s person has answered; %(least)s are needed.",
                    "%(n)s people have answered; %(least)s are needed.",
                    lack["n"],
                )
                % words
            )
        case "answers":
            return _("%(family)s, level %(level)s: %(n)s answers; %(least)s are needed.") % words
        case "right":
            return _("%(family)s, level %(level)s: nobody has solved one yet.") % words
    return _("%(family)s, level %(level)s: everybody has solved all of them.") % words
