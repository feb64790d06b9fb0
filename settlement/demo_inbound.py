"""Demo people from elsewhere at hospitals of Dongying: the first of all, and statements in every state, by the verbs.

People, figures and accounts are made up (示例); that somebody insured in Chongqing settled in 东营市第二人民医院 on
25 August 2017 is in Dongying's document (DY-13).
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.contrib.auth.models import User
from django.utils import timezone

from filings.identity import made_up_number
from filings.vocabulary import Category, Scheme
from hospitals.models import Area, Hospital
from hospitals.vocabulary import Scope, Service
from settlement.demo_payments import fail
from settlement.hospital_clearing import appealing, making, paying, reviewing
from settlement.hospital_clearing.words import DeductionSource, DeductionType, ReviewExtent
from settlement.inbound.recording import ToldSettlement, contrary_of, record_inbound_settlement
from settlement.models import HospitalClearingTerm, HospitalPaymentBatch, HospitalStatement, InboundSettlement

DONGYING, CHONGQING = "370500", "500000"
FIRST_DAY = dt.date(2017, 8, 25)
SECOND, CENTRAL, PEOPLES, KENLI, HEKOU, BONES = (
    *("东营市第二人民医院", "胜利油田中心医院", "东营市人民医院", "东营市垦利区人民医院"),
    *("东营市河口区中医院", "东营市正骨医院"),
)
FROM = ("110000", "410100", "230100", "510100")  # outside the province
WITHIN = "370700"
NAMES = ("孙丽", "马建军", "朱秀英", "胡国强", "郭敏", "何志远", "高玉兰", "林涛")
BANK = "示例银行东营分行"


@dataclass(slots=True)
class Desk:
    """Who works on the statements; on: today."""

    users: Mapping[str, User]
    area: Area
    on: dt.date
    serial: int = 0

    def hospital(self, name: str) -> Hospital:
        return Hospital.objects.get(area=self.area, name=name)

    def stay(
        self, hospital: str, settled_on: dt.date, total: str, place: str = "", name: str = ""
    ) -> InboundSettlement:
        """A stay of which the funds paid six tenths, and the personal account a twentieth."""
        self.serial += 1
        cost = Decimal(total)
        fund, account = ((cost * share).quantize(Decimal("0.01")) for share in (Decimal("0.6"), Decimal("0.05")))
        home = place or FROM[self.serial % len(FROM)]
        told = ToldSettlement(
            hospital=self.hospital(hospital),
            insured_area=Area.objects.get(pk=home),
            setl_id=f"A{home}{settled_on:%y%m%d}{self.serial:07d}",
            mdtrt_id=f"S{home}{settled_on:%y%m%d}{self.serial:07d}",
            name=name or NAMES[self.serial % len(NAMES)],
            id_number=made_up_number(f"{home[:2]}0102", dt.date(1951 + self.serial, 5, 12), self.serial),
            scheme=Scheme.EMPLOYEE if self.serial % 3 else Scheme.RESIDENT,
            service=Service.INPATIENT,
            category=Category.RESETTLED_RETIREE,
            admitted_on=settled_on - dt.timedelta(days=9),
            discharged_on=settled_on,
            settled_on=settled_on,
            medfee_sumamt=cost,
            inscp_scp_amt=(cost * Decimal("0.86")).quantize(Decimal("0.01")),
            act_pay_dedc=Decimal("700.00"),
            hifp_pay=fund,
            fund_pay_sumamt=fund,
            psn_part_amt=cost - fund,
            acct_pay=account,
        )
        return record_inbound_settlement(told=told)

    def applied(self, hospital: str, month: dt.date, stated: making.Stated | None = None) -> HospitalStatement:
        place = self.hospital(hospital)
        making.make_statements(
            by=self.users["clerk"],
            area=self.area,
            month=month,
            on=self.on,
            hospital=place,
            scope=Scope.CROSS_PROVINCE,
            stated=stated,
        )
        return HospitalStatement.objects.get(hospital=place, month=month, scope=Scope.CROSS_PROVINCE)

    def in_review(self, hospital: str, month: dt.date) -> HospitalStatement:
        one = self.applied(hospital, month)
        one = self.step(reviewing.accept, one)
        return self.step(reviewing.begin, one, extent=ReviewExtent.ALL)

    def deducted(
        self, statement: HospitalStatement, settlement: InboundSettlement, amount: str, reason: str, clause: str
    ) -> HospitalStatement:
        reviewing.deduct(
            by=self.users["reviewer"],
            statement=statement,
            version=statement.version,
            settlement=settlement,
            det_type=DeductionType.REVIEW,
            source=DeductionSource.MANUAL,
            amount=Decimal(amount),
            reason=reason,
            clause=clause,
        )
        statement.refresh_from_db()
        return statement

    def reviewed(self, statement: HospitalStatement) -> HospitalStatement:
        statement = self.step(reviewing.check, statement)
        return self.step(reviewing.complete, statement, on=self.on)

    def cleared(self, statement: HospitalStatement) -> HospitalStatement:
        return self.step(appealing.clear, self.reviewed(statement), by="supervisor", on=self.on)

    def step(
        self, verb: Callable[..., HospitalStatement], one: HospitalStatement, by: str = "reviewer", **given: object
    ) -> HospitalStatement:
        return verb(by=self.users[by], statement=one, version=one.version, **given)

    def confirmed_batch(self) -> HospitalPaymentBatch:
        """Of whatever waits to be paid."""
        batch = paying.make_batch(by=self.users["finance"], area=self.area, scope=Scope.CROSS_PROVINCE, on=self.on)
        return paying.confirm(by=self.users["finance-deputy"], batch=batch, version=batch.version)


def load(users: Mapping[str, User]) -> str:
    """Make them once; after the demo accounts and the shipped hospitals.  What there is, in one line."""
    area = Area.objects.filter(pk=DONGYING).first()
    if area and not InboundSettlement.objects.exists() and Hospital.objects.filter(area=area, name=SECOND).exists():
        today = timezone.localdate()
        desk = Desk(users, area, today)
        term = {"appeal_days": 10, "source": "示例", "assumed": True}
        HospitalClearingTerm.objects.get_or_create(area=area, defaults=term)
        last = making.first_of_month(making.first_of_month(today) - dt.timedelta(days=1))
        _the_first(desk)
        before = making.first_of_month(last - dt.timedelta(days=1))
        _unpaid(desk, before)
        _appealed(desk, before)
        _others(desk, last)
    settlements, statements = InboundSettlement.objects.count(), HospitalStatement.objects.count()
    return f"示例来本地就医结算 {settlements} 笔、医疗机构清算单 {statements} 份"


def _the_first(desk: Desk) -> None:
    """25 August 2017: settled, cleared and paid."""
    desk.stay(SECOND, FIRST_DAY, "12680.40", place=CHONGQING, name="程渝生")
    desk.cleared(desk.in_review(SECOND, FIRST_DAY.replace(day=1)))
    for number, name in enumerate((SECOND, PEOPLES, HEKOU), 1):
        paying.keep_account(
            by=desk.users["finance"],
            hospital=desk.hospital(name),
            name=name,
            bank=BANK,
            account=f"3705000000000{number:04d}",
            reason="示例：医院书面告知",
        )
    batch = desk.confirmed_batch()
    paying.record_all_paid(
        by=desk.users["finance"],
        batch=batch,
        version=batch.version,
        paid_on=desk.on,
        reference="示例流水0101",
        on=desk.on,
    )


def _unpaid(desk: Desk, month: dt.date) -> None:
    """Cleared, but the bank could not pay: the hospital's account is to be put right, and the next list pays it."""
    desk.stay(HEKOU, month.replace(day=7), "9640.00")
    desk.cleared(desk.in_review(HEKOU, month))
    fail(desk.confirmed_batch().payments.get(), desk.users["finance"])


def _appealed(desk: Desk, month: dt.date) -> None:
    """Reviewed, two deductions told, one of them appealed against; and one hospital cleared that waits for payment."""
    stays = [desk.stay(CENTRAL, month.replace(day=day), total) for day, total in ((6, "18320.00"), (11, "9860.50"))]
    stays += [desk.stay(CENTRAL, month.replace(day=day), "26400.00") for day in (17, 24)]
    one = desk.in_review(CENTRAL, month)
    one = desk.deducted(one, stays[0], "420.00", "重复收取护理费", "示例协议第二十一条")
    one = desk.deducted(one, stays[2], "1350.80", "超限定支付范围用药", "示例协议第三十二条")
    one = desk.reviewed(one)
    appealing.appeal(
        by=desk.users["clerk"],
        deduction=one.deductions.latest("pk"),
        version=one.version,
        on=desk.on,
        grounds="患者为肿瘤晚期，用药符合限定条件，附病历",
    )
    for day in (8, 19):
        desk.stay(PEOPLES, month.replace(day=day), "15200.00")
    desk.cleared(desk.in_review(PEOPLES, month))


def _others(desk: Desk, month: dt.date) -> None:
    """In review, applied for with other figures, rejected; a reversal of a closed month; one in the province."""
    reviewed = [desk.stay(HEKOU, month.replace(day=day), "7300.00") for day in (3, 9, 20)]
    desk.deducted(desk.in_review(HEKOU, month), reviewed[0], "88.00", "超标准收费", "示例协议第十八条")
    desk.stay(KENLI, month.replace(day=12), "5400.00")
    desk.applied(KENLI, month, making.Stated(2, Decimal("6480.00")))
    desk.stay(BONES, month.replace(day=14), "21900.00")
    desk.step(reviewing.reject, desk.applied(BONES, month), reason="示例：申报材料缺费用清单")
    paid = InboundSettlement.objects.filter(hospital=desk.hospital(PEOPLES)).earliest("pk")
    record_inbound_settlement(told=contrary_of(paid, setl_id=f"R{paid.setl_id}", settled_on=month.replace(day=5)))
    desk.stay(PEOPLES, month.replace(day=22), "30500.00")
    desk.applied(PEOPLES, month)
    desk.stay(CENTRAL, month.replace(day=18), "8800.00", place=WITHIN)
