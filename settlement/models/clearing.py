"""Clearing, outbound: a month of an area, its statements, and which settlements stand in them."""

from decimal import Decimal
from typing import Any, ClassVar, Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from filings.vocabulary import Scheme
from hospitals.access import Right, VisibleQuerySet
from hospitals.history import tracked
from hospitals.models import Area
from hospitals.vocabulary import Scope
from settlement.clearing.lifecycle import (
    MONTH_LIFECYCLE,
    closes_whole,
    entries_stay,
    stays_closed,
    stays_open_for,
)
from settlement.clearing.words import (
    CLOSED,
    INSUTYPE,
    RESULT_CODES,
    ClearingMonthStatus,
    ClearingType,
    Comparison,
)
from settlement.models.settlement import Settlement, yuan
from settlement.vocabulary import BASIC_FUND, COLUMN_OF_FUND, Fund

USER = settings.AUTH_USER_MODEL
CLOSED_STATES = sorted(CLOSED)


def somebody(label: Any) -> "models.ForeignKey[models.Model | None, models.Model | None]":
    return models.ForeignKey(
        USER, models.PROTECT, null=True, blank=True, related_name="+", db_index=False, verbose_name=label
    )


def _says(status: list[str], *names: str) -> Q:
    """In these states all of it is there, in the others nothing is."""
    given = Q(status__in=status, **{f"{name}__isnull": False for name in names})
    return given | (~Q(status__in=status) & Q(**dict.fromkeys(names)))


class ClearingMonthQuerySet(VisibleQuerySet["ClearingMonth"]):
    def open(self) -> Self:
        return self.exclude(status__in=CLOSED_STATES)

    def unpaid(self) -> Self:
        return self.exclude(status=ClearingMonthStatus.PAID)


@tracked()
class ClearingMonth(models.Model):
    """What the funds of an area owe for a month (setlym) of its people treated elsewhere, in yuan.

    month: its first day.  count … fund_pay_sumamt: the sums of its statements.  adjustment: what differences that were
    decided as the platform says add to it.  details: the platform's file that it was last compared with.
    """

    area = models.ForeignKey(Area, models.PROTECT, related_name="+", db_index=False, verbose_name=_("参保地"))
    month = models.DateField(_("清算月份"), help_text=_("当月第一天"))
    status = models.CharField(
        _("状态"), max_length=2, choices=ClearingMonthStatus.choices(), default=ClearingMonthStatus.GATHERED
    )
    count = models.IntegerField(_("人次"), default=0)
    medfee_sumamt = yuan(_("医疗费总额"))
    fund_pay_sumamt = yuan(_("基金支付总额"))
    adjustment = yuan(_("差异认定"))
    details = models.ForeignKey(
        "settlement.ClearingImport",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("平台明细"),
    )
    gathered_at = models.DateTimeField(_("汇总时间"), null=True, blank=True)
    made_by = models.ForeignKey(USER, models.PROTECT, related_name="+", db_index=False, verbose_name=_("经办人"))
    made_at = models.DateTimeField(_("首次汇总时间"), auto_now_add=True)
    finished_by = somebody(_("审核人"))
    finished_at = models.DateTimeField(_("审核完成时间"), null=True, blank=True)
    closed_by = somebody(_("清算确认人"))
    closed_at = models.DateTimeField(_("清算时间"), null=True, blank=True)
    paid_by = somebody(_("拨付登记人"))
    paid_at = models.DateTimeField(_("拨付登记时间"), null=True, blank=True)
    paid_on = models.DateField(_("拨付日期"), null=True, blank=True)
    reference = models.CharField(_("拨付凭证号"), max_length=60, blank=True)
    reject_reason = models.CharField(_("驳回原因"), max_length=300, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects: ClassVar[ClearingMonthQuerySet] = ClearingMonthQuerySet.as_manager()  # type: ignore[assignment]
    seen_with = Right.SEE_CLEARING

    class Meta:
        verbose_name = verbose_name_plural = _("清算月份")
        ordering = ("-month", "area")
        constraints = (
            models.UniqueConstraint(
                fields=["area", "month"],
                name="one_clearing_a_month",
                violation_error_message=_("该统筹区此月份已汇总"),
            ),
            models.CheckConstraint(
                condition=Q(month__day=1),
                name="clearing_month_is_its_first_day",
                violation_error_message=_("清算月份须为当月第一天"),
            ),
            models.CheckConstraint(
                condition=_says(["40", "50", "60"], "finished_by", "finished_at"),
                name="clearing_finished_says_who_when",
                violation_error_message=_("审核完成须有审核人和时间"),
            ),
            models.CheckConstraint(
                condition=_says(["50", "60"], "closed_by", "closed_at"),
                name="clearing_closed_says_who_when",
                violation_error_message=_("已清算须有确认人和时间"),
            ),
            models.CheckConstraint(
                condition=Q(closed_by=None) | ~Q(closed_by=F("finished_by")),
                name="clearing_takes_two",
                violation_error_message=_("审核与清算确认须由不同人员办理"),
            ),
            models.CheckConstraint(
                condition=_says(["60"], "paid_by", "paid_at", "paid_on") & (Q(status="60") ^ Q(reference="")),
                name="clearing_paid_says_who_when",
                violation_error_message=_("已拨付须有登记人、拨付日期和凭证号"),
            ),
            models.CheckConstraint(
                condition=Q(paid_by=None) | ~Q(paid_by=F("closed_by")),
                name="clearing_is_paid_by_another",
                violation_error_message=_("清算确认与拨付登记须由不同人员办理"),
            ),
            models.CheckConstraint(
                condition=Q(status="70") ^ Q(reject_reason=""),
                name="clearing_rejected_says_why",
                violation_error_message=_("驳回须有原因"),
            ),
        )
        indexes = (models.Index(fields=["area", "-month", "id"], name="clearing_month_by_area"),)
        triggers = (
            MONTH_LIFECYCLE.trigger(),
            closes_whole(),
            stays_closed(),
            pgtrigger.ReadOnly(name="clearing_month_stands", fields=["area", "month", "made_by", "made_at"]),
            pgtrigger.Protect(name="clearing_months_stay", operation=pgtrigger.Delete),
        )

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("clearing_month", args=[self.pk])

    @property
    def number(self) -> str:
        """QS + month + area; follows from the row."""
        return f"QS{self.setlym}{self.area_id}"

    @property
    def setlym(self) -> str:
        """202602."""
        return f"{self.month:%Y%m}"

    @property
    def is_closed(self) -> bool:
        return self.status in CLOSED_STATES

    @property
    def payable(self) -> Decimal:
        """What is to be paid: what the books say, and what was decided as the platform says."""
        return self.fund_pay_sumamt + self.adjustment


@tracked()
class ClearingStatement(models.Model):
    """One treatment area, scheme, kind of care and way of a month: the sums of its settlements, reversals taken off.

    their_…: the platform's totals (3201), None before they were compared.
    """

    month = models.ForeignKey(ClearingMonth, models.PROTECT, related_name="statements", verbose_name=_("清算月份"))
    area = models.ForeignKey(Area, models.PROTECT, related_name="+", db_index=False, verbose_name=_("参保地"))
    treatment_area = models.ForeignKey(Area, models.PROTECT, related_name="+", db_index=False, verbose_name=_("就医地"))
    scheme = models.CharField(_("险种"), max_length=10, choices=Scheme.choices())
    clr_type = models.CharField(_("清算类别"), max_length=2, choices=ClearingType.choices())
    scope = models.CharField(_("清算方式"), max_length=16, choices=Scope.choices())
    count = models.IntegerField(_("人次"), default=0, help_text=_("冲正与原结算各计一次"))
    medfee_sumamt = yuan(_("医疗费总额"))
    hifp_pay = yuan(_("统筹基金支付"))
    cvlserv_pay = yuan(_("公务员医疗补助"))
    hifmi_pay = yuan(_("居民大病保险"))
    hifob_pay = yuan(_("职工大额补助"))
    maf_pay = yuan(_("医疗救助"))
    fund_pay_sumamt = yuan(_("基金支付总额"))
    psn_part_amt = yuan(_("个人负担"))
    their_count = models.IntegerField(_("平台人次"), null=True, blank=True)
    their_medfee_sumamt = models.DecimalField(
        _("平台医疗费总额"), max_digits=16, decimal_places=2, null=True, blank=True
    )
    their_fund_pay_sumamt = models.DecimalField(
        _("平台基金支付总额"), max_digits=16, decimal_places=2, null=True, blank=True
    )
    their_acct_pay = models.DecimalField(_("平台个人账户支付"), max_digits=16, decimal_places=2, null=True, blank=True)

    objects: ClassVar[VisibleQuerySet["ClearingStatement"]] = VisibleQuerySet.as_manager()  # type: ignore[assignment]
    seen_with = Right.SEE_CLEARING

    class Meta:
        verbose_name = verbose_name_plural = _("清算单")
        ordering = ("month", "treatment_area", "scheme", "clr_type", "scope")
        constraints = (
            models.UniqueConstraint(
                fields=["month", "treatment_area", "scheme", "clr_type", "scope"],
                name="one_statement_a_place_and_kind",
                violation_error_message=_("同一就医地、险种、类别只有一张清算单"),
            ),
            models.CheckConstraint(
                condition=Q(medfee_sumamt=F("fund_pay_sumamt") + F("psn_part_amt"))
                & Q(fund_pay_sumamt=F("hifp_pay") + F("cvlserv_pay") + F("hifmi_pay") + F("hifob_pay") + F("maf_pay")),
                name="statement_parts_make_the_total",
                violation_error_message=_("各项基金与个人负担之和须等于医疗费总额"),
            ),
        )
        indexes = (models.Index(fields=["area", "-id"], name="clearing_statement_by_area"),)
        triggers = (
            stays_open_for("statement_of_an_open_month"),
            pgtrigger.ReadOnly(
                name="statement_stands", fields=["month", "area", "treatment_area", "scheme", "clr_type", "scope"]
            ),
        )

    def __str__(self) -> str:
        return f"{self.month.number} {self.treatment_area} {self.get_scheme_display()} {self.get_clr_type_display()}"

    def get_absolute_url(self) -> str:
        return reverse("clearing_statement", args=[self.pk])

    @property
    def insutype(self) -> str:
        return INSUTYPE[Scheme.of(self.scheme)]

    @property
    def comparison(self) -> Comparison | None:
        """With the platform's totals; None before they were compared."""
        if self.their_count is None:
            return None
        theirs = (self.their_count, self.their_medfee_sumamt, self.their_fund_pay_sumamt)
        if theirs == (self.count, self.medfee_sumamt, self.fund_pay_sumamt):
            return Comparison.EQUAL
        if not self.their_count:
            return Comparison.OURS_ONLY
        return Comparison.DIFFERENT if self.count else Comparison.THEIRS_ONLY

    @property
    def stmt_rslt(self) -> str:
        """For messages; empty before the totals were compared."""
        return RESULT_CODES[self.comparison] if self.comparison else ""

    @property
    def by_fund(self) -> dict[Fund, Decimal]:
        """What each fund (fund_pay_type) pays; without those that pay nothing."""
        basic = BASIC_FUND[Scheme.of(self.scheme)]
        funds = [fund for fund in Fund if fund is basic or fund not in BASIC_FUND.values()]
        amounts = {fund: getattr(self, COLUMN_OF_FUND[fund]) for fund in funds}
        return {fund: amount for fund, amount in amounts.items() if amount}


class ClearingEntry(models.Model):
    """A settlement stands in a statement: in one, once."""

    settlement = models.OneToOneField(
        Settlement, models.PROTECT, related_name="clearing", verbose_name=_("结算"), primary_key=True
    )
    statement = models.ForeignKey(ClearingStatement, models.PROTECT, related_name="entries", verbose_name=_("清算单"))

    class Meta:
        verbose_name = verbose_name_plural = _("清算明细")
        triggers = (
            *entries_stay(),
            pgtrigger.Protect(name="clearing_entry_is_final", operation=pgtrigger.Update),
        )

    def __str__(self) -> str:
        return f"{self.statement} {self.settlement}"
