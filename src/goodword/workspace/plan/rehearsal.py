"""A role's assessment to be walked through as a candidate: which one, in which language, and where one is in it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from goodword.assessments.attempts.preview import PreviewPosition
from goodword.assessments.attempts.variants import language_for, languages_of, version_for
from goodword.assessments.content import content_of
from goodword.assessments.kinds.custom.content import QuestionSet
from goodword.assessments.models import Assessment, AssessmentPart, Attempt
from goodword.assessments.views.preview import Rehearsal
from goodword.candidates.models import Application, Candidate
from goodword.candidates.queries import recruiter_of
from goodword.core.workdays import end_of_working_day
from goodword.notifications.models import Link
from goodword.roles.models import Automation, Step
from goodword.steps.languages import named
from goodword.steps.models import StepRequest
from goodword.steps.portal import Visit

#: which of the candidate's pages are walked through, by the preview's; the others are beyond it
PAGES = {
    "portal_assessment": "role_preview",
    "portal_assessment_language": "role_preview_language",
    "portal_assessment_decline": "role_preview_decline",
    "portal_assessment_adjust": "role_preview_adjust",
    "portal_assessment_part": "role_preview_part",
    "portal_assessment_form": "role_preview_form",
    "portal_assessment_practice": "role_preview_practice",
    "portal_assessment_item": "role_preview_item",
    "portal_assessment_finish": "role_preview_finish",
}
_BEYOND = "role_preview_beyond"


@dataclass(frozen=True, kw_only=True)
class Way:
    """A link of the banner; `here`: it leads to where one is."""

    name: str
    url: str
    here: bool = False
    code: str = ""


@dataclass(frozen=True, kw_only=True)
class Banner:
    """What stands over each page of a preview: of what, how to leave it, and where else one can go in it.
    `conditions`: some questions are asked only after certain answers."""

    title: str
    leave: str
    ways: Sequence[Way]
    languages: Sequence[Way]
    conditions: bool


@dataclass(frozen=True, kw_only=True)
class State:
    """What the address of a preview's page says: whose assessment, the language, and which forms were chosen."""

    slug: str
    role: int
    which: str
    language: str
    open_forms: frozenset[int] = frozenset()

    def address(self, name: str, *args: object, done: int) -> str:
        """The page that stands for one of the candidate's, by its name, with so many parts done."""
        page = PAGES.get(name, _BEYOND)
        path = reverse(page, args=[self.slug, self.role, self.which, *(args if name in PAGES else ())])
        return f"{path}?{self.query(done if not args else 0)}"

    def in_language(self, language: str) -> "State":
        """The same in another language."""
        return replace(self, language=language)

    def in_other_form(self, order: int) -> "State":
        """The same with a part in the form that everybody may choose, or in the role's own again."""
        return replace(self, open_forms=self.open_forms ^ {order})

    def query(self, done: int) -> str:
        """What its addresses carry along."""
        asked: dict[str, object] = {"language": self.language}
        if self.open_forms:
            asked["open"] = "-".join(str(order) for order in sorted(self.open_forms))
        if done:
            asked["done"] = done
        return urlencode(asked)


def state_of(
    asked: QueryDict, *, slug: str, role: int, which: str, parts: Sequence[AssessmentPart], wanted: str
) -> State:
    """What an address asks for. A language that is not offered gives the one that a candidate would get who is
    written to in `wanted`; numbers that are none count for nothing."""
    language = asked.get("language", "")
    if language not in languages_of(parts):
        language = language_for(parts, wanted=wanted)
    chosen = {int(one) for one in asked.get("open", "").split("-") if number_of(one)}
    return State(
        slug=slug, role=role, which=which, language=language, open_forms=frozenset(chosen & _orders(parts))
    )


def rehearsal(
    step: Step,
    assessment: Assessment,
    parts: Sequence[AssessmentPart],
    state: State,
    *,
    walk: PreviewPosition,
    leave: str,
    here: str,
    now: datetime,
) -> Rehearsal:
    """A sitting of a candidate who does not exist, at this point of the walk. No row is made."""
    organisation, role = step.organisation, step.role
    assessment.step = step
    candidate = Candidate(organisation=organisation, first_name="Alex", last_name="Example")
    job = Automation.objects.of(organisation).filter(role=role).order_by("pk").first()
    application = Application(
        organisation=organisation,
        candidate=candidate,
        role=role,
        connection_id=job.connection_id if job else None,
        job_id=job.job_id if job else None,
    )
    attempt = Attempt(
        organisation=organisation,
        assessment=assessment,
        language=state.language,
        opened_at=now,
        deadline_at=end_of_working_day(now, step.deadline_days, calendar=organisation.calendar),
    )
    step_request = StepRequest(organisation=organisation, application=application, step=step)
    return Rehearsal(
        visit=Visit(
            token="",
            link=Link(organisation=organisation),
            step_request=step_request,
            application=application,
            organisation=organisation,
            recruiter=recruiter_of(application),
        ),
        attempt=attempt,
        now=now,
        planned=parts,
        walk=walk,
        places=state,
        preview=Banner(
            title=_title(assessment, role.title),
            leave=leave,
            ways=_ways(state, parts, walk=walk, here=here),
            languages=_languages(state, parts, here=here, walk=walk),
            conditions=_conditions(parts, state.language),
        ),
    )


def number_of(given: str) -> int:
    """A whole number from 1 up that an address gives; 0 for whatever is none."""
    return int(given) if given.isascii() and given.isdigit() and len(given) < 4 else 0


def _orders(parts: Sequence[AssessmentPart]) -> frozenset[int]:
    return frozenset(part.order for part in parts)


def _title(assessment: Assessment, role: str) -> str:
    if assessment.published_at is None:
        return _("Preview of the draft for %(role)s, as a candidate sees it.") % {"role": role}
    return _("Preview of version %(n)s for %(role)s, as a candidate sees it.") % {
        "n": assessment.number,
        "role": role,
    }


def _ways(state: State, parts: Sequence[AssessmentPart], *, walk: PreviewPosition, here: str) -> list[Way]:
    at_part = next((part.order for part in parts if here.startswith(_path(state, part.order))), 0)
    first = state.address("portal_assessment", done=0)
    return [
        Way(name=_("First page"), url=first, here=here == first.split("?")[0] and not walk.done),
        *(
            Way(
                name=_("Part %(n)s") % {"n": part.order},
                url=state.address("portal_assessment_part", part.order, done=0),
                here=part.order == at_part,
            )
            for part in parts
        ),
        Way(
            name=_("Thanks"),
            url=state.address("portal_assessment", done=len(parts)),
            here=walk.done >= len(parts),
        ),
    ]


def _path(state: State, order: int) -> str:
    return state.address("portal_assessment_part", order, done=0).split("?")[0]


def _languages(
    state: State, parts: Sequence[AssessmentPart], *, here: str, walk: PreviewPosition
) -> list[Way]:
    return [
        Way(
            name=name,
            code=code,
            url=f"{here}?{state.in_language(code).query(walk.done)}",
            here=code == state.language,
        )
        for code, name in named(languages_of(parts))
    ]


def _conditions(parts: Sequence[AssessmentPart], language: str) -> bool:
    contents = (content_of(version_for(part, language=language)) for part in parts)
    return any(
        question.when is not None
        for content in contents
        if isinstance(content, QuestionSet)
        for question in content.questions
    )
