"""Where recoupments come from: a lapse, the end of a filing, a review, a reversal.  The whole chains."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User

from filings.application import Seen
from filings.changes import carrying
from filings.lapsing import reinstate
from filings.models import Commitment, Filing
from filings.sweeping import sweep
from filings.vocabulary import Category, Material, Tier
from hospitals.access import portal_account
from hospitals.history import entries
from hospitals.reasons import Refused
from settlement.accounts.posting import reverse
from settlement.models import Recoupment, Settlement
from settlement.recoupments.amounts import paid_by_fund
from settlement.vocabulary import ClaimStatus, Fund
from tests import factories as make
from tests.filings.conftest import asking, cancelling, filed, moving
from tests.settlement.office import Office, a_person
from tests.settlement.recoupments import ON, paid_row, proposed, settled, take, yuan

SIGNED = dt.date(2026, 1, 10)
DUE = dt.date(2026, 7, 10)
AFTER = DUE + dt.timedelta(1)
STAYS = [(dt.date(2026, 2, 1), "25000.00"), (dt.date(2026, 4, 1), "9000.50")]


def committed(by: User, person: Any) -> Commitment:
    """A referral without its certificate: six months to hand it in."""
    application = asking(Category.REFERRAL, filed_on=SIGNED, materials=(), commitment=True)
    return filed(by, person, application).commitments.get()


def stayed(office: Office, filing: Filing, admitted_on: dt.date, total: str) -> Settlement:
    days = {"admitted_on": admitted_on, "discharged_on": admitted_on + dt.timedelta(9)}
    return settled(office, filing, total=Decimal(total), eligible=Decimal(total) - 1000, **days)


@pytest.fixture
def commitment(office: Office) -> Commitment:
    return committed(office.clerk, office.person)


@pytest.fixture
def stays(office: Office, commitment: Commitment) -> list[Settlement]:
    return [stayed(office, commitment.filing, *stay) for stay in STAYS]


def asked() -> list[Any]:
    """What stands, but for the moment at which it was written."""
    rows = Recoupment.objects.order_by("settlement_id", "pk")
    found = rows.values_list(
        *("settlement", "cause", "status", "due", "reason", "source", "proposed_on", "made_by__username"),
        *("commitment", "parts__fund", "parts__amount"),
    )
    return list(found)


# a lapse


@pytest.mark.clause("TL-08")
def test_lapse_asks_for_exactly_what_the_fund_paid_directly(
    office: Office, commitment: Commitment, stays: list[Settlement]
) -> None:
    assert sweep(on=AFTER).lapsed == 1
    one, two = Recoupment.objects.order_by("settlement_id")
    for recoupment, stay in ((one, stays[0]), (two, stays[1])):
        assert recoupment.settlement == stay
        assert recoupment.due == stay.fund_pay_sumamt > 0
        assert {Fund.of(part.fund): part.amount for part in recoupment.parts.all()} == paid_by_fund(stay)
        assert (recoupment.cause, recoupment.status, recoupment.commitment) == ("lapsed", "proposed", commitment)
        assert recoupment.source == "《铁岭市参保人员异地就医联网结算服务指南》三（二）3"
        assert recoupment.reason == f"承诺 {commitment.number} 至 2026-07-10 未补齐材料"
        entry = entries(recoupment)[0]
        assert (entry.who, entry.action) == ("系统", "失信处理")


@pytest.mark.clause("TL-08")
@pytest.mark.parametrize("late", [0, 3, 200])
def test_late_and_repeated_runs_ask_once_and_for_the_same(
    office: Office, commitment: Commitment, stays: list[Settlement], late: int
) -> None:
    sweep(on=AFTER + dt.timedelta(late))
    sweep(on=AFTER + dt.timedelta(late + 1))
    found = asked()
    assert len(found) == len(stays)
    assert {row[6] for row in found} == {AFTER}


@pytest.mark.clause("TL-08")
def test_stay_settled_after_the_lapse_ends_as_one_settled_before(office: Office, commitment: Commitment) -> None:
    first = stayed(office, commitment.filing, *STAYS[0])
    sweep(on=AFTER)
    late = stayed(office, commitment.filing, *STAYS[1])
    assert [row[0] for row in asked()] == [first.pk, late.pk]
    assert len({row[1:3] + row[4:9] for row in asked()}) == 1


@pytest.mark.clause("TL-08")
def test_claim_by_hand_under_the_filing_is_not_a_direct_settlement(office: Office, commitment: Commitment) -> None:
    office.claim_in(ClaimStatus.PAID)
    assert Settlement.objects.get().filing == commitment.filing
    sweep(on=AFTER)
    assert not Recoupment.objects.exists()


def test_lapse_asks_for_what_is_left(office: Office, commitment: Commitment, stays: list[Settlement]) -> None:
    proposed(office, stays[0], EMPLOYEE=stays[0].hifp_pay - 1)
    whole = proposed(office, stays[1], EMPLOYEE=stays[1].hifp_pay)
    sweep(on=AFTER)
    (left,) = Recoupment.objects.filter(cause="lapsed")
    assert (left.settlement, left.due) == (stays[0], yuan(1))
    assert whole.settlement == stays[1]


def test_reversed_stay_is_not_asked_for_twice(office: Office, commitment: Commitment, stays: list[Settlement]) -> None:
    reverse(by=office.supervisor, settlement=stays[0], reason="医院误传", on=DUE)
    sweep(on=AFTER)
    assert [(row[0], row[1]) for row in asked()] == [(stays[0].pk, "reversed"), (stays[1].pk, "lapsed")]


@pytest.mark.clause("TL-08")
def test_reinstated_filing_takes_back_what_nobody_has_paid(
    office: Office, commitment: Commitment, stays: list[Settlement]
) -> None:
    third = stayed(office, commitment.filing, dt.date(2026, 5, 1), "8000.00")
    sweep(on=AFTER)
    waiting, confirmed, begun = Recoupment.objects.order_by("settlement_id")
    day = {"due_on": AFTER, "on": AFTER}
    take(office, confirmed, "confirm", **day)
    begun = take(office, take(office, begun, "confirm", **day), "receive", received_on=AFTER, on=AFTER)
    filing = Filing.objects.get(pk=commitment.filing_id)
    reinstate(by=office.supervisor, filing=filing, reason="材料已补交，核实无误")
    for one in (waiting, confirmed):
        one.refresh_from_db()
        assert (one.status, one.ended_by, one.end_reason) == ("withdrawn", office.supervisor, "材料已补交，核实无误")
        assert entries(one)[0].action == "恢复备案"
    begun.refresh_from_db()
    assert (begun.settlement, begun.status) == (third, "collecting")
    assert proposed(office, stays[0], EMPLOYEE=stays[0].hifp_pay).due == stays[0].hifp_pay


@pytest.mark.clause("TL-08")
def test_stay_after_reinstatement_owes_nothing(office: Office, commitment: Commitment) -> None:
    sweep(on=AFTER)
    filing = Filing.objects.get(pk=commitment.filing_id)
    reinstate(by=office.supervisor, filing=filing, reason="核实无误")
    stayed(office, filing, *STAYS[0])
    assert not Recoupment.objects.exists()


# the end of a filing


def a_filing(office: Office, area: str = make.YANTAI, **fields: Any) -> Filing:
    given: dict[str, Any] = {"category": Category.POSTED_WORKER, "tier": Tier.LOCAL}
    return office.file(a_person(area), **given | fields)


@pytest.fixture
def unknown_cost(monkeypatch: pytest.MonkeyPatch) -> None:
    """The hospital's stays become known to the clerk only later."""
    monkeypatch.setattr("filings.costs.cost_witnesses", [])


@pytest.mark.clause("YT-03")
@pytest.mark.usefixtures("unknown_cost")
@pytest.mark.parametrize("end", [cancelling, moving])
def test_cost_after_the_end_of_a_filing_is_to_come_back(office: Office, end: Any) -> None:
    filing = a_filing(office)
    make.AreaFactory(code="370100")
    on = dt.date(2026, 3, 10)
    within, beyond = (
        paid_row(filing.person, filing, admitted_on=day, discharged_on=on + dt.timedelta(9))
        for day in (on - dt.timedelta(1), on + dt.timedelta(1))
    )
    end(office.clerk, filing, on=on, materials=(Seen(Material.ROSTER),))
    (recoupment,) = Recoupment.objects.all()
    assert recoupment.settlement == beyond != within
    assert (recoupment.cause, recoupment.due, recoupment.made_by) == ("after_end", beyond.fund_pay_sumamt, office.clerk)
    assert recoupment.source == "《烟台城镇基本医疗保险异地就医管理结算流程》一（一）"
    assert "入院在终止之后" in recoupment.reason


@pytest.mark.clause("YT-03")
@pytest.mark.usefixtures("unknown_cost")
@pytest.mark.parametrize(("area", "category"), [(make.TIELING, "long_term_resident"), (make.YANTAI, "referral")])
def test_cost_after_the_end_is_left_where_no_clause_says_so(office: Office, area: str, category: str) -> None:
    filing = a_filing(office, area, category=category)
    paid_row(filing.person, filing, admitted_on=dt.date(2026, 3, 15), discharged_on=dt.date(2026, 3, 16))
    ended = Filing.objects.get(pk=filing.pk)
    ended.end_on = dt.date(2026, 3, 10)
    for witness in carrying.end_witnesses:
        witness(ended, office.clerk)
    assert not Recoupment.objects.exists()


# a review


@pytest.mark.clause("DY-16")
def test_review_asks_back_what_a_paid_claim_was_not_due(office: Office) -> None:
    claim = office.claim_in(ClaimStatus.PAID)
    recoupment = proposed(office, claim.settlement, EMPLOYEE="300.00")
    assert (recoupment.cause, recoupment.due, recoupment.reason) == ("review", yuan(300), "重复住院")
    with pytest.raises(Refused, match=f"最多还可追回 {claim.settlement.hifp_pay - 300} 元"):
        proposed(office, claim.settlement, EMPLOYEE=claim.settlement.hifp_pay - 299)
    with pytest.raises(Refused, match=r"城乡居民.*最多还可追回 0"):
        proposed(office, claim.settlement, RESIDENT=1)


@pytest.mark.parametrize("status", [ClaimStatus.CALCULATED, ClaimStatus.APPROVED, ClaimStatus.RELEASED])
def test_claim_not_paid_owes_nothing(office: Office, status: ClaimStatus) -> None:
    claim = office.claim_in(status)
    with pytest.raises(Refused, match="尚未支付"):
        proposed(office, claim.settlement, EMPLOYEE=1)


# a reversal


def test_reversed_paid_claim_is_due_back_whole(office: Office) -> None:
    claim = office.claim_in(ClaimStatus.PAID)
    settlement = claim.settlement
    proposed(office, settlement, EMPLOYEE=100)
    office.take(claim, "reverse")
    by_review, recoupment = Recoupment.objects.order_by("pk")
    assert (recoupment.cause, recoupment.settlement, recoupment.made_by) == ("reversed", settlement, office.supervisor)
    assert by_review.due + recoupment.due == settlement.fund_pay_sumamt
    with pytest.raises(Refused, match="经手人以外"):
        take(office, recoupment, "confirm", by=office.supervisor)


@pytest.mark.parametrize("verb", ["unsettle", "send_back", "refuse"])
def test_claim_taken_out_of_the_books_before_payment_owes_nothing(office: Office, verb: str) -> None:
    claim = office.claim_in(ClaimStatus.CALCULATED if verb == "unsettle" else ClaimStatus.IN_REVIEW)
    office.take(claim, verb)
    assert not Recoupment.objects.exists()


def test_reversed_direct_settlement_is_due_back(office: Office) -> None:
    stay = settled(office)
    contrary = reverse(by=portal_account(), settlement=stay, reason="医院误传", on=ON)
    (recoupment,) = Recoupment.objects.all()
    assert (recoupment.cause, recoupment.due, recoupment.reason) == (
        "reversed",
        stay.fund_pay_sumamt,
        f"结算 {stay.number} 已冲正：医院误传",
    )
    assert (
        take(office, recoupment, "confirm", by=office.reviewer).status == "collecting"
    )  # one person: the portal asked
    with pytest.raises(Refused, match="尚未支付"):
        proposed(office, contrary, EMPLOYEE=1)


def test_payment_asked_back_does_not_bounce(office: Office) -> None:
    claim = office.claim_in(ClaimStatus.PAID)
    recoupment = proposed(office, claim.settlement, EMPLOYEE=1)
    with pytest.raises(Refused, match=f"已有追回 {recoupment.number}"):
        office.take(claim, "bounce")
    take(office, recoupment, "withdraw")
    assert office.take(claim, "bounce").status == ClaimStatus.RELEASED
