"""What each row of a list comes to: a settlement to be written down, one that is, or a fault."""

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from filings.identity import IdType, id_number_fault, normal_number
from filings.platform.codes import SCHEME_OF_INSUTYPE, SERVICE_OF_MEDICAL_TYPE
from filings.vocabulary import Category, Scheme
from hospitals.models import Area, Hospital
from hospitals.sheets import Row
from hospitals.vocabulary import ListAction, Service
from settlement.inbound.columns import HEADINGS
from settlement.inbound.recording import AS_TOLD, NIL, ToldSettlement, columns_of, faults_of, stands_otherwise
from settlement.models import InboundSettlement
from settlement.models.inbound import AMOUNTS
from settlement.vocabulary import InboundSource

AMOUNT = re.compile(r"-?[0-9]{1,13}(\.[0-9]{1,2}0*)?")
SCHEMES: dict[str, Scheme] = {
    **SCHEME_OF_INSUTYPE,
    **{scheme.label: scheme for scheme in Scheme},
    **dict.fromkeys(("职工", "职工基本医疗保险", "城镇职工"), Scheme.EMPLOYEE),
    **dict.fromkeys(("居民", "城乡居民", "城乡居民基本医疗保险"), Scheme.RESIDENT),
}
SERVICES: dict[str, Service] = {
    **{code.value: service for code, service in SERVICE_OF_MEDICAL_TYPE.items()},
    **{code.label: service for code, service in SERVICE_OF_MEDICAL_TYPE.items()},
    **{service.label: service for service in Service},
    "门诊": Service.OUTPATIENT,
    "门诊慢特病": Service.CHRONIC,
}
CATEGORIES: dict[str, Category] = {category.label: category for category in Category}
ID_TYPES: dict[str, str] = {text: one.value for one in IdType for text in (one.value, one.label)}
DAYS = ("admitted_on", "discharged_on", "settled_on")
Key = tuple[str, str]  # mdtrt_id, setl_id


@dataclass(frozen=True, slots=True)
class Directory:
    """What rows are read against: the area's hospitals by code and by name, areas by code and by name."""

    hospitals: Mapping[str, Hospital]
    areas: Mapping[str, Area]


@dataclass(slots=True)
class Planned:
    """One row's step.  told: where the row could be read whole."""

    action: ListAction
    row: Row
    told: ToldSettlement | None = None
    columns: dict[str, Any] = field(default_factory=dict)


def read(row: Row, directory: Directory) -> ToldSettlement | None:
    """None where something is wrong with the row by itself, which is then noted in it."""
    values = {name: normal_number(row.values.get(name, "")) for name in HEADINGS}
    known = len(row.faults)
    hospital = directory.hospitals.get(values["hospital_code"]) or directory.hospitals.get(values["hospital"])
    if hospital is None:
        _fault(row, "hospital", "不是本统筹区名录中的医院")
    insured_area = directory.areas.get(values["insured_area"])
    if insured_area is None:
        _fault(row, "insured_area", "不认识的参保地，请填写区划代码或全称")
    scheme = _word(row, values, "scheme", SCHEMES, "应为“职工医保”或“居民医保”")
    service = _word(row, values, "service", SERVICES, "不认识的医疗类别")
    category = _word(row, values, "category", CATEGORIES, "不认识的备案类别") if values["category"] else None
    id_type = _word(row, values, "id_type", ID_TYPES, "不认识的证件类型") if values["id_type"] else IdType.RESIDENT_ID
    fault = id_number_fault(id_type or IdType.RESIDENT_ID, values["id_number"])
    if fault:
        _fault(row, "id_number", fault)
    days = {name: _day(row, values, name) for name in DAYS}
    amounts = {name: _amount(row, values, name) for name in AMOUNTS}
    if len(row.faults) > known or hospital is None or insured_area is None:
        return None
    names = ("setl_id", "mdtrt_id", "id_number", "reversed_setl_id")
    read_columns: dict[str, Any] = {name: values[name] for name in names} | days | amounts
    told = ToldSettlement(
        hospital=hospital,
        insured_area=insured_area,
        name=row.values["name"].strip(),
        scheme=scheme,
        service=service,
        category=category,
        id_type=id_type,
        **read_columns,
    )
    for reason in faults_of(told):
        _fault(row, "setl_id", reason.text)
    return None if len(row.faults) > known else told


def make_plan(
    rows: Iterable[Row],
    directory: Directory,
    known: Mapping[Key, InboundSettlement],
    back: Mapping[int, InboundSettlement],
) -> list[Planned]:
    """known: settlements that stand, by their ids; back: what reverses them, by the key of the reversed."""
    plan = [_planned(row, read(row, directory)) for row in rows]
    originals: dict[Key, ToldSettlement] = {}
    seen: dict[tuple[Key, str], Row] = {}
    for step in plan:
        if step.told is None:
            continue
        key = (step.told.mdtrt_id, step.told.setl_id)
        earlier = seen.setdefault((key, step.told.reversed_setl_id), step.row)
        if earlier is not step.row:
            _refuse(step, f"与第 {earlier.number} 行是同一笔结算")
        elif not step.told.reversed_setl_id:
            originals[key] = step.told
            standing = known.get(key)
            if standing is not None:
                _compare(step, standing)
    for step in plan:
        if step.told is not None and step.told.reversed_setl_id and step.action is ListAction.NEW:
            _plan_reversal(step, originals, known, back)
    return plan


def _planned(row: Row, told: ToldSettlement | None) -> Planned:
    if told is None or row.faults:
        return Planned(ListAction.INVALID, row)
    return Planned(ListAction.NEW, row, told, columns_of(told, source=InboundSource.LIST))


def _plan_reversal(
    step: Planned,
    originals: Mapping[Key, ToldSettlement],
    known: Mapping[Key, InboundSettlement],
    back: Mapping[int, InboundSettlement],
) -> None:
    told = step.told
    assert told is not None  # noqa: S101 - a row that was read
    key = (told.mdtrt_id, told.reversed_setl_id)
    standing = known.get(key)
    settled = standing or originals.get(key)
    if settled is None:
        _refuse(step, "没有原结算ID的结算")
    elif standing is not None and standing.pk in back:
        _compare(step, back[standing.pk])
    elif any(getattr(settled, name) != -getattr(told, name) for name in AMOUNTS) or any(
        getattr(settled, name) != getattr(told, name) for name in AS_TOLD
    ):
        _refuse(step, "冲正须与原结算相反，其他各项与原结算一致")
    elif told.settled_on < settled.settled_on:
        _refuse(step, f"冲正日期不能早于原结算日期{settled.settled_on}")


def _compare(step: Planned, standing: InboundSettlement) -> None:
    if stands_otherwise(standing, step.columns):
        _refuse(step, "已登记，内容与此次不同")
    else:
        step.action = ListAction.SAME


def _refuse(step: Planned, text: str) -> None:
    _fault(step.row, "setl_id", text)
    step.action, step.told = ListAction.INVALID, None


def _word(row: Row, values: Mapping[str, str], name: str, words: Mapping[str, Any], text: str) -> Any:
    found = words.get(values[name])
    if found is None:
        _fault(row, name, text)
    return found


def _day(row: Row, values: Mapping[str, str], name: str) -> dt.date | None:
    text = values[name] or (values["admitted_on"] if name == "discharged_on" else "")
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        _fault(row, name, "应为日期" if text else "缺少日期")
        return None


def _amount(row: Row, values: Mapping[str, str], name: str) -> Decimal:
    text = values[name].replace(",", "").lstrip("¥")
    if not text:
        return NIL
    if not AMOUNT.fullmatch(text):
        _fault(row, name, "应为金额，最多精确到分")
        return NIL
    return Decimal(text).quantize(NIL)


def _fault(row: Row, column: str, text: str) -> None:
    row.fault(column if column in row.group.columns else HEADINGS[column], text)


def as_json(columns: Mapping[str, Any]) -> dict[str, str | int | None]:
    """The columns of a settlement as the plan keeps them."""
    return {
        name: None if value is None else value if isinstance(value, int) else str(value)
        for name, value in columns.items()
    }


COLUMN_NAMES = tuple(
    str(field.column)
    for field in InboundSettlement._meta.concrete_fields
    if field.name not in ("id", "reverses", "told_at")
)
