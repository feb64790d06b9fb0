"""Whatever comes back in whatever order: a claim is paid when a payment of it is, and at most one ever counts."""

import datetime as dt
from contextlib import suppress
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hospitals.reasons import Refused
from hospitals.vocabulary import ListAction
from settlement.models import Claim, Payment, PaymentBatch
from settlement.payments.payees import Account, correct_payee
from settlement.payments.results.planning import Known, Said, verdict
from settlement.vocabulary import ClaimStatus, PaymentStatus
from tests.settlement.office import Office, open_office
from tests.settlement.payments import ACCOUNT, applied, failing, line, released, sent

DAY = dt.date(2026, 3, 20)
EVENTS = ("paid", "failed", "wrong amount", "correct", "batch", "bounce")
amounts = st.integers(1, 10**9).map(lambda fen: Decimal(fen) / 100)
outcomes = st.builds(
    Said,
    outcome=st.sampled_from([PaymentStatus.PAID, PaymentStatus.FAILED]),
    account=st.just(ACCOUNT),
    amount=amounts,
    paid_on=st.just(DAY),
    reference=st.sampled_from(["YH1", "YH2"]),
    failure=st.just("户名不符"),
)


@pytest.fixture
def office(db: None) -> Office:
    return open_office(is_staffed=True)


@given(amount=amounts, said=st.lists(outcomes, max_size=6))
def test_first_result_that_fits_stands(amount: Decimal, said: list[Said]) -> None:
    """Whatever is said after it is the same, or named as contradicting it."""
    known = Known(pk=1, status=PaymentStatus.IN_TRANSIT, account=ACCOUNT, amount=amount, by_insurer=False, sent_on=DAY)
    for one in said:
        action, _column, text = verdict(known, one)
        assert (action is ListAction.INVALID) == bool(text)
        if one.amount != amount:
            assert action is ListAction.INVALID
        elif known.status is PaymentStatus.IN_TRANSIT:
            assert action is ListAction.NEW
            is_paid = one.outcome is PaymentStatus.PAID
            known = Known(
                pk=1,
                status=one.outcome,
                account=ACCOUNT,
                amount=amount,
                by_insurer=False,
                sent_on=DAY,
                paid_on=one.paid_on if is_paid else None,
                reference=one.reference if is_paid else "",
            )
        assert action is not ListAction.NEW or known.status is one.outcome


def happens(office: Office, event: str, claim: Claim) -> None:
    """One event of the history of a claim's payment; those that cannot be now are refused."""
    last = Payment.objects.filter(claim=claim).order_by("-pk").first()
    claim.refresh_from_db()
    if event == "batch":
        sent(office, [claim])
    elif last is None:
        return
    elif event == "correct":
        account = Account("王小明", "示例银行", ACCOUNT)
        correct_payee(by=office.clerk, payment=last, account=account, reason="更正")
    elif event == "bounce":
        office.take(claim, "bounce")
    else:
        answer = {"paid": line(last), "failed": failing(last), "wrong amount": line(last, 金额="0.01")}[event]
        applied(office, answer)


@pytest.mark.django_db
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=st.lists(st.sampled_from(EVENTS), min_size=4, max_size=9))
def test_claim_is_paid_when_its_payment_is(office: Office, events: list[str]) -> None:
    with transaction.atomic():
        (claim,) = released(office)
        for event in ("batch", *events):
            with suppress(Refused), transaction.atomic():
                happens(office, event, claim)
            claim.refresh_from_db()
            counting = list(Payment.objects.counting().filter(claim=claim))
            assert len(counting) <= 1
            paid = [row for row in counting if row.status == PaymentStatus.PAID]
            assert (claim.status == ClaimStatus.PAID) == bool(paid)
            assert all(row.amount == claim.calculation.fund for row in counting)
        for batch in PaymentBatch.objects.all():
            assert batch.total == sum(row.amount for row in batch.payments.all())
        transaction.set_rollback(True)
