"""Where a candidate learned and worked, and who may be credited with bringing one."""

from dataclasses import dataclass

from greenhouse_sandbox.store.row import Row


@dataclass(kw_only=True)
class Education(Row):
    """A school. School, degree and discipline are custom field options; the dates are ISO dates."""

    candidate_id: int
    school_id: int | None = None
    degree_id: int | None = None
    discipline_id: int | None = None
    start_on: str | None = None
    end_on: str | None = None


@dataclass(kw_only=True)
class Employment(Row):
    """An employer. The dates are ISO dates; no end means the present one."""

    candidate_id: int
    company_name: str
    title: str
    start_on: str | None = None
    end_on: str | None = None


@dataclass(kw_only=True)
class Referrer(Row):
    """Who gets credit: a user, or somebody outside who has only a name."""

    name: str
    user_id: int | None = None


@dataclass(kw_only=True)
class CandidateTag(Row):
    """A tag that candidates can have. What is applied stands with the candidate, by name."""

    name: str
