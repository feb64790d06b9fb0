"""Demo clearing: a month cleared and paid, one compared with a platform that differs in every way, an advance fund."""

import csv
import datetime as dt
import io
from collections.abc import Iterable, Mapping
from decimal import Decimal

from django.contrib.auth.models import User
from django.utils import timezone

from filings.models import InsuredPerson
from filings.vocabulary import Category, Scheme
from hospitals.access import portal_account
from hospitals.models import Area
from hospitals.vocabulary import Level
from settlement.claims.entry import StayEntry
from settlement.clearing import advances, differences, months
from settlement.clearing.comparing import Total, reconcile_totals
from settlement.clearing.daily import gather_areas
from settlement.clearing.files import verbs
from settlement.clearing.gathering import months_waiting
from settlement.clearing.words import ClearingType, Warned, first_of_month
from settlement.demo import BEIJING, DALIAN, HOSPITALS, SHENYANG, TIELING
from settlement.direct_settlement import settle_directly
from settlement.models import ClearingMonth, Settlement

STAYS = (
    ("周海", BEIJING, Level.THREE, "26410.00"),
    ("高桂兰", DALIAN, Level.THREE_A, "18300.50"),
    ("刘洋", SHENYANG, Level.TWO, "7420.80"),
    ("陈淑芬", SHENYANG, Level.THREE_A, "33120.00"),
)
HEADER = ("psn_no", "mdtrt_id", "setl_id", "msgid", "refd_setl_flag", "medfee_sumamt", "fund_pay_sumamt", "acct_pay")
UNKNOWN = ("JS{month:%Y%m}1590000001", "6800.00", "4080.00")


def load(users: Mapping[str, User]) -> str:
    """Clear what is past, compare last month with a file of one of each kind of difference; once.  In one line."""
    area, today = Area.objects.get(pk=TIELING), timezone.localdate()
    if not ClearingMonth.objects.exists():
        last = first_of_month(first_of_month(today) - dt.timedelta(days=1))
        _settle(last)
        for month in months_waiting(area.pk, last - dt.timedelta(days=1)):
            _clear(users, area, month, today)
        _compare(users, area, last, today)
        _advance(users, area, today)
        gather_areas(on=today)
    return f"示例清算月份 {ClearingMonth.objects.count()} 个"


def _settle(last: dt.date) -> None:
    for place, (name, city, level, eligible) in enumerate(STAYS):
        person = InsuredPerson.objects.filter(area=TIELING, name=name).earliest("pk")
        left_on = last.replace(day=12 + 4 * place)
        entry = StayEntry(
            treatment_area=Area.objects.get(pk=city),
            admitted_on=left_on - dt.timedelta(days=7),
            discharged_on=left_on,
            hospital_name=HOSPITALS[city],
            hospital_level=level,
            category=Category.TEMPORARY,
            total=Decimal(eligible) + 950,
            eligible=Decimal(eligible),
        )
        settle_directly(by=portal_account(), person=person, entry=entry, on=left_on, diagnosis="示例")


def _clear(users: Mapping[str, User], area: Area, month: dt.date, today: dt.date) -> None:
    """As the platform has it too."""
    finance, deputy = users["finance"], users["finance-deputy"]
    found = _with_totals(finance, area, month, today)
    _take_in(finance, found, _lines(_in(found)), today)
    found.refresh_from_db()
    closed = months.close(by=deputy, month=months.finish(by=finance, month=found))
    months.pay(by=finance, month=closed, paid_on=today, reference="示例拨付", on=today)


def _compare(users: Mapping[str, User], area: Area, month: dt.date, today: dt.date) -> None:
    """The first is equal, the platform lacks the second, has the third otherwise, and has one that we have not."""
    found = _with_totals(users["finance"], area, month, today)
    rows = _lines(_in(found))
    del rows[1]
    rows[1][6] = f"{Decimal(rows[1][6]) - Decimal('120.00'):.2f}"
    number, fee, fund = UNKNOWN
    rows.append(["", "", number.format(month=month), "", "0", fee, fund, ""])
    _take_in(users["finance"], found, rows, today)
    different = found.differences.get(kind="different")
    taken = differences.take(by=users["finance"], difference=different)
    differences.propose_accepting(by=users["finance"], difference=taken, reason="示例：就医地更正先行自付，已来函")


def _with_totals(by: User, area: Area, month: dt.date, today: dt.date) -> ClearingMonth:
    found = months.gather_month(by=by, area=area, month=month, on=today)
    found = months.apply_for(by=by, month=found, on=today)
    totals = [
        Total(
            treatment_area=one.treatment_area,
            scheme=Scheme.of(one.scheme),
            clr_type=ClearingType.of(one.clr_type),
            count=one.count,
            medfee_sumamt=one.medfee_sumamt,
            fund_pay_sumamt=one.fund_pay_sumamt,
        )
        for one in found.statements.select_related("treatment_area")
    ]
    return reconcile_totals(by=by, month=found, totals=totals)


def _in(month: ClearingMonth) -> Iterable[Settlement]:
    return Settlement.objects.filter(clearing__statement__month=month).order_by("pk")


def _lines(settlements: Iterable[Settlement]) -> list[list[str]]:
    return [
        [
            *(f"{one.person_id:030d}", f"S{one.pk:010d}", one.number, "", str(int(one.reverses_id is not None))),
            *(f"{one.medfee_sumamt:.2f}", f"{one.fund_pay_sumamt:.2f}", ""),
        ]
        for one in settlements
    ]


def _take_in(by: User, month: ClearingMonth, rows: list[list[str]], today: dt.date) -> None:
    text = io.StringIO()
    csv.writer(text).writerows([HEADER, *rows])
    file = io.BytesIO(text.getvalue().encode("utf-8-sig"))
    found = verbs.upload(file=file, file_name=f"示例平台明细{month.setlym}.csv", month=month, by=by, on=today)
    verbs.apply(list_import=verbs.preview(list_import=found, by=by), by=by)


def _advance(users: Mapping[str, User], area: Area, today: dt.date) -> None:
    """A year's advance of which the month has used up more than the lesser warning; all of it samples."""
    source = "示例，非正式文件"
    fund = advances.fix_advance(
        by=users["finance"],
        area=area,
        starts_on=first_of_month(today - dt.timedelta(days=200)),
        ends_on=today + dt.timedelta(days=165),
        amount=Decimal("80000.00"),
        source=source,
        reason="示例：年度核定",
    )
    advances.approve_change(by=users["supervisor"], change=fund.changes.get())
    shares = {Warned.YELLOW: Decimal("0.7"), Warned.RED: Decimal("0.9")}
    advances.set_warnings(by=users["supervisor"], area=area, shares=shares, source=source)
