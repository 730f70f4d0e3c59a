"""How Harvest v3 wants its filters. The form of dates is chosen here and nowhere else (greenhouse.md, C5)."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from goodword.greenhouse.client.batches import batches
from goodword.greenhouse.client.types import ApplicationStatus


def window(since: datetime, until: datetime) -> str:
    """A closed window for `updated_at`.

    Lists come newest id first, so a row that changes while one reads can turn up on a later page; closed at
    the start of the reading it cannot. Both ends belong to the window.
    """
    return f"gte|{_text(since)}|lte|{_text(until)}"


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def application_filters(
    *,
    job_ids: Iterable[int] | None,
    status: ApplicationStatus | None,
    updated_since: datetime | None,
    until: datetime,
) -> Iterator[dict[str, str]]:
    """One set of filters for each fifty jobs. The filter says `active` where the rows say `in_process`."""
    params: dict[str, str] = {}
    if status is not None:
        params["status"] = status.value
    if updated_since is not None:
        params["updated_at"] = window(updated_since, until)
    if job_ids is None:
        yield params
        return
    for ids in batches(job_ids):
        yield {**params, "job_ids": ids}
