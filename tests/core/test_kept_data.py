"""Test data built once and restored for each test (`tests/support/kept.py`)."""

import pytest
from django.core import mail

from goodword.accounts.models import Organisation
from goodword.roles.models import Role
from tests.references.story import Story, mails_to, sent
from tests.support import factories, kept

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(factories.NOW, tick=False)]

_built: list[int] = []
_seen: list[tuple[int, object]] = []


@kept.kept
def built(title: str) -> Role:
    role = factories.role(factories.organisation(), title=title)
    _built.append(role.pk)
    return role


@kept.kept
def two_parties() -> Story:
    return sent()


@pytest.mark.matrix
@pytest.mark.parametrize("time", [1, 2, 3])
def test_kept_rows_are_built_once_and_fresh_in_each_test(time: int) -> None:
    role = built("Baker")
    assert (_built, role.pk, role.title) == ([role.pk], _built[0], "Baker")
    assert Role.objects.get().title == "Baker"
    role.title = "Changed"
    role.save()
    # already restored in this test, so this call builds another
    assert built("Baker").pk != role.pk
    assert Organisation.objects.count() == 2
    _built.pop()


@pytest.mark.world
@pytest.mark.matrix
@pytest.mark.parametrize("time", [1, 2, 3])
def test_rows_mails_and_links_are_the_same_each_time(time: int) -> None:
    story = two_parties()
    assert len(mails_to("maria@globex.example")) == 1
    _seen.append((len(mail.outbox), kept._rows()))
    assert _seen[0] == _seen[-1]
    assert story.check.organisation == story.application.organisation


def test_other_arguments_build_other_rows() -> None:
    assert built("Cook").title == "Cook"
