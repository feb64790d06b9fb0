"""A602: what another institution charged within a stay, to be settled with it, once (WF-12, TL-14)."""

from decimal import Decimal

from django.db.models import Sum
from django.utils.translation import gettext as _

from filings.platform.transactions.stays import SlipOutput
from hospitals.constraints import refused_by_constraints
from hospitals.reasons import Refused
from settlement.gateway.admitting import held_admission, wrong_state
from settlement.gateway.hearing import Answered, Heard
from settlement.models import OffHospitalSlip
from settlement.vocabulary import AdmissionStatus

OPEN = (AdmissionStatus.ADMITTED, AdmissionStatus.DISCHARGED)
MOST_SLIPS = 200  # of one stay


def take_slip(heard: Heard) -> Answered:
    told = heard.body.data
    admission = held_admission(heard, told.mdtrt_id, told.psn_no)
    if admission.status not in OPEN:
        raise wrong_state(admission, _("登记外院单据"))
    if not told.stamp_flag:
        text = _("《住院期间外院检查治疗或定点药店购药单》未盖章，不能并入住院结算")
        raise Refused.because("slip_not_stamped", text)
    last = admission.discharged_on or heard.on
    if not admission.admitted_on <= told.charge_date <= last:
        text = _("费用日期 {day} 不在住院期间（{first} 至 {last}）")
        given = {"day": told.charge_date, "first": admission.admitted_on, "last": last}
        raise Refused.because("slip_outside_stay", text.format(**given))
    if admission.slips.count() >= MOST_SLIPS:
        raise Refused.because("too_many_slips", _("一次住院最多登记 {most} 张单据").format(most=MOST_SLIPS))
    with refused_by_constraints(OffHospitalSlip):
        OffHospitalSlip.objects.create(
            admission=admission,
            institution_code=told.fixmedins_code,
            institution_name=told.fixmedins_name,
            number=told.slip_no,
            charged_on=told.charge_date,
            medfee_sumamt=told.medfee_sumamt,
            fulamt_ownpay_amt=told.fulamt_ownpay_amt,
            overlmt_selfpay=told.overlmt_selfpay,
            preselfpay_amt=told.preselfpay_amt,
        )
    known = admission.slips.aggregate(total=Sum("medfee_sumamt", default=Decimal(0)))
    return Answered(
        SlipOutput(mdtrt_id=admission.mdtrt_id, slips=admission.slips.count(), medfee_sumamt=known["total"])
    )
