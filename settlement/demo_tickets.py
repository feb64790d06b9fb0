"""Demo tickets: one solved, one waiting for the hospital, one overdue, one closed by hand with its claim."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from uuid import UUID, uuid5

from django.contrib.auth.models import User
from django.utils import timezone

from filings.models import InsuredPerson
from filings.vocabulary import Category, Material
from hospitals.models import Area, Hospital
from hospitals.vocabulary import Level, Scope, Service
from settlement.claims.desk import accept_claim
from settlement.claims.entry import ClaimEntry, MaterialEntry, Payee, ReceiptEntry, StayEntry
from settlement.demo import SHENYANG, TIELING
from settlement.models import Ticket
from settlement.tickets.closing import close_manual, solve
from settlement.tickets.facts import Facts
from settlement.tickets.handling import note, take, wait
from settlement.tickets.opening import open_ticket
from settlement.vocabulary import Actor, ManualReason, TicketOrigin

NAMESPACE = UUID("5b0c6a0f-0d37-4a0e-8f2e-4d7c6f9e2a31")
HOSPITAL = "沈阳示例联网医院"
HOUR = dt.timedelta(hours=1)


def load(users: Mapping[str, User]) -> str:
    """After the demo claims.  What somebody did with the tickets since stays.  What there is, in one line."""
    made = uuid5(NAMESPACE, "solved")
    if not Ticket.objects.filter(request_token=made).exists():
        now = timezone.now()
        hospital = _hospital(timezone.localdate(now))
        _solved(users, hospital, now)
        _waiting(users, hospital, now)
        _overdue(users, now)
        _by_hand(users, hospital, now)
    return "示例故障工单 4 件"


def _solved(users: Mapping[str, User], hospital: Hospital, now: dt.datetime) -> None:
    at = now - 50 * HOUR
    told = _told("刘洋", hospital, at, "医院窗口反映：出院结算报错", "IPT_9001 未查到参保人备案信息")
    ticket = _opened(users["hotline"], "solved", told, TicketOrigin.HOSPITAL, at)
    ticket = take(by=users["clerk"], ticket=ticket, at=at + HOUR)
    said = "医院医保办重新读取备案后已能结算"
    spoken = {"actor": Actor.HOSPITAL, "spoke_with": "示例医院医保办 赵老师"}
    ticket = note(by=users["clerk"], ticket=ticket, text=said, at=at + 2 * HOUR, **spoken)  # type: ignore[arg-type]
    solve(by=users["clerk"], ticket=ticket, reason="示例：医院刷新备案缓存后结算成功", at=at + 3 * HOUR)


def _waiting(users: Mapping[str, User], hospital: Hospital, now: dt.datetime) -> None:
    at = now - HOUR
    told = _told("高桂兰", hospital, at, "家属来电：入院登记时提示读卡失败", "CARD_0031 社保卡鉴权失败")
    ticket = _opened(users["hotline"], "waiting", told, TicketOrigin.HOTLINE, at)
    words = "请医院更换读卡设备后再试"
    wait(by=users["hotline"], ticket=ticket, actor=Actor.HOSPITAL, note=words, at=at)


def _overdue(users: Mapping[str, User], now: dt.datetime) -> None:
    """Nobody is named, and nobody has seen to it for a week."""
    at = now - 24 * 7 * HOUR
    told = Facts(
        event_on=timezone.localdate(at),
        caller_name="李女士",
        caller_phone="13900000000",
        treatment_area=Area.objects.get(pk=SHENYANG),
        description="示例：称母亲在沈阳住院不能刷卡，未能说清医院和证件号码，答应再来电",
    )
    _opened(users["hotline"], "overdue", told, TicketOrigin.HOTLINE, at)


def _by_hand(users: Mapping[str, User], hospital: Hospital, now: dt.datetime) -> None:
    at, clerk = now - 30 * HOUR, users["clerk"]
    discharged_on = timezone.localdate(at)
    admitted_on = discharged_on - dt.timedelta(days=6)
    told = _told("周海", hospital, at, "医院反映：平台交易超时，多次重试不成", "SYS_0502 交易超时", admitted_on)
    ticket = _opened(clerk, "by hand", told, TicketOrigin.COUNTER, at)
    why = "示例：就医地平台连续超时，医院与参保地均未能解决，患者已全额垫付"
    ticket = close_manual(by=clerk, ticket=ticket, reason=why, at=at + HOUR)
    person = told.person
    assert person is not None  # noqa: S101 - named above
    stay = StayEntry(
        treatment_area=hospital.area,
        admitted_on=admitted_on,
        discharged_on=discharged_on,
        hospital=hospital,
        hospital_name=hospital.name,
        hospital_level=Level.THREE,
        category=Category.TEMPORARY,
        total=Decimal("14300.00"),
        eligible=Decimal("12060.00"),
    )
    entry = ClaimEntry(
        manual_reason=ManualReason.of(ticket.manual_reason),
        ticket=ticket,
        diagnosis="肺部感染",
        note="示例",
        stay=stay,
        payee=Payee(name=person.name, bank="示例银行营业部", account="6222000000000008801"),
        receipts=(ReceiptEntry(code="00000000", number="8800010001", amount=stay.total, issued_on=discharged_on),),
        materials=(MaterialEntry(material=Material.ORIGINAL_RECEIPTS),),
    )
    token = uuid5(NAMESPACE, "claim")
    accept_claim(by=clerk, on=timezone.localdate(), person=person, hall=None, entry=entry, request_token=token)


def _opened(by: User, name: str, told: Facts, origin: TicketOrigin, at: dt.datetime) -> Ticket:
    area = Area.objects.get(pk=TIELING)
    return open_ticket(by=by, area=area, origin=origin, facts=told, at=at, request_token=uuid5(NAMESPACE, name))


def _told(name: str, hospital: Hospital, at: dt.datetime, said: str, err_msg: str, day: dt.date | None = None) -> Facts:
    return Facts(
        person=InsuredPerson.objects.filter(area=TIELING, name=name).earliest("pk"),
        treatment_area=hospital.area,
        hospital=hospital,
        hospital_name=hospital.name,
        event_on=day or timezone.localdate(at),
        infno="2304",
        msgid="H21010000001" + f"{timezone.localtime(at):%Y%m%d%H%M%S}" + "8801",
        err_msg=f"示例：{err_msg}",
        failed_at=at,
        description=f"示例：{said}",
    )


def _hospital(today: dt.date) -> Hospital:
    """Networked, with a telephone: the portal knows whom to call."""
    place = Area.objects.get(pk=SHENYANG)
    values = {"level": Level.THREE, "phone": "024-00000000", "source": "示例"}
    hospital, is_new = Hospital.objects.get_or_create(area=place, name=HOSPITAL, defaults=values)
    if is_new:
        hospital.services.create(
            service=Service.INPATIENT, scope=Scope.IN_PROVINCE, opened_on=today.replace(month=1, day=1), source="示例"
        )
    return hospital
