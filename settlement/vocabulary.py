"""The words of settlement.  Plain Python."""

from filings.vocabulary import Scheme
from hospitals.vocabulary import Term


class ManualReason(Term):
    """Why a stay is reimbursed by hand (manl_reim_rea in spirit; the codes are ours)."""

    NOT_NETWORKED = "not_networked", "就医医院未联网"
    NOT_OPENED = "not_opened", "就医医院未开通该项业务"
    SYSTEM_FAILURE = "system_failure", "系统或凭证故障未能直接结算"
    FILED_AFTER_PAYING = "filed_after_paying", "自费结算后补办备案"
    WAITING_PERIOD = "waiting_period", "新参保或处于待遇等待期"
    MATERNITY = "maternity", "省外生育"
    CHRONIC_NOT_OPENED = "chronic_not_opened", "门诊慢特病未开通直接结算"
    OTHER = "other", "其他"


class ClaimStatus(Term):
    ACCEPTED = "accepted", "已受理"
    ENTERED = "entered", "明细已录入"
    CHECKED = "checked", "明细已核对"
    CALCULATED = "calculated", "已结算"
    IN_REVIEW = "in_review", "待审核"
    SECOND_REVIEW = "second_review", "待复审"
    SUPPLEMENT = "supplement", "待补正"
    RETURNED = "returned", "已退回"
    APPROVED = "approved", "待财务复核"
    RELEASED = "released", "待支付"
    PAID = "paid", "已支付"
    REFUSED = "refused", "不予支付"
    WITHDRAWN = "withdrawn", "已撤销"
    REVERSED = "reversed", "已冲正"


class FindingKind(Term):
    """In what a case looks like another one."""

    SAME_RECEIPT = "same_receipt", "同一票据"
    SAME_STAY = "same_stay", "同次住院重复申报"
    OVERLAP = "overlap", "住院时间重叠"
    TWO_PLACES = "two_places", "同时在两地就医"
    DIRECT = "direct", "已联网直接结算"


class FindingStatus(Term):
    OPEN = "open", "待核查"
    CLEARED = "cleared", "已排除"
    CONFIRMED = "confirmed", "已确认"


class ReplayStatus(Term):
    """Where a replay of past settlements stands."""

    WAITING = "waiting", "等待处理"
    RUNNING = "running", "正在试算"
    DONE = "done", "已完成"
    FAILED = "failed", "未完成"
    CANCELLED = "cancelled", "已取消"


class AdmissionStatus(Term):
    """Where a stay at a networked hospital elsewhere stands."""

    ADMITTED = "admitted", "在院"
    DISCHARGED = "discharged", "已出院"
    SETTLED = "settled", "已结算"
    CANCELLED = "cancelled", "已撤销"


class ComputedBy(Term):
    """Whose figures a settlement holds."""

    PORTAL = "portal", "本门户"
    PLATFORM = "platform", "平台"


class SettlementDifferenceStatus(Term):
    """Where the difference between the platform's figures and the portal's stands."""

    OPEN = "open", "待核查"
    EXPLAINED = "explained", "已说明"
    CORRECTED = "corrected", "已更正"


class InboundSource(Term):
    """By which way the settlement of a person from elsewhere came to us."""

    MESSAGE = "message", "平台报文"
    LIST = "list", "名单导入"


class TicketStatus(Term):
    """Where a failure ticket stands."""

    OPEN = "open", "待处理"
    IN_WORK = "in_work", "处理中"
    WAITING = "waiting", "等待答复"
    SOLVED = "solved", "已解决"
    MANUAL = "manual", "转手工报销"
    WITHDRAWN = "withdrawn", "已撤销"


class TicketOrigin(Term):
    """Through whom the agency heard of the failure."""

    MESSAGE = "message", "被拒报文"
    HOTLINE = "hotline", "咨询电话"
    HOSPITAL = "hospital", "医院"
    COUNTER = "counter", "窗口"


class Actor(Term):
    """Who acts next on a failure."""

    PERSON = "person", "参保人本人"
    COUNTER = "counter", "参保地窗口"
    HOSPITAL = "hospital", "医院医保办"
    LOCAL = "local", "就医地经办机构"
    HOME = "home", "参保地经办机构"
    PLATFORM = "platform", "异地就医平台"


class Outcome(Term):
    """What a check came to."""

    PASSED = "passed", "通过"
    FAILED = "failed", "未通过"
    UNKNOWN = "unknown", "不能确定"


class Detail(Term):
    """How the cost of a claim is entered."""

    TOTALS = "totals", "按合计"
    BY_CLASS = "by_class", "按费用大类"
    BY_ITEM = "by_item", "按明细"


class ChargeClass(Term):
    """Class of expense on a bill (med_chrgitm_type)."""

    BED = "01", "床位费"
    CONSULTATION = "02", "诊察费"
    EXAMINATION = "03", "检查费"
    LABORATORY = "04", "化验费"
    TREATMENT = "05", "治疗费"
    SURGERY = "06", "手术费"
    NURSING = "07", "护理费"
    CONSUMABLES = "08", "卫生材料费"
    WESTERN_MEDICINE = "09", "西药费"
    HERBAL_PIECES = "10", "中药饮片"
    CHINESE_PATENT = "11", "中成药"
    GENERAL_TREATMENT = "12", "一般诊疗费"
    REGISTRATION = "13", "挂号费"
    OTHER = "14", "其他费"


class Fund(Term):
    """Whose money it is (fund_pay_type)."""

    EMPLOYEE = "310100", "职工基本医疗保险统筹基金"
    CIVIL_SERVANT = "320100", "公务员医疗补助资金"
    LARGE_AMOUNT = "330100", "职工大额医疗费用补助资金"
    RESIDENT = "390100", "城乡居民基本医疗保险基金"
    SERIOUS_ILLNESS = "390200", "居民大病保险资金"
    MEDICAL_AID = "610100", "医疗救助资金"


class EntryKind(Term):
    """Why an entry stands in the ledger of a yearly account."""

    SETTLED = "settled", "结算"
    REVERSED = "reversed", "冲正"
    CARRIED_IN = "carried_in", "系统启用前"


class VersionDay(Term):
    """Which day of a stay picks the version of the benefits."""

    ADMISSION = "admission", "入院日期"
    DISCHARGE = "discharge", "出院日期"


class CatalogueClass(Term):
    """Class of an item in the catalogue (chrgitm_lv)."""

    A = "01", "甲类"
    B = "02", "乙类"
    C = "03", "丙类"


class Counting(Term):
    """How often a deductible is charged."""

    EACH_STAY = "each_stay", "每次住院"
    YEARLY = "yearly", "每年一次"
    TOPPED_UP = "topped_up", "每年一次，不足补齐"


class Lowering(Term):
    """How the deductible of a later stay in the year is made from the standard."""

    AMOUNT_EACH = "amount_each", "每多住院一次减少的金额"
    SHARE_EACH = "share_each", "每多住院一次降低标准的几成"
    FACTOR_EACH = "factor_each", "每多住院一次再乘的系数"
    FACTOR = "factor", "标准乘以系数"
    AMOUNT = "amount", "定额"


class Reduction(Term):
    """The legal forms of a lower benefit away from home, besides ratios of their own."""

    SELF_PAY_FIRST = "self_pay_first", "先行自付比例"
    SCALED = "scaled", "支付比例乘以系数"
    LOWERED = "lowered", "支付比例降低的点数"


class SegmentBase(Term):
    """Which cost the segments of a ratio are measured on."""

    ABOVE_DEDUCTIBLE = "above_deductible", "起付线以上的费用"
    ELIGIBLE = "eligible", "符合政策范围费用"


class Component(Term):
    """What is paid on top of the basic fund, in the order in which it is paid."""

    LARGE_AMOUNT = "large_amount", "职工大额医疗费用补助"
    SERIOUS_ILLNESS = "serious_illness", "居民大病保险"
    CIVIL_SERVANT = "civil_servant", "公务员医疗补助"
    MEDICAL_AID = "medical_aid", "医疗救助"


class Payer(Term):
    """Who pays what is followed up later."""

    AGENCY = "agency", "医保经办机构"
    INSURER = "insurer", "承办大病保险的保险公司"


class BatchKind(Term):
    """What a batch of payments is for; beside claims, the components that are followed up later."""

    CLAIMS = "claims", "个人零星报销"
    CIVIL_SERVANT = "civil_servant", "公务员医疗补助"
    LARGE_AMOUNT = "large_amount", "职工大额医疗费用补助"
    SERIOUS_ILLNESS = "serious_illness", "居民大病保险"
    MEDICAL_AID = "medical_aid", "医疗救助"


class BatchStatus(Term):
    DRAFT = "draft", "草稿"
    CONFIRMED = "confirmed", "已核对"
    SENT = "sent", "已送出"
    CLOSED = "closed", "已回盘"
    VOIDED = "voided", "已作废"


class PaymentStatus(Term):
    """fin_dspo_flag 1, 2, 4, 9; a payment taken out of its batch before it was sent has none."""

    PENDING = "pending", "未处理"
    IN_TRANSIT = "in_transit", "在途"
    PAID = "paid", "已付"
    FAILED = "failed", "支付失败"
    VOID = "void", "已撤出"


FUND_OF_COMPONENT = {
    Component.LARGE_AMOUNT: Fund.LARGE_AMOUNT,
    Component.SERIOUS_ILLNESS: Fund.SERIOUS_ILLNESS,
    Component.CIVIL_SERVANT: Fund.CIVIL_SERVANT,
    Component.MEDICAL_AID: Fund.MEDICAL_AID,
}
BASIC_FUND = {Scheme.EMPLOYEE: Fund.EMPLOYEE, Scheme.RESIDENT: Fund.RESIDENT}


class RecoupmentCause(Term):
    """Why money that a fund has paid is to come back."""

    LAPSED = "lapsed", "承诺到期未补齐"
    AFTER_END = "after_end", "备案终止后发生"
    REVIEW = "review", "审核发现"
    REVERSED = "reversed", "结算冲正"


class RecoupmentStatus(Term):
    PROPOSED = "proposed", "待确认"
    COLLECTING = "collecting", "追回中"
    SETTLED = "settled", "已结清"
    WRITTEN_OFF = "written_off", "已核销"
    WITHDRAWN = "withdrawn", "已撤销"


class ReminderWay(Term):
    """How somebody is reminded to pay."""

    PHONE = "phone", "电话"
    MESSAGE = "message", "短信"
    LETTER = "letter", "书面"
    VISIT = "visit", "上门"


class Query(Term):
    """What callers ask, in the order of 《跨省异地就医住院费用直接结算政策解答》八."""

    HOSPITALS = "hospitals", "医疗机构"
    AGENCIES = "agencies", "经办机构"
    COST = "cost", "就医费用"
    OPENED = "opened", "开通信息"
    FILING = "filing", "备案情况"


PERSONAL_QUERIES = (Query.COST, Query.FILING)  # answered to a caller who is verified


class CallerProof(Term):
    """What a caller is asked beside name and id number: the last digits of something that the register knows."""

    CARD = "card", "社会保障卡号后四位"
    PHONE = "phone", "登记电话后四位"


class Direction(Term):
    """Which way people went: ours elsewhere, or others to our hospitals."""

    OUTBOUND = "outbound", "本地参保人外出就医"
    INBOUND = "inbound", "外地参保人来本地就医"


class Grouping(Term):
    """By what settlements are counted."""

    MONTH = "month", "月份"
    AREA = "area", "统筹区"
    PLACE = "place", "就医地或参保地"
    CATEGORY = "category", "就医类别"
    HOSPITAL = "hospital", "医院"
    SCHEME = "scheme", "险种"
    SERVICE = "service", "服务"


COLUMN_OF_FUND = {
    Fund.EMPLOYEE: "hifp_pay",
    Fund.RESIDENT: "hifp_pay",
    Fund.CIVIL_SERVANT: "cvlserv_pay",
    Fund.SERIOUS_ILLNESS: "hifmi_pay",
    Fund.LARGE_AMOUNT: "hifob_pay",
    Fund.MEDICAL_AID: "maf_pay",
}
"""Under which national name a settlement says what the fund paid; the basic fund is that of the scheme."""
