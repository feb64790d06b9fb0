"""Yearly accounts: what is posted, what is taken back, and what the database keeps of it whoever writes."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.db.transaction import TransactionManagementError

from filings.vocabulary import Scheme, SettlementWay
from hospitals.reasons import Refused
from hospitals.vocabulary import Service
from settlement.accounts.bookkeeping import NEGATED
from settlement.accounts.posting import StayRecord, carry_in, post, reverse
from settlement.accounts.year import hold_year, year_state
from settlement.claims.calculation import work_out
from settlement.direct_settlement import reverse_settlement, settle_directly
from settlement.models import AccountEntry, Claim, FollowUpDue, Settlement, YearAccount
from settlement.vocabulary import EntryKind, Fund
from tests import factories as make
from tests.settlement.books import EACH_STAY, TODAY, YEAR, a_stay, accounts, makes_sense, open_books

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def books(db):
    return open_books()


@pytest.fixture
def person(books):
    return books.person()


def refused_by_database(text, action):
    with pytest.raises((IntegrityError, ProgrammingError), match=text), transaction.atomic():  # noqa: PT012 - now or as it ends
        action()
        connection.check_constraints()


@pytest.mark.clause("YT-05", "YT-13", "DY-06")
def test_direct_settlement_splits_into_the_persons_part_and_the_funds(books, person):
    """起付标准500，(10000−500)×83.33%=7916.35；个人2083.65 不到大额起付线。"""
    made = books.settle(person)
    assert (made.medfee_sumamt, made.act_pay_dedc, made.hifp_pay) == (D("11000.00"), D("500.00"), D("7916.35"))
    assert made.fund_pay_sumamt + made.psn_part_amt == made.medfee_sumamt
    assert made.psn_part_amt == D("3083.65")
    assert accounts(person) == {"310100": (D("500.00"), D("7916.35"), 0, D("2083.65"), 1)}


@pytest.mark.clause("WF-09", "YT-17", "DY-09")
def test_direct_settlement_takes_the_eligible_cost_from_the_treatment_area_and_all_else_from_home(books, person):
    made = books.settle(person)
    lines = {line["name"]: line for line in made.calculation.result["lines"]}
    assert lines["符合政策范围费用"]["text"] == "联网直接结算，按就医地支付范围认定"
    assert lines["起付标准"]["source"] == "《某市待遇办法》一"
    assert lines["最高支付限额余额"]["amount"] == "40000.00"
    assert made.calculation.policy.area_id == person.area_id


def test_year_goes_on_from_settlement_to_settlement(books, person):
    for _stay in range(3):
        books.settle(person, "20000.00")
    # 统筹 (20000−500)×83.33%=16249.35 两次，第三次以限额余额为限
    assert accounts(person)["310100"][:2] == (D("1500.00"), D("40000.00"))
    state = year_state(person, dt.date(YEAR, 5, 1), Scheme.EMPLOYEE)
    assert (state.fund_paid_this_year, state.stays_this_year) == (D("40000.00"), 3)
    assert state.deductible_standard_this_year == D("500.00")
    makes_sense(person)


@pytest.mark.clause("DY-10")
def test_what_is_paid_later_counts_in_the_year_at_once(books):
    resident = books.person(scheme="resident", employment="")
    made = books.settle(resident, "30500.00")
    (later,) = made.follow_ups.all()
    # 个人负担 12500，超过9000的 3500 × 55.51%
    assert (later.amount, made.hifmi_pay) == (D("1942.85"), 0)
    assert accounts(resident)["390200"] == (0, 0, D("1942.85"), 0, 0)
    assert list(FollowUpDue.objects.standing()) == [later]
    reverse_settlement(by=books.supervisor, settlement=made, reason="重复上传", on=TODAY)
    assert not FollowUpDue.objects.standing().exists()
    assert accounts(resident)["390200"] == (0, 0, 0, 0, 0)


def test_reversal_is_the_contrary_and_leaves_nothing(books, person):
    first, second = books.settle(person), books.settle(person)
    contrary = reverse_settlement(by=books.supervisor, settlement=first, reason="重复上传", on=TODAY)
    assert contrary.hifp_pay == -first.hifp_pay
    assert contrary.made_by == books.supervisor
    assert accounts(person)["310100"] == (D("500.00"), second.hifp_pay, 0, D("2083.65"), 1)
    assert list(Settlement.objects.standing()) == [second]
    with pytest.raises(Refused, match="已冲正"):
        reverse_settlement(by=books.supervisor, settlement=first, reason="重复上传", on=TODAY)
    with pytest.raises(Refused, match="已冲正"):
        reverse_settlement(by=books.supervisor, settlement=contrary, reason="重复上传", on=TODAY)
    connection.check_constraints()
    makes_sense(person)


def test_standard_of_the_year_is_that_of_the_first_stay_that_stands(books, person):
    first = books.settle(person)
    reverse_settlement(by=books.supervisor, settlement=first, reason="重复上传", on=TODAY)
    state = year_state(person, dt.date(YEAR, 5, 1), Scheme.EMPLOYEE)
    assert (state.stays_this_year, state.deductible_standard_this_year) == (0, None)


def test_deductible_and_stays_are_counted_for_each_service_by_itself(books, person):
    books.settle(person)
    books.settle(person, service=Service.CHRONIC)
    day = dt.date(YEAR, 5, 1)
    inpatient = year_state(person, day, Scheme.EMPLOYEE)
    chronic = year_state(person, day, Scheme.EMPLOYEE, Service.CHRONIC)
    outpatient = year_state(person, day, Scheme.EMPLOYEE, Service.OUTPATIENT)
    assert (inpatient.stays_this_year, chronic.stays_this_year, outpatient.stays_this_year) == (1, 0, 0)
    used = [state.deductible_paid_this_year for state in (inpatient, chronic, outpatient)]
    assert used == [D("500.00"), D("500.00"), 0]
    assert inpatient.fund_paid_this_year == outpatient.fund_paid_this_year == accounts(person)["310100"][1]


def test_years_and_people_have_accounts_of_their_own(books, person):
    books.settle(person)
    earlier = dt.date(2025, 12, 30)
    with pytest.raises(Refused, match="没有施行的待遇政策"):
        books.settle(person, admitted_on=earlier)
    state = year_state(books.person(), dt.date(YEAR, 5, 1), Scheme.EMPLOYEE)
    assert state.fund_paid_this_year == 0


def test_reversal_needs_the_right_and_a_reason(books, person):
    made = books.settle(person)
    with pytest.raises(Refused, match="没有“冲正结算”的权限"):
        reverse_settlement(by=books.clerk, settlement=made, reason="重复上传", on=TODAY)
    for reason, said in ((" ", "冲正须填写原因"), ("长" * 301, "理由不能超过300字")):
        with pytest.raises(Refused, match=said):
            reverse_settlement(by=books.supervisor, settlement=made, reason=reason, on=TODAY)


def test_year_is_held_within_a_transaction_alone(person):
    connection.in_atomic_block, was = False, connection.in_atomic_block
    try:
        with pytest.raises(TransactionManagementError):
            hold_year(person, dt.date(YEAR, 1, 1))
    finally:
        connection.in_atomic_block = was


# What had been used before the portal


def test_what_the_year_had_used_is_carried_in_and_counts(books, person):
    given = {"by": books.supervisor, "person": person, "year": YEAR, "fund": Fund.EMPLOYEE, "reason": "旧系统累计"}
    carry_in(**given, deductible=D("500.00"), paid=D("39000.00"), personal_eligible=D("2000.00"), stays=2)
    made = books.settle(person)
    assert made.hifp_pay == D("1000.00")
    assert accounts(person)["310100"][4] == 3
    connection.check_constraints()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"paid": D("-1.00")}, "年度累计不能为负"),
        ({"paid": D(0)}, "请至少填写一项累计"),
        ({"reason": " "}, "请填写说明"),
        ({"fund": Fund.LARGE_AMOUNT, "stays": 1}, "只累计支付金额"),
    ],
)
def test_carried_in_amounts_that_make_no_sense_are_refused(books, person, changes, said):
    given = {"by": books.supervisor, "person": person, "year": YEAR, "fund": Fund.EMPLOYEE, "reason": "旧系统累计"}
    with pytest.raises(Refused, match=said):
        carry_in(**given | {"paid": D("1.00")} | changes)
    with pytest.raises(Refused, match="没有“冲正结算”的权限"):
        carry_in(**given | {"paid": D("1.00"), "by": books.clerk})
    assert not AccountEntry.objects.exists()


# What the database keeps


def test_account_is_written_by_its_ledger_alone(books, person):
    books.settle(person)
    account = YearAccount.objects.get()
    refused_by_database("年度账户只随明细账变动", lambda: YearAccount.objects.update(paid=0))
    refused_by_database("年度账户只随明细账变动", account.delete)
    other = YearAccount(person=person, year=2030, fund=Fund.EMPLOYEE)
    refused_by_database("年度账户只随明细账变动", other.save)


def test_settlement_worked_out_on_a_year_that_has_moved_on_is_refused(books, person):
    """Read, then write: the peer's way.  The database compares, whoever forgot to hold the year."""
    entry = a_stay()
    stale = work_out(person, entry, basis=SettlementWay.DIRECT)
    books.settle(person)

    def post_stale():
        post(
            by=books.clerk,
            on=TODAY,
            record=StayRecord(
                person=person,
                category=stale.standing.category,
                treatment_area=entry.treatment_area,
                hospital_name="北京示例医院",
            ),
            stay=stale.stay,
            result=stale.result,
            calculation=stale.stored(by=books.clerk),
        )

    refused_by_database("年度累计已有变动", post_stale)
    makes_sense(person)


def copy_of(row, **changes):
    given = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields if field.name != "id"}
    return type(row)(**given | changes)


def test_reversal_that_is_not_the_exact_contrary_is_refused(books, person):
    made = books.settle(person)
    contrary = reverse(by=books.supervisor, settlement=made, reason="重复上传", on=TODAY)
    second = books.settle(person)
    wrong = {"hifp_pay": D("-1.00"), "fund_pay_sumamt": D("-1.00"), "medfee_sumamt": D("-1.00"), "psn_part_amt": D(0)}
    given = {name: -getattr(second, name) for name in NEGATED}
    reversing = copy_of(second, reverses_id=second.pk, reason="重复上传", **given)
    refused_by_database("冲正须与原结算相反", copy_of(reversing, **wrong).save)
    refused_by_database("冲正须与原结算相反", copy_of(reversing, hospital_name="别的医院").save)
    back = {name: -getattr(contrary, name) for name in ("hifp_pay", "fund_pay_sumamt")}
    refused_by_database("冲正须与原结算相反", copy_of(contrary, reverses_id=contrary.pk, **back).save)
    refused_by_database("settlement_settlement_reverses_id_key", copy_of(contrary).save)
    refused_by_database("结算未完整记入年度账户", reversing.save)


def test_entries_that_are_not_those_of_their_settlement_are_refused(books, person):
    made = books.settle(person)
    entry = made.entries.get()
    other = copy_of(entry, fund=Fund.LARGE_AMOUNT, deductible=0, personal_eligible=0, stays=0, standard=None)
    refused_by_database("明细账与结算不符", other.save)  # of a fund that paid nothing
    refused_by_database("明细账与结算不符", copy_of(entry, fund=Fund.RESIDENT).save)
    contrary = {name: -getattr(entry, name) for name in ("deductible", "paid", "personal_eligible", "stays")}
    refused_by_database("明细账与结算不符", copy_of(entry, kind=EntryKind.REVERSED, **contrary).save)
    refused_by_database("明细账与结算不符", copy_of(entry, person_id=books.person().pk).save)


def test_settlement_that_is_not_what_was_calculated_is_refused(books, person):
    made = books.settle(person)
    more = {"medfee_sumamt": D("12000.00"), "psn_part_amt": made.psn_part_amt + 1000}
    refused_by_database("结算与待遇计算、报销件不符", copy_of(made, **more).save)
    elsewhere = make.PersonFactory(area__code=make.WEIFANG)
    refused_by_database("结算与待遇计算、报销件不符", copy_of(made, person_id=elsewhere.pk).save)
    refused_by_database("settlement_year_is_that_of_admission", copy_of(made, year=2025).save)
    refused_by_database("结算未完整记入年度账户", copy_of(made).save)


def test_claim_and_its_settlement_cannot_be_parted(books, person):
    claim, other = books.claim(person), books.claim(books.person())
    refused_by_database("报销件的结算须先冲正", lambda: Claim.objects.filter(pk=claim.pk).update(settlement=None))
    pointing_elsewhere = Claim.objects.filter(pk=claim.pk)
    refused_by_database("报销件的结算须先冲正", lambda: pointing_elsewhere.update(settlement=other.settlement_id))
    refused_by_database(
        "报销件仍指明已冲正的结算",
        lambda: reverse(by=books.supervisor, settlement=claim.settlement, reason="重复上传", on=TODAY),
    )
    refused_by_database("结算与待遇计算、报销件不符", copy_of(claim.settlement, claim_id=other.pk).save)
    with pytest.raises(Refused, match=f"随报销件 {claim.number} 冲正"):
        reverse_settlement(by=books.supervisor, settlement=claim.settlement, reason="重复上传", on=TODAY)


def test_what_is_posted_is_never_changed(books, person):
    made = books.settle(person)
    for rows in (Settlement.objects.all(), AccountEntry.objects.all()):
        refused_by_database("Cannot update or delete", lambda rows=rows: rows.update(year=2030))
        refused_by_database("Cannot update or delete", lambda rows=rows: rows._raw_delete(rows.db))
    assert made.entries.count() == 1


def test_what_is_not_configured_is_not_settled(books, person):
    make.AreaFactory(code=make.DONGYING)
    other = make.PersonFactory(area__code=make.DONGYING)
    make.ParticipationFactory(person=other)
    make.FilingFactory(person=other, start_on=dt.date(2025, 12, 1))
    with pytest.raises(Refused, match="待遇未配置"):
        settle_directly(by=books.clerk, person=other, entry=a_stay(), on=TODAY)
    assert not Settlement.objects.exists()
    assert EACH_STAY["deductibles"]
