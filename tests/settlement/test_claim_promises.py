"""A claim on a commitment: taken in now, reviewed and paid once everything is handed in."""

import datetime as dt
from typing import Any

import pytest
from django.db import DatabaseError

from filings.application import Seen
from filings.commitments import hand_in
from filings.lapsing import lapse
from filings.models import Commitment
from filings.vocabulary import Material
from hospitals.access import portal_account
from hospitals.reasons import Refused
from hospitals.working_days import working_days_after
from settlement.claims.clock import clock_of
from settlement.claims.promising import promise
from settlement.models import Claim
from tests import factories as make
from tests.settlement.office import DAYS, TODAY, a_person, a_term, an_entry

pytestmark = [pytest.mark.django_db, pytest.mark.clause("TL-08")]


def promised(office: Any, **options: Any) -> Claim:
    """Of Tieling, whose document has commitments: the itemised list is to come."""
    claim = office.accept()
    given = {"by": office.clerk, "version": claim.version, "materials": [Material.ITEMISED_LIST], "on": TODAY}
    return promise(claim=claim, **given | options)


def complete(office: Any, commitment: Commitment, on: dt.date = TODAY) -> Commitment:
    received = {item.pk: Seen(Material.ITEMISED_LIST) for item in commitment.items.all()}
    return hand_in(by=office.clerk, commitment=commitment, received=received, on=on)


def test_claim_is_taken_in_now_and_approved_once_all_is_handed_in(office: Any) -> None:
    claim = office.take(promised(office), "submit")
    assert claim.commitment.due_on == dt.date(2026, 9, 20)
    with pytest.raises(Refused, match="材料尚未补齐") as refused:
        office.take(claim, "approve")
    assert refused.value.reasons[0].source == "《铁岭市参保人员异地就医联网结算服务指南》三（二）3"
    claim.refresh_from_db()
    assert claim.status == "in_review"
    complete(office, claim.commitment)
    claim = Claim.objects.get(pk=claim.pk)
    assert office.take(claim, "approve").status == "approved"


def test_claim_whose_commitment_lapsed_is_not_approved(office: Any) -> None:
    claim = office.take(promised(office), "submit")
    lapse(by=portal_account(), commitment=claim.commitment, on=claim.commitment.due_on + dt.timedelta(1))
    claim = Claim.objects.get(pk=claim.pk)
    with pytest.raises(Refused, match="逾期未补齐"):
        office.take(claim, "approve")
    assert office.take(claim, "refuse").status == "refused"


def test_refused_claim_owes_nothing_more(office: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("settlement.claims.decisions.timezone.localdate", lambda *at: TODAY)
    claim = office.take(office.take(promised(office), "submit"), "refuse")
    assert Commitment.objects.get(pk=claim.commitment_id).status == "void"


def test_refusal_taken_back_asks_again_for_what_had_been_promised(office: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("settlement.claims.decisions.timezone.localdate", lambda *at: TODAY)
    claim = office.take(office.take(promised(office), "submit"), "refuse")
    claim = office.take(claim, "reconsider")
    with pytest.raises(Refused, match="缺少住院费用明细清单") as refused:
        office.take(claim, "submit")
    assert refused.value.reasons[0].source == "《铁岭市参保人员异地就医联网结算服务指南》三（二）3"
    ended = claim.commitment_id
    claim = promise(by=office.clerk, claim=claim, version=claim.version, materials=[], on=TODAY)
    assert claim.commitment_id != ended
    assert [item.one_of for item in claim.commitment.items.all()] == [["itemised_list"]]
    claim = office.take(claim, "submit")
    with pytest.raises(Refused, match="材料尚未补齐"):
        office.take(claim, "approve")


def test_withdrawn_claim_has_no_clock(office: Any) -> None:
    a_term()
    claim = office.take(promised(office), "withdraw")
    assert clock_of(claim, TODAY).text == ""
    assert clock_of(office.take(claim, "restore"), TODAY).text == f"停止计时，剩 {DAYS} 个工作日"


def test_commitment_is_signed_once_at_the_counter_with_something_missing(office: Any) -> None:
    claim = promised(office)
    with pytest.raises(Refused, match="已签订承诺补充书"):
        promise(by=office.clerk, claim=claim, version=claim.version, materials=[Material.ID_DOCUMENT], on=TODAY)
    other = office.accept(entry=an_entry())
    with pytest.raises(Refused, match="没有缺少的材料"):
        promise(by=office.clerk, claim=other, version=other.version, materials=[], on=TODAY)
    handed_on = office.take(office.accept(entry=an_entry()), "submit")
    with pytest.raises(Refused, match="不能修改"):
        promise(by=office.clerk, claim=handed_on, version=handed_on.version, materials=[], on=TODAY)
    assert Commitment.objects.count() == 1


def test_document_without_commitments_takes_none(office: Any) -> None:
    person = a_person(make.YANTAI)
    office.file(person)
    claim = office.accept(person=person)
    with pytest.raises(Refused, match="文件未规定可凭承诺补充材料"):
        promise(by=office.clerk, claim=claim, version=claim.version, materials=[Material.ID_DOCUMENT], on=TODAY)


def test_page_offers_it_and_says_what_holds_the_claim(office: Any, signed_in: Any) -> None:
    claim = office.accept()
    clerk = signed_in(office.clerk)
    assert "签承诺补充书" in clerk.get(claim.get_absolute_url()).content.decode()
    given = {"version": claim.version, "materials": ["itemised_list"]}
    assert clerk.post(f"/claims/{claim.pk}/promise/", given).status_code == 302
    claim.refresh_from_db()
    page = clerk.get(claim.get_absolute_url()).content.decode()
    assert claim.commitment.number in page
    assert "dialog-promise" not in page
    assert claim.number in clerk.get(claim.commitment.get_absolute_url()).content.decode()
    office.take(claim, "submit")
    assert "材料尚未补齐" in signed_in(office.reviewer).get(claim.get_absolute_url()).content.decode()


def test_stale_or_empty_promise_comes_back_with_its_reason(office: Any, signed_in: Any) -> None:
    claim = office.accept()
    clerk = signed_in(office.clerk)
    for given, told in (({}, "他人改动"), ({"version": claim.version}, "没有缺少的材料")):
        reply = clerk.post(f"/claims/{claim.pk}/promise/", given)
        assert reply.status_code == 422
        assert told in reply.content.decode()


def test_clock_stands_still_while_promised_material_is_waited_for(office: Any) -> None:
    a_term()
    claim = promised(office)
    assert (claim.due_on, claim.days_left) == (None, DAYS)
    assert clock_of(claim, TODAY).text == f"停止计时，剩 {DAYS} 个工作日"
    later = TODAY + dt.timedelta(90)
    complete(office, claim.commitment, later)
    claim.refresh_from_db()
    assert (claim.due_on, claim.days_left) == (working_days_after(later, DAYS).day, None)


def test_clock_goes_on_from_the_due_day_of_what_was_not_kept_however_late_the_run(office: Any) -> None:
    a_term()
    due = []
    for days_late in (1, 40):
        claim = promised(office)
        lapse(by=portal_account(), commitment=claim.commitment, on=claim.commitment.due_on + dt.timedelta(days_late))
        claim.refresh_from_db()
        due.append(claim.due_on)
        assert claim.days_left is None
    assert due == [working_days_after(claim.commitment.due_on, DAYS).day] * 2


def test_clock_waits_for_promise_and_notice_together(office: Any) -> None:
    a_term()
    claim = office.take(promised(office), "ask")
    complete(office, claim.commitment)
    claim.refresh_from_db()
    assert (claim.status, claim.due_on, claim.days_left) == ("supplement", None, DAYS)
    claim = office.take(claim, "resume")
    assert claim.days_left is None
    claim = office.take(promised(office), "ask")
    claim = office.take(claim, "resume")
    assert (claim.status, claim.due_on, claim.days_left) == ("accepted", None, DAYS)


def test_refusal_of_a_promised_claim_is_in_time(office: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    a_term()
    monkeypatch.setattr("settlement.claims.decisions.timezone.localdate", lambda *at: TODAY)
    claim = office.take(office.take(promised(office), "submit"), "refuse")
    assert (claim.due_on, claim.days_left) == (working_days_after(TODAY, DAYS).day, None)


def test_stopped_clock_without_anything_to_wait_for_is_impossible(office: Any) -> None:
    claim = office.accept()
    with pytest.raises(DatabaseError, match="claim_clock_stops_while_person_supplies"):
        Claim.objects.filter(pk=claim.pk).update(days_left=3)
