"""A draft of the data protection impact assessment (GDPR, article 35), filled in from the live settings."""

from django.db.models import Max
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_safe

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.accounts.domain.audit import write
from goodword.accounts.models import Organisation
from goodword.assessments.models import Assessment, AssessmentPart, Panelist, Verification
from goodword.candidates.models import PerformanceRating
from goodword.core import clock
from goodword.core.text import clean_text
from goodword.greenhouse.setup.connections import oldest_connection
from goodword.roles.models import Role, Step


@require_safe
@access.member(kinds=access.ADMIN)
def impact_assessment(request: MemberRequest) -> HttpResponse:
    organisation, now = request.organisation, clock.now()
    text = render_to_string(
        "workspace/retention/impact_assessment.txt",
        {
            "organisation": organisation,
            "day": timezone.localdate(now, organisation.zone),
            "greenhouse": oldest_connection(organisation) is not None,
            **_in_use(organisation),
        },
    )
    write(organisation=organisation, action="impact_assessment.drafted", member=request.member, now=now)
    response = HttpResponse(text, content_type="text/markdown; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="impact-assessment.md"'
    response["Cache-Control"] = "no-store"
    return response


def _in_use(organisation: Organisation) -> dict[str, object]:
    """Roles that are not archived, with the tests and requirements of their published assessments."""
    roles = Role.objects.of(organisation).filter(archived_at=None)
    checks = Step.objects.of(organisation).filter(role__in=roles, kind=Step.Kind.REFERENCE_CHECK)
    newest = (
        Assessment.objects.of(organisation)
        .filter(step__role__in=roles, published_at__isnull=False)
        .values("step_id")
        .annotate(newest=Max("pk"))
        .values("newest")
    )
    published = Assessment.objects.of(organisation).filter(pk__in=newest)
    parts = (
        AssessmentPart.objects.of(organisation)
        .filter(assessment__in=published)
        .select_related("test", "assessment__step__role")
        .order_by("assessment__step__role__title", "assessment_id", "order")
    )
    return {
        "roles": roles.count(),
        "parts": [
            {
                "role": _cell(part.assessment.step.role.title),
                "test": _cell(part.test.title),
                "requirement": _cell(part.requirement),
            }
            for part in parts
        ],
        "ratings": organisation.rates_hires or PerformanceRating.objects.of(organisation).exists(),
        "verified": Verification.objects.of(organisation).count(),
        "panelists": Panelist.objects.of(organisation).count(),
        "totals": published.exclude(total=Assessment.Total.OFF).count(),
        "shown_to_candidates": checks.filter(candidate_may_see=True).count(),
    }


def _cell(text: str) -> str:
    """One line of a Markdown table."""
    return clean_text(text, one_line=True).replace("|", "\\|")
