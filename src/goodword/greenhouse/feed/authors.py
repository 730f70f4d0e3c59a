"""Under whose name a note stands: the recruiter, the job's responsible recruiter, the one an admin chose."""

from collections.abc import Iterator

from goodword.greenhouse.client import Application, Forbidden, HarvestApi
from goodword.greenhouse.models import Connection
from goodword.greenhouse.sync.recruiter import in_turn


def authors(api: HarvestApi, application: Application, *, connection: Connection) -> Iterator[int | None]:
    """Greenhouse users who may be the author, best first, without those who are deactivated.

    Ends with None for v3: the user as whom the credential acts. v1 has nobody of that kind.
    """
    tried: set[int] = set()
    for user_id in _candidates(api, application, connection=connection):
        if user_id not in tried and _is_active(api, user_id):
            yield user_id
        tried.add(user_id)
    if connection.api == Connection.Api.V3:
        yield None


def _candidates(api: HarvestApi, application: Application, *, connection: Connection) -> Iterator[int]:
    yield from in_turn(api, recruiter_id=application.recruiter_id, job_id=application.job_id)
    if connection.note_author_remote_id is not None:
        yield connection.note_author_remote_id


def _is_active(api: HarvestApi, user_id: int) -> bool:
    """Without the permission to read users Greenhouse has to say so itself when the note is written."""
    try:
        user = api.user(user_id)
    except Forbidden:
        return True
    return user is not None and not user.disabled
