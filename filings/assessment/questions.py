"""Makes a case of a question as it is asked: JSON of another program, or the data of a form."""

from collections.abc import Mapping

from filings.assessment.areas import Areas
from filings.assessment.cases import ChangeCase, FilingCase
from filings.vocabulary import VARIANTS, Category, Channel, Employment, Kind, Material, Occasion, Scheme, Variant
from hospitals.fields import Fields, shown
from hospitals.reasons import Refused

NAMES = {
    "kind": "事项",
    "area": "参保地",
    "scheme": "险种",
    "employment": "在职状态",
    "category": "备案类别",
    "variant": "细分",
    "destination": "就医地",
    "filed_on": "申请日期",
    "start_on": "备案开始日期",
    "admitted_on": "入院日期",
    "discharge_settled": "是否已出院自费结算",
    "channel": "办理渠道",
    "materials": "材料",
    "commitment": "是否签承诺补充书",
    "occasion": "就医事由",
    "disease": "病种",
    "filing_start_on": "原备案开始日期",
    "filing_filed_on": "原备案申请日期",
    "has_cost_there": "是否在备案地发生费用",
    "on": "办理日期",
}


def case_of(question: Mapping[str, object], areas: Areas) -> FilingCase | ChangeCase:
    """The case that a question puts.  Days may be dates or YYYY-MM-DD; keys that nothing here knows are left alone.

    Raises Refused with a reason for every fault.
    """
    fields = Fields(question, NAMES)
    kind = fields.term("kind", Kind)
    if kind is None:
        raise Refused.all_of(fields.faults)
    return _filing(fields, areas) if kind is Kind.FILING else _change(kind, fields, areas)


def _filing(fields: Fields, areas: Areas) -> FilingCase:
    area = _area(fields, "area", areas)
    scheme = fields.term("scheme", Scheme)
    employment = fields.term("employment", Employment, required=scheme is Scheme.EMPLOYEE)
    category = fields.term("category", Category)
    variant = fields.term("variant", Variant, required=False)
    destination = _area(fields, "destination", areas)
    filed_on = fields.day("filed_on")
    start_on = fields.day("start_on", required=False)
    admitted_on = fields.day("admitted_on", required=False)
    discharge_settled = fields.flag("discharge_settled")
    channel = fields.term("channel", Channel)
    materials = fields.terms("materials", Material)
    commitment = fields.flag("commitment")
    occasion = fields.term("occasion", Occasion, required=False)
    disease = fields.text("disease", required=False)
    if category and variant and variant not in VARIANTS.get(category, ()):
        fields.fault("variant", "unknown_value", f"{shown(variant)}不是{category.label}的细分")
    if fields.faults or not (area and scheme and category and destination and filed_on and channel):
        raise Refused.all_of(fields.faults)
    return FilingCase(
        area,
        scheme,
        employment,
        category,
        variant,
        destination,
        filed_on,
        start_on,
        admitted_on,
        bool(discharge_settled),
        channel,
        materials,
        bool(commitment),
        occasion,
        disease,
    )


def _change(kind: Kind, fields: Fields, areas: Areas) -> ChangeCase:
    area = _area(fields, "area", areas)
    category = fields.term("category", Category)
    destination = _area(fields, "destination", areas, required=False)
    fields.day("filing_start_on", required=False)
    filing_filed_on = fields.day("filing_filed_on")
    has_cost_there = fields.flag("has_cost_there", required=True)
    on = fields.day("on")
    if filing_filed_on and on and on < filing_filed_on:
        fields.fault("on", "before_filing", f"不能早于原备案申请日期 {filing_filed_on}")
    if fields.faults or not (area and category and filing_filed_on and on):
        raise Refused.all_of(fields.faults)
    return ChangeCase(kind, area, category, filing_filed_on, bool(has_cost_there), on, destination)


def _area(fields: Fields, key: str, areas: Areas, *, required: bool = True) -> str | None:
    code = fields.text(key, required=required)
    if code is not None and code not in areas:
        fields.fault(key, "unknown_area", f"没有{shown(code)}这个行政区划代码")
        return None
    return code
