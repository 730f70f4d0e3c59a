"""Imports that overlap with a discarded draft."""

import json

import pytest

from goodword.assessments.catalogue.packs import discard_pack, import_pack
from goodword.assessments.models import Test, TestVersion
from tests.assessments.kinds.packs import small_pack
from tests.assessments.library_pages.support import NOW, imported
from tests.support import factories
from tests.support.overlap import before_commit

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.programs]


def test_a_file_imported_while_its_only_draft_is_being_discarded_becomes_a_new_test() -> None:
    rita = factories.member(factories.organisation(), name="Rita Recruiter")
    draft = imported(rita, small_pack())
    with before_commit(lambda: import_pack(raw=json.dumps(small_pack()).encode(), by=rita, now=NOW)) as found:
        assert not discard_pack(version=draft, by=rita, now=NOW)
    assert TestVersion.objects.of(rita.organisation).get() == found[0]
    assert Test.objects.of(rita.organisation).get().pk != draft.test_id
