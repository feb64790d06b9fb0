"""2303, 2304 and 2305: a stay is calculated by home policy, settled, taken back (YT-13, DY-06, WF-09)."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from filings.arrivals import close_arrival
from filings.models import Filing, InsuredPerson
from filings.platform.codes import CLR_TYPE, INSUTYPE, LEVEL_OF_HOSP_LV
from filings.platform.envelope import moment
from filings.platform.transactions.settling import (
    Amounts,
    FeeLine,
    ReversalInfo,
    ReversalOutput,
    SetlDetail,
    SetlInfo,
    SettlementOutput,
)
from filings.vocabulary import Category, Channel, Scheme, SettlementWay
from hospitals.access import portal_account
from hospitals.history import doing
from hospitals.reasons import Refused
from hospitals.vocabulary import Level, Service
from settlement.accounts.bookkeeping import COLUMN_OF
from settlement.calculation import Cost
from settlement.claims.calculation import work_out
from settlement.claims.entry import StayEntry
from settlement.direct_settlement import settle_held, take_back
from settlement.gateway.admission_checks import marks_check
from settlement.gateway.admitting import held_admission, marks_of, wrong_state
from settlement.gateway.hearing import Answered, Heard
from settlement.gateway.persons import number_of
from settlement.models import Admission, OffHospitalSlip, Settlement
from settlement.models.gateway import ADMISSION_LIFECYCLE
from settlement.vocabulary import BASIC_FUND, FUND_OF_COMPONENT, AdmissionStatus

LONGEST_PROCESS = 4000  # characters of setl_proc_info
NIL = Decimal("0.00")
AMOUNTS = (
    *("medfee_sumamt", "fulamt_ownpay_amt", "overlmt_selfpay", "preselfpay_amt", "inscp_scp_amt", "act_pay_dedc"),
    *("hifp_pay", "pool_prop_selfpay", "cvlserv_pay", "hifmi_pay", "hifob_pay", "maf_pay", "fund_pay_sumamt"),
    "psn_part_amt",
)


def foretell(heard: Heard) -> Answered:
    """2303.  What 2304 would answer now; nothing is written but the exchange."""
    admission = held_admission(heard, heard.body.data.mdtrt_id, heard.body.data.psn_no)
    slips = _waiting(admission)
    entry = _entry(heard, admission, slips, until=heard.on)
    worked = work_out(admission.person, entry, basis=SettlementWay.DIRECT)
    if not worked.is_calculated:
        raise Refused.all_of(worked.result.reasons)
    return _answered(heard, admission, worked.shown(), len(slips))


def settle(heard: Heard) -> Answered:
    """2304.  Slips that no settlement has counted yet are counted here, once."""
    told = heard.body.data
    admission = held_admission(heard, told.mdtrt_id, told.psn_no)
    slips = _waiting(admission)
    entry = _entry(heard, admission, slips)
    by = portal_account()
    left = leave(admission, entry.discharged_on, by)
    with doing(_("住院结算（平台）"), by=by):
        made = settle_held(
            by=by,
            person=admission.person,
            entry=entry,
            on=heard.on,
            diagnosis=told.dscg_maindiag_name or admission.diagnosis,
            receipts=(told.invono,) if told.invono else (),
            held=left,
        )
        settled(admission, made)
        if slips:
            OffHospitalSlip.objects.filter(pk__in=[slip.pk for slip in slips]).update(settlement=made)
    heard.about.settlement = made
    return _answered(heard, admission, made.calculation.result, len(slips), made)


def take_back_settlement(heard: Heard) -> Answered:
    """2305.  The stay is then one to be settled again; of a stay that the platform settled, its own id says which."""
    told = heard.body.data
    if (imported := _imported(heard, told.setl_id, told.psn_no)) is not None:
        settlement = imported
    else:
        admission = held_admission(heard, told.mdtrt_id, told.psn_no)
        if admission.status != AdmissionStatus.SETTLED or admission.settlement is None:
            raise wrong_state(admission, _("撤销结算"))
        settlement = admission.settlement
        if told.setl_id != settlement.number:
            text = _("结算ID {given} 不是该次住院的结算 {number}")
            raise Refused.because("settlement_differs", text.format(given=told.setl_id, number=settlement.number))
    contrary = take_back(
        by=portal_account(),
        settlement=settlement,
        reason=told.memo or _("就医医院撤销结算"),
        on=heard.on,
        recoup=False,
    )
    heard.about.settlement = settlement
    info = ReversalInfo(
        mdtrt_id=told.mdtrt_id,
        setl_id=contrary.number,
        init_setl_id=told.setl_id,
        medfee_sumamt=f"{contrary.medfee_sumamt:.2f}",
        fund_pay_sumamt=f"{contrary.fund_pay_sumamt:.2f}",
        psn_part_amt=f"{contrary.psn_part_amt:.2f}",
    )
    return Answered(ReversalOutput(setlinfo=info))


def leave(admission: Admission, day: dt.date, by: User) -> Filing | None:
    """A stay that is settled while it goes on ends thereby, and with it what came into being for it: that filing is
    held then.

    Before the filing is held for the settlement: whoever ends a filing holds the person first.
    """
    if admission.discharged_on is not None or not admission.filing or admission.filing.channel != Channel.AUTOMATIC:
        return None
    seen = admission.filing.version
    admission.filing = close_arrival(filing=admission.filing, discharged_on=day, by=by)
    return admission.filing if admission.filing.version != seen else None


def _waiting(admission: Admission) -> list[OffHospitalSlip]:
    """Slips that no settlement has counted."""
    return list(admission.slips.filter(settlement=None)) if admission.has_slips else []  # type: ignore[attr-defined]


WRITTEN = ("settlement", "discharged_on", "hospital_level", "filing")


def settled(admission: Admission, made: Settlement) -> None:
    """The stay is settled, and with it discharged."""

    def keep(locked: Admission) -> None:
        locked.settlement, locked.discharged_on = made, made.discharged_on
        locked.hospital_level = made.hospital_level

    ADMISSION_LIFECYCLE.go_on(admission, "settle", keep, WRITTEN)


def agreeing(told: Amounts, lines: Iterable[FeeLine] = ()) -> None:
    """Parts and total, lines and parts: to the fen.  Raises Refused."""
    if told.counted != told.medfee_sumamt:
        text = _("医疗费总额 {total} 与全自费、超限价、先行自付、符合政策范围之和 {sum} 不一致")
        raise Refused.because("amounts_disagree", text.format(total=told.medfee_sumamt, sum=told.counted))
    sums: dict[str, Decimal] = dict.fromkeys(LINE_OF, NIL)
    counted = 0
    for counted, line in enumerate(lines, start=1):  # noqa: B007 - how many there were
        for name, of_line in LINE_OF.items():
            sums[name] += getattr(line, of_line)
    for name, of_line in LINE_OF.items():
        if counted and sums[name] != getattr(told, name):
            text = _("费用明细 {count} 行的 {field} 合计 {sum}，与总额 {total} 不一致")
            given = {"count": counted, "field": of_line, "sum": sums[name], "total": getattr(told, name)}
            raise Refused.because("lines_disagree", text.format(**given))


LINE_OF = {
    "medfee_sumamt": "det_item_fee_sumamt",
    "fulamt_ownpay_amt": "fulamt_ownpay_amt",
    "overlmt_selfpay": "overlmt_amt",
    "preselfpay_amt": "preselfpay_amt",
    "inscp_scp_amt": "inscp_scp_amt",
}


def cost_of(told: Amounts, slips: Iterable[OffHospitalSlip] = ()) -> Cost:
    """The hospital's bill and what was charged elsewhere within the stay."""
    total, outside = told.medfee_sumamt, told.fulamt_ownpay_amt
    above_limit, self_paid = told.overlmt_selfpay, told.preselfpay_amt
    for slip in slips:
        total += slip.medfee_sumamt
        outside += slip.fulamt_ownpay_amt
        above_limit += slip.overlmt_selfpay
        self_paid += slip.preselfpay_amt
    eligible = total - outside - above_limit - self_paid
    return Cost(total=total, outside=outside, above_limit=above_limit, self_paid=self_paid, eligible=eligible)


def _imported(heard: Heard, setl_id: str, psn_no: str) -> Settlement | None:
    """A settlement that the platform calculated and sent, by its id."""
    area = psn_no[:6]
    found = (
        Settlement.objects.standing()
        .select_related("person__area", "hospital")
        .filter(area=area, platform_setl_id=setl_id, computed_by="platform")
        .first()
    )
    if found is None or number_of(found.person) != psn_no:
        return None
    heard.about.is_about(found.person)
    return found


def _entry(heard: Heard, admission: Admission, slips: list[OffHospitalSlip], until: dt.date | None = None) -> StayEntry:
    """until: stands for the day of discharge where a stay that goes on is only calculated.  Raises Refused."""
    told = heard.body.data
    if admission.status not in (AdmissionStatus.ADMITTED, AdmissionStatus.DISCHARGED):
        raise wrong_state(admission, _("结算"))
    if admission.way == SettlementWay.MANUAL:
        text = _("此次就医按规定不能直接结算，请全额自费后回参保地手工报销")
        source = next((row["source"] for row in admission.decision["reasons"] if row["source"]), "")
        raise Refused.because("filing_manual", text, source)
    check = marks_check(marks_of(admission), None)
    if not check.passed:
        raise Refused.all_of(check.reasons)
    if told.insutype and told.insutype != INSUTYPE[Scheme.of(admission.scheme)]:
        raise Refused.because("insutype_differs", _("险种 {code} 与入院登记的险种不符").format(code=told.insutype))
    agreeing(told, heard.body.feedetail)
    level = admission.hospital_level or LEVEL_OF_HOSP_LV.get(told.hosp_lv, "")
    if not level:
        raise Refused.because("level_unknown", _("没有医院等级（hosp_lv），不能确定起付标准和支付比例"))
    cost = cost_of(told, slips)
    return StayEntry(
        treatment_area=admission.treatment_area,
        admitted_on=admission.admitted_on,
        discharged_on=_discharged_on(admission, told.dscgtime, heard.on, until),
        hospital_name=admission.hospital_name,
        hospital_level=Level.of(level),
        total=cost.total,
        eligible=cost.eligible,
        category=Category.of(admission.category),
        hospital=admission.hospital,
        service=Service.of(admission.service),
        cost=cost,
    )


def _discharged_on(admission: Admission, told: dt.date | None, on: dt.date, until: dt.date | None) -> dt.date:
    known = admission.discharged_on
    if known and told and known != told:
        text = _("出院日期 {told} 与已办出院的 {known} 不一致")
        raise Refused.because("discharge_day_differs", text.format(told=told, known=known))
    day = known or told or until
    if day is None:
        raise Refused.because("not_discharged", _("请先办理出院，或随结算上传出院时间"))
    if day < admission.admitted_on or day > on:
        text = _("出院日期 {day} 应在入院日期 {admitted} 与今天之间")
        raise Refused.because("discharge_day", text.format(day=day, admitted=admission.admitted_on))
    return day


def _answered(
    heard: Heard, admission: Admission, result: Mapping[str, Any], slips: int, made: Settlement | None = None
) -> Answered:
    info: Mapping[str, str | None] = result["setlinfo"]
    person = admission.person
    setlinfo = SetlInfo(
        mdtrt_id=admission.mdtrt_id,
        setl_id=made.number if made else "",
        psn_no=number_of(person),
        **_of_person(person),
        insutype=INSUTYPE[Scheme.of(admission.scheme)],
        cvlserv_flag="1" if made and made.is_civil_servant else "0",
        setl_time=moment(heard.at) if made else "",
        med_type=admission.med_type,
        **{name: info[name] or "" for name in AMOUNTS},
        psn_cash_pay=info["psn_part_amt"] or "",
        medins_setl_id=heard.body.data.medins_setl_id,
        clr_optins=admission.area_id,
        clr_type=CLR_TYPE[Service.of(admission.service)],
    )
    output = SettlementOutput(setlinfo=setlinfo, setldetail=list(_details(admission, result)), slips=slips)
    warnings = [str(text) for text in result["warnings"]]
    if slips:
        warnings.insert(0, _("已并入外院检查治疗及购药单 {count} 张").format(count=slips))
    return Answered(output, "；".join(warnings))


def _of_person(person: InsuredPerson) -> dict[str, str]:
    return {
        "psn_name": person.name,
        "psn_cert_type": person.id_type,
        "certno": person.id_number,
        "gend": person.sex,
        "brdy": person.birth_date.isoformat() if person.birth_date else "",
    }


def _details(admission: Admission, result: Mapping[str, Any]) -> Iterator[SetlDetail]:
    """One of the basic fund with all lines and clauses, one of each component that is configured."""
    info = result["setlinfo"]
    fund = BASIC_FUND[Scheme.of(admission.scheme)]
    yield _detail(fund, fund.label, info, "hifp_pay", result["lines"])
    for component, column in COLUMN_OF.items():
        if info[column] is not None:
            fund = FUND_OF_COMPONENT[component]
            lines = [line for line in result["lines"] if component.label in line["name"]]
            yield _detail(fund, fund.label, info, column, lines)


def _detail(
    fund: str, name: str, info: Mapping[str, str | None], column: str, lines: Iterable[Mapping[str, str]]
) -> SetlDetail:
    told = "\n".join(
        f"{line['name']} {line['amount']}：{line['text']}" + (f"（{line['source']}）" if line["source"] else "")
        for line in lines
    )
    return SetlDetail(
        fund_pay_type=fund,
        fund_pay_type_name=name,
        inscp_scp_amt=info["inscp_scp_amt"] or "",
        fund_payamt=info[column] or "0.00",
        setl_proc_info=told[:LONGEST_PROCESS],
    )
