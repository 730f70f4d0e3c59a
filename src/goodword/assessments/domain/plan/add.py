"""Put another test into the draft."""

from django.utils.translation import gettext as _

from goodword.assessments.domain.plan.held import NotPossible, held, in_order
from goodword.assessments.models import AssessmentPart, Test
from goodword.assessments.offered import (
    content_of_number,
    newest_calibration,
    newest_norms,
    newest_number,
    proposed_form,
    proposed_minutes,
)
from goodword.roles.models import Step


def add_part(*, step: Step, test_id: int, revision: int) -> AssessmentPart:
    """Put the newest version of a test at the end, with the form, clock and norms that are proposed for it.

    Raises `held.NoDraft`, `held.Stale`, LookupError for a test that is not the organisation's, and
    `held.NotPossible` for one that is not offered or is there already.
    """
    with held(step, revision=revision) as draft:
        test = Test.objects.of(draft.organisation).select_related("organisation").filter(pk=test_id).first()
        if test is None:
            raise LookupError(f"Test {test_id} is none of organisation {draft.organisation_id}.")
        number = newest_number(test)
        if test.archived_at is not None or number is None:
            raise NotPossible("test", _("“%(test)s” is not offered any more.") % {"test": test.title})
        parts = in_order(draft)
        if any(part.test_id == test.pk for part in parts):
            raise NotPossible("test", _("“%(test)s” is in the assessment already.") % {"test": test.title})
        content = content_of_number(test, number)
        form = proposed_form(content)
        return AssessmentPart.objects.create(
            organisation=draft.organisation,
            assessment=draft,
            order=len(parts) + 1,
            test=test,
            number=number,
            form=form.id,
            minutes=proposed_minutes(content, form),
            norms=newest_norms(test, number=number, form=form.id),
            calibration=newest_calibration(test, number=number),
        )
