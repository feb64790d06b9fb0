"""2402 and 2405: the person leaves, or did not."""

from django.utils.translation import gettext as _

from filings.arrivals import close_arrival, reopen_arrival
from filings.platform.transactions.stays import StayOutput
from hospitals.access import portal_account
from hospitals.history import doing
from hospitals.reasons import Refused
from settlement.gateway.admitting import held_admission, wrong_state
from settlement.gateway.hearing import Answered, Heard
from settlement.models import Admission
from settlement.models.gateway import ADMISSION_LIFECYCLE
from settlement.vocabulary import AdmissionStatus


def discharge(heard: Heard) -> Answered:
    """2402.  Told again with another day, the last word counts until the stay is settled."""
    told = heard.body.dscginfo
    admission = held_admission(heard, told.mdtrt_id, told.psn_no)
    if told.endtime < admission.admitted_on:
        text = _("出院日期 {out} 早于入院日期 {admitted}").format(out=told.endtime, admitted=admission.admitted_on)
        raise Refused.because("discharge_before_admission", text)
    if told.endtime > heard.on:
        raise Refused.because("discharged_later", _("出院日期 {day} 晚于今天").format(day=told.endtime))
    with doing(_("出院办理（平台）"), by=portal_account()):
        if admission.status == AdmissionStatus.DISCHARGED:
            admission.discharged_on = told.endtime
            admission.version += 1
            admission.save()
        else:
            ADMISSION_LIFECYCLE.go_on(admission, "discharge", lambda locked: _leaves(locked, told.endtime))
        if admission.filing:
            close_arrival(filing=admission.filing, discharged_on=told.endtime)
    return _answered(admission)


def take_back_discharge(heard: Heard) -> Answered:
    """2405.  Not of a stay that is settled: the settlement goes first."""
    told = heard.body.data
    admission = held_admission(heard, told.mdtrt_id, told.psn_no)
    if admission.status == AdmissionStatus.SETTLED:
        raise Refused.because("settled", _("该次住院已结算，请先撤销结算"))
    if admission.status != AdmissionStatus.DISCHARGED:
        raise wrong_state(admission, _("撤销出院"))
    with doing(_("出院撤销（平台）"), by=portal_account()):
        ADMISSION_LIFECYCLE.go_on(admission, "return", lambda locked: _leaves(locked, None))
        if admission.filing:
            reopen_arrival(filing=admission.filing)
    return _answered(admission)


def _leaves(admission: Admission, day: object) -> None:
    admission.discharged_on = day  # type: ignore[assignment]


def _answered(admission: Admission) -> Answered:
    return Answered(StayOutput(mdtrt_id=admission.mdtrt_id, status=admission.status))
