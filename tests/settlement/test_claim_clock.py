"""The clock of a claim and its one supplement notice: nothing is lost or gained by waiting, nothing is told twice."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from filings.vocabulary import Material
from hospitals.reasons import Refused
from hospitals.working_days import working_days_after, working_days_between
from settlement.claims import steps
from settlement.claims.clock import age_of, clock_of, term_of
from settlement.claims.entry import MaterialEntry
from settlement.claims.sampling import is_drawn
from settlement.models import Claim, ClaimPolicy, SupplementItem, SupplementNotice
from settlement.vocabulary import ClaimStatus
from tests import factories as make
from tests.settlement.office import DAYS, TODAY, a_person, a_term, an_entry

S = ClaimStatus


@pytest.fixture
def on(monkeypatch):
    """on(day): the verbs take that day for today."""

    def set_day(day):
        for module in ("steps", "decisions"):
            monkeypatch.setattr(f"settlement.claims.{module}.timezone.localdate", lambda *at: day)

    return set_day


def test_term_that_is_not_configured_gives_no_due_day(office):
    claim = office.accept()
    assert (claim.due_on, term_of(claim).days) == (None, None)
    assert clock_of(claim, TODAY).text == "时限未配置"
    claim = office.take(claim, "ask")
    assert (claim.due_on, claim.days_left, clock_of(claim, TODAY).text) == (None, None, "停止计时")
    assert office.take(claim, "resume").due_on is None


def test_shipped_policies_give_no_term_and_no_sample(office):
    for policy in ClaimPolicy.objects.all():
        assert (policy.term_days, policy.second_review_share, policy.assumed) == (None, None, False)


def test_clock_starts_at_acceptance_and_is_met_by_the_decision(office):
    a_term()
    claim = office.accept()
    due = working_days_after(TODAY, DAYS).day
    assert claim.due_on == due
    assert clock_of(claim, due - dt.timedelta(days=14)).text.startswith("剩 ")
    assert clock_of(claim, due).text == "今日到期"
    late = working_days_after(due, 2).day
    assert (clock_of(claim, late).text, clock_of(claim, late).tone) == ("超期 2 个工作日", "bad")
    assert age_of(claim, due) == DAYS
    for verb in ("submit", "refuse"):
        claim = office.take(claim, verb)
        assert claim.due_on == due
    assert "办结" in clock_of(claim, late).text


def test_clock_stops_while_the_person_supplies_and_goes_on_with_what_was_left(office, on):
    a_term()
    claim = office.accept()
    asked, supplied = working_days_after(TODAY, 7).day, working_days_after(TODAY, 40).day
    on(asked)
    claim = office.take(claim, "ask")
    assert (claim.due_on, claim.days_left) == (None, DAYS - 7)
    assert claim.notice.days_left == DAYS - 7
    assert clock_of(claim, supplied).text == f"停止计时，剩 {DAYS - 7} 个工作日"
    on(supplied)
    claim = office.take(claim, "resume")
    assert (claim.due_on, claim.days_left) == (working_days_after(supplied, DAYS - 7).day, None)


def test_overdue_stays_overdue_while_the_person_supplies(office, on):
    a_term()
    claim = office.accept()
    on(working_days_after(claim.due_on, 3).day)
    claim = office.take(claim, "ask")
    assert (claim.days_left, clock_of(claim, TODAY).text) == (-3, "停止计时，超期 3 个工作日")
    back = dt.date(2026, 7, 1)
    on(back)
    claim = office.take(claim, "resume")
    assert working_days_between(back, claim.due_on) == -3


def test_due_day_that_reaches_an_unpublished_year_says_so(office):
    a_term()
    claim = office.accept()
    assert term_of(claim).caveat == ""
    claim.due_on = dt.date(2035, 1, 5)
    assert "尚未公布" in term_of(claim).caveat


def test_running_clock_has_no_days_left_in_the_database(office):
    claim = office.accept()
    with pytest.raises(DatabaseError), transaction.atomic():
        Claim.objects.filter(pk=claim.pk).update(days_left=3)


# the notice


def yantai_claim(office, *materials):
    """A long-term resident of Yantai, whose document lists four materials."""
    person = a_person(make.YANTAI)
    office.file(person, category="long_term_resident", tier="local")
    entry = an_entry(category=None, materials=tuple(MaterialEntry(material=one) for one in materials))
    return office.accept(entry=entry, person=person)


@pytest.mark.clause("YT-06")
def test_notice_tells_everything_that_the_checklist_lacks_and_what_the_clerk_names(office):
    claim = yantai_claim(office, Material.ORIGINAL_RECEIPTS)
    claim = office.take(claim, "ask", materials=[Material.ID_DOCUMENT], others=["发票第2张字迹不清"])
    notice = claim.notice
    assert [str(item) for item in notice.items.all()] == [
        "异地就医管理登记表、异地工作人员花名册之一",
        "住院病历有效复印件",
        "住院费用明细清单",
        "有效身份证件",
        "发票第2张字迹不清",
    ]
    assert notice.items.first().source.endswith("二（二）1")
    assert (notice.issued_by, notice.words, notice.number[:2]) == (office.clerk, "票据不清", "BZ")


def test_notice_of_nothing_but_words_tells_the_words(office):
    claim = steps.ask(by=office.clerk, claim=office.accept(), version=1, reason="出院小结缺页")
    assert [str(item) for item in claim.notice.items.all()] == ["出院小结缺页"]


def test_claim_is_told_once(office):
    claim = office.take(office.take(office.accept(), "ask"), "resume")
    with pytest.raises(Refused, match="应一次性告知"):
        office.take(claim, "ask")
    with pytest.raises(DatabaseError), transaction.atomic():
        SupplementNotice.objects.create(claim=claim, words="再告知", issued_by=office.clerk)


def entry_for(item, **counts):
    return MaterialEntry(material=Material.of(item.one_of[0]), **counts)


def test_what_is_handed_in_comes_among_the_materials_and_the_last_of_it_starts_the_clock(office):
    a_term()
    claim = yantai_claim(office, Material.ORIGINAL_RECEIPTS)
    claim = office.take(claim, "ask", others=["盖章"])
    form, record, items, seal = claim.notice.items.all()
    claim = steps.receive(by=office.clerk, claim=claim, version=claim.version, received={form.pk: entry_for(form)})
    assert (claim.status, claim.materials.count()) == (S.SUPPLEMENT, 1)
    with pytest.raises(Refused, match="已于"):
        steps.receive(by=office.clerk, claim=claim, version=claim.version, received={form.pk: entry_for(form)})
    rest = {record.pk: entry_for(record, originals=0, copies=1), items.pk: entry_for(items), seal.pk: None}
    claim = steps.receive(by=office.colleague, claim=claim, version=claim.version, received=rest)
    assert claim.status == S.ACCEPTED
    held = {row.material: (row.originals, row.copies) for row in claim.materials.all()}
    assert held["inpatient_record"] == (0, 1)
    assert set(held) == {"original_receipts", "registration_form", "inpatient_record", "itemised_list"}
    notice = SupplementNotice.objects.get(claim=claim)
    assert (notice.answered_by, notice.without, notice.missing) == (office.colleague, "", [])
    assert office.colleague.pk in claim.entered_by


def test_what_is_missing_still_keeps_it_waiting_or_is_explained(office):
    claim = office.take(office.accept(), "ask", others=["一", "二"])
    first, _second = claim.notice.items.all()
    with pytest.raises(Refused, match="二尚未补交"):
        steps.resume(by=office.clerk, claim=claim, version=claim.version, received={first.pk: None})
    assert not SupplementItem.objects.filter(handed_in_on__isnull=False).exists()
    claim = steps.resume(
        by=office.clerk, claim=claim, version=claim.version, received={first.pk: None}, without="医院已无存档"
    )
    notice = SupplementNotice.objects.get(claim=claim)
    assert (claim.status, notice.without) == (S.ACCEPTED, "医院已无存档")
    assert [str(item) for item in notice.missing] == ["二"]


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        (MaterialEntry(material=Material.ID_DOCUMENT), "不在所缺的"),
        (MaterialEntry(material=Material.ITEMISED_LIST, originals=0, copies=0), "请填份数"),
        (MaterialEntry(material=Material.ITEMISED_LIST, originals=0, is_absent=True), "须提供"),
        (None, "已变动"),
    ],
)
def test_what_does_not_fit_is_refused(office, entry, told):
    claim = office.take(office.accept(), "ask", materials=[Material.ITEMISED_LIST], others=())
    item = claim.notice.items.get()
    with pytest.raises(Refused, match=told):
        steps.receive(by=office.clerk, claim=claim, version=claim.version, received={item.pk: entry})


@pytest.mark.clause("YT-08")
def test_conditional_material_may_be_told_to_be_absent(office):
    person = a_person(make.YANTAI)
    claim = office.accept(entry=an_entry(category="emergency", materials=()), person=person)
    claim = office.take(claim, "ask", others=())
    received = {
        item.pk: MaterialEntry(material=Material.of(item.one_of[0]), originals=0, is_absent=True)
        if item.condition
        else entry_for(item)
        for item in claim.notice.items.all()
    }
    claim = steps.resume(by=office.clerk, claim=claim, version=claim.version, received=received)
    assert claim.materials.get(material="outpatient_record").is_absent


def test_told_stays_told_in_the_database(office):
    notice = office.take(office.accept(), "ask").notice
    for change in (
        lambda: SupplementNotice.objects.update(words="别的"),
        lambda: SupplementItem.objects.update(words="别的"),
        lambda: SupplementItem.objects.filter(notice=notice).delete(),
        lambda: SupplementItem.objects.update(material="roster"),
        lambda: SupplementNotice.objects.update(answered_by=office.clerk),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


# second review


def test_share_that_is_not_configured_draws_nothing(office):
    claim = office.take(office.claim_in(S.IN_REVIEW), "approve", draw=lambda share: True)
    assert (claim.status, claim.is_sampled) == (S.APPROVED, None)


@pytest.mark.parametrize("drawn", [True, False])
def test_claim_is_drawn_once_whatever_is_undone(office, drawn):
    a_term(second_review_share=Decimal("0.05"), second_review_source="示例")
    shares = []

    def draw(share):
        shares.append(share)
        return drawn

    claim = office.take(office.claim_in(S.IN_REVIEW), "approve", draw=draw)
    assert (claim.status, claim.is_sampled) == (S.SECOND_REVIEW if drawn else S.APPROVED, drawn)
    claim = office.take(claim, "object_to" if drawn else "unapprove")
    claim = office.take(claim, "approve", draw=lambda share: not drawn)
    assert (claim.status, shares) == (S.SECOND_REVIEW if drawn else S.APPROVED, [Decimal("0.05")])
    with pytest.raises(DatabaseError, match="只抽一次"), transaction.atomic():
        Claim.objects.filter(pk=claim.pk).update(is_sampled=not drawn)


def test_drawn_claim_is_not_approved_without_its_second_reviewer(office):
    a_term(second_review_share=Decimal(1), second_review_source="示例")
    claim = office.take(office.claim_in(S.IN_REVIEW), "approve")
    assert claim.status == S.SECOND_REVIEW
    with pytest.raises(DatabaseError), transaction.atomic():
        Claim.objects.filter(pk=claim.pk).update(status=S.APPROVED)
    with pytest.raises(Refused, match="经手人以外"):
        office.take(claim, "confirm", by=office.reviewer)
    claim = office.take(claim, "confirm")
    assert (claim.status, claim.confirmed_by) == (S.APPROVED, office.second)
    with pytest.raises(DatabaseError), transaction.atomic():
        Claim.objects.filter(pk=claim.pk).update(
            status=S.RELEASED, released_by=office.second, released_at="2026-03-20T00:00Z"
        )


@pytest.mark.parametrize(("share", "drawn"), [("0", 0), ("1", 50), ("0.0000", 0)])
def test_draw_follows_the_share(share, drawn):
    assert sum(is_drawn(Decimal(share)) for _ in range(50)) == drawn
