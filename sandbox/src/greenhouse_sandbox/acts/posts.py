"""Job posts are made, changed and deleted."""

from datetime import datetime
from typing import Any

from greenhouse_sandbox.acts.refusal import RefusedError
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.hiring import Job, JobPost
from greenhouse_sandbox.store.seed_jobs import BOARD
from greenhouse_sandbox.webhooks.emit import emit
from greenhouse_sandbox.webhooks.posts import deleted_post_payload, post_payload

EDITABLE_OF_POST = {"title", "location", "live", "internal", "content"}


def create_post(
    store: Store,
    job: Job,
    *,
    title: str,
    now: datetime,
    location: str | None = None,
    live: bool = True,
    internal: bool = False,
) -> JobPost:
    """A post of the job. Fires the web hook."""
    if not title:
        raise RefusedError("title", "needs a title")
    post = store.job_posts.insert(
        JobPost(
            id=store.job_posts.new_id(),
            created_at=now,
            updated_at=now,
            title=title,
            job_id=job.id,
            job_board_id=BOARD,
            internal=internal,
            live=live,
            location=location,
            first_published_at=now if live else None,
            content=f"<p>{title}</p>",
        )
    )
    emit(store, "job_post_created", post_payload(post))
    return post


def update_post(store: Store, post: JobPost, *, now: datetime, **changes: Any) -> None:
    """Change the members of EDITABLE_OF_POST that are given. Fires the web hook."""
    for name in changes:
        if name not in EDITABLE_OF_POST:
            raise RefusedError(name, "cannot be edited")
    if not post.active:
        raise RefusedError("post_id", "is deleted")
    if "title" in changes and not changes["title"]:
        raise RefusedError("title", "needs a title")
    for name, value in changes.items():
        setattr(post, name, value)
    if post.live:
        post.first_published_at = post.first_published_at or now
    store.job_posts.changed(post, now)
    emit(store, "job_post_updated", post_payload(post))


def delete_post(store: Store, post: JobPost, *, now: datetime) -> None:
    """Delete a post that is not live; its row stays, inactive. Fires the web hook."""
    if not post.active:
        raise RefusedError("post_id", "is deleted already")
    if post.live:
        raise RefusedError("post_id", "is live: take it offline first")
    post.active = False
    store.job_posts.changed(post, now)
    emit(store, "job_post_deleted", deleted_post_payload(post))
