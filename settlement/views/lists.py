"""Lists of claims: all of them, those whose clock runs by their last day, and what waits for finance."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from filings.identity import masked
from hospitals.access import Right, reach_of, staff_name
from hospitals.listing import Column, ListPage
from hospitals.templatetags.portal import yuan
from settlement.claims.clock import age_of, clock_of
from settlement.claims.lifecycle import RUNNING
from settlement.claims.shown import status_badge
from settlement.filters import ClaimFilter
from settlement.models import Claim
from settlement.vocabulary import ClaimStatus


def fund(claim: Claim) -> str:
    return yuan(claim.calculation.fund) if claim.calculation else ""


NUMBER = Column("报销编号", lambda row: row.number, sort="pk", link=lambda row: row.get_absolute_url(), kind="date")
NAME = Column(
    "姓名", lambda row: row.person.name, link=lambda row: reverse("person", args=[row.person_id]), kind="nowrap"
)
FUND = Column("基金支付（元）", fund, kind="number", exported=lambda row: row.calculation and row.calculation.fund)
ACCEPTED = Column("受理日期", lambda row: row.accepted_on, sort="accepted_on", kind="date")
AGE = Column("已办（工作日）", lambda row: age_of(row, timezone.localdate()), kind="number")
CLOCK = Column(
    "时限",
    lambda row: clock_of(row, timezone.localdate()).badge,
    exported=lambda row: clock_of(row, timezone.localdate()).text,
)


def clock_and_age(claim: Claim) -> SafeString:
    today = timezone.localdate()
    return format_html("{} <small>已办 {} 个工作日</small>", clock_of(claim, today).badge, age_of(claim, today))


STATUS = Column("状态", status_badge, sort="status", exported=lambda row: row.get_status_display())


class ClaimList(ListPage):
    model = Claim
    title = "手工报销"
    right = Right.SEE_CLAIMS
    filterset_class = ClaimFilter
    template_name = "settlement/claims.html"
    empty_text = "没有符合条件的报销"
    here = "claims"
    columns: tuple[Column, ...] = (
        NUMBER,
        NAME,
        Column("参保地", lambda row: row.area.name),
        Column("就医类别", lambda row: row.get_category_display()),
        Column("医院", lambda row: row.hospital_name, kind="subject"),
        Column("入院日期", lambda row: row.admitted_on, sort="admitted_on", kind="date"),
        ACCEPTED,
        Column("总额（元）", lambda row: yuan(row.total), sort="total", kind="number", exported=lambda row: row.total),
        FUND,
        STATUS,
        Column("时限", clock_and_age, kind="clock", exported=CLOCK.exported),
    )

    def queryset(self) -> QuerySet[Claim]:
        return Claim.objects.select_related("person", "area", "calculation")

    def sort_field(self, request: HttpRequest) -> str:
        """Days of acceptance are listed by day, which their index gives in order."""
        of_days = request.GET.get("since") or request.GET.get("until")
        return super().sort_field(request) if request.GET.get("sort") or not of_days else "-accepted_on"

    def extra_context(self) -> dict[str, Any]:
        return {"here": self.here, "for_finance": reach_of(self.request.user).has(Right.RELEASE_CLAIMS)}


class DueList(ClaimList):
    """Those whose clock runs, the first due on top; a clock that is stopped or not configured has no last day."""

    title = "办理时限"
    here = "due"
    ordering = "due_on"
    empty_text = "没有计时中的报销"
    columns = (
        NUMBER,
        NAME,
        Column("参保地", lambda row: row.area.name),
        Column("就医类别", lambda row: row.get_category_display()),
        STATUS,
        ACCEPTED,
        AGE,
        Column("办结期限", lambda row: row.due_on, sort="due_on", kind="date"),
        CLOCK,
        Column("经办人", lambda row: staff_name(row.made_by)),
        Column("领取人", lambda row: staff_name(row.taken_by)),
    )

    def queryset(self) -> QuerySet[Claim]:
        running = super().queryset().filter(status__in=RUNNING, due_on__isnull=False)
        return running.select_related("person", "area", "made_by", "taken_by")


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
