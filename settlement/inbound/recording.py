"""What the platform tells of a settlement at one of our hospitals, written down once."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from filings.coverage import scope_of
from filings.identity import IdType
from filings.vocabulary import Category, Scheme
from hospitals.access import Right, reach_of
from hospitals.constraints import refused_by_constraints
from hospitals.models import Area, Hospital
from hospitals.reasons import Reason, Refused
from hospitals.vocabulary import Service
from settlement.models import InboundDisclosure, InboundSettlement
from settlement.models.inbound import AMOUNTS, FUND_PARTS
from settlement.vocabulary import InboundSource

NIL = Decimal("0.00")
AS_TOLD = (
    *("hospital", "insured_area", "mdtrt_id", "name", "id_type", "id_number", "scheme", "service", "category"),
    *("admitted_on", "discharged_on"),
)
"""What a reversal repeats of its settlement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldSettlement:
    """One settlement as told; amounts in yuan to the fen, under their national names, what is not told being nought.

    is_reversal: it takes back the settlement of this `mdtrt_id` that `reversed_setl_id` names; its amounts, where told,
    are contrary to that one's.
    """

    hospital: Hospital
    insured_area: Area
    setl_id: str
    mdtrt_id: str
    name: str
    id_number: str
    scheme: Scheme
    service: Service
    admitted_on: dt.date
    discharged_on: dt.date
    settled_on: dt.date
    medfee_sumamt: Decimal
    fund_pay_sumamt: Decimal
    psn_part_amt: Decimal
    hifp_pay: Decimal = NIL
    cvlserv_pay: Decimal = NIL
    hifes_pay: Decimal = NIL
    hifmi_pay: Decimal = NIL
    hifob_pay: Decimal = NIL
    maf_pay: Decimal = NIL
    oth_pay: Decimal = NIL
    fulamt_ownpay_amt: Decimal = NIL
    overlmt_selfpay: Decimal = NIL
    preselfpay_amt: Decimal = NIL
    inscp_scp_amt: Decimal = NIL
    act_pay_dedc: Decimal = NIL
    hosp_part_amt: Decimal = NIL
    acct_pay: Decimal = NIL
    category: Category | None = None
    id_type: str = IdType.RESIDENT_ID
    reversed_setl_id: str = ""


def faults_of(told: ToldSettlement) -> Iterator[Reason]:
    """Why a settlement as told cannot stand; the database would refuse it too."""
    if told.insured_area.pk == told.hospital.area_id:
        yield Reason("insured_here", "参保地即本统筹区，不属于来本地就医")
    if not (told.setl_id and told.mdtrt_id and told.name and told.id_number):
        yield Reason("incomplete", "须有就诊ID、结算ID、姓名和证件号码")
    if told.discharged_on < told.admitted_on or told.settled_on < told.admitted_on:
        yield Reason("days", "出院日期、结算日期不能早于入院日期")
    sign = -1 if told.reversed_setl_id else 1
    amounts = {name: getattr(told, name) * sign for name in AMOUNTS}
    if any(amount != amount.quantize(NIL) for amount in amounts.values()):
        yield Reason("not_to_the_fen", "金额最多两位小数")
    if any(amount < 0 for amount in amounts.values()):
        yield Reason("sign", "结算金额不能为负，冲正金额不能为正")
    if sum((amounts[name] for name in FUND_PARTS), NIL) != amounts["fund_pay_sumamt"]:
        yield Reason("fund_parts", "各项基金之和不等于基金支付总额")
    if amounts["fund_pay_sumamt"] + amounts["hosp_part_amt"] + amounts["psn_part_amt"] != amounts["medfee_sumamt"]:
        yield Reason("parts", "基金、医院负担与个人负担之和不等于医疗费总额")
    if amounts["acct_pay"] > amounts["psn_part_amt"]:
        yield Reason("account", "个人账户支付不能超过个人负担")


def columns_of(told: ToldSettlement, *, source: InboundSource) -> dict[str, Any]:
    """The row of a settlement as told, but for what it reverses."""
    return {
        "area_id": told.hospital.area_id,
        "hospital_id": told.hospital.pk,
        "insured_area_id": told.insured_area.pk,
        "scope": scope_of(told.hospital.area_id, told.insured_area),
        "source": source,
        **{
            name: getattr(told, name)
            for name in (
                *("setl_id", "mdtrt_id", "name", "id_type", "id_number", "scheme", "service", "category"),
                *("admitted_on", "discharged_on", "settled_on", *AMOUNTS),
            )
        },
    }


def record_inbound_settlement(
    *, told: ToldSettlement, source: InboundSource = InboundSource.MESSAGE
) -> InboundSettlement:
    """Write down what was told; told twice it is the same row.

    Raises Refused: with the faults of what was told, `unknown_settlement` where the one to be reversed is not here,
    `told_otherwise` where it stands here with other figures.  One transaction.
    """
    faults = list(faults_of(told))
    if faults:
        raise Refused.all_of(faults)
    columns = columns_of(told, source=source)
    with transaction.atomic():
        if told.reversed_setl_id:
            columns["reverses"] = _settlement_of(told)
        known = _known(told, columns)
        if known is None:
            try:
                with refused_by_constraints(InboundSettlement):
                    return InboundSettlement.objects.create(**columns)
            except Refused:
                known = _known(told, columns)  # told twice at once: the other was first
                if known is None:
                    raise
    if stands_otherwise(known, columns):
        raise Refused.because("told_otherwise", f"结算{told.setl_id}已登记，内容与此次不同")
    return known


def stands_otherwise(known: InboundSettlement, columns: dict[str, Any]) -> bool:
    """Whether what is told differs from what stands; by which way it came is no difference."""
    return any(getattr(known, name) != value for name, value in columns.items() if name not in ("source", "reverses"))


def _settlement_of(told: ToldSettlement) -> InboundSettlement:
    """The settlement that a reversal takes back."""
    settled = InboundSettlement.objects.filter(
        area=told.hospital.area_id, mdtrt_id=told.mdtrt_id, setl_id=told.reversed_setl_id, reverses=None
    ).first()
    if settled is None:
        raise Refused.because("unknown_settlement", f"没有就诊ID {told.mdtrt_id}、结算ID {told.reversed_setl_id}的结算")
    if any(getattr(settled, name) != -getattr(told, name) for name in AMOUNTS):
        raise Refused.because("not_contrary", "冲正金额须与原结算相反")
    if told.settled_on < settled.settled_on:
        raise Refused.because("before_settlement", f"冲正日期不能早于原结算日期{settled.settled_on}")
    return settled


def _known(told: ToldSettlement, columns: dict[str, Any]) -> InboundSettlement | None:
    settled = columns.get("reverses")
    if settled:
        return InboundSettlement.objects.filter(reverses=settled).first()
    return InboundSettlement.objects.filter(
        area=told.hospital.area_id, mdtrt_id=told.mdtrt_id, setl_id=told.setl_id, reverses=None
    ).first()


def contrary_of(settlement: InboundSettlement, *, setl_id: str, settled_on: dt.date) -> ToldSettlement:
    """The reversal of a settlement as it would be told; setl_id: its own."""
    columns: dict[str, Any] = {name: getattr(settlement, name) for name in AS_TOLD}
    amounts = {name: -getattr(settlement, name) for name in AMOUNTS}
    own: dict[str, Any] = {"setl_id": setl_id, "settled_on": settled_on, "reversed_setl_id": settlement.setl_id}
    return ToldSettlement(**columns, **amounts, **own)


def reveal_id_number(*, by: User, settlement: InboundSettlement) -> str:
    """The whole id number; that `by` asked for it is on record before they see it.  Raises Refused."""
    if settlement.area_id not in reach_of(by).areas_of(Right.REVEAL_ID):
        raise Refused.because("no_right", f"您没有“{Right.REVEAL_ID.label}”的权限")
    InboundDisclosure.objects.create(settlement=settlement, by=by)
    return settlement.id_number
