"""A603: what the platform tells of people from elsewhere at our hospitals; to be cleared with the hospital (DY-13)."""

from django.utils.translation import gettext as _

from filings.platform.codes import CATEGORY_OF_OUT_FIL_TYPE, SCHEME_OF_INSUTYPE, SERVICE_OF_MEDICAL_TYPE
from filings.platform.transactions.inbound import InboundOutput
from hospitals.access import portal_account
from hospitals.history import doing
from hospitals.reasons import Refused
from settlement.gateway.admission_checks import hospital_known_as, pool_of
from settlement.gateway.hearing import Answered, Heard, place_of
from settlement.inbound.recording import ToldSettlement, record_inbound_settlement
from settlement.models.inbound import AMOUNTS


def take_note(heard: Heard) -> Answered:
    """Told twice it is one settlement; told otherwise it is refused.  Raises Refused."""
    told = heard.body.data
    place = place_of(heard.request.mdtrtarea_admvs)
    hospital = hospital_known_as(told.medins_no, told.medins_name, pool_of(place)) if place else None
    if hospital is None:
        text = _("机构目录中没有编码为 {code} 的医院，也没有“{name}”")
        raise Refused.because("hospital_unknown", text.format(code=told.medins_no, name=told.medins_name))
    heard.about.area = hospital.area_id
    insured_area = place_of(heard.request.insuplc_admdvs or "")
    if insured_area is None:
        raise Refused.because("place_unknown", _("没有参保地区划 {code}").format(code=heard.request.insuplc_admdvs))
    if told.insutype not in SCHEME_OF_INSUTYPE:
        raise Refused.because("scheme_unknown", _("不受理险种 {code}").format(code=told.insutype))
    if told.refd_setl_flag and not told.init_setl_id:
        raise Refused.because("init_setl_id_missing", _("退费结算须填写原结算ID"))
    sign = -1 if told.refd_setl_flag else 1
    whole = ToldSettlement(
        hospital=hospital,
        insured_area=insured_area,
        setl_id=told.setl_id,
        mdtrt_id=told.mdtrt_id,
        name=told.psn_name,
        id_type=told.psn_cert_type,
        id_number=told.certno,
        scheme=SCHEME_OF_INSUTYPE[told.insutype],
        service=SERVICE_OF_MEDICAL_TYPE[told.med_type],
        category=CATEGORY_OF_OUT_FIL_TYPE.get(told.out_fil_type),
        admitted_on=told.begndate,
        discharged_on=told.enddate,
        settled_on=told.setl_time,
        reversed_setl_id=told.init_setl_id if told.refd_setl_flag else "",
        **{name: sign * getattr(told, name) for name in AMOUNTS},
    )
    with doing(_("平台下发来本地就医结算"), by=portal_account()):
        record_inbound_settlement(told=whole)
    return Answered(InboundOutput(setl_id=told.setl_id, hospital=hospital.name))
