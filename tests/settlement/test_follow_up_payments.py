"""Follow-ups of direct settlements: periodic batches by component and payer (DY-10)."""

import csv
import io
from decimal import Decimal

import pytest

from filings.vocabulary import SettlementWay
from hospitals.reasons import Refused
from settlement.accounts.posting import reverse
from settlement.models import PayeeAccount, Payment
from settlement.payments import batches, sending
from settlement.payments.candidates import claims_to_pay
from settlement.payments.live import give_back
from settlement.payments.payees import Account, correct_payee, proposal_for, set_payee
from settlement.payments.recouping import paid_of_reversed
from settlement.vocabulary import BatchStatus, Component, Payer, PaymentStatus
from tests.settlement.office import a_person
from tests.settlement.payments import (
    ACCOUNT,
    applied,
    causes,
    due,
    failing,
    follow_up_batch,
    line,
    out,
    period,
    released,
    settled,
    taken,
    tieling,
    today,
)
from tests.settlement.refusals import codes

pytestmark = pytest.mark.clause("DY-10")
INSURER = (Component.SERIOUS_ILLNESS, Payer.INSURER)


def test_subsidy_of_a_period_is_paid_onto_the_account_on_record(office):
    rows = [due(office, "80.00"), due(office, "20.50")]
    due(office, "99.00", *INSURER)
    due(office, "0.00")
    batch = out(office, follow_up_batch(office))
    assert list(batch.payments.values_list("due", "amount")) == [(row.pk, row.amount) for row in rows]
    assert batch.total == Decimal("100.50")
    applied(office, *(line(payment) for payment in batch.payments.all()))
    batch.refresh_from_db()
    assert batch.status == BatchStatus.CLOSED
    with pytest.raises(Refused) as refused:
        follow_up_batch(office)
    assert codes(refused) == ["nothing_to_pay"]


def test_settlement_of_another_period_waits(office):
    due(office, settled_on=period().first.replace(year=period().first.year - 1))
    with pytest.raises(Refused) as refused:
        follow_up_batch(office)
    assert codes(refused) == ["nothing_to_pay"]


def test_person_without_an_account_waits(office):
    due(office, has_account=False)
    with pytest.raises(Refused) as refused:
        follow_up_batch(office)
    assert codes(refused) == ["no_accounts"]
    with_account = due(office)
    assert [row.due for row in follow_up_batch(office).payments.all()] == [with_account]


def test_newest_account_of_a_person_counts_and_the_older_stays_on_record(office):
    row = due(office)
    person = row.settlement.person
    newer = Account(person.name, "示例农商行", "62220000000")
    set_payee(by=office.clerk, person=person, account=newer, reason="换卡")
    assert follow_up_batch(office).payments.get().payee_account == "62220000000"
    assert PayeeAccount.objects.filter(person=person).count() == 2


def test_account_of_the_last_claim_is_proposed(office):
    (claim,) = released(office)
    assert proposal_for(claim.person) == Account(claim.payee_name, claim.payee_bank, claim.payee_account)
    assert proposal_for(a_person()) is None


def test_amount_that_policy_does_not_give_is_fixed_by_one_and_confirmed_by_another(office):
    due(office, None)
    batch = follow_up_batch(office)
    with pytest.raises(Refused) as refused:
        out(office, batch)
    assert codes(refused) == ["no_amount"]
    payment, given = batch.payments.get(), {"by": office.finance, "version": batch.version}
    batch = batches.set_amount(payment=payment, amount=Decimal("45.67"), reason="补助办法第三条", **given)
    assert (batch.total, out(office, batch).total) == (Decimal("45.67"),) * 2


def test_amount_that_policy_gives_is_not_fixed_otherwise(office):
    due(office)
    batch = follow_up_batch(office)
    with pytest.raises(Refused) as refused:
        batches.set_amount(
            by=office.finance, payment=batch.payments.get(), amount=Decimal("1"), reason="x", version=batch.version
        )
    assert codes(refused) == ["amount_given"]


def test_insurer_gets_the_stays_and_says_the_amounts(office):
    due(office, None, *INSURER, has_account=False)
    due(office, "30.00", *INSURER, has_account=False)
    batch = out(office, follow_up_batch(office, *INSURER))
    rows = list(csv.reader(io.StringIO(sending.file_of(batch, "csv").decode("utf-8-sig"))))
    assert rows[0] == list(sending.TO_INSURER)
    assert [row[-1] for row in rows[1:]] == ["未配置", "30.00"]
    unknown, known = batch.payments.all()
    applied(office, line(unknown, 金额="123.45", 银行流水号=""), line(known, 金额="", 银行流水号=""))
    batch.refresh_from_db()
    assert (batch.status, batch.total) == (BatchStatus.CLOSED, Decimal("153.45"))


def test_insurer_says_how_much_where_policy_does_not(office):
    due(office, None, *INSURER, has_account=False)
    payment = out(office, follow_up_batch(office, *INSURER)).payments.get()
    assert causes(taken(office, line(payment))) == ["缺少金额，不能核对"]


def test_reversed_settlement_is_in_no_batch(office):
    row = due(office)
    reverse(by=office.supervisor, settlement=row.settlement, reason="重复结算", on=today())
    with pytest.raises(Refused) as refused:
        follow_up_batch(office)
    assert codes(refused) == ["nothing_to_pay"]


def test_settlement_reversed_before_sending_stops_the_batch(office):
    row, other = due(office), due(office)
    batch = follow_up_batch(office)
    reverse(by=office.supervisor, settlement=row.settlement, reason="重复结算", on=today())
    with pytest.raises(Refused) as refused:
        out(office, batch)
    assert codes(refused) == ["settlement_reversed"]
    batch.refresh_from_db()
    batch = batches.reopen(by=office.finance, batch=batch, version=batch.version, reason="撤出已冲正")
    batch = batches.remove(by=office.finance, payment=batch.payments.get(due=row), version=batch.version)
    assert [p.due for p in out(office, batch).payments.filter(status=PaymentStatus.IN_TRANSIT)] == [other]


def test_follow_up_paid_before_the_reversal_is_to_be_recouped(office):
    row = due(office)
    payment = out(office, follow_up_batch(office)).payments.get()
    applied(office, line(payment))
    assert not paid_of_reversed().exists()
    reverse(by=office.supervisor, settlement=row.settlement, reason="重复结算", on=today())
    assert list(paid_of_reversed()) == [payment]


def test_failed_follow_up_is_paid_onto_the_corrected_account(office):
    row = due(office)
    first = out(office, follow_up_batch(office)).payments.get()
    applied(office, failing(first))
    with pytest.raises(Refused):
        follow_up_batch(office)
    account = Account(first.payee_name, "示例银行", "62229999999")
    correct_payee(by=office.clerk, payment=first, account=account, reason="卡已注销")
    second = follow_up_batch(office).payments.get()
    assert (second.due, second.attempt, second.replaces, second.payee_account) == (row, 2, first, account.account)


def test_follow_up_that_came_back_is_paid_again(office):
    row = due(office)
    payment = out(office, follow_up_batch(office)).payments.get()
    applied(office, line(payment))
    payment.refresh_from_db()
    give_back(by=office.finance, payment=payment, version=payment.version, reason="退汇")
    account = Account(payment.payee_name, "示例银行", ACCOUNT)
    correct_payee(by=office.clerk, payment=payment, account=account, reason="换卡")
    assert [p.due for p in follow_up_batch(office).payments.all()] == [row]


@pytest.mark.clause("YT-13")
def test_fund_part_of_a_direct_settlement_is_never_paid_to_the_person(office):
    """It stands on the hospital's account; only a claim's is paid out, and only what follows up."""
    settlement = settled(office)
    assert settlement.way == SettlementWay.DIRECT
    assert settlement.fund_pay_sumamt + settlement.psn_part_amt == settlement.medfee_sumamt
    (claim,) = released(office)
    assert list(claims_to_pay(tieling())) == [claim]
    assert not Payment.objects.filter(person=settlement.person).exists()
