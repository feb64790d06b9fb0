"""Refusals of the counter, for tests."""

import pytest

from hospitals.reasons import Refused
from settlement.models import Claim, Receipt
from tests.settlement.office import Office, an_entry


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [reason.code for reason in refused.value.reasons]


def refusal(office: Office, **changes):
    """The reasons for which this entry is not taken in."""
    options = {key: changes.pop(key) for key in ("person", "by", "hall") if key in changes}
    with pytest.raises(Refused) as refused:
        office.accept(an_entry(**changes), **options)
    assert not Claim.objects.exists()
    assert not Receipt.objects.exists()
    return refused
