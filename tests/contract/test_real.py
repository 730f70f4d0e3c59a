"""The client against the real Greenhouse, only if a credential is in the environment.

`GREENHOUSE_V3_CLIENT_ID`, `GREENHOUSE_V3_CLIENT_SECRET` (and `GREENHOUSE_V3_ACT_AS`), or `GREENHOUSE_V1_KEY`.
Only reads: nothing is written into a real account.
"""

import os
import time as real_time
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import islice

import pytest

from goodword.greenhouse.client import (
    V1_BASE,
    V3_BASE,
    HarvestApi,
    PermissionState,
    V1Credentials,
    V3Credentials,
    build,
    probe_all,
)


def now() -> datetime:
    return datetime.fromtimestamp(real_time.time(), UTC)


def v1() -> HarvestApi:
    """A client with the key of the environment."""
    return build(V1Credentials(os.environ["GREENHOUSE_V1_KEY"]), base_url=V1_BASE, clock=now)


def v3() -> HarvestApi:
    """A client with the credential of the environment."""
    act_as = os.environ.get("GREENHOUSE_V3_ACT_AS")
    credentials = V3Credentials(
        os.environ["GREENHOUSE_V3_CLIENT_ID"],
        os.environ["GREENHOUSE_V3_CLIENT_SECRET"],
        int(act_as) if act_as else None,
    )
    return build(credentials, base_url=V3_BASE, clock=now)


CHOSEN = [
    connect
    for name, connect in (("GREENHOUSE_V1_KEY", v1), ("GREENHOUSE_V3_CLIENT_ID", v3))
    if os.environ.get(name)
]

if CHOSEN:

    @pytest.mark.parametrize("connect", CHOSEN)
    def test_every_read_works_on_a_real_account(connect: Callable[[], HarvestApi]) -> None:
        with connect() as api:
            for result in probe_all(api):
                assert not (result.required and result.state is PermissionState.MISSING), result.detail
            job_ids = [job.id for job in islice(api.jobs(), 3)]
            stages = {stage.id for stage in api.job_stages(job_ids)}
            for application in islice(api.applications(job_ids=job_ids), 20):
                assert application.stage_id is None or application.stage_id in stages
                assert api.candidate(application.candidate_id) is not None
            assert {post.job_id for post in api.job_posts(job_ids)} <= set(job_ids)
