"""A601: a stay that the platform has settled already; its figures are the truth, ours a check."""

from decimal import Decimal

from django.utils.translation import gettext as _

from filings.platform.codes import INSUTYPE, LEVEL_OF_HOSP_LV, SERVICE_OF_MEDICAL_TYPE
from filings.platform.transactions.fields import Told
from filings.platform.transactions.settling import Computed, ComputedOutput, Different
from filings.vocabulary import Category, Scheme
from hospitals.access import portal_account
from hospitals.history import doing
from hospitals.models import Hospital
from hospitals.reasons import Refused
from hospitals.vocabulary import Level
from settlement.accounts.bookkeeping import FUND_COLUMNS, OF_SETLINFO
from settlement.accounts.year import hold_year
from settlement.calculation import SettlementInfo
from settlement.claims.entry import StayEntry
from settlement.direct_settlement import take_over
from settlement.gateway.admission_checks import hospital_known_as, pool_of
from settlement.gateway.admitting import held_admission
from settlement.gateway.hearing import Answered, Heard, place_of
from settlement.gateway.persons import person_heard
from settlement.gateway.settling import agreeing, cost_of, leave, settled
from settlement.models import Admission, Settlement, SettlementDifference
from settlement.vocabulary import AdmissionStatus

UNKNOWN_TO_THE_BOOKS = {"hifes_pay": "企业补充医疗保险基金", "hosp_part_amt": "医院负担", "oth_pay": "其他支出"}
OPEN = (AdmissionStatus.ADMITTED, AdmissionStatus.DISCHARGED)


def take_over_settlement(heard: Heard) -> Answered:
    """The same platform id again with the same figures answers the same; with others it is refused."""
    told = heard.body.data
    person = person_heard(heard, told.psn_no)
    _refuse_figures(told, heard)
    hold_year(person, told.begndate)
    known = Settlement.objects.filter(area=person.area_id, platform_setl_id=told.setl_id, reverses=None).first()
    if known:
        return _known(heard, known, told)
    admission = _admission(heard, told)
    place = place_of(heard.request.mdtrtarea_admvs)
    if place is None:
        raise Refused.because("place_unknown", _("没有就医地区划 {code}").format(code=heard.request.mdtrtarea_admvs))
    code = told.fixmedins_code or heard.request.fixmedins_code
    name = told.fixmedins_name or heard.request.fixmedins_name
    hospital = hospital_known_as(code, name, pool_of(place))
    cost = cost_of(told)
    entry = StayEntry(
        treatment_area=pool_of(place),
        admitted_on=told.begndate,
        discharged_on=told.enddate,
        hospital_name=hospital.name if hospital else name,
        hospital_level=_level(hospital, told),
        total=cost.total,
        eligible=cost.eligible,
        category=Category.EMERGENCY if told.er_flag == "1" else Category.TEMPORARY,
        hospital=hospital,
        service=SERVICE_OF_MEDICAL_TYPE[told.med_type],
        cost=cost,
    )
    by = portal_account()
    if admission:
        leave(admission, entry.discharged_on, by)
    with doing(_("平台结算结果下发"), by=by):
        made = take_over(
            by=by,
            person=person,
            entry=entry,
            on=told.setl_time,
            figures=_figures(told),
            setl_id=told.setl_id,
            diagnosis=told.diag_name,
            receipts=(told.invono,) if told.invono else (),
        )
        if admission:
            settled(admission, made)
    heard.about.settlement = made
    return _answered(made)


def _refuse_figures(told: Computed, heard: Heard) -> None:
    """What contradicts itself, or names a payer that the books do not know."""
    for name, label in UNKNOWN_TO_THE_BOOKS.items():
        if getattr(told, name):
            text = _("{label}（{name}）没有对应账户，不能登记").format(label=label, name=name)
            raise Refused.because("payer_unknown", text)
    agreeing(told)
    funds = sum((getattr(told, name) for name in FUND_COLUMNS), Decimal("0.00"))
    if funds != told.fund_pay_sumamt or told.fund_pay_sumamt + told.psn_part_amt != told.medfee_sumamt:
        text = _("各项基金 {funds}、基金支付总额 {fund}、个人负担 {personal} 与医疗费总额 {total} 不一致")
        given = {"funds": funds, "fund": told.fund_pay_sumamt, "personal": told.psn_part_amt}
        raise Refused.because("amounts_disagree", text.format(**given, total=told.medfee_sumamt))
    if told.hifp_pay > told.inscp_scp_amt or told.act_pay_dedc > told.inscp_scp_amt:
        raise Refused.because("amounts_disagree", _("统筹支付或起付线超过符合政策范围金额"))
    if told.enddate > heard.on or told.setl_time > heard.on:
        raise Refused.because("settled_later", _("出院或结算时间晚于今天"))


def _known(heard: Heard, known: Settlement, told: Computed) -> Answered:
    heard.about.settlement = known
    if Settlement.objects.filter(reverses=known).exists():
        text = _("平台结算ID {setl_id} 已撤销，重新结算须用新的结算ID").format(setl_id=told.setl_id)
        raise Refused.because("settlement_reversed", text)
    if any(getattr(known, name) != getattr(told, name) for name in OF_SETLINFO):
        text = _("平台结算ID {setl_id} 已登记为 {number}，金额不同；有误的请先撤销")
        raise Refused.because("settlement_known", text.format(setl_id=told.setl_id, number=known.number))
    return _answered(known)


def _admission(heard: Heard, told: Computed) -> Admission | None:
    """The stay, where the portal knows it."""
    if not told.mdtrt_id or Admission.objects.known_as(told.mdtrt_id) is None:
        return None
    admission = held_admission(heard, told.mdtrt_id, told.psn_no)
    if admission.status not in OPEN:
        text = _("就诊ID {number} {status}，不能再登记平台结算")
        given = {"number": told.mdtrt_id, "status": admission.get_status_display()}
        raise Refused.because("wrong_state", text.format(**given))
    if admission.admitted_on != told.begndate:
        raise Refused.because("admission_day_differs", _("入院日期与就诊ID登记的不一致"))
    if told.insutype and told.insutype != INSUTYPE[Scheme.of(admission.scheme)]:
        raise Refused.because("insutype_differs", _("险种 {code} 与入院登记的险种不符").format(code=told.insutype))
    return admission


def _level(hospital: Hospital | None, told: Computed) -> Level:
    code = (hospital.level if hospital else "") or LEVEL_OF_HOSP_LV.get(told.hosp_lv, "")
    if not code:
        raise Refused.because("level_unknown", _("没有医院等级（hosp_lv）"))
    return Level.of(code)


def _figures(told: Computed) -> SettlementInfo:
    return SettlementInfo(pool_prop_selfpay=None, **{name: getattr(told, name) for name in OF_SETLINFO})


def _answered(made: Settlement) -> Answered:
    difference = SettlementDifference.objects.filter(settlement=made).first()
    rows = [Different(**row) for row in difference.rows] if difference else []
    reasons = [Told(**row) for row in difference.reasons] if difference else []
    output = ComputedOutput(setl_id=made.platform_setl_id, settlement=made.number, differences=rows, reasons=reasons)
    return Answered(output, _("与本门户核算不一致，已转核查") if difference else "")
