"""A finding keeps a claim out of a batch; what had gone to the bank before is recorded as it happened."""

import pytest

from hospitals.access import portal_account
from hospitals.reasons import Refused
from settlement.direct_settlement import settle_directly
from settlement.findings import decisions
from settlement.payments import batches, sending
from settlement.vocabulary import ClaimStatus
from tests.settlement.office import TODAY, a_stay
from tests.settlement.payments import applied, confirmed, drafted, line, released, sent

pytestmark = pytest.mark.clause("DY-16")


def settled_at_the_hospital(claim):
    settle_directly(by=portal_account(), person=claim.person, entry=a_stay(), on=TODAY)
    return claim.findings.get()


def test_claim_with_a_finding_goes_into_no_batch(office):
    claim, other = released(office, 2)
    finding = settled_at_the_hospital(claim)
    assert [payment.claim for payment in drafted(office).payments.all()] == [other]
    with pytest.raises(Refused):
        drafted(office, [claim])
    decisions.clear(by=office.reviewer, finding=finding, version=finding.version, reason="两次不同就医")
    assert drafted(office, [claim]).payments.get().claim == claim


@pytest.mark.parametrize("step", ["confirm", "send"])
def test_batch_with_a_finding_does_not_go_out(office, step):
    (claim,) = released(office)
    batch = drafted(office)
    if step == "send":
        batch = confirmed(office, batch)
    finding = settled_at_the_hospital(claim)
    goes_out = {
        "confirm": lambda: confirmed(office, batch),
        "send": lambda: sending.send(by=office.finance, batch=batch, version=batch.version),
    }
    with pytest.raises(Refused, match=f"有疑点 {finding.number}（待核查），须先撤出"):
        goes_out[step]()
    batches.void(by=office.finance, batch=batch, version=batch.version, reason="有疑点")
    claim.refresh_from_db()
    assert claim.status == ClaimStatus.RELEASED


def test_what_the_bank_had_already_paid_is_recorded(office):
    (claim,) = released(office)
    batch = sent(office)
    settled_at_the_hospital(claim)
    applied(office, line(batch.payments.get()))
    claim.refresh_from_db()
    assert claim.status == ClaimStatus.PAID
