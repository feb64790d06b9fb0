"""Lists of claims: all of them, and what waits for finance."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse

from filings.identity import masked
from hospitals.access import Right, reach_of, staff_name
from hospitals.listing import Column, ListPage
from hospitals.templatetags.portal import yuan
from settlement.claims.shown import status_badge
from settlement.filters import ClaimFilter
from settlement.models import Claim
from settlement.vocabulary import ClaimStatus


def fund(claim: Claim) -> str:
    return yuan(claim.calculation.fund) if claim.calculation else ""


NUMBER = Column("报销编号", lambda row: row.number, sort="pk", link=lambda row: row.get_absolute_url(), kind="date")
NAME = Column("姓名", lambda row: row.person.name, link=lambda row: reverse("person", args=[row.person_id]))
FUND = Column("基金支付（元）", fund, kind="number", exported=lambda row: row.calculation and row.calculation.fund)
STATUS = Column("状态", status_badge, sort="status", exported=lambda row: row.get_status_display())


class ClaimList(ListPage):
    model = Claim
    title = "手工报销"
    right = Right.SEE_CLAIMS
    filterset_class = ClaimFilter
    template_name = "settlement/claims.html"
    here = "claims"
    columns: tuple[Column, ...] = (
        NUMBER,
        NAME,
        Column("参保地", lambda row: row.area.name),
        Column("就医类别", lambda row: row.get_category_display()),
        Column("医院", lambda row: row.hospital_name),
        Column("入院日期", lambda row: row.admitted_on, sort="admitted_on", kind="date"),
        Column("受理日期", lambda row: row.accepted_on, sort="accepted_on", kind="date"),
        Column("总额（元）", lambda row: yuan(row.total), sort="total", kind="number", exported=lambda row: row.total),
        FUND,
        STATUS,
    )

    def queryset(self) -> QuerySet[Claim]:
        return Claim.objects.select_related("person", "area", "calculation")

    def sort_field(self, request: HttpRequest) -> str:
        """Days of acceptance are listed by day, which their index gives in order."""
        of_days = request.GET.get("since") or request.GET.get("until")
        return super().sort_field(request) if request.GET.get("sort") or not of_days else "-accepted_on"

    def extra_context(self) -> dict[str, Any]:
        return {"here": self.here, "for_finance": reach_of(self.request.user).has(Right.RELEASE_CLAIMS)}


class FinanceList(ClaimList):
    """Approved and released: what finance looks at, releases and pays."""

    title = "财务复核与支付"
    right = Right.RELEASE_CLAIMS
    here = "finance"
    empty_text = "没有待复核或待支付的报销"
    columns = (
        NUMBER,
        NAME,
        Column("参保地", lambda row: row.area.name),
        Column("收款人", lambda row: row.payee_name),
        Column("开户银行", lambda row: row.payee_bank),
        Column("银行账号", lambda row: masked(row.payee_account), kind="date", exported=lambda row: row.payee_account),
        FUND,
        Column("审核人", lambda row: staff_name(row.reviewed_by)),
        STATUS,
    )

    def queryset(self) -> QuerySet[Claim]:
        waiting = super().queryset().filter(status__in=(ClaimStatus.APPROVED, ClaimStatus.RELEASED))
        return waiting.select_related("person", "area", "calculation", "reviewed_by")
