"""What follows from a commitment not kept, all of it or nothing; the daily run; the way back."""

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from filings import lapsing
from filings.commitments import hand_in
from filings.lapsing import consequences
from filings.models import Commitment, Filing, FilingPolicy, InsuredPerson, Sanction
from filings.sweeping import sweep
from filings.tasks import sweep_commitments
from filings.vocabulary import Measure
from hospitals.access import portal_account
from hospitals.history import entries
from hospitals.periods import add_months
from hospitals.reasons import Refused
from tests import factories as make
from tests.filings.commitments import (
    IDENTITY,
    brought,
    committed,
    completed,
    end_state,
    filing_of,
    put_into,
)

pytestmark = pytest.mark.clause("TL-08")
Insured = Callable[..., InsuredPerson]
SIGNED = dt.date(2026, 3, 10)
DUE = dt.date(2026, 9, 10)
AFTER = DUE + dt.timedelta(1)
SOURCE = "《铁岭市参保人员异地就医联网结算服务指南》三（二）3"


@pytest.fixture
def commitment(clerk: User, insured: Insured) -> Commitment:
    return committed(clerk, insured(make.TIELING), filed_on=SIGNED)


@pytest.fixture
def witness() -> Iterator[Callable[[Callable[[Commitment], None]], None]]:
    """witness(called) → called with every commitment that lapses."""
    before = list(lapsing.lapse_witnesses)
    yield lapsing.lapse_witnesses.append
    lapsing.lapse_witnesses[:] = before


# what follows


def test_lapse_cancels_the_filing_and_starts_every_measure(commitment: Commitment) -> None:
    assert sweep(on=AFTER).lapsed == 1
    commitment.refresh_from_db()
    filing, portal = filing_of(commitment), portal_account()
    assert (filing.status, filing.end_on, filing.ended_by) == ("cancelled", DUE, portal)
    assert filing.end_reason == f"承诺 {commitment.number} 至 2026-09-10 未补齐材料"
    assert (commitment.status, commitment.closed_by, commitment.filing_was) == ("lapsed", portal, "active")
    sanctions = list(commitment.sanctions.order_by("pk"))
    assert [one.measure for one in sanctions] == list(Measure)
    assert {(one.starts_on, one.ends_on, one.source, one.status) for one in sanctions} == {
        (AFTER, None, SOURCE, "in_force")
    }
    for record in (filing, commitment, *sanctions):
        entry = entries(record)[0]
        assert (entry.who, entry.reason) == ("系统", filing.end_reason)
    assert [entries(one)[0].action for one in (filing, commitment, sanctions[0])] == [
        "承诺到期",
        "承诺到期",
        "失信处理",
    ]


def test_filing_counts_through_its_last_day_and_not_after(commitment: Commitment) -> None:
    sweep(on=AFTER + dt.timedelta(7))
    filings = Filing.objects.filter(pk=commitment.filing_id)
    assert filings.covering(DUE).exists()
    assert not filings.covering(AFTER).exists()


def test_measures_end_where_the_policy_gives_their_months(clerk: User, insured: Insured) -> None:
    policy = FilingPolicy.objects.get(area=make.TIELING)
    draft = policy.next_version(starts_on=dt.date(2026, 3, 1))
    draft.measure_rows.filter(measure="suspend_direct").update(months=6)
    draft.publish(by=None)
    commitment = committed(clerk, insured(make.TIELING), filed_on=dt.date(2026, 2, 28) + dt.timedelta(2))
    assert commitment.due_on == dt.date(2026, 9, 2)
    sweep(on=dt.date(2026, 9, 3))
    suspended = commitment.sanctions.get(measure="suspend_direct")
    assert (suspended.starts_on, suspended.ends_on) == (dt.date(2026, 9, 3), dt.date(2027, 3, 2))
    assert commitment.sanctions.get(measure="dishonest").ends_on is None
    texts = [reason.text for reason in consequences(commitment)]
    assert texts[:2] == ["即时取消备案", "追回已直接结算的医疗费用"]
    assert "暂停医保直接结算（至 2027-03-02）" in texts
    assert "列为医保失信人员（期限由主管确定）" in texts


def test_filing_that_starts_after_the_due_day_never_came_into_effect(clerk: User, insured: Insured) -> None:
    start = DUE + dt.timedelta(20)
    commitment = committed(clerk, insured(make.TIELING), filed_on=SIGNED, start_on=start)
    sweep(on=AFTER)
    filing = filing_of(commitment)
    assert (filing.status, filing.start_on, filing.end_on) == ("cancelled", start, None)
    assert not Filing.objects.covering(start).exists()


@pytest.mark.parametrize("status", ["pending", "returned"])
def test_filing_not_in_effect_yet_is_cancelled_without_a_last_day(
    status: str, commitment: Commitment, reviewer: User
) -> None:
    put_into(commitment, status, reviewer)
    assert sweep(on=AFTER).lapsed == 1
    commitment.refresh_from_db()
    assert (filing_of(commitment).status, filing_of(commitment).end_on) == ("cancelled", None)
    assert commitment.filing_was == status


def test_filing_that_was_to_end_before_keeps_its_day(commitment: Commitment) -> None:
    Filing.objects.update(end_on=DUE - dt.timedelta(30))
    sweep(on=AFTER)
    commitment.refresh_from_db()
    assert filing_of(commitment).end_on == commitment.filing_ended_on == DUE - dt.timedelta(30)


def test_not_due_before_the_day_after(commitment: Commitment) -> None:
    assert sweep(on=DUE).seen == 0
    with pytest.raises(Refused, match="尚未到期"):
        lapsing.lapse(by=portal_account(), commitment=commitment, on=DUE)
    assert filing_of(commitment).status == "active"


def test_completed_commitment_does_not_lapse(clerk: User, commitment: Commitment) -> None:
    completed(clerk, commitment, DUE)
    assert sweep(on=AFTER).seen == 0
    assert filing_of(commitment).status == "active"
    assert not Sanction.objects.exists()


def test_half_of_the_materials_is_not_enough(clerk: User, insured: Insured) -> None:
    commitment = committed(clerk, insured(make.TIELING), filed_on=SIGNED, materials=())
    hand_in(by=clerk, commitment=commitment, received=brought(commitment, IDENTITY[0]), on=DUE)
    assert sweep(on=AFTER).lapsed == 1


def test_staff_cannot_lapse(clerk: User, commitment: Commitment) -> None:
    with pytest.raises(Refused, match="由系统办理"):
        lapsing.lapse(by=clerk, commitment=commitment, on=AFTER)


# what others add


def test_witnesses_see_the_lapse_inside_its_transaction(commitment: Commitment, witness: Any) -> None:
    seen = []

    def look(lapsing_one: Commitment) -> None:
        seen.append((lapsing_one.status, filing_of(lapsing_one).status, lapsing_one.sanctions.count()))

    witness(look)
    sweep(on=AFTER)
    assert seen == [("lapsed", "cancelled", 4)]


def test_witness_that_fails_undoes_its_case_and_stops_no_other(
    clerk: User, insured: Insured, witness: Any, caplog: pytest.LogCaptureFixture
) -> None:
    cases = [committed(clerk, insured(make.TIELING), filed_on=SIGNED) for _ in range(3)]
    bad = cases[1]

    def fail(commitment: Commitment) -> None:
        if commitment.pk == bad.pk:
            raise Refused.because("closed", "清算月份已关账")

    witness(fail)
    swept = sweep(on=AFTER)
    assert (swept.lapsed, swept.failed) == (2, 1)
    bad.refresh_from_db()
    assert (bad.status, bad.problem, bad.version) == ("open", "清算月份已关账", 1)
    assert filing_of(bad).status == "active"
    assert not bad.sanctions.exists()
    assert entries(bad)[0].action == "到期处理未成"
    assert bad.person.id_number not in caplog.text
    lapsing.lapse_witnesses.clear()
    assert sweep(on=AFTER + dt.timedelta(1)).lapsed == 1  # tried again the next day
    bad.refresh_from_db()
    assert (bad.status, bad.problem) == ("lapsed", "")
    assert filing_of(bad).end_on == DUE


def test_fault_of_any_kind_is_said_without_the_data_of_the_row(
    commitment: Commitment, witness: Any, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(one: Commitment) -> None:
        raise ZeroDivisionError(f"the row of {one.person.id_number}")

    witness(broken)
    assert sweep(on=AFTER).failed == 1
    commitment.refresh_from_db()
    assert commitment.problem == "处理时出错（ZeroDivisionError）"
    assert "in broken" in caplog.text
    assert commitment.person.id_number not in caplog.text


@pytest.mark.django_db(transaction=True)
def test_filing_that_the_database_does_not_let_go_stops_no_other(clerk: User, insured: Insured) -> None:
    bad, good = (committed(clerk, insured(make.TIELING), filed_on=SIGNED) for _ in range(2))
    with connection.cursor() as cursor:
        kept = f"CONSTRAINT kept CHECK (id <> {bad.filing_id} OR end_on IS NULL)"
        cursor.execute(f"ALTER TABLE filings_filing ADD {kept}")
        try:
            swept = sweep(on=AFTER)
        finally:
            cursor.execute("ALTER TABLE filings_filing DROP CONSTRAINT kept")
    assert (swept.lapsed, swept.failed) == (1, 1)
    bad.refresh_from_db()
    assert (bad.status, bad.problem) == ("open", "处理时出错（IntegrityError）")
    assert not bad.sanctions.exists()
    good.refresh_from_db()
    assert good.status == "lapsed"


def test_filing_ended_behind_its_commitment_is_a_problem_said(commitment: Commitment) -> None:
    ended = {"status": "cancelled", "ended_by": portal_account(), "ended_at": timezone.now(), "end_reason": "其他途径"}
    Filing.objects.update(**ended)
    assert sweep(on=AFTER).failed == 1
    commitment.refresh_from_db()
    assert commitment.problem == "当前状态为“已取消”，不能承诺到期取消"


# whenever it runs


@pytest.mark.parametrize("late", [0, 1, 7, 400])
def test_late_and_repeated_runs_end_the_same(late: int, clerk: User, insured: Insured) -> None:
    for _ in range(3):
        committed(clerk, insured(make.TIELING), filed_on=SIGNED)
    with transaction.atomic():
        sweep(on=AFTER)
        punctual = end_state()
        transaction.set_rollback(True)
    for _ in range(2):
        sweep(on=AFTER + dt.timedelta(late))
    assert end_state() == punctual


days = st.dates(dt.date(2025, 6, 1), dt.date(2026, 5, 31))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    signed=st.lists(days, min_size=1, max_size=4),
    handed=st.lists(st.booleans(), min_size=4, max_size=4),
    gaps=st.lists(st.integers(0, 200), min_size=1, max_size=4),
)
def test_any_days_of_running_end_as_a_run_every_time_it_was_due(
    clerk: User, insured: Insured, signed: list[dt.date], handed: list[bool], gaps: list[int]
) -> None:
    with transaction.atomic():
        cases = [committed(clerk, insured(make.TIELING), filed_on=day) for day in signed]
        for case, is_complete in zip(cases, handed, strict=False):
            assert case.due_on == add_months(case.signed_on, 6)
            if is_complete:
                completed(clerk, case, case.due_on)
        last = max(case.due_on for case in cases)
        with transaction.atomic():
            for case in sorted(cases, key=lambda one: one.due_on):
                sweep(on=case.due_on + dt.timedelta(1))
            punctual = end_state()
            transaction.set_rollback(True)
        day = min(case.due_on for case in cases)
        for gap in gaps:
            day += dt.timedelta(gap)
            sweep(on=day)
        sweep(on=max(day, last + dt.timedelta(1)))
        assert end_state() == punctual
        assert not Commitment.objects.open().filter(due_on__lt=last).exists()
        transaction.set_rollback(True)


def test_run_reads_in_batches_and_reports_each(clerk: User, insured: Insured, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("filings.sweeping.BATCH", 2)
    for number in range(5):
        committed(clerk, insured(make.TIELING), filed_on=SIGNED + dt.timedelta(number % 2))
    seen: list[int] = []
    sweep(on=AFTER + dt.timedelta(1), report=lambda swept: seen.append(swept.lapsed))
    assert seen == [2, 4, 5]


@pytest.mark.django_db(transaction=True)
def test_lock_timeout_is_put_back(clerk: User) -> None:
    sweep(on=AFTER)
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == ("0",)


# the command and the job


def test_command_says_what_it_did(commitment: Commitment, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("sweep_commitments", "--on", AFTER.isoformat())
    assert capsys.readouterr().out == "已处理 1 件\n到期取消 1 件，未成 0 件。\n"
    call_command("sweep_commitments")
    assert capsys.readouterr().out == "到期取消 0 件，未成 0 件。\n"


def test_command_tells_of_failure_by_its_status(commitment: Commitment, witness: Any) -> None:
    def fail(_commitment: Commitment) -> None:
        raise Refused.because("no", "不行")

    witness(fail)
    with pytest.raises(CommandError, match="未能处理") as error:
        call_command("sweep_commitments")
    assert error.value.returncode == 1


def test_command_does_not_run_ahead(commitment: Commitment) -> None:
    ahead = timezone.localdate() + dt.timedelta(1)
    with pytest.raises(CommandError, match="还没有到"):
        call_command("sweep_commitments", "--on", ahead.isoformat())


def test_job_runs_just_after_midnight_here(commitment: Commitment) -> None:
    from procrastinate.contrib.django import app

    (periodic,) = [
        task for task in app.periodic_registry.periodic_tasks.values() if task.task.name == "sweep_commitments"
    ]
    noon = dt.datetime(2026, 9, 10, 12, tzinfo=timezone.get_current_timezone()).timestamp()
    stamp = periodic.croniter.get_next(ret_type=float, start_time=noon)
    moment = dt.datetime.fromtimestamp(stamp, timezone.get_current_timezone())
    assert (moment.date(), moment.hour, moment.minute) == (AFTER, 0, 5)
    sweep_commitments(timestamp=int(stamp))
    assert filing_of(commitment).end_on == DUE
