"""Recoupments step by step: who may take which, what each asks for, what the database refuses."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import Error, connection, transaction

from hospitals.access import RIGHTS, Right
from hospitals.reasons import Refused
from hospitals.vocabulary import Role
from settlement.models import Recoupment, RecoupmentPart, RecoupmentReceipt
from settlement.recoupments.amounts import covered, even_plan, paid_by_fund, recoupable
from settlement.recoupments.lifecycle import RECOUPMENT_LIFECYCLE
from settlement.recoupments.proposing import propose
from settlement.vocabulary import Fund, ReminderWay
from settlement.vocabulary import RecoupmentStatus as S
from tests import factories as make
from tests.settlement.office import Office
from tests.settlement.recoupments import DUE_ON, FUND, ON, in_state, paid_row, proposed, take, yuan

FUNDS = {"hifp_pay": 800, "cvlserv_pay": 60, "hifob_pay": 90, "maf_pay": 50}
MOVES = RECOUPMENT_LIFECYCLE.moves


def funds_of(recoupment: Recoupment) -> list[tuple[str, str]]:
    """Fund and what of it has come back."""
    rows: dict[str, Any] = {part.fund: yuan(0) for part in recoupment.parts.all()}
    for receipt in recoupment.receipts.all():
        for share in receipt.shares.select_related("part"):
            rows[share.part.fund] += share.amount
    return [(fund, str(amount)) for fund, amount in sorted(rows.items())]


def holds(recoupment: Recoupment) -> Recoupment:
    """As the database has it, once it has looked at the sums."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    return Recoupment.objects.get(pk=recoupment.pk)


def commits(recoupment: Recoupment, action: Callable[[], Any]) -> None:
    with transaction.atomic():
        action()
        holds(recoupment)


# what was paid


def test_funds_are_named_by_what_the_settlement_paid(office: Office) -> None:
    paid = paid_by_fund(paid_row(office.person, **FUNDS))
    assert paid == {
        Fund.EMPLOYEE: 800,
        Fund.CIVIL_SERVANT: 60,
        Fund.LARGE_AMOUNT: 90,
        Fund.MEDICAL_AID: 50,
    }
    resident = paid_by_fund(paid_row(office.person, scheme="resident", hifp_pay=800, hifmi_pay=70))
    assert resident == {Fund.RESIDENT: 800, Fund.SERIOUS_ILLNESS: 70}


def test_all_recoupments_of_a_settlement_ask_for_no_more_than_was_paid(office: Office) -> None:
    stay = paid_row(office.person, **FUNDS)
    first = proposed(office, stay, EMPLOYEE="500.00", MEDICAL_AID=50)
    with pytest.raises(Refused) as refused:
        proposed(office, stay, EMPLOYEE="300.01", MEDICAL_AID="0.01")
    assert [reason.code for reason in refused.value.reasons] == ["beyond_paid", "beyond_paid"]
    assert proposed(office, stay, EMPLOYEE=300).due == 300
    take(office, first, "withdraw")
    assert recoupable(stay) == {
        Fund.EMPLOYEE: 500,
        Fund.CIVIL_SERVANT: 60,
        Fund.LARGE_AMOUNT: 90,
        Fund.MEDICAL_AID: 50,
    }


@pytest.mark.parametrize("amounts", [{}, {"EMPLOYEE": 0}, {"EMPLOYEE": -1}, {"EMPLOYEE": 1, "MEDICAL_AID": 0}])
def test_amounts_are_positive(office: Office, amounts: dict[str, int]) -> None:
    asked = {Fund[name]: yuan(amount) for name, amount in amounts.items()}
    with pytest.raises(Refused):
        propose(by=office.reviewer, settlement=paid_row(office.person, **FUNDS), amounts=asked, reason="理由", on=ON)


def test_proposal_is_put_right_before_it_is_confirmed(office: Office) -> None:
    stay = paid_row(office.person, **FUNDS)
    recoupment = proposed(office, stay, EMPLOYEE=800, CIVIL_SERVANT=60)
    amounts = {Fund.EMPLOYEE: yuan(700), Fund.LARGE_AMOUNT: yuan(90)}
    recoupment = holds(take(office, recoupment, "correct", amounts=amounts, reason="复核后更正"))
    assert (recoupment.due, recoupment.reason) == (790, "复核后更正")
    assert dict(recoupment.parts.values_list("fund", "amount")) == amounts
    with pytest.raises(Refused, match="最多还可追回"):
        take(office, recoupment, "correct", amounts={Fund.EMPLOYEE: yuan("800.01")})
    second = take(office, recoupment, "correct", by=office.second, amounts=amounts)
    with pytest.raises(Refused, match="经手人以外"):
        take(office, second, "confirm", by=office.second)
    recoupment = take(office, recoupment, "confirm", by=office.supervisor)
    with pytest.raises(Refused, match="不能更正金额"):
        take(office, recoupment, "correct", amounts=amounts)


# collecting


def test_receipts_go_to_the_funds_in_their_order_and_the_last_settles(office: Office) -> None:
    recoupment = take(
        office, proposed(office, paid_row(office.person, **FUNDS), EMPLOYEE=800, MEDICAL_AID=50), "confirm"
    )
    assert (recoupment.next_due_on, recoupment.open) == (DUE_ON, 850)
    recoupment = holds(take(office, recoupment, "receive", amount=yuan(820)))
    assert funds_of(recoupment) == [("310100", "800.00"), ("610100", "20.00")]
    with pytest.raises(Refused, match=r"未追回金额为 30\.00 元"):
        take(office, recoupment, "receive", amount=yuan("30.01"))
    recoupment = holds(take(office, recoupment, "receive", amount=yuan(30)))
    assert (recoupment.status, recoupment.open, recoupment.next_due_on) == ("settled", 0, None)
    assert funds_of(recoupment) == [("310100", "800.00"), ("610100", "50.00")]


def test_receipt_taken_back_is_due_again_to_the_funds_it_went_to(office: Office) -> None:
    recoupment = take(
        office, proposed(office, paid_row(office.person, **FUNDS), EMPLOYEE=800, MEDICAL_AID=50), "confirm"
    )
    recoupment = take(office, recoupment, "receive", amount=yuan(820))
    recoupment = take(office, recoupment, "receive", amount=yuan(30))
    wrong = recoupment.receipts.get(amount=820)
    recoupment = holds(take(office, recoupment, "take_back", receipt=wrong.pk, reason="记错账"))
    assert (recoupment.status, recoupment.received, recoupment.next_due_on) == ("collecting", 30, DUE_ON)
    assert funds_of(recoupment) == [("310100", "0.00"), ("610100", "30.00")]
    contrary = recoupment.receipts.get(takes_back=wrong)
    assert (contrary.amount, contrary.reason) == (-820, "记错账")
    for receipt in (wrong, contrary):
        with pytest.raises(Refused, match="不存在或已撤销"):
            take(office, recoupment, "take_back", receipt=receipt.pk)


def test_instalments_sum_to_what_is_open_and_the_earlier_are_covered_first(office: Office) -> None:
    recoupment = in_state(office, "collecting")
    recoupment = take(office, recoupment, "receive", amount=yuan(100))
    plan = even_plan(recoupment.open, dt.date(2026, 3, 31), 3)
    assert plan == [
        (dt.date(2026, 3, 31), yuan(300)),
        (dt.date(2026, 4, 30), yuan(300)),
        (dt.date(2026, 5, 31), yuan(300)),
    ]
    recoupment = take(office, recoupment, "set_instalments", plan=plan)
    recoupment = holds(take(office, recoupment, "receive", amount=yuan(450)))
    assert recoupment.next_due_on == dt.date(2026, 4, 30)
    rows = covered(recoupment.instalments.all(), recoupment.open)
    assert [(one.received, one.open) for one in rows] == [(300, 0), (150, 150), (0, 300)]
    assert [one.is_overdue(dt.date(2026, 5, 1)) for one in rows] == [False, True, False]
    early = recoupment.receipts.get(amount=100)  # before the plan was made: due with its first instalment
    recoupment = holds(take(office, recoupment, "take_back", receipt=early.pk))
    rows = covered(recoupment.instalments.all(), recoupment.open)
    assert sum(one.open for one in rows) == recoupment.open == 550
    recoupment = take(office, recoupment, "take_back", receipt=recoupment.receipts.get(amount=450).pk)
    recoupment = holds(recoupment)
    assert recoupment.next_due_on == dt.date(2026, 3, 31)
    assert sum(one.open for one in covered(recoupment.instalments.all(), recoupment.open)) == 1000


@pytest.mark.parametrize(("count", "last"), [(1, "100.00"), (3, "33.34"), (7, "14.32")])
def test_even_plan_leaves_the_rest_to_the_last(count: int, last: str) -> None:
    plan = even_plan(yuan(100), dt.date(2026, 1, 31), count)
    assert str(plan[-1][1]) == last
    assert sum(amount for _day, amount in plan) == 100


@pytest.mark.parametrize(
    ("plan", "code"),
    [
        ([], "instalments"),
        ([(ON, "999.99")], "instalment_sum"),
        ([(ON, "500"), (ON, "500")], "instalment_days"),
        ([(DUE_ON, "500"), (ON, "500")], "instalment_days"),
        ([(ON - dt.timedelta(1), "1000")], "instalment_past"),
        ([(ON, "0"), (DUE_ON, "1000")], "instalment_amount"),
    ],
)
def test_plan_that_is_none_is_refused(office: Office, plan: list[tuple[dt.date, str]], code: str) -> None:
    recoupment = in_state(office, "collecting")
    with pytest.raises(Refused) as refused:
        take(office, recoupment, "set_instalments", plan=[(day, yuan(amount)) for day, amount in plan])
    assert refused.value.reasons[0].code == code


def test_reminder_keeps_what_was_told(office: Office) -> None:
    recoupment = take(office, in_state(office, "collecting"), "remind", how=ReminderWay.LETTER, note="承诺月底缴清")
    (reminder,) = recoupment.reminders.all()
    assert (reminder.how, reminder.due_on, reminder.open, reminder.note) == ("letter", DUE_ON, 1000, "承诺月底缴清")
    with pytest.raises(Refused, match="催缴日期"):
        take(office, recoupment, "remind", reminded_on=ON + dt.timedelta(1))


@pytest.mark.parametrize("change", [{"received_on": ON + dt.timedelta(1)}, {"reference": " "}, {"amount": yuan(0)}])
def test_receipt_has_its_day_amount_and_reference(office: Office, change: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        take(office, in_state(office, "collecting"), "receive", **change)
    assert not RecoupmentReceipt.objects.exists()


# what cannot be had


def test_write_off_takes_two_and_gives_up_what_is_open(office: Office) -> None:
    both = make.staff(Role.SUPERVISOR, make.TIELING)
    make.PostFactory(user=both, role=Role.FINANCE, area=office.person.area)
    recoupment = take(office, in_state(office, "collecting"), "receive", amount=yuan(400))
    recoupment = take(office, recoupment, "propose_write_off", by=both, reason="人已去世，无遗产")
    with pytest.raises(Refused, match="等待批准"):
        take(office, recoupment, "propose_write_off")
    with pytest.raises(Refused, match="经手人以外"):
        take(office, recoupment, "approve_write_off", by=both)
    recoupment = take(office, recoupment, "reject_write_off")
    assert (recoupment.write_off_by, recoupment.write_off_reason) == (None, "")
    with pytest.raises(Refused, match="没有待批准的核销"):
        take(office, recoupment, "approve_write_off")
    recoupment = take(office, recoupment, "propose_write_off", by=both)
    recoupment = holds(take(office, recoupment, "approve_write_off"))
    assert (recoupment.status, recoupment.received, recoupment.written_off, recoupment.open) == (
        "written_off",
        400,
        600,
        0,
    )
    assert recoupable(recoupment.settlement) == {}


def test_money_that_comes_after_all_settles_what_was_to_be_written_off(office: Office) -> None:
    recoupment = take(office, in_state(office, "collecting"), "propose_write_off")
    recoupment = holds(take(office, recoupment, "settle"))
    assert (recoupment.status, recoupment.write_off_by) == ("settled", None)


def test_confirmed_recoupment_is_revoked_by_a_supervisor_while_nothing_has_come(office: Office) -> None:
    begun = take(office, in_state(office, "collecting"), "receive")
    with pytest.raises(Refused, match="先撤销收款"):
        take(office, begun, "revoke")
    by_supervisor = take(office, proposed(office), "confirm", by=office.supervisor)
    with pytest.raises(Refused, match="经手人以外"):
        take(office, by_supervisor, "revoke")
    revoked = holds(take(office, take(office, begun, "take_back"), "revoke"))
    assert (revoked.status, revoked.end_reason, revoked.next_due_on) == ("withdrawn", "示例理由", None)
    assert recoupable(revoked.settlement) == {FUND: 1000}


def test_change_seen_too_late_is_refused(office: Office) -> None:
    recoupment = in_state(office, "collecting")
    take(office, recoupment, "receive")
    with pytest.raises(Refused, match="刚刚被他人改动"):
        take(office, recoupment, "receive", version=recoupment.version)


# rights × states × verbs


def test_money_is_in_the_hands_of_those_it_belongs_to() -> None:
    table = {verb: {role for role in Role if set(move.rights) & RIGHTS[role]} for verb, move in MOVES.items()}
    reviewer, finance, supervisor = Role.REVIEWER, Role.FINANCE, Role.SUPERVISOR
    assert table == {
        "correct": {reviewer},
        "confirm": {reviewer, supervisor},
        "withdraw": {reviewer, supervisor},
        "receive": {finance},
        "settle": {finance},
        "take_back": {finance},
        "set_instalments": {reviewer, finance},
        "remind": {reviewer, finance},
        "propose_write_off": {reviewer, finance},
        "approve_write_off": {supervisor},
        "reject_write_off": {supervisor},
        "revoke": {supervisor},
    }
    assert {role for role in Role if Right.SEE_CLAIMS in RIGHTS[role]} == set(Role) - {Role.HOTLINE}


@pytest.mark.parametrize("status", S)
def test_each_step_is_taken_from_its_states_by_its_roles_alone(office: Office, status: S) -> None:
    case = in_state(office, status)
    people = {role: make.staff(role, make.TIELING) for role in Role}
    stranger = make.staff(Role.SUPERVISOR, make.WEIFANG)
    for verb, move in MOVES.items():
        for role, member in people.items():
            may = status in move.sources and bool(set(move.rights) & RIGHTS[role])
            with transaction.atomic():
                prepared = Recoupment.objects.get(pk=case.pk)
                if status == S.COLLECTING and verb in ("approve_write_off", "reject_write_off"):
                    prepared = take(office, prepared, "propose_write_off")
                if status == S.COLLECTING and verb == "take_back":
                    prepared = take(office, prepared, "receive")
                before = Recoupment.objects.filter(pk=case.pk).values().get()
                if may:
                    assert take(office, prepared, verb, by=member).status == move.target
                else:
                    with pytest.raises(Refused):
                        take(office, prepared, verb, by=member)
                    assert Recoupment.objects.filter(pk=case.pk).values().get() == before
                transaction.set_rollback(True)
        with pytest.raises(Refused):
            take(office, case, verb, by=stranger)


@pytest.mark.parametrize("role", Role)
def test_reviewers_alone_open_one_by_hand(office: Office, role: Role) -> None:
    stay, member = paid_row(office.person), make.staff(role, make.TIELING)
    if role is Role.REVIEWER:
        assert proposed(office, stay, by=member).status == "proposed"
    else:
        with pytest.raises(Refused, match="没有“审核报销”的权限"):
            proposed(office, stay, by=member)


# the database, for whatever goes round the verbs

COLLECTING = {"status": "collecting", "next_due_on": DUE_ON}
HACKS: list[tuple[str, dict[str, Any]]] = [
    ("proposed", {"status": "settled"}),
    ("proposed", {"confirmed_by_id": "made_by", "confirmed_at": "now"}),
    ("collecting", {"corrected_by_id": "confirmed_by"}),
    ("collecting", {"next_due_on": None}),
    ("collecting", {"received": yuan(1)}),
    ("collecting", {"received": yuan(1001)}),
    ("collecting", {"due": yuan(999)}),
    ("collecting", {"written_off": yuan(1)}),
    ("collecting", {"status": "proposed"}),
    ("collecting", {"area_id": make.YANTAI}),
    ("settled", {"status": "withdrawn"}),
    ("written_off", {"written_off_by_id": "write_off_by"}),
    ("withdrawn", {"status": "proposed"}),
    ("withdrawn", {"end_reason": ""}),
]


@pytest.mark.parametrize(("status", "change"), HACKS)
def test_database_keeps_the_shape_of_a_state(office: Office, status: str, change: dict[str, Any]) -> None:
    case = in_state(office, status)
    words = {
        "confirmed_by": case.confirmed_by_id,
        "made_by": case.made_by_id,
        "write_off_by": case.write_off_by_id,
        "now": case.made_at,
    }
    change = {name: words.get(value, value) if isinstance(value, str) else value for name, value in change.items()}
    with pytest.raises(Error):
        commits(case, lambda: Recoupment.objects.filter(pk=case.pk).update(**change))


@pytest.mark.parametrize("status", ["proposed", "collecting"])
def test_database_keeps_parts_within_what_was_paid(office: Office, status: str) -> None:
    case = in_state(office, status)
    part = case.parts.get()
    with pytest.raises(Error), transaction.atomic():
        RecoupmentPart.objects.filter(pk=part.pk).update(amount=1001)
    with pytest.raises(Error), transaction.atomic():
        RecoupmentPart.objects.create(recoupment=case, fund=Fund.RESIDENT, amount=1)
    with pytest.raises(Error):
        commits(case, part.delete)


def test_receipts_are_final_and_wholly_divided(office: Office) -> None:
    case = take(office, in_state(office, "collecting"), "receive")
    receipt = case.receipts.get()
    for spoil in (
        lambda: RecoupmentReceipt.objects.update(amount=1),
        receipt.delete,
        receipt.shares.get().delete,
        lambda: RecoupmentReceipt.objects.create(
            recoupment=case, received_on=ON, amount=1, reference="X", made_by=office.finance
        ),
    ):
        with pytest.raises(Error):
            commits(case, spoil)
