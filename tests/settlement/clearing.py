"""Clearing for tests: months brought to every state, files as the platform sends them, differences of every kind."""

import csv
import datetime as dt
import io
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User

from filings.models import InsuredPerson
from filings.vocabulary import Scheme
from hospitals.models import Area
from hospitals.vocabulary import Role
from settlement.clearing import differences, months
from settlement.clearing.comparing import Total, reconcile_totals
from settlement.clearing.files.reading import PlatformRow
from settlement.clearing.files.verbs import reconcile_details
from settlement.clearing.words import ClearingType
from settlement.models import ClearingDifference, ClearingImport, ClearingMonth, Settlement
from tests import factories as make
from tests.settlement.booked import booked

MARCH, APRIL, MAY = dt.date(2026, 3, 1), dt.date(2026, 4, 1), dt.date(2026, 5, 1)
ON = dt.date(2026, 6, 10)
HEADER = ("psn_no", "mdtrt_id", "setl_id", "msgid", "refd_setl_flag", "medfee_sumamt", "fund_pay_sumamt", "acct_pay")


@dataclass
class Desk:
    """Two of finance and a supervisor, in Qingdao, and somebody insured there."""

    area: Area = field(default_factory=lambda: make.AreaFactory(code=make.QINGDAO))
    finance: User = field(default_factory=lambda: make.staff(Role.FINANCE, make.QINGDAO))
    second: User = field(default_factory=lambda: make.staff(Role.FINANCE, make.QINGDAO))
    supervisor: User = field(default_factory=lambda: make.staff(Role.SUPERVISOR, make.QINGDAO))
    person: InsuredPerson = field(default_factory=lambda: make.PersonFactory(area__code=make.QINGDAO))

    def settle(self, on: dt.date = MARCH, fund: Any = 800, **options: Any) -> Settlement:
        """A stay settled at the hospital on that day."""
        return booked(self.person, {"hifp_pay": fund}, settled_on=on, **options)

    def gather(self, month: dt.date = MARCH, by: User | None = None) -> ClearingMonth:
        return months.gather_month(by=by or self.finance, area=self.area, month=month, on=ON)

    def applied(self, month: dt.date = MARCH) -> ClearingMonth:
        return months.apply_for(by=self.finance, month=self.gather(month), on=ON)

    def accepted(self, month: dt.date = MARCH) -> ClearingMonth:
        """With the platform's totals just as ours."""
        found = self.applied(month)
        return reconcile_totals(by=self.finance, month=found, totals=totals_of(found))

    def compared(self, month: dt.date = MARCH, rows: Iterable[PlatformRow] | None = None) -> ClearingMonth:
        """rows: of the platform; just ours, unless told otherwise."""
        found = self.accepted(month)
        self.compare(found, rows)
        found.refresh_from_db()
        return found

    def compare(self, month: ClearingMonth, rows: Iterable[PlatformRow] | None = None) -> ClearingImport:
        given = rows_of(month) if rows is None else rows
        return reconcile_details(month=month, rows=given, by=self.finance, on=ON)

    def finished(self, month: dt.date = MARCH, **options: Any) -> ClearingMonth:
        return months.finish(by=self.finance, month=self.compared(month, **options))

    def closed(self, month: dt.date = MARCH, **options: Any) -> ClearingMonth:
        return months.close(by=self.second, month=self.finished(month, **options))

    def differing(self, rows: Iterable[PlatformRow] | None = None) -> ClearingDifference:
        """The difference of a month in review: by default of a settlement that the platform has not."""
        if rows is None:
            self.settle()
        self.compared(rows=rows or ())
        return ClearingDifference.objects.get()

    def work_off(self, difference: ClearingDifference, verb: str, **options: Any) -> ClearingDifference:
        """Taken, and then that; where a second person is asked for, confirmed."""
        taken = differences.take(by=self.finance, difference=difference)
        done = getattr(differences, verb)(by=self.finance, difference=taken, reason="已核对", **options)
        if done.status == "proposed":
            done = differences.confirm(by=self.second, difference=done)
        return done


def row_of(settlement: Settlement, **changes: Any) -> PlatformRow:
    given: dict[str, Any] = {
        "setl_id": settlement.number,
        "medfee_sumamt": settlement.medfee_sumamt,
        "fund_pay_sumamt": settlement.fund_pay_sumamt,
        "refd_setl_flag": settlement.reverses_id is not None,
        "psn_no": f"P{settlement.person_id}",
        "mdtrt_id": f"S{settlement.pk}",
    }
    return PlatformRow(**given | changes)


def in_month(month: ClearingMonth) -> Iterable[Settlement]:
    return Settlement.objects.filter(clearing__statement__month=month).order_by("pk")


def rows_of(month: ClearingMonth) -> list[PlatformRow]:
    return [row_of(one) for one in in_month(month)]


def elsewhere(number: str = "JS2026030199999999", fund: str = "500.00") -> PlatformRow:
    """A settlement that we have not."""
    return PlatformRow(setl_id=number, medfee_sumamt=Decimal(fund) + 100, fund_pay_sumamt=Decimal(fund))


def totals_of(month: ClearingMonth) -> list[Total]:
    return [
        Total(
            treatment_area=one.treatment_area,
            scheme=Scheme.of(one.scheme),
            clr_type=ClearingType.of(one.clr_type),
            count=one.count,
            medfee_sumamt=one.medfee_sumamt,
            fund_pay_sumamt=one.fund_pay_sumamt,
        )
        for one in month.statements.select_related("treatment_area")
    ]


def file_of(rows: Iterable[PlatformRow], header: Iterable[str] = HEADER) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(header)
    for row in rows:
        values = [row.psn_no, row.mdtrt_id, row.setl_id, row.msgid, int(row.refd_setl_flag)]
        writer.writerow([*values, row.medfee_sumamt, row.fund_pay_sumamt, row.acct_pay or ""])
    return out.getvalue().encode("utf-8-sig")


def kinds(month: ClearingMonth) -> list[tuple[str, str]]:
    return sorted(month.differences.values_list("kind", "status"))
