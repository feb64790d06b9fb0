"""3201 and 3202: a day's settlements between the platform and the books, by totals and one by one."""

from decimal import Decimal
from typing import Any

from django.db.models import Count, QuerySet, Sum
from django.utils.translation import gettext as _

from filings.platform.codes import CLR_TYPE, SCHEME_OF_INSUTYPE
from filings.platform.transactions.reconciliation import (
    MOST_ROWS,
    DetailResult,
    DetailsOutput,
    Totals,
    TotalsOutput,
    TotalsResult,
)
from filings.vocabulary import SettlementWay
from hospitals.reasons import Refused
from settlement.gateway.admission_checks import hospital_known_as, pool_of
from settlement.gateway.hearing import Answered, Heard, place_of
from settlement.models import Settlement
from settlement.vocabulary import ComputedBy

LONGEST_DAYS = 31
INSTITUTIONS = "HP"  # how the codes of hospitals and pharmacies begin


def compare_totals(heard: Heard) -> Answered:
    """3201.  Reversals are rows of their own, with contrary amounts."""
    told = heard.body.data
    found = _ours(heard, told).aggregate(
        total=Sum("medfee_sumamt", default=Decimal(0)),
        fund=Sum("fund_pay_sumamt", default=Decimal(0)),
        count=Count("pk"),
    )
    is_even = (found["total"], found["fund"], found["count"]) == (
        told.medfee_sumamt,
        told.fund_pay_sumamt,
        told.fixmedins_setl_cnt,
    )
    text = _("平") if is_even else _("不平：门户 {count} 笔，总额 {total}，基金 {fund}")
    result = TotalsResult(
        stmt_rslt="0" if is_even else "1",
        stmt_rslt_dscr=text.format(count=found["count"], total=f"{found['total']:.2f}", fund=f"{found['fund']:.2f}"),
        medfee_sumamt=f"{found['total']:.2f}",
        fund_pay_sumamt=f"{found['fund']:.2f}",
        setl_cnt=found["count"],
    )
    return Answered(TotalsOutput(stmtinfo=result))


def compare_details(heard: Heard) -> Answered:
    """3202.  Only what does not agree is answered: ours alone, theirs alone, other amounts."""
    told = heard.body.data
    ours = list(_ours(heard, told).select_related("admission", "reverses")[: MOST_ROWS + 1])
    if len(ours) > MOST_ROWS:
        text = _("门户在此期间有 {most} 笔以上结算，请缩短对账期间")
        raise Refused.because("too_many_rows", text.format(most=MOST_ROWS))
    known = {_id_of(row): row for row in ours}
    if len({row.setl_id for row in told.rows}) != len(told.rows):
        raise Refused.because("rows_twice", _("明细中有重复的结算ID"))
    rows = []
    for row in told.rows:
        mine = known.pop(row.setl_id, None)
        sign = -1 if row.refd_setl_flag == "1" else 1
        theirs = (sign * row.medfee_sumamt, sign * row.fund_pay_sumamt)
        if mine is None:
            rows.append(DetailResult(setl_id=row.setl_id, refd_setl_flag=row.refd_setl_flag, stmt_rslt="theirs"))
        elif theirs != (mine.medfee_sumamt, mine.fund_pay_sumamt):
            rows.append(_row(mine, "different"))
    rows += [_row(mine, "ours") for mine in known.values()]
    return Answered(DetailsOutput(stmt_rslt="1" if rows else "0", rows=rows))


def _ours(heard: Heard, told: Totals) -> QuerySet[Settlement]:
    """Direct settlements of the home area in the period; its own, where a hospital asks.  Raises Refused."""
    area = heard.request.insuplc_admdvs
    if not area:
        raise Refused.because("home_area_missing", _("对账须填写参保地医保区划（insuplc_admdvs）"))
    heard.about.area = area
    if told.stmt_enddate < told.stmt_begndate or (told.stmt_enddate - told.stmt_begndate).days >= LONGEST_DAYS:
        raise Refused.because("period", _("对账期间应为 1 至 {days} 天").format(days=LONGEST_DAYS))
    rows = Settlement.objects.filter(
        area=area, way=SettlementWay.DIRECT, settled_on__range=(told.stmt_begndate, told.stmt_enddate)
    )
    narrowed: dict[str, Any] = {}
    if told.insutype:
        if told.insutype not in SCHEME_OF_INSUTYPE:
            raise Refused.because("insutype_unknown", _("没有险种 {code}").format(code=told.insutype))
        narrowed["scheme"] = SCHEME_OF_INSUTYPE[told.insutype]
    if told.clr_type:
        narrowed["service__in"] = [service for service, code in CLR_TYPE.items() if code == told.clr_type]
    request = heard.request
    if request.fixmedins_code[0] in INSTITUTIONS:
        place = place_of(request.mdtrtarea_admvs)
        hospital = hospital_known_as(request.fixmedins_code, request.fixmedins_name, pool_of(place)) if place else None
        if hospital is None:
            raise Refused.because("hospital_unknown", _("联网医院目录中没有“%s”") % request.fixmedins_name)
        narrowed["hospital"] = hospital
    return rows.filter(**narrowed).order_by("pk")


def _id_of(row: Settlement) -> str:
    """As the other side knows it: what the platform settled by its own id, every reversal by ours."""
    return row.platform_setl_id if row.computed_by == ComputedBy.PLATFORM and not row.reverses_id else row.number


def _row(mine: Settlement, result: str) -> DetailResult:
    return DetailResult(
        setl_id=_id_of(mine),
        refd_setl_flag="1" if mine.reverses_id else "0",
        stmt_rslt=result,
        medfee_sumamt=f"{mine.medfee_sumamt:.2f}",
        fund_pay_sumamt=f"{mine.fund_pay_sumamt:.2f}",
    )
