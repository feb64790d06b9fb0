"""Changes and cancellations: what is done at once, from which day, under which lock, and what becomes of the filing."""

import datetime as dt
import uuid
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, InternalError, transaction

from filings import costs
from filings.application import Agent, Seen
from filings.changes.appraisal import assess_asked, outlook
from filings.models import Filing, FilingChange, InsuredPerson
from filings.vocabulary import Category, Channel, Kind, Material, Outcome, Relation, Variant
from hospitals.history import entries
from hospitals.reasons import Refused
from hospitals.vocabulary import Role
from tests import factories as make
from tests.filings.conftest import TODAY, cancelling, filed, leaving, moving

Insured = Callable[..., InsuredPerson]
DAY = dt.timedelta(days=1)
LONG_TERM = (Seen(Material.ID_DOCUMENT), Seen(Material.RESIDENCE_PERMIT))


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [reason.code for reason in refused.value.reasons]


@pytest.fixture
def cost(monkeypatch: pytest.MonkeyPatch) -> Callable[[dt.date], None]:
    """cost(day) → from now on cost is known up to that day."""

    def until(day: dt.date) -> None:
        monkeypatch.setattr(costs, "cost_witnesses", [lambda filing: None, lambda filing: day])

    return until


# cancelling


@pytest.mark.clause("WF-16")
def test_cancellation_ends_the_filing_on_its_day_and_keeps_why(clerk: User, insured: Insured) -> None:
    filing = filed(clerk, insured(), filed_on=TODAY - 9 * DAY)
    change = cancelling(clerk, filing, TODAY - DAY, agent=Agent("李四", Relation.CHILD, "13900000000"))
    filing.refresh_from_db()
    change.refresh_from_db()
    assert (filing.status, filing.end_on, filing.ended_by) == ("cancelled", TODAY - DAY, clerk)
    assert filing.end_reason == "返回参保地居住"
    assert (change.status, change.kind, change.successor) == ("done", "cancel", None)
    assert (change.agent_name, change.agent_relation) == ("李四", "child")
    assert change.done_at
    assert change.decision["basis"]["source"] == "《异地就医直接结算政策宣传》八（五）"
    assert change.decision["policy"]["version"] == 1
    assert [entry.action for entry in entries(filing)] == ["取消备案", "受理备案"]
    assert entries(filing)[0].reason == "返回参保地居住"
    assert entries(change)[0].action == "受理取消"


@pytest.mark.clause("TL-10")
def test_long_term_filing_of_tieling_is_locked_for_six_months(clerk: User, insured: Insured) -> None:
    filing = filed(clerk, insured(make.TIELING), materials=LONG_TERM)
    for ask in (cancelling, moving):
        with pytest.raises(Refused, match="2026-09-10") as refused:
            ask(clerk, filing, on=dt.date(2026, 9, 9))
        assert refused.value.reasons[0].source == "《铁岭市参保人员异地就医联网结算服务指南》三（四）"
    assert cancelling(clerk, filing, dt.date(2026, 9, 10)).status == "done"


@pytest.mark.clause("TL-10")
def test_lock_is_not_outwaited_to_end_within_it(clerk: User, insured: Insured) -> None:
    filing = filed(clerk, insured(make.TIELING), materials=LONG_TERM)
    with pytest.raises(Refused, match="2026-09-10"):
        cancelling(clerk, filing, dt.date(2026, 6, 1), asked_on=dt.date(2026, 10, 1))


@pytest.mark.clause("TL-10")
@pytest.mark.parametrize(
    ("filed_on", "first"),
    [("2025-08-31", "2026-02-28"), ("2027-08-31", "2028-02-29"), ("2026-03-10", "2026-09-10")],
)
def test_six_months_end_within_the_month(filed_on: str, first: str, clerk: User, insured: Insured) -> None:
    filing = filed(clerk, insured(make.TIELING), materials=LONG_TERM, filed_on=dt.date.fromisoformat(filed_on))
    day = dt.date.fromisoformat(first)
    answers = outlook(filing, day - DAY)
    assert {answers[kind].possible_on for kind in (Kind.CHANGE, Kind.CANCEL)} == {day}
    with pytest.raises(Refused, match=first):
        cancelling(clerk, filing, day - DAY, asked_on=day - DAY)
    assert cancelling(clerk, filing, day, asked_on=day).status == "done"


@pytest.mark.clause("WF-16")
def test_cost_told_or_known_locks_a_filing_of_weifang(
    clerk: User, insured: Insured, cost: Callable[[dt.date], None]
) -> None:
    filing = filed(clerk, insured())
    for ask in (cancelling, moving):
        with pytest.raises(Refused, match="2026-09-10"):
            ask(clerk, filing, has_cost_there=True)
    cost(TODAY)
    with pytest.raises(Refused, match="2026-09-10"):
        cancelling(clerk, filing)
    assert cancelling(clerk, filing, dt.date(2026, 9, 10)).has_cost_there is False


@pytest.mark.clause("WF-16")
def test_temporary_filing_is_cancelled_at_will_whatever_it_cost(
    clerk: User, insured: Insured, cost: Callable[[dt.date], None]
) -> None:
    filing = filed(clerk, insured(), category=Category.TEMPORARY)
    cost(TODAY)
    assert cancelling(clerk, filing, has_cost_there=True).status == "done"


@pytest.mark.clause("YT-03", "TL-19")
def test_filing_covers_its_days_up_to_its_cancellation(clerk: User, insured: Insured) -> None:
    filing = filed(clerk, insured())

    def covered(day: dt.date) -> bool:
        return Filing.objects.covering(day).filter(pk=filing.pk).exists()

    assert [covered(TODAY + days * DAY) for days in (-1, 0, 400)] == [False, True, True]
    cancelling(clerk, filing, TODAY + 3 * DAY)
    assert [covered(TODAY + days * DAY) for days in (-1, 0, 3, 4)] == [False, True, True, False]


@pytest.mark.clause("YT-03")
def test_cancellation_in_yantai_says_what_is_not_paid_any_more(clerk: User, insured: Insured) -> None:
    filing = filed(clerk, insured(make.YANTAI), category=Category.POSTED_WORKER, materials=(Seen(Material.ROSTER),))
    change = cancelling(clerk, filing)
    told = change.decision["reasons"][-1]
    assert "北京市" in told["text"]
    assert "不予支付" in told["text"]
    assert told["source"] == "《烟台城镇基本医疗保险异地就医管理结算流程》一（一）"
    weifang = cancelling(clerk, filed(clerk, insured()))
    assert "不予支付" not in str(weifang.decision)


# days


def test_filing_not_begun_ends_before_its_start_and_never_covers_a_day(clerk: User, insured: Insured) -> None:
    start = TODAY + 10 * DAY
    filing = filed(clerk, insured(), start_on=start)
    with pytest.raises(Refused, match=f"取消日期最早为 {start - DAY}"):
        cancelling(clerk, filing, TODAY, asked_on=TODAY)
    cancelling(clerk, filing, start - DAY, asked_on=TODAY)
    filing.refresh_from_db()
    assert (filing.status, filing.end_on) == ("cancelled", None)
    assert not Filing.objects.covering(start).exists()


@pytest.mark.parametrize(("on", "code"), [(-2, "day_too_early"), (-1, ""), (5, ""), (6, "day_too_late")])
def test_cancellation_lies_between_the_start_and_the_day_of_asking(
    on: int, code: str, clerk: User, insured: Insured
) -> None:
    filing = filed(clerk, insured())
    asked = leaving(TODAY + on * DAY, asked_on=TODAY + 5 * DAY)
    refusals = assess_asked(filing=filing, asked=asked).refusals
    assert [reason.code for reason in refusals if reason.code != "locked"] == ([code] if code else [])


def test_filing_does_not_end_before_its_last_cost(
    clerk: User, insured: Insured, cost: Callable[[dt.date], None]
) -> None:
    filing = filed(clerk, insured(), category=Category.TEMPORARY, filed_on=TODAY - 20 * DAY)
    cost(TODAY - 4 * DAY)
    with pytest.raises(Refused, match=f"医疗费用发生至 {TODAY - 4 * DAY}，取消日期最早为 {TODAY - 4 * DAY}"):
        cancelling(clerk, filing, TODAY - 5 * DAY)
    with pytest.raises(Refused, match=f"变更日期最早为 {TODAY - 3 * DAY}"):
        moving(clerk, filing, "310000" if make.AreaFactory(code="310000") else "", TODAY - 4 * DAY)
    assert cancelling(clerk, filing, TODAY - 4 * DAY).status == "done"


# changing the place


@pytest.mark.clause("WF-16", "WF-15")
def test_change_ends_one_filing_and_starts_the_next_on_the_day_after(clerk: User, insured: Insured) -> None:
    person = insured()
    filing = filed(clerk, person, filed_on=TODAY - 30 * DAY, note="随女儿居住")
    change = moving(clerk, filing, on=TODAY - 2 * DAY)
    filing.refresh_from_db()
    change.refresh_from_db()
    following = change.successor
    assert following
    assert (filing.status, filing.end_on) == ("cancelled", TODAY - 3 * DAY)
    assert (following.status, following.start_on, following.end_on) == ("active", TODAY - 2 * DAY, None)
    assert (following.destination_id, following.scope, following.tier) == ("370100", "in_province", "local")
    assert (following.filed_on, following.category, following.note) == (TODAY, "long_term_resident", "随女儿居住")
    assert following.decision["question"]["destination"] == "370100"
    assert following.came_by == change
    assert entries(filing)[0].action == "变更就医地"
    assert entries(following)[0].action == "受理变更"
    assert person.filings.covering(TODAY - 3 * DAY).get() == filing
    assert person.filings.covering(TODAY - 2 * DAY).get() == following


def test_materials_are_taken_over_unless_others_are_given(clerk: User, insured: Insured) -> None:
    seen = (
        Seen(Material.REGISTRATION_FORM),
        Seen(Material.PHOTO_ONE_INCH, 3),
        Seen(Material.HOUSEHOLD_REGISTER, 1, 1),
    )
    native = {"category": Category.RESETTLED_RETIREE, "variant": Variant.NATIVE_PLACE, "destination": "370100"}
    filing = filed(clerk, insured(make.YANTAI), materials=seen, **native)
    following = moving(clerk, filing, make.WEIFANG).successor
    assert following
    assert {(row.material, row.originals, row.copies) for row in following.materials.all()} == {
        ("registration_form", 1, 0),
        ("photo_one_inch", 3, 0),
        ("household_register", 1, 1),
    }
    with pytest.raises(Refused, match="近期一寸免冠照片"):
        moving(clerk, following, "370100", materials=seen[:1])
    again = moving(clerk, following, "370100", materials=seen).successor
    assert again
    assert again.variant == "native_place"


def test_way_of_settlement_follows_the_new_place(clerk: User, insured: Insured) -> None:
    roster = (Seen(Material.ROSTER),)
    filing = filed(clerk, insured(make.YANTAI), category=Category.POSTED_WORKER, materials=roster, destination="370100")
    following = moving(clerk, filing, make.BEIJING).successor
    assert following
    assert (filing.settlement, following.settlement) == ("direct", "manual")


def test_change_on_the_first_day_leaves_nothing_of_the_old_filing(clerk: User, insured: Insured) -> None:
    person = insured()
    filing = filed(clerk, person)
    following = moving(clerk, filing).successor
    filing.refresh_from_db()
    assert (filing.status, filing.end_on) == ("cancelled", None)
    assert person.filings.covering(TODAY).get() == following


@pytest.mark.clause("WF-17")
def test_change_starts_no_earlier_than_a_filing_may(clerk: User, insured: Insured) -> None:
    filing = filed(clerk, insured(), filed_on=TODAY - 60 * DAY)
    with pytest.raises(Refused, match=f"最早为 {TODAY - 5 * DAY}"):
        moving(clerk, filing, on=TODAY - 6 * DAY)
    assert moving(clerk, filing, on=TODAY - 5 * DAY).status == "done"


@pytest.mark.parametrize(
    ("destination", "code"),
    [
        (make.BEIJING, "same_destination"),
        (make.WEIFANG, "destination_is_home"),
        ("810000", "destination_abroad"),
        ("370000", "destination_too_wide"),
    ],
)
def test_change_to_a_place_that_is_none_is_refused(destination: str, code: str, clerk: User, insured: Insured) -> None:
    filing = filed(clerk, insured())
    with pytest.raises(Refused) as refused:
        moving(clerk, filing, destination)
    assert codes(refused) == [code]
    filing.refresh_from_db()
    assert filing.status == "active"


@pytest.mark.clause("WF-04")
def test_change_to_where_nothing_is_filed_points_to_cancellation(clerk: User, insured: Insured) -> None:
    filing = filed(clerk, insured(), category=Category.TEMPORARY)
    with pytest.raises(Refused, match="无需备案，不用变更，可取消原备案"):
        moving(clerk, filing, "370100")


def test_change_of_somebody_no_longer_insured_is_refused(clerk: User, insured: Insured) -> None:
    person = insured(ends_on=TODAY + 5 * DAY)
    filing = filed(clerk, person)
    with pytest.raises(Refused, match="没有有效的参保关系"):
        moving(clerk, filing, on=TODAY + 6 * DAY)
    assert cancelling(clerk, filing, TODAY + 6 * DAY).status == "done"


def test_day_without_a_policy_is_refused(clerk: User, insured: Insured) -> None:
    filing = filed(clerk, insured())
    with pytest.raises(Refused, match="没有施行中的备案政策"):
        cancelling(clerk, filing, dt.date(1999, 1, 1), asked_on=dt.date(1999, 1, 1))


def test_what_the_channel_asks_to_be_told_is_asked(clerk: User, insured: Insured) -> None:
    roster = (Seen(Material.ROSTER),)
    filing = filed(clerk, insured(make.YANTAI), category=Category.POSTED_WORKER, materials=roster, destination="370100")
    with pytest.raises(Refused, match="代办人"):
        moving(clerk, filing, make.WEIFANG, channel=Channel.PHONE)
    agent = Agent("王五", Relation.EMPLOYER, "13900000000")
    following = moving(clerk, filing, make.WEIFANG, channel=Channel.PHONE, agent=agent).successor
    assert following
    assert (following.channel, following.agent_name) == ("phone", "王五")


# who, and how often


def test_the_same_request_twice_is_one_change(clerk: User, insured: Insured) -> None:
    filing, token = filed(clerk, insured()), uuid.uuid4()
    assert moving(clerk, filing, request_token=token) == moving(clerk, filing, request_token=token)
    assert (FilingChange.objects.count(), Filing.objects.count()) == (1, 2)
    with pytest.raises(Refused, match="已提交过"):
        cancelling(clerk, filing, request_token=token)


def test_filing_changed_meanwhile_is_left_alone(clerk: User, insured: Insured) -> None:
    filing = filed(clerk, insured())
    with pytest.raises(Refused, match="刚刚被他人改动"):
        cancelling(clerk, filing, version=filing.version + 1)


def test_change_needs_a_reason_and_the_right_to_file_here(clerk: User, reviewer: User, insured: Insured) -> None:
    filing = filed(clerk, insured())
    with pytest.raises(Refused, match="须填写理由"):
        cancelling(clerk, filing, reason="  ")
    for stranger in (reviewer, make.staff(Role.CLERK, make.DONGYING)):
        with pytest.raises(Refused, match="办理备案"):
            moving(stranger, filing)
    assert not FilingChange.objects.exists()


def test_filing_that_is_not_active_is_not_changed(clerk: User, insured: Insured) -> None:
    filing = filed(clerk, insured())
    cancelling(clerk, filing)
    for ask in (cancelling, moving):
        with pytest.raises(Refused) as refused:
            ask(clerk, filing)
        assert codes(refused) == ["wrong_state"]


@pytest.mark.parametrize(
    "values",
    [
        {"destination": None, "kind": "change"},
        {"status": "done"},
        {"taken_by": 1, "taken_at": "2026-03-10T00:00Z", "status": "withdrawn"},
        {"taken_by": 1},
        {"status": "refused"},
    ],
)
def test_database_knows_the_shape_of_a_change(values: dict, clerk: User, insured: Insured) -> None:
    change = make.FilingChangeFactory(filing=filed(clerk, insured()))
    if "taken_by" in values:
        values = values | {"taken_by": clerk.pk}
    with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
        FilingChange.objects.filter(pk=change.pk).update(**values)


def test_outcome_names_what_happens_next(clerk: User, insured: Insured) -> None:
    assessment = assess_asked(filing=filed(clerk, insured()), asked=leaving())
    assert (assessment.outcome, assessment.needs_review, assessment.possible_on) == (Outcome.ACCEPT, False, TODAY)
