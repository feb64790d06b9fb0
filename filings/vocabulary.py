"""The words of filing: schemes, categories, channels, materials, tiers.  Plain Python."""

from hospitals.vocabulary import Term


class Scheme(Term):
    EMPLOYEE = "employee", "职工医保"
    RESIDENT = "resident", "居民医保"


class Employment(Term):
    ACTIVE = "active", "在职"
    RETIRED = "retired", "退休"


class Hardship(Term):
    """Groups whose deductible Tieling counts continuously (TL-15)."""

    EXTREME_POVERTY = "extreme_poverty", "特困人员"
    MINIMUM_LIVING = "minimum_living", "低保对象"
    POVERTY_RETURNED = "poverty_returned", "返贫致贫人口"
    MONITORED = "monitored", "监测帮扶对象"


class Category(Term):
    RESETTLED_RETIREE = "resettled_retiree", "异地安置退休人员"
    LONG_TERM_RESIDENT = "long_term_resident", "异地长期居住人员"
    POSTED_WORKER = "posted_worker", "常驻异地工作人员"
    STUDENT = "student", "异地就读学生"
    REFERRAL = "referral", "异地转诊人员"
    EMERGENCY = "emergency", "异地急诊抢救人员"
    TEMPORARY = "temporary", "其他临时外出就医人员"


LONG_TERM = frozenset(
    {Category.RESETTLED_RETIREE, Category.LONG_TERM_RESIDENT, Category.POSTED_WORKER, Category.STUDENT}
)


class Variant(Term):
    NATIVE_PLACE = "native_place", "退休后回原籍居住"
    WITH_RELATIVES = "with_relatives", "退休后随亲属居住"
    DEMOBILISED_OFFICER = "demobilised_officer", "自主择业军转人员"
    MINOR = "minor", "随监护人居住的未成年人"


class Occasion(Term):
    """What a stay is for, where a document treats it on its own."""

    MATERNITY = "maternity", "生育住院"


class Tier(Term):
    LOCAL = "local", "本地待遇"
    REFERRAL = "referral", "异地转诊待遇"
    TEMPORARY = "temporary", "临时外出待遇"


class SettlementWay(Term):
    DIRECT = "direct", "联网直接结算"
    MANUAL = "manual", "手工报销"


class Channel(Term):
    COUNTER = "counter", "窗口"
    PHONE = "phone", "电话"
    FAX = "fax", "传真"
    APP = "app", "手机应用"
    MINI_PROGRAM = "mini_program", "小程序"
    PUBLIC_ACCOUNT = "public_account", "公众号"
    GOVERNMENT_SITE = "government_site", "政务服务网"
    MAIL = "mail", "邮箱"
    HOSPITAL = "hospital", "医院代办"
    EMPLOYER = "employer", "用人单位"
    AUTOMATIC = "automatic", "系统自动"


REGISTRATION_CHANNELS = (Channel.COUNTER, Channel.PHONE, Channel.FAX)  # by which a stay is announced


class Relation(Term):
    """What an agent is to the person (agnter_rlts in spirit; the codes are ours)."""

    SPOUSE = "spouse", "配偶"
    PARENT = "parent", "父母"
    CHILD = "child", "子女"
    SIBLING = "sibling", "兄弟姐妹"
    GUARDIAN = "guardian", "监护人"
    RELATIVE = "relative", "其他亲属"
    EMPLOYER = "employer", "单位经办人"
    HOSPITAL = "hospital", "医院经办人"
    OTHER = "other", "其他"


RELATIVES = frozenset(
    {Relation.SPOUSE, Relation.PARENT, Relation.CHILD, Relation.SIBLING, Relation.GUARDIAN, Relation.RELATIVE}
)


class CardStatus(Term):
    IN_USE = "in_use", "在用"
    LOST = "lost", "挂失"
    REPLACED = "replaced", "已换卡"


class CardGeneration(Term):
    FIRST = "first", "一代卡"
    SECOND = "second", "二代卡"
    THIRD = "third", "三代卡"


class CardTestWay(Term):
    """How a card comes to its test."""

    COUNTER = "counter", "本人到窗口"
    POST = "post", "寄回信息中心"


class CardTestResult(Term):
    PASSED = "passed", "通过"
    FAILED = "failed", "未通过"


class Asked(Term):
    """What a rule or a channel asks to be told beyond the materials."""

    AGENT = "agent", "代办人（来电人）"
    HOSPITAL = "hospital", "就医医院"
    WARD = "ward", "科室病区"
    CONDITION = "condition", "简要病情"
    ADMISSION = "admission", "入院日期"


class Material(Term):
    ID_DOCUMENT = "id_document", "有效身份证件"
    FILING_FORM = "filing_form", "异地就医备案表"
    REGISTRATION_FORM = "registration_form", "异地就医管理登记表"
    ROSTER = "roster", "异地工作人员花名册"
    PHOTO_ONE_INCH = "photo_one_inch", "近期一寸免冠照片"
    HOUSEHOLD_REGISTER = "household_register", "户口簿（户籍证明）"
    TEMPORARY_RESIDENCE_PERMIT = "temporary_residence_permit", "暂住证明"
    RESIDENCE_PERMIT = "residence_permit", "居住证"
    PROPERTY_CERTIFICATE = "property_certificate", "本人名下房产证"
    EMPLOYER_CERTIFICATE = "employer_certificate", "单位派驻异地工作证明"
    LABOUR_CONTRACT = "labour_contract", "劳动合同"
    WORK_CERTIFICATE = "work_certificate", "异地工作证明"
    REFERRAL_APPROVAL_FORM = "referral_approval_form", "异地转诊审批表"
    REFERRAL_CERTIFICATE = "referral_certificate", "转诊证明"
    MEDICAL_RECORD = "medical_record", "确诊病历"
    EMERGENCY_CERTIFICATE = "emergency_certificate", "急诊住院证明"
    EMERGENCY_EXPENSE_FORM = "emergency_expense_form", "异地急诊费用申报表"
    ORIGINAL_RECEIPTS = "original_receipts", "原始票据"
    INPATIENT_RECORD = "inpatient_record", "住院病历有效复印件"
    OUTPATIENT_RECORD = "outpatient_record", "门诊病历"
    ITEMISED_LIST = "itemised_list", "住院费用明细清单"
    RELATION_PROOF = "relation_proof", "亲属关系证明"
    GUARDIAN_PROOF = "guardian_proof", "监护人异地参保或备案证明"
    STUDENT_CARD = "student_card", "学生证"
    ADMISSION_LETTER = "admission_letter", "录取通知书"
    INJURY_STATEMENT = "injury_statement", "外伤无第三方责任承诺书"
    OFF_HOSPITAL_SLIP = "off_hospital_slip", "住院期间外院检查治疗或定点药店购药单"
    COMMITMENT_LETTER = "commitment_letter", "承诺补充书"


VARIANTS = {
    Category.RESETTLED_RETIREE: (Variant.NATIVE_PLACE, Variant.WITH_RELATIVES),
    Category.LONG_TERM_RESIDENT: (Variant.DEMOBILISED_OFFICER, Variant.MINOR),
}


class Kind(Term):
    """What is asked of a filing."""

    FILING = "filing", "备案"
    CHANGE = "change", "变更"
    CANCEL = "cancel", "取消"


class Handling(Term):
    """What a policy does with a kind of filing."""

    ACCEPT = "accept", "即时生效"
    REVIEW = "review", "经审核生效"
    AUTOMATIC = "automatic", "免申即享"
    DEEMED = "deemed", "视同已备案"
    NOT_NEEDED = "not_needed", "无需备案"
    REFUSE = "refuse", "不予备案"


class Outcome(Term):
    ACCEPT = "accept", "可以备案，即时生效"
    REVIEW = "review", "可以受理，经审核生效"
    AUTOMATIC = "automatic", "免申即享，入院时自动备案"
    DEEMED = "deemed", "视同已备案"
    NOT_NEEDED = "not_needed", "无需备案"
    INCOMPLETE = "incomplete", "材料不齐"
    REFUSE = "refuse", "不能办理"


class Backdating(Term):
    """How far before the day of filing a filing may start."""

    NOT_GIVEN = "not_given", "文件未规定"
    DAYS = "days", "限定天数"
    UNLIMITED = "unlimited", "不受限制"


class LockMode(Term):
    """When a filing is locked against change or cancellation."""

    NONE = "none", "不锁定"
    ALWAYS = "always", "一律锁定"
    WITH_COST = "with_cost", "在备案地发生费用的锁定"


class DiseaseList(Term):
    """Lists of diseases that a policy keeps."""

    REFERRAL = "referral", "转诊转院病种目录"
    CHRONIC = "chronic", "可直接结算的门诊慢特病"


class Recognition(Term):
    """What came back on a chronic disease."""

    RECOGNISED = "recognised", "认定通过"
    REFUSED = "refused", "不予认定"


class Measure(Term):
    """What follows from a commitment that was not kept."""

    DISHONEST = "dishonest", "列为医保失信人员"
    SUSPEND_DIRECT = "suspend_direct", "暂停医保直接结算"
    RESTRICT_HOSPITALS = "restrict_hospitals", "限制定点医疗机构医保结算"
    RESTRICT_FILING = "restrict_filing", "限制办理异地就医备案"


class CommitmentPurpose(Term):
    """What a commitment lets go on before its materials are complete."""

    FILING = "filing", "异地就医备案"
    CLAIM = "claim", "手工报销"


class Procedure(Term):
    """What else than filing takes materials."""

    CARD_BY_SELF = "card_by_self", "本人补办社会保障卡"
    CARD_BY_RELATIVE = "card_by_relative", "亲属代办补卡"
    HOME_CARE = "home_care", "长期备案期间回参保地就医"


class Matter(Term):
    """What a policy says for all its categories alike; each is cited by its section."""

    DESTINATION_ABROAD = "destination_abroad", "港澳台地区除外"
    DESTINATION_CITY = "destination_city", "就医地具体到市"
    START_BY_ADMISSION = "start_by_admission", "备案不晚于入院"
    LATE_FILING = "late_filing", "出院自费结算后补办"
    COMMITMENT = "commitment", "承诺补充材料"
    WHOLE_PROVINCE = "whole_province", "可整省备案"
    CARD_TEST = "card_test", "社会保障卡检测鉴权"
    CARD_GENERATION = "card_generation", "持二代社会保障卡就医"
    CARD_REPLACEMENT = "card_replacement", "社会保障卡补办"
    NEW_CARD = "new_card", "新发卡已具备异地结算功能"
    E_CREDENTIAL = "e_credential", "可持医保电子凭证就医"
    REGISTRATION = "registration", "住院联网登记"
    REGISTRATION_CONTRIBUTIONS = "registration_contributions", "住院登记须足额缴费或已退休"
    HOME_CARE = "home_care", "长期备案期间回参保地就医"
    RECOGNITION = "recognition", "就医地门诊慢特病认定互认"
    CHRONIC_NOT_OPENED = "chronic_not_opened", "门诊慢特病未开通的手工报销"
    NO_STAMPS = "no_stamps", "不要求居住地审批盖章"
    AFTER_CANCELLATION = "after_cancellation", "注销后费用不予支付"
    SANCTIONS = "sanctions", "失信处理"
    INJURY = "injury", "外伤无第三方责任承诺书"
