"""Under whose name a note stands: the recruiter, the job's responsible recruiter, the one an admin chose."""

from collections.abc import Iterable, Iterator

from goodword.candidates.models import Application as OurApplication
from goodword.greenhouse.client import Application, Forbidden, HarvestApi
from goodword.greenhouse.models import Connection, FeedPost
from goodword.greenhouse.sync.recruiters import possible_recruiters


def authors(api: HarvestApi, application: Application, *, connection: Connection) -> Iterator[int | None]:
    """Greenhouse users who may be the author, best first, without those who are deactivated.

    Ends with None for v3: the user as whom the credential acts. v1 has nobody of that kind.
    """
    team = possible_recruiters(api, recruiter_id=application.recruiter_id, job_id=application.job_id)
    yield from _active(api, team, connection=connection)


def authors_of_test(api: HarvestApi, post: FeedPost) -> Iterator[int | None]:
    """Who may sign a test note: the recruiters that our applications of this candidate have, and so on."""
    ours = OurApplication.objects.of(post.organisation).filter(
        connection_id=post.connection_id,
        candidate__remote_id=post.candidate_remote_id,
        recruiter_remote_id__isnull=False,
    )
    recruiters = ours.order_by("-pk").values_list("recruiter_remote_id", flat=True)
    known = [user_id for user_id in recruiters if user_id is not None]
    yield from _active(api, known, connection=post.connection)


def _active(api: HarvestApi, user_ids: Iterable[int], *, connection: Connection) -> Iterator[int | None]:
    tried: set[int] = set()
    for user_id in _with_chosen(user_ids, connection=connection):
        if user_id not in tried and _is_active(api, user_id):
            yield user_id
        tried.add(user_id)
    if connection.api == Connection.Api.V3:
        yield None


def _with_chosen(user_ids: Iterable[int], *, connection: Connection) -> Iterator[int]:
    yield from user_ids
    if connection.note_author_remote_id is not None:
        yield connection.note_author_remote_id


def _is_active(api: HarvestApi, user_id: int) -> bool:
    """Without the permission to read users Greenhouse has to say so itself when the note is written."""
    try:
        user = api.user(user_id)
    except Forbidden:
        return True
    return user is not None and not user.disabled
