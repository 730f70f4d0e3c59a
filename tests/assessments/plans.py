"""Published assessments and attempts at them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from goodword.assessments.catalogue.packs import ensure_builtin
from goodword.assessments.models import Assessment, AssessmentPart, Attempt, Test, TestVersion
from goodword.assessments.plans.versions import next_number
from goodword.candidates.models import Application
from goodword.roles.models import Role
from tests.assessments.support import application, assigned
from tests.support import factories
from tests.support.kept import kept

NOW = factories.NOW


@dataclass(frozen=True, kw_only=True)
class PlannedTest:
    """One test of an assessment: a built-in one by its key, or an existing row."""

    test: str | Test
    form: str = "full"
    minutes: int | None = None
    requirement: str = "Works with others"
    values: tuple[tuple[str, Any], ...] = ()


WORK_STYLE = PlannedTest(test="work_style", form="short20")
REASONING = PlannedTest(test="reasoning", form="short_12", minutes=12)
JUDGEMENT = PlannedTest(test="judgement_customer")


def asked_on(role: Role, *parts: PlannedTest, **values: Any) -> Assessment:
    """A published assessment built by the role's owner."""
    step = factories.step(role, "assessment")
    assessment = Assessment.objects.create(
        **{
            "organisation": role.organisation,
            "step": step,
            "number": next_number(step),
            "created_at": NOW,
            "created_by": role.owner,
            "published_at": NOW,
            "published_by": role.owner,
        }
        | values
    )
    for order, asks in enumerate(parts, start=1):
        test = (
            ensure_builtin(role.organisation, asks.test, now=NOW) if isinstance(asks.test, str) else asks.test
        )
        newest = TestVersion.objects.of(role.organisation).filter(test=test).latest("pk")
        AssessmentPart.objects.create(
            **{
                "organisation": role.organisation,
                "assessment": assessment,
                "order": order,
                "test": test,
                "number": newest.number,
                "form": asks.form,
                "minutes": asks.minutes,
                "requirement": asks.requirement,
                "requirement_by": "Rita",
                "requirement_at": NOW,
            }
            | dict(asks.values)
        )
    return assessment


@kept
def attempt_of(
    *parts: PlannedTest, of: Application | None = None, now: datetime = NOW, **values: Any
) -> Attempt:
    """An attempt at an assessment of these parts, invited at `now`."""
    of = of or application()
    assert of.role is not None
    asked_on(of.role, *parts, **values)
    return assigned(of, now=now)
