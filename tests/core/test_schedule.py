"""Sweeps are queued only if they have something to do."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from django.db import connection
from procrastinate.contrib.django import app

from goodword.core import clock, jobs, schedule
from goodword.core.models import Reaction
from tests.notifications.mails import queued
from tests.support import factories
from tests.support.jobs import failed_job


def look() -> tuple[set[str], bool]:
    connection.ensure_connection()
    return schedule.look(cast(Any, connection.connection), jobs.DUE.keys())


@pytest.mark.django_db
def test_nothing_is_due_on_an_idle_installation() -> None:
    factories.application(factories.role(factories.organisation()))
    Reaction.objects.all().delete()
    assert look() == (set(), False)


@pytest.mark.django_db
def test_a_due_mail_makes_its_sweep_due_and_its_job_waits() -> None:
    mail = queued(now=clock.now())
    Reaction.objects.all().delete()
    assert look() == ({"email.sweep"}, True)
    type(mail).objects.across_organisations().update(not_before=clock.now() + timedelta(minutes=1))
    assert look() == (set(), True)


@pytest.mark.django_db
def test_a_sweep_is_due_again_after_it_or_its_work_failed() -> None:
    failed_job("report.render", report_id=1)
    failed_job("assessments.clock")
    failed_job("assessments.norms")  # no sweep repeats it
    assert look() == ({"report.sweep", "assessments.clock"}, False)


def test_every_sweep_that_runs_each_minute_says_when_it_is_due() -> None:
    noon = datetime(2026, 11, 25, 12, tzinfo=UTC).timestamp()
    often = {
        periodic.task.name
        for periodic in app.periodic_registry.periodic_tasks.values()
        if periodic.croniter.get_next(ret_type=float, start_time=noon) <= noon + 60
        and periodic.croniter.get_next(ret_type=float, start_time=noon + 60) <= noon + 120
    }
    assert often <= jobs.DUE.keys()


def test_sweeps_continue_after_the_clock_was_set_back() -> None:
    deferrer = schedule.Deferrer(app.periodic_registry, wake=lambda: None)
    noon = datetime(2026, 11, 25, 12, tzinfo=UTC).timestamp()

    def queued_at(now: float) -> list[float]:
        found = deferrer.get_previous_tasks(at=noon + now)
        return [at - noon for periodic, at in found if periodic.task.name == "greenhouse.inbox.sweep"]

    day = 86_400
    assert [queued_at(1), queued_at(2), queued_at(6)] == [[0], [], [5]]
    assert [queued_at(day + 1), queued_at(day + 6)] == [[day], [day + 5]]  # not each one of the day
    assert [queued_at(11), queued_at(12), queued_at(16)] == [[10], [], [15]]


@pytest.mark.django_db(transaction=True)
def test_a_job_whose_notification_was_lost_wakes_the_worker() -> None:
    woken: list[bool] = []
    deferrer = schedule.Deferrer(app.periodic_registry, wake=lambda: woken.append(True))
    asyncio.run(deferrer.defer_jobs([]))
    assert woken == []
    jobs.named("report.render").defer(report_id=1)
    asyncio.run(deferrer.defer_jobs([]))
    deferrer.close()
    assert woken == [True]
