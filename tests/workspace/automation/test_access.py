"""Manage ATS automation: access."""

import pytest
from django.test import Client

from goodword.accounts.models import AuditEntry
from tests.greenhouse.setup.desk import Desk
from tests.support import factories
from tests.workspace.automation.wizard import PAGES, Wizard, jobs_of, rules


@pytest.mark.matrix
@pytest.mark.parametrize("name", [*PAGES, "role_automation_unlink"])
def test_only_recruiters_and_admins_can_change_the_automation(desk: Desk, name: str) -> None:
    wizard, job = Wizard(desk), jobs_of(desk)[0]
    automation = wizard.link(job)
    more = [automation.pk] if name == "role_automation_unlink" else []
    address = desk.url(name, wizard.role.pk, *more)
    elsewhere = factories.member(factories.organisation(), kind="admin")
    manager = factories.member(desk.organisation, kind="hiring_manager")
    wizard.role.viewers.add(manager)
    before = list(AuditEntry.objects.of(desk.organisation).values_list("pk", flat=True))
    for member, status in ((elsewhere, 404), (manager, 403)):
        client = desk.client(member)
        assert (client.get(address).status_code, client.post(address).status_code) == (status, status)
    own = f"/o/{elsewhere.organisation.slug}/" + address.split("/", 3)[3]
    assert desk.client(elsewhere).post(own).status_code == 404
    assert Client().post(address)["Location"] == "/accounts/login/?next=/"
    assert list(AuditEntry.objects.of(desk.organisation).values_list("pk", flat=True)) == before
    assert rules(automation).keys() == {"assessment", "reference_check"}
