"""Queries that are compiled to SQL once per process."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.db.models import Count, QuerySet
from django.test.utils import CaptureQueriesContext

from goodword.accounts.models import Membership
from goodword.candidates.models import Application
from goodword.core.compiled_queries import compiled
from goodword.core.models import HasPk
from tests.support import factories

pytestmark = pytest.mark.django_db


def members(organisation: HasPk, kind: str) -> QuerySet[Membership]:
    rows = Membership.objects.of(organisation).filter(kind=kind, deactivated_at=None)
    return rows.select_related("user").order_by("pk")


def test_returns_the_rows_of_the_queryset_for_these_arguments() -> None:
    one, other = factories.organisation(), factories.organisation()
    for organisation in (one, other):
        factories.member(organisation, kind="admin")
        factories.member(organisation, kind="recruiter")
    run = compiled(members)
    for organisation in (one, other):
        for kind in ("admin", "recruiter", "hiring_manager"):
            expected = members(organisation, kind)
            found = run(organisation, kind=kind)
            assert found == list(expected)
            with CaptureQueriesContext(connection) as queries:
                assert [row.user.email for row in found] == [row.user.email for row in expected]
            assert not queries.captured_queries


def test_the_function_runs_twice_in_all_and_each_call_is_one_statement() -> None:
    organisation, calls = factories.organisation(), list[str]()

    @compiled
    def counted(organisation: HasPk, kind: str) -> QuerySet[Membership]:
        calls.append(kind)
        return members(organisation, kind)

    with CaptureQueriesContext(connection) as queries:
        for _ in range(3):
            assert counted(organisation, "admin") == []
    assert (len(calls), len(queries)) == (2, 3)


def test_optional_relations_deferred_columns_and_converted_values_are_as_in_the_queryset() -> None:
    role = factories.role(factories.organisation(own_domains=["acme.example"]))
    with_role, without = factories.application(role), factories.application(role)
    Application.objects.of(without.organisation).filter(pk=without.pk).update(role=None)

    @compiled
    def application(pk: int) -> QuerySet[Application]:
        rows = Application.objects.across_organisations().filter(pk=pk)
        return rows.select_related("role", "organisation").defer("stage_name")

    [found], [other] = application(with_role.pk), application(without.pk)
    assert (found.role, other.role) == (role, None)
    assert found.organisation.own_domains == ["acme.example"]
    assert found.get_deferred_fields() == {"stage_name"}
    assert found.stage_name == with_role.stage_name


def test_a_values_list_returns_tuples_with_converted_values() -> None:
    organisation = factories.organisation(own_domains=["acme.example"])
    member = factories.member(organisation)

    @compiled
    def domains(pk: int) -> QuerySet[Membership, tuple[int, list[str]]]:
        rows = Membership.objects.across_organisations().filter(pk=pk)
        return rows.values_list("pk", "organisation__own_domains")

    assert domains(member.pk) == [(member.pk, ["acme.example"])]


def by_slice(pk: int) -> QuerySet[Membership]:
    return Membership.objects.across_organisations().filter(pk=3)[:pk]


def by_choice(pk: int) -> QuerySet[Membership]:
    return Membership.objects.across_organisations().filter(**({"pk": pk} if pk % 2 else {"user_id": pk}))


@pytest.mark.parametrize("build", [by_slice, by_choice])
def test_arguments_that_are_not_parameters_are_refused(build: Callable[[int], QuerySet[Membership]]) -> None:
    with pytest.raises(TypeError, match="depends on its arguments"):
        compiled(build)(1)


def test_a_list_is_one_parameter_and_annotations_are_read() -> None:
    organisation = factories.organisation()
    roles = [factories.role(organisation) for _ in range(3)]
    applications = [factories.application(role) for role in roles for _ in range(2)]

    @compiled
    def of_roles(organisation: HasPk, ids: list[int]) -> QuerySet[Application]:
        rows = Application.objects.of(organisation).filter(role_id__any_of=ids)
        return rows.annotate(shared=Count("role__applications")).order_by("pk")

    for ids in ([], [roles[0].pk], [roles[0].pk, roles[2].pk]):
        found = of_roles(organisation, ids)
        assert found == [application for application in applications if application.role_id in ids]
        assert {vars(application)["shared"] for application in found} <= {2}
