"""Codes of the national platform and what they are in the house's words.  Plain Python.

All are seen in public material but where a comment says otherwise; what is modelled is so marked.
"""

from filings.vocabulary import Category, Employment, Scheme
from hospitals.vocabulary import Level, Service, Term


class Transaction(Term):
    """infno.  Those beginning with A are modelled: the published interface has none for them."""

    PERSON = "1101", "人员信息获取"
    ENTITLEMENT = "2001", "人员待遇享受检查"
    PRE_SETTLEMENT = "2303", "住院费用预结算"
    SETTLEMENT = "2304", "住院费用结算"
    SETTLEMENT_REVERSAL = "2305", "住院费用结算撤销"
    ADMISSION = "2401", "入院办理"
    DISCHARGE = "2402", "出院办理"
    ADMISSION_CHANGE = "2403", "住院信息变更"
    ADMISSION_CANCELLATION = "2404", "入院撤销"
    DISCHARGE_CANCELLATION = "2405", "出院撤销"
    TOTALS = "3201", "对总账"
    DETAILS = "3202", "对明细账"
    FILING_UPLOAD = "A501", "异地就医备案上传"
    FILING_CHANGE_UPLOAD = "A502", "异地就医备案变更上传"
    FILING_END_UPLOAD = "A503", "异地就医备案撤销上传"
    REGISTRATION_UPLOAD = "A504", "住院联网登记上传"
    REGISTRATION_END_UPLOAD = "A505", "住院联网登记取消上传"
    COMPUTED_SETTLEMENT = "A601", "平台结算结果下发"
    SLIP = "A602", "外院检查治疗及购药单上传"
    INBOUND_SETTLEMENT = "A603", "来本地就医结算下发"

    @property
    def is_modelled(self) -> bool:
        return self.value.startswith("A")


INSUTYPE = {Scheme.EMPLOYEE: "310", Scheme.RESIDENT: "390"}
SCHEME_OF_INSUTYPE = {code: scheme for scheme, code in INSUTYPE.items()}
PSN_TYPE = {Employment.ACTIVE: "11", Employment.RETIRED: "12"}  # residents: 14, 15, 16 by age
GENDER = {"male": "1", "female": "2"}


class MedicalType(Term):
    """med_type."""

    OUTPATIENT = "11", "普通门诊"
    EMERGENCY = "13", "急诊"
    CHRONIC = "14", "门诊慢特病"
    INPATIENT = "21", "普通住院"
    INJURY_INPATIENT = "22", "外伤住院"
    REFERRED_INPATIENT = "23", "转外诊治住院"
    EMERGENCY_INPATIENT = "24", "急诊转住院"
    MATERNITY_OUTPATIENT = "51", "生育门诊"
    MATERNITY_INPATIENT = "52", "生育住院"


SERVICE_OF_MEDICAL_TYPE = {
    MedicalType.OUTPATIENT: Service.OUTPATIENT,
    MedicalType.EMERGENCY: Service.OUTPATIENT,
    MedicalType.CHRONIC: Service.CHRONIC,
    MedicalType.INPATIENT: Service.INPATIENT,
    MedicalType.INJURY_INPATIENT: Service.INPATIENT,
    MedicalType.REFERRED_INPATIENT: Service.INPATIENT,
    MedicalType.EMERGENCY_INPATIENT: Service.INPATIENT,
    MedicalType.MATERNITY_OUTPATIENT: Service.OUTPATIENT,
    MedicalType.MATERNITY_INPATIENT: Service.INPATIENT,
}
EMERGENCIES = frozenset({MedicalType.EMERGENCY, MedicalType.EMERGENCY_INPATIENT})
MATERNITY = frozenset({MedicalType.MATERNITY_OUTPATIENT, MedicalType.MATERNITY_INPATIENT})
CLR_TYPE = {Service.OUTPATIENT: "11", Service.CHRONIC: "11", Service.INPATIENT: "21"}
LEVEL_OF_HOSP_LV = {"01": Level.THREE_A, "02": Level.THREE_A, "03": Level.THREE_B, "04": Level.THREE}

# OUT_FIL_TYPE.  The table has no code of its own for students; 07 is that of the long-term residents they are among.
OUT_FIL_TYPE = {
    Category.RESETTLED_RETIREE: "02",
    Category.LONG_TERM_RESIDENT: "07",
    Category.POSTED_WORKER: "08",
    Category.STUDENT: "07",
    Category.REFERRAL: "06",
    Category.EMERGENCY: "06",
    Category.TEMPORARY: "10",
}
OUT_FIL_TYPE_NAMES = {
    "02": "异地安置退休",
    "06": "异地转诊（转外就医）",
    "07": "异地长期居住",
    "08": "常驻异地工作",
    "09": "跨省异地长期居住",
    "10": "跨省临时外出就医",
    "11": "其他跨省临时外出就医",
}
CATEGORY_OF_OUT_FIL_TYPE = {
    "02": Category.RESETTLED_RETIREE,
    "06": Category.REFERRAL,
    "07": Category.LONG_TERM_RESIDENT,
    "08": Category.POSTED_WORKER,
    "09": Category.LONG_TERM_RESIDENT,
    "10": Category.TEMPORARY,
    "11": Category.TEMPORARY,
}
"""As the platform tells it; a student stands among the long-term residents, an emergency among the referrals."""
