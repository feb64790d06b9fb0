"""The pages of findings: who sees what, how a reviewer decides, and how little is told of another area's case."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from hospitals.access import RIGHTS, Right
from hospitals.vocabulary import Role
from settlement.models import Finding
from settlement.vocabulary import ClaimStatus
from tests import factories as make
from tests import money_factories as money
from tests.settlement.office import a_receipt, an_entry
from tests.settlement.test_findings import direct, twin

pytestmark = [pytest.mark.clause("DY-16"), pytest.mark.django_db]


@pytest.fixture
def finding(office):
    """On a claim in review, of one in another area."""
    office.accept(an_entry(hospital_name="烟台不应见医院"), person=twin(office.person))
    claim = office.take(office.accept(), "submit")
    return claim.findings.get()


def text(reply, status=200):
    assert reply.status_code == status
    return reply.content.decode()


def decided(client, finding, verb, **given):
    link = reverse("decide_finding", args=[finding.pk, verb])
    return client.post(link, {"version": finding.version, "reason": "已核对原件", **given})


@pytest.mark.parametrize("role", Role)
def test_list_belongs_to_reviewers_supervisors_and_auditors(signed_in, finding, role):
    page = signed_in(make.staff(role, make.TIELING)).get("/findings/")
    assert (page.status_code == 200) == (role in (Role.REVIEWER, Role.SUPERVISOR, Role.AUDITOR))
    assert (page.status_code == 200) == (Right.SEE_FINDINGS in RIGHTS[role])


def test_list_shows_open_ones_of_own_areas(signed_in, finding):
    page = text(signed_in(make.staff(Role.REVIEWER, make.TIELING)).get("/findings/"))
    other = finding.other_claim
    assert finding.number in page
    assert f"{other.number}（烟台市）" in page
    assert other.findings.get().number not in page


@pytest.mark.parametrize(
    ("query", "there"),
    [
        ("kind=two_places", True),
        ("kind=direct", False),
        ("status=cleared", False),
        ("status=all", True),
        (f"area={make.TIELING}", True),
        ("words=wxm", True),
        ("words=李", False),
    ],
)
def test_list_is_filtered(signed_in, office, finding, query, there):
    page = text(signed_in(office.reviewer).get(f"/findings/?{query}"))
    assert (finding.number in page) == there


def test_list_finds_by_number(signed_in, office, finding):
    for number in (finding.number, finding.claim.number):
        page = text(signed_in(office.reviewer).get("/findings/", {"words": number}))
        assert finding.number in page
        assert finding.other_claim.findings.get().number not in page


def test_list_is_exported(signed_in, office, finding):
    reply = signed_in(office.reviewer).get("/findings/?export=csv")
    exported = b"".join(reply.streaming_content).decode("utf-8-sig")
    assert finding.number in exported
    assert "同时在两地就医" in exported


def test_list_takes_as_many_statements_for_many(signed_in, office):
    client, counts = signed_in(office.reviewer), []
    for number in (1, 3, 30):
        while Finding.objects.count() < number:
            money.FindingFactory(claim__person__area__code=make.TIELING)
        client.get("/findings/")
        with CaptureQueriesContext(
            connection,
        ) as statements:
            text(client.get("/findings/"))
        counts.append(len(statements))
    assert len(set(counts)) == 1


def test_page_tells_of_another_area_number_and_area_alone(signed_in, finding):
    other = finding.other_claim
    page = text(signed_in(make.staff(Role.REVIEWER, make.TIELING)).get(finding.get_absolute_url()))
    assert other.number in page
    assert "烟台市" in page
    assert "烟台不应见医院" not in page
    assert other.get_absolute_url() not in page


def test_page_compares_both_cases_for_whoever_may_see_both(signed_in, office, finding):
    page = text(signed_in(office.reviewer).get(finding.get_absolute_url()))
    assert "烟台不应见医院" in page
    assert finding.other_claim.get_absolute_url() in page


def test_page_compares_with_a_direct_settlement(signed_in, office):
    claim = office.claim_in(ClaimStatus.PAID)
    settlement = direct(office)
    page = text(signed_in(office.reviewer).get(claim.findings.get().get_absolute_url()))
    assert settlement.number in page
    assert "已直接结算" in page


@pytest.mark.parametrize(("verb", "status"), [("clear", "cleared"), ("confirm", "confirmed")])
def test_reviewer_decides(signed_in, office, finding, verb, status):
    client = signed_in(office.reviewer)
    reply = decided(client, finding, verb)
    assert (reply.status_code, reply["Location"]) == (302, finding.claim.get_absolute_url())
    finding.refresh_from_db()
    assert finding.status == status
    page = text(client.get(finding.get_absolute_url()))
    assert "已核对原件" in page
    assert reverse("decide_finding", args=[finding.pk, "reopen"]) in page


def test_decision_without_a_reason_comes_back_with_the_dialog_open(signed_in, office, finding):
    page = text(decided(signed_in(office.reviewer), finding, "clear", reason=" "), 422)
    assert "须填写理由" in page
    assert "data-open" in page


def test_decision_that_came_too_late_says_so(signed_in, office, finding):
    client = signed_in(office.reviewer)
    decided(client, finding, "confirm")
    page = text(decided(client, finding, "clear", reason="来不及的理由"), 422)
    assert "刚刚被他人改动" in page


def test_unknown_step_is_not_found(signed_in, office, finding):
    assert decided(signed_in(office.reviewer), finding, "delete").status_code == 404


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.SUPERVISOR])
def test_whoever_looks_decides_nothing(signed_in, finding, role):
    client = signed_in(make.staff(role, make.TIELING))
    assert "data-dialog" not in text(client.get(finding.get_absolute_url()))
    assert decided(client, finding, "clear").status_code == 403


@pytest.mark.parametrize("role", [role for role in Role if Right.SEE_CLAIMS in RIGHTS[role]])
def test_claim_page_tells_those_concerned(signed_in, finding, role):
    page = text(signed_in(make.staff(role, make.TIELING)).get(finding.claim.get_absolute_url()))
    assert finding.number in page
    assert (f'href="{finding.get_absolute_url()}"' in page) == (Right.SEE_FINDINGS in RIGHTS[role])
    assert "烟台不应见医院" not in page


def test_claim_page_says_what_holds_it(signed_in, office, finding):
    page = text(signed_in(office.reviewer).get(finding.claim.get_absolute_url()))
    assert "尚不能审核通过" in page
    assert "待核查" in page


def test_approval_of_a_held_claim_is_refused_on_the_page(signed_in, office, finding):
    claim = finding.claim
    reply = signed_in(office.reviewer).post(
        reverse("take_claim", args=[claim.pk, "approve"]), {"version": claim.version}
    )
    assert finding.number in text(reply, 422)


def test_worklist_counts_what_a_reviewer_has_to_look_into(signed_in, office, finding):
    page = text(signed_in(office.reviewer).get("/"))
    assert "待核查疑点（2）" in page
    assert finding.number in page
    assert "待核查疑点" not in text(signed_in(make.staff(Role.AUDITOR, make.TIELING)).get("/"))


def test_hall_reviewer_sees_the_findings_of_the_hall(signed_in, office):
    hall = make.HallFactory(area__code=make.TIELING)
    clerk, reviewer = make.staff(Role.CLERK, hall=hall), make.staff(Role.REVIEWER, hall=hall)
    office.accept()
    mine = office.accept(an_entry(receipts=(a_receipt(),)), hall=hall, by=clerk)
    page = text(signed_in(reviewer).get("/findings/"))
    assert mine.findings.get().number in page
    assert Finding.objects.exclude(claim=mine).get().number not in page
