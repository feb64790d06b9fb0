"""The sheets of money, too: with as much on them as their fields take, and lists of many rows within the margins."""

from decimal import Decimal
from typing import Any

from filings.vocabulary import Scheme
from hospitals.models import Area
from hospitals.vocabulary import Role
from settlement.claims import decisions, steps
from settlement.direct_settlement import settle_directly
from settlement.recoupments.amounts import even_plan
from settlement.vocabulary import ClaimStatus
from tests import clearing_factories as clearing
from tests import factories as make
from tests import money_factories as money
from tests.journeys.test_prints_fit_a_page import WORDY, pages_of
from tests.settlement import hospital_clearing, recoupments, tickets
from tests.settlement.office import Office, a_person, a_stay, an_entry
from tests.settlement.payments import today

HOSPITAL = WORDY["hospital_name"]
LONG_REASON = "票据与清单不符，" * 37
MANY = 30
FUNDS = ("hifp_pay", "cvlserv_pay", "hifmi_pay", "hifob_pay", "maf_pay")
Sheet = tuple[str, str, int]  # address, its number, on how many sheets at most


def of_claims(office: Office) -> list[Sheet]:
    wordy = {"hospital_name": HOSPITAL, "diagnosis": "急性下壁ST段抬高型心肌梗死，" * 5}
    wordy |= {"total": Decimal("9999999.99"), "eligible": Decimal("9999999.99")}
    paid, refused, asked = (
        office.claim_in(status, entry=an_entry(**wordy), person=a_person())
        for status in (ClaimStatus.PAID, ClaimStatus.IN_REVIEW, ClaimStatus.ACCEPTED)
    )
    decisions.refuse(by=office.reviewer, claim=refused, version=refused.version, reason=LONG_REASON)
    missing = [f"第{number}张票据字迹不清，请到医院重新打印并加盖收费专用章" for number in range(12)]
    steps.ask(by=office.clerk, claim=asked, version=asked.version, reason=LONG_REASON, others=missing)
    return [
        (f"/claims/{paid.pk}/sheet/", paid.number, 1),
        (f"/claims/{paid.pk}/decision/", paid.number, 1),
        (f"/claims/{refused.pk}/decision/", refused.number, 1),
        (f"/claims/{asked.pk}/supplement/", asked.number, 1),
    ]


def of_settlements(office: Office) -> list[Sheet]:
    stay = a_stay(hospital_name=HOSPITAL, total=Decimal("9999999.99"), eligible=Decimal("9999999.99"))
    settlement = settle_directly(
        by=office.supervisor, person=a_person(), entry=stay, on=today(), diagnosis="急性下壁心肌梗死，" * 10
    )
    recoupment = recoupments.proposed(office, settlement)
    recoupment = recoupments.take(office, recoupment, "correct", reason=LONG_REASON)
    recoupment = recoupments.take(office, recoupment, "confirm", due_on=today(), on=today(), by=office.supervisor)
    plan = even_plan(recoupment.open, today(), 6)
    recoupment = recoupments.take(office, recoupment, "set_instalments", plan=plan, on=today())
    recoupment = recoupments.take(office, recoupment, "remind", reminded_on=today(), on=today())
    reminder = recoupment.reminders.get()
    return [
        (f"/settlements/{settlement.pk}/sheet/", settlement.number, 1),
        (f"/recoupments/{recoupment.pk}/notice/", recoupment.number, 1),
        (f"/recoupments/{recoupment.pk}/reminders/{reminder.pk}/", recoupment.number, 1),
    ]


def of_payments() -> list[Sheet]:
    tieling = Area.objects.get(pk=make.TIELING)
    batch = money.BatchFactory(area=tieling)
    for _ in range(MANY):
        money.PaymentFactory(
            batch=batch,
            person__area=tieling,
            person__name="阿卜杜热合曼·阿卜杜热依木",
            payee_name="阿卜杜热合曼·阿卜杜热依木",
            payee_bank="中国邮政储蓄银行股份有限公司铁岭市银州区支行营业部",
            payee_account="6222" * 7,
        )
    return [(f"/payments/{batch.pk}/sheet/", batch.number, 3)]


def of_hospitals() -> list[Sheet]:
    deduction = hospital_clearing.stored_deduction(make.DONGYING)
    statement = deduction.statement
    for _ in range(3):
        deduction.pk = None
        deduction.reason, deduction.clause = "超限定支付范围用药，" * 6, "服务协议第三十二条第二款第三项，" * 3
        deduction.amount = Decimal("100.00")
        deduction.save(force_insert=True)
    payment = hospital_clearing.stored_payment(make.DONGYING)
    payment.account.hospital.__class__.objects.filter(pk=payment.account.hospital_id).update(name=HOSPITAL)
    return [
        (f"/clearing/hospitals/{statement.pk}/sheet/", statement.number, 1),
        (f"/clearing/hospitals/{statement.pk}/notice/", statement.number, 1),
        (f"/clearing/hospitals/payments/{payment.batch_id}/sheet/", payment.batch.number, 1),
    ]


def of_clearing() -> list[Sheet]:
    """A month with every fund, and amounts as a large area has them."""
    month = clearing.MonthFactory(area=Area.objects.get(pk=make.TIELING))
    paid = {name: Decimal("12345678.90") for name in FUNDS}
    whole = sum(paid.values())
    for code in ("110000", "310000", "500000", "210100", "210200"):
        for scheme in Scheme:
            clearing.StatementFactory(
                month=month,
                treatment_area__code=code,
                scheme=scheme,
                count=98765,
                **paid,
                fund_pay_sumamt=whole,
                medfee_sumamt=whole,
            )
    return [(f"/clearing/{month.pk}/sheet/", month.number, 2)]


def of_tickets(office: Office) -> list[Sheet]:
    ticket = tickets.opened(
        office, tickets.facts(office, description="出院时刷卡报错，" * 30, err_msg="报错原文，" * 60)
    )
    for _ in range(6):
        tickets.take(office, ticket, "note", text="医院说明天答复，" * 15)
    return [(f"/tickets/{ticket.pk}/sheet/", ticket.number, 1)]


def test_each_sheet_of_a_case_fits(shipped: None, sign_in: Any) -> None:
    office = Office(person=a_person())
    fit(sign_in, [*of_claims(office), *of_settlements(office), *of_tickets(office)])


def test_each_list_of_money_fits(shipped: None, sign_in: Any) -> None:
    fit(sign_in, [*of_payments(), *of_hospitals(), *of_clearing(), ("/statistics/", "冲正按反向一笔计入", 2)])


def fit(sign_in: Any, sheets: list[Sheet]) -> None:
    page = sign_in(make.staff(Role.SUPERVISOR, make.TIELING, make.DONGYING))
    found = {address: (pages_of(page, address, number), most) for address, number, most in sheets}
    assert {address: (pages, most) for address, (pages, most) in found.items() if pages > most} == {}
