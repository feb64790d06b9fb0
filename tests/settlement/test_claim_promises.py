"""A claim on a commitment: taken in now, reviewed and paid once everything is handed in."""

import datetime as dt
from typing import Any

import pytest

from filings.application import Seen
from filings.commitments import hand_in
from filings.lapsing import lapse
from filings.models import Commitment
from filings.vocabulary import Material
from hospitals.access import portal_account
from hospitals.reasons import Refused
from settlement.claims.promising import promise
from settlement.models import Claim
from tests import factories as make
from tests.settlement.office import TODAY, a_person, an_entry

pytestmark = [pytest.mark.django_db, pytest.mark.clause("TL-08")]


def promised(office: Any, **options: Any) -> Claim:
    """Of Tieling, whose document has commitments: the itemised list is to come."""
    claim = office.accept()
    given = {"by": office.clerk, "version": claim.version, "materials": [Material.ITEMISED_LIST], "on": TODAY}
    return promise(claim=claim, **given | options)


def complete(office: Any, commitment: Commitment) -> Commitment:
    received = {item.pk: Seen(Material.ITEMISED_LIST) for item in commitment.items.all()}
    return hand_in(by=office.clerk, commitment=commitment, received=received, on=TODAY)


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
