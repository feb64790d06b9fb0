"""Deciding what a claim looks like: by whom, with a reason, and what opens it again."""

import datetime as dt

import pytest
from django.db import connection

from hospitals.history import entries
from hospitals.models import Post
from hospitals.reasons import Refused
from hospitals.vocabulary import Role
from settlement.claims import desk
from settlement.models import Claim, Finding
from settlement.vocabulary import ClaimStatus, FindingKind, FindingStatus
from tests import factories as make
from tests.settlement.finding import decide, refused_by_database
from tests.settlement.office import a_receipt, an_entry
from tests.settlement.refusals import codes

pytestmark = pytest.mark.clause("DY-16")
S, K = ClaimStatus, FindingKind


def an_open_finding(office):
    office.accept()
    return office.accept().findings.get()


@pytest.mark.parametrize(("verb", "status"), [("clear", "cleared"), ("confirm", "confirmed")])
def test_decision_says_who_when_and_why(office, verb, status):
    finding = decide(office, an_open_finding(office), verb)
    assert (finding.status, finding.decided_by, finding.decision_reason) == (status, office.reviewer, "已核对原件")
    assert finding.decided_at
    last = entries(finding)[0]
    assert (last.reason, last.who) == ("已核对原件", office.reviewer.last_name)
    finding = decide(office, finding, "reopen", reason="另有线索")
    assert (finding.status, finding.decided_by, finding.decision_reason) == ("open", None, "")
    assert [entry.reason for entry in entries(finding)][:2] == ["另有线索", "已核对原件"]


@pytest.mark.parametrize("verb", ["clear", "confirm", "reopen"])
@pytest.mark.parametrize(("reason", "code"), [("  ", "reason_missing"), ("长" * 301, "reason_too_long")])
def test_decision_needs_its_reason(office, verb, reason, code):
    finding = an_open_finding(office)
    if verb == "reopen":
        decide(office, finding, "clear")
    with pytest.raises(Refused) as refused:
        decide(office, finding, verb, reason=reason)
    assert codes(refused) == [code]


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.REVIEWER])
def test_decision_belongs_to_reviewers(office, role):
    with pytest.raises(Refused) as refused:
        decide(office, an_open_finding(office), "clear", by=make.staff(role, make.TIELING))
    assert codes(refused) == ["no_right"]


def test_decision_belongs_to_the_area(office):
    with pytest.raises(Refused) as refused:
        decide(office, an_open_finding(office), "clear", by=make.staff(Role.REVIEWER, make.WEIFANG))
    assert codes(refused) == ["no_right"]


def test_whoever_entered_the_claim_does_not_decide(office):
    finding = an_open_finding(office)
    entry = an_entry(receipts=(a_receipt(),), note="同事补登")
    desk.change_claim(by=office.colleague, claim=finding.claim, version=finding.claim.version, entry=entry)
    for member in (office.clerk, office.colleague):
        Post.objects.create(user=member, role=Role.REVIEWER, area_id=make.TIELING)
        finding = Finding.objects.get(pk=finding.pk)
        member = type(member).objects.get(pk=member.pk)
        with pytest.raises(Refused) as refused:
            decide(office, finding, "clear", by=member)
        assert codes(refused) == ["same_person"]
        change = {"status": "cleared", "decided_by": member, "decided_at": finding.found_at, "decision_reason": "x"}
        refused_by_database(lambda change=change: Finding.objects.update(**change))


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE settlement_finding SET status = 'cleared'",
        "UPDATE settlement_finding SET decision_reason = 'x'",
        "UPDATE settlement_finding SET kind = 'direct'",
        "UPDATE settlement_finding SET other_claim_id = claim_id",
        "UPDATE settlement_finding SET other_claim_id = NULL",
        "DELETE FROM settlement_finding",
        "INSERT INTO settlement_finding (area_id, person_id, claim_id, kind, other_claim_id, text, facts, found_at,"
        " status, decision_reason, version) SELECT area_id, person_id, claim_id, kind, other_claim_id, text, facts,"
        " found_at, 'open', '', 1 FROM settlement_finding",
    ],
)
def test_database_keeps_findings(office, sql):
    an_open_finding(office)

    def change():
        with connection.cursor() as cursor:
            cursor.execute(sql)

    before = list(Finding.objects.order_by("pk").values())
    refused_by_database(change)
    assert list(Finding.objects.order_by("pk").values()) == before


def test_cleared_finding_stays_cleared_while_nothing_changes(office):
    finding = decide(office, an_open_finding(office), "clear")
    claim = office.take(office.take(Claim.objects.get(pk=finding.claim_id), "submit"), "approve")
    assert claim.status == S.APPROVED
    finding.refresh_from_db()
    assert finding.status == "cleared"


def test_cleared_finding_is_open_again_where_the_stay_changes(office):
    office.accept()
    claim = office.accept(an_entry(hospital_name="北京第二示例医院"))
    finding = decide(office, claim.findings.get(), "clear")
    entry = an_entry(hospital_name="北京第二示例医院", admitted_on=dt.date(2026, 3, 3))
    desk.change_claim(by=office.clerk, claim=claim, version=claim.version, entry=entry)
    finding.refresh_from_db()
    assert (finding.status, finding.kind, finding.decided_by) == ("open", K.TWO_PLACES, None)
    assert entries(finding)[0].who == "系统"


def test_confirmed_finding_stays_confirmed(office):
    finding = decide(office, an_open_finding(office), "confirm")
    claim = Claim.objects.get(pk=finding.claim_id)
    entry = an_entry(receipts=(a_receipt(),), admitted_on=dt.date(2026, 3, 3))
    desk.change_claim(by=office.clerk, claim=claim, version=claim.version, entry=entry)
    assert {row.status for row in claim.findings.filter(pk=finding.pk)} == {FindingStatus.CONFIRMED}
