"""The transactions of a stage move, from its delivery to the queued invitation."""

import pytest

from goodword.greenhouse.sync.calls import counts_kept
from goodword.notifications.models import Email
from tests.core.transactions import transactions
from tests.greenhouse.world import ASSESSMENT, World


@pytest.mark.world
@pytest.mark.django_db(transaction=True)
def test_a_move_is_claimed_read_and_applied_in_a_transaction_each(alone: World) -> None:
    first, second = alone.apply(), alone.apply()
    alone.deliver()
    with counts_kept():
        alone.move(first, ASSESSMENT)
        alone.deliver()
        alone.move(second, ASSESSMENT)
        [(body, event_id)] = alone.outgoing()
        alone.post(body, event_id)
        with transactions() as found:
            alone.work()
    assert Email.objects.of(alone.organisation).count() == 2
    # v3 is also asked when the stage was entered, if the stage starts a step
    expected = ["greenhouse_delivery", "greenhouse_ratewindow", "roles_stagerule", "greenhouse_ratewindow"]
    assert [
        name for name, statements in zip(expected, found.seen, strict=False) if name in statements[0]
    ] == expected
    claim, *_, effect = found.seen
    assert (len(found.seen), len(claim)) == (5, 4)
    assert "notifications_email" in " ".join(effect)
