"""A claim's page by the clock: where it stands, its steps, the notice, the case taken; lists by due day, prints."""

import csv
import datetime as dt
import io
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from filings import taking
from filings.vocabulary import Material
from hospitals.reasons import Refused
from hospitals.vocabulary import Role
from hospitals.working_days import working_days_after
from settlement.claims.entry import MaterialEntry
from settlement.claims.promising import promise
from settlement.claims.way import stages_of
from settlement.models import Claim
from settlement.vocabulary import ClaimStatus
from tests import factories as make
from tests.settlement.office import DAYS, TODAY, a_person, a_term, an_entry
from tests.settlement.test_claim_clock import yantai_claim

S = ClaimStatus


def listed(client, path):
    return [row for row, _cells in client.get(path).context["page"].rows]


def due(claim, day):
    Claim.objects.filter(pk=claim.pk).update(due_on=day)
    return Claim.objects.get(pk=claim.pk)


# the page


@pytest.mark.parametrize(
    ("status", "place", "state"),
    [
        (S.ACCEPTED, 1, "now"),
        (S.SUPPLEMENT, 1, "now"),
        (S.CALCULATED, 4, "now"),
        (S.SECOND_REVIEW, 4, "now"),
        (S.REFUSED, 4, "ended"),
        (S.RELEASED, 6, "now"),
        (S.REVERSED, 6, "ended"),
    ],
)
def test_stages_say_where_it_stands(status, place, state):
    states = [stage.state for stage in stages_of(Claim(status=status))]
    assert states == ["done"] * place + [state] + ["later"] * (6 - place)


def test_paid_claim_is_through_all_stages():
    assert {stage.state for stage in stages_of(Claim(status=S.PAID))} == {"done"}


@pytest.mark.parametrize(
    ("status", "role", "forward", "back"),
    [
        (S.ACCEPTED, "clerk", "submit", ["withdraw"]),
        (S.CHECKED, "clerk", "submit", ["uncheck"]),
        (S.SUPPLEMENT, "clerk", "resume", []),
        (S.IN_REVIEW, "reviewer", "approve", []),
        (S.SECOND_REVIEW, "second", "confirm", []),
        (S.APPROVED, "reviewer", None, ["unapprove"]),
        (S.RELEASED, "finance", "pay", ["unrelease"]),
        (S.PAID, "supervisor", None, ["reverse"]),
    ],
)
def test_page_has_one_step_forward_and_folds_those_back(office, signed_in, status, role, forward, back):
    claim = office.claim_in(status)
    reply = signed_in(getattr(office, role)).get(claim.get_absolute_url())
    verbs = {name: [step["move"].verb for step in reply.context[name]] for name in ("forward", "others", "back")}
    assert verbs["forward"] == ([forward] if forward else [])
    assert verbs["back"] == back
    assert not set(verbs["others"]) & {forward, *back}


def test_page_says_who_stepped_back_and_why(office, clerk):
    claim = office.take(office.claim_in(S.CHECKED), "uncheck", reason="明细第3行金额有误")
    page = clerk.get(claim.get_absolute_url()).content.decode()
    assert "明细第3行金额有误" in page


def test_clerk_tells_what_is_missing_and_takes_it_in(office, clerk):
    claim = yantai_claim(office, Material.ORIGINAL_RECEIPTS)
    link = claim.get_absolute_url()
    assert "住院费用明细清单" in clerk.get(link).content.decode().split("一次性告知</h2>")[1].split("</dialog>")[0]
    given = {"version": claim.version, "materials": ["id_document"], "others": "缺盖章\n\n", "reason": "材料不齐"}
    assert clerk.post(f"{link}take/ask/", given).status_code == 302
    claim.refresh_from_db()
    notice = claim.notice
    assert [str(item) for item in notice.items.all()][-2:] == ["有效身份证件", "缺盖章"]
    page = clerk.get(link).content.decode()
    assert notice.number in page
    sheet = clerk.get(f"{link}supplement/").content.decode()
    for words in ("补正材料一次性告知书", notice.number, "二（二）1", "补交地点", "本地未配置办理时限"):
        assert words in sheet
    form, *rest = notice.items.all()
    some = {"version": claim.version, f"given_{form.pk}": "roster", f"originals_{form.pk}": "1"}
    assert clerk.post(f"{link}take/receive/", some).status_code == 302
    claim.refresh_from_db()
    assert claim.status == S.SUPPLEMENT
    refused = clerk.post(f"{link}take/resume/", {"version": claim.version})
    assert (refused.status_code, "尚未补交" in refused.content.decode()) == (422, True)
    whole = {f"given_{item.pk}": "on" for item in rest} | {f"originals_{item.pk}": "1" for item in rest}
    assert clerk.post(f"{link}take/resume/", {"version": claim.version, **whole}).status_code == 302
    claim.refresh_from_db()
    assert claim.status == S.ACCEPTED
    assert claim.materials.filter(material="roster").exists()


def test_faulty_notice_comes_back_as_it_was_typed(office, clerk):
    claim = office.accept()
    reply = clerk.post(f"{claim.get_absolute_url()}take/ask/", {"version": claim.version, "others": "缺第3页"})
    page = reply.content.decode().split("data-open")[1].split("</dialog>")[0]
    assert (reply.status_code, "须填写说明" in page, "缺第3页" in page) == (422, True, True)


def test_print_of_no_notice_leads_back(office, clerk):
    claim = office.accept()
    assert clerk.get(f"{claim.get_absolute_url()}supplement/")["Location"] == claim.get_absolute_url()


def test_commitment_is_not_offered_for_itself_nor_for_what_is_there(office, clerk):
    claim = office.accept()
    form = clerk.get(claim.get_absolute_url()).context["promise_form"]
    offered = {code for code, _label in form.fields["materials"].choices}
    assert not offered & {"commitment_letter", "original_receipts"}
    given = {"version": claim.version, "materials": ["commitment_letter"]}
    assert clerk.post(f"{claim.get_absolute_url()}promise/", given).status_code == 422


# the case taken


@pytest.mark.parametrize(("status", "verb"), [(S.IN_REVIEW, "approve"), (S.SECOND_REVIEW, "confirm")])
def test_case_is_decided_by_whoever_took_it(office, signed_in, status, verb):
    claim, member = office.claim_in(status), office.belongs_to(verb)
    client = signed_in(member)
    assert "领取" in client.get(claim.get_absolute_url()).content.decode()
    client.post(f"{claim.get_absolute_url()}hold/take/")
    claim.refresh_from_db()
    assert claim.taken_by == member
    assert listed(client, "/claims/?taken=mine") == [claim]
    other = make.staff(Role.REVIEWER, make.TIELING)
    with pytest.raises(Refused, match="领取"):
        office.take(claim, verb, by=other)
    assert office.take(claim, verb).taken_by is None


def test_taken_case_is_put_down_released_and_kept_from_the_counter(office):
    claim = taking.take(case=office.claim_in(S.IN_REVIEW), by=office.reviewer)
    with pytest.raises(Refused, match="已由审核人员领取"):
        office.take(claim, "take_back")
    claim = taking.put_down(case=claim, by=office.reviewer)
    claim = taking.release(case=taking.take(case=claim, by=office.reviewer), by=office.supervisor)
    assert claim.taken_by is None
    with pytest.raises(Refused):
        taking.take(case=claim, by=office.clerk)
    with pytest.raises(DatabaseError), transaction.atomic():
        Claim.objects.filter(pk=office.accept().pk).update(taken_by=office.reviewer, taken_at=timezone.now())


# lists


@pytest.fixture
def by_clock(office):
    """A claim each: overdue, due soon, due late, stopped, without a term."""
    unset = office.accept()
    a_term()
    today = timezone.localdate()
    given = {"overdue": today - dt.timedelta(days=9), "soon": today, "late": working_days_after(today, 9).day}
    claims = {name: due(office.accept(), day) for name, day in given.items()}
    return claims | {"stopped": office.take(office.accept(), "ask"), "unset": unset}


@pytest.mark.parametrize("clock", ["overdue", "soon", "stopped", "unset"])
def test_list_is_filtered_by_the_clock(by_clock, clerk, clock):
    assert listed(clerk, f"/claims/?clock={clock}") == [by_clock[clock]]


def promised(office):
    """With its clock stopped by a commitment: the person hands the itemised list in later."""
    claim = office.accept()
    return promise(by=office.clerk, claim=claim, version=claim.version, materials=[Material.ITEMISED_LIST], on=TODAY)


@pytest.mark.clause("TL-08")
def test_clock_stopped_by_a_commitment_is_listed_as_stopped_and_not_as_unset(by_clock, office, clerk):
    claim = promised(office)
    assert listed(clerk, "/claims/?clock=stopped") == [claim, by_clock["stopped"]]
    assert listed(clerk, "/claims/?clock=unset") == [by_clock["unset"]]
    assert claim not in listed(clerk, "/claims/due/")


@pytest.mark.clause("TL-08")
def test_reviewer_finds_what_waits_for_promised_material_behind_what_falls_due(office, signed_in):
    a_term()
    waiting = office.take(promised(office), "submit")
    running = office.claim_in(S.IN_REVIEW)
    queues = signed_in(office.reviewer).get("/").context["queues"]
    cases = next(queue.cases for queue in queues if queue.title == "待审核报销")
    assert [case.pk for case in cases] == [running.pk, waiting.pk]


def test_list_by_due_day_holds_what_runs_the_first_due_on_top(by_clock, office, clerk, monkeypatch):
    due(office.claim_in(S.APPROVED), dt.date(2026, 1, 5))
    order = [by_clock[name] for name in ("overdue", "soon", "late")]
    assert listed(clerk, "/claims/due/") == order
    assert listed(clerk, "/claims/due/?sort=-due_on") == order[::-1]
    monkeypatch.setattr("hospitals.listing.PAGE_SIZE", 2)
    first = clerk.get("/claims/due/").context["page"]
    assert listed(clerk, f"/claims/due/{first.next}") == order[2:]
    reply = clerk.get("/claims/due/?export=csv")
    rows = list(csv.reader(io.StringIO(b"".join(reply.streaming_content).decode("utf-8-sig"))))
    assert rows[2][8] == "今日到期"


def test_lists_by_the_clock_take_the_same_queries_at_one_three_and_thirty_rows(office, clerk):
    a_term()
    counts = []
    for number in (1, 2, 27):
        for _ in range(number):
            office.accept()
        with CaptureQueriesContext(connection) as queries:
            assert clerk.get("/claims/due/").status_code == 200
        counts.append(len(queries))
    assert len(set(counts)) == 1, counts


def test_list_of_unsubmitted_claims_holds_every_state_before_review(office, clerk):
    claims = {status: office.claim_in(status) for status in (S.ACCEPTED, S.CHECKED, S.CALCULATED, S.IN_REVIEW)}
    assert set(listed(clerk, "/claims/?status=unsubmitted")) == set(claims.values()) - {claims[S.IN_REVIEW]}


def test_worklist_shows_reviews_the_first_due_on_top_and_second_reviews_to_others(office, signed_in):
    a_term()
    later, first = (office.claim_in(S.IN_REVIEW) for _ in range(2))
    due(first, dt.date(2026, 4, 1))
    twice = office.claim_in(S.SECOND_REVIEW)
    queues = {queue.title: queue for queue in signed_in(office.reviewer).get("/").context["queues"]}
    assert queues["待审核报销"].cases == [first, later]
    assert queues["待复审报销"].cases == []
    queues = {queue.title: queue for queue in signed_in(office.second).get("/").context["queues"]}
    assert queues["待复审报销"].cases == [twice]
    taking.take(case=first, by=office.second)
    queues = {queue.title: queue for queue in signed_in(office.reviewer).get("/").context["queues"]}
    assert queues["待审核报销"].cases == [later]


# prints


def test_decision_is_printed_with_amounts_or_with_the_reason(office, signed_in):
    client = signed_in(office.reviewer)
    approved, refused = office.claim_in(S.APPROVED), office.claim_in(S.REFUSED)
    page = client.get(f"{approved.get_absolute_url()}decision/").content.decode()
    for words in (
        "医疗费用报销审核决定书",
        "予以支付",
        "壹万壹仟捌佰陆拾贰元伍角整",
        "11,862.50 元",
        "对本决定有异议的",
    ):
        assert words in page
    page = client.get(f"{refused.get_absolute_url()}decision/").content.decode()
    assert ("不予支付" in page, "票据不清" in page, "支付金额" in page) == (True, True, False)
    open_one = office.claim_in(S.SECOND_REVIEW)
    assert client.get(f"{open_one.get_absolute_url()}decision/")["Location"] == open_one.get_absolute_url()


def test_sheet_is_signed_by_both_reviewers(office, signed_in):
    claim = office.take(office.claim_in(S.SECOND_REVIEW), "confirm")
    page = signed_in(office.reviewer).get(f"{claim.get_absolute_url()}sheet/").content.decode()
    assert "复审：" in page


@pytest.mark.clause("YT-07")
def test_referral_is_asked_for_its_materials_at_once(office):
    person = a_person(make.YANTAI)
    office.file(person)
    held = (MaterialEntry(material=Material.ORIGINAL_RECEIPTS),)
    claim = office.take(office.accept(an_entry(category=None, materials=held), person=person), "ask", others=())
    assert [str(item) for item in claim.notice.items.all()] == [
        "异地转诊审批表",
        "住院病历有效复印件",
        "住院费用明细清单",
        "转诊证明",
    ]


def test_sample_term_is_marked_wherever_it_shows(office, clerk):
    a_term(second_review_share=Decimal("0.05"), second_review_source="示例")
    claim = office.accept()
    page = clerk.get(claim.get_absolute_url()).content.decode()
    assert f"{DAYS} 个工作日" in page
    assert "示例</span>" in page
    claim = office.take(claim, "ask")
    assert "（示例）" in clerk.get(f"{claim.get_absolute_url()}supplement/").content.decode()
