"""What the platform says of a month: its file row by row, what differs, and how each difference is worked off."""

from decimal import Decimal
from typing import Any, ClassVar, Self

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from hospitals.access import Right, VisibleQuerySet
from hospitals.history import tracked
from hospitals.models import Area
from hospitals.models.imports import ListImport, list_lifecycle, states_with
from hospitals.vocabulary import ListAction, ListStatus
from settlement.clearing.lifecycle import DIFFERENCE_LIFECYCLE, stays_open_for
from settlement.clearing.words import ClearingDifferenceStatus, Comparison, Handling
from settlement.models.clearing import ClearingMonth, somebody
from settlement.models.settlement import Settlement

FILE_LIFECYCLE = list_lifecycle(Right.CLEAR)
WORDS = {
    ListAction.NEW: Comparison.THEIRS_ONLY.label,
    ListAction.WITHDRAWN: Comparison.OURS_ONLY.label,
    ListAction.CHANGED: Comparison.DIFFERENT.label,
    ListAction.SAME: Comparison.EQUAL.label,
}
STATES = {ListStatus.APPLYING.value: "正在对账", ListStatus.APPLIED.value: "已对账"}
FILE_STATES = states_with(STATES)


def _amount(label: Any) -> "models.DecimalField[Decimal | None, Decimal | None]":
    return models.DecimalField(label, max_digits=16, decimal_places=2, null=True, blank=True)


@tracked(exclude=("content", "stage", "progress"))
class ClearingImport(ListImport):
    """The platform's details of one month (3202).  Its rows stand in `details`; `content` is not kept.

    new, withdrawn, changed: only the platform has them, only we have them, they differ.
    """

    month = models.ForeignKey(
        ClearingMonth, models.PROTECT, related_name="files", db_index=False, verbose_name=_("清算月份")
    )
    taken_on = models.DateField(_("收到日期"))
    withdrawn = models.PositiveIntegerField(_("仅本地有"), default=0)

    objects: ClassVar[VisibleQuerySet["ClearingImport"]] = VisibleQuerySet.as_manager()  # type: ignore[assignment]
    seen_with = Right.SEE_CLEARING
    lifecycle = FILE_LIFECYCLE
    words, states = WORDS, STATES
    get_status_display = ListImport.state_in_own_words

    class Meta(ListImport.Meta):
        verbose_name = verbose_name_plural = _("平台明细")
        triggers = (FILE_LIFECYCLE.trigger(),)

    def get_absolute_url(self) -> str:
        return reverse("clearing_file_import", args=[self.pk])


class PlatformDetail(models.Model):
    """One row of the platform's file, as it says.  A refund's amounts are below nought however they were written.

    Files are never deleted, so the reference needs no check a row: there are a million of them.
    """

    list_import = models.ForeignKey(ClearingImport, models.CASCADE, related_name="details", db_constraint=False)
    number = models.PositiveIntegerField()
    psn_no = models.TextField(blank=True)
    mdtrt_id = models.TextField(blank=True)
    setl_id = models.TextField()
    msgid = models.TextField(blank=True)
    refd_setl_flag = models.BooleanField(default=False)
    medfee_sumamt = models.DecimalField(max_digits=16, decimal_places=2)
    fund_pay_sumamt = models.DecimalField(max_digits=16, decimal_places=2)
    acct_pay = models.DecimalField(max_digits=16, decimal_places=2, null=True)

    class Meta:
        ordering = ("list_import", "number")

    def __str__(self) -> str:
        return self.setl_id


class Compared(models.Model):
    """What comparing one settlement comes to: ours beside theirs, each None where that side has none."""

    setl_id = models.CharField(_("结算编号"), max_length=40)
    mdtrt_id = models.CharField(_("就诊编号"), max_length=40, blank=True)
    psn_no = models.CharField(_("人员编号"), max_length=40, blank=True)
    msgid = models.CharField(_("报文编号"), max_length=40, blank=True)
    settlement = models.ForeignKey(
        Settlement, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("结算")
    )
    our_medfee_sumamt = _amount(_("本地医疗费总额"))
    our_fund_pay_sumamt = _amount(_("本地基金支付"))
    their_medfee_sumamt = _amount(_("平台医疗费总额"))
    their_fund_pay_sumamt = _amount(_("平台基金支付"))
    their_acct_pay = _amount(_("平台个人账户支付"))
    their_refd_setl_flag = models.BooleanField(_("平台退费标志"), default=False)

    class Meta:
        abstract = True

    @property
    def comparison(self) -> Comparison:
        if self.our_medfee_sumamt is None:
            return Comparison.THEIRS_ONLY
        return Comparison.OURS_ONLY if self.their_medfee_sumamt is None else Comparison.DIFFERENT

    @property
    def fund_difference(self) -> Decimal:
        """What the platform has more."""
        return (self.their_fund_pay_sumamt or Decimal(0)) - (self.our_fund_pay_sumamt or Decimal(0))

    @property
    def fee_difference(self) -> Decimal:
        return (self.their_medfee_sumamt or Decimal(0)) - (self.our_medfee_sumamt or Decimal(0))


class ClearingImportRow(Compared):
    """What a file comes to: its faulty rows, and what differs.  Rows that are equal are only counted."""

    list_import = models.ForeignKey(ClearingImport, models.CASCADE, related_name="steps", db_index=False)
    position = models.PositiveIntegerField()
    number = models.PositiveIntegerField(default=0)
    sheet = models.TextField(blank=True)
    action = models.CharField(max_length=10, choices=ListAction.choices())
    faults = models.JSONField(default=list)
    written = models.JSONField(default=dict)

    class Meta:
        ordering = ("list_import", "position")
        constraints = (
            models.UniqueConstraint(fields=["list_import", "action", "position"], name="one_clearing_row_a_position"),
        )

    def __str__(self) -> str:
        return f"{self.get_action_display()} {self.setl_id}"

    @property
    def name(self) -> str:
        return self.setl_id


class DifferenceQuerySet(VisibleQuerySet["ClearingDifference"]):
    def unresolved(self) -> Self:
        return self.exclude(status=ClearingDifferenceStatus.RESOLVED)

    def carried(self) -> Self:
        return self.filter(status=ClearingDifferenceStatus.RESOLVED, how=Handling.CARRIED)


@tracked()
class ClearingDifference(Compared):
    """A settlement that the platform has otherwise than we in a month.  Worked off by one person.

    how: with its reason, from when it is proposed; where it moves money another person confirms.
    """

    month = models.ForeignKey(ClearingMonth, models.PROTECT, related_name="differences", verbose_name=_("清算月份"))
    area = models.ForeignKey(Area, models.PROTECT, related_name="+", db_index=False, verbose_name=_("参保地"))
    kind = models.CharField(_("差异"), max_length=12, choices=Comparison.choices())
    status = models.CharField(
        _("状态"), max_length=10, choices=ClearingDifferenceStatus.choices(), default=ClearingDifferenceStatus.OPEN
    )
    handled_by = somebody(_("处理人"))
    how = models.CharField(_("处理方式"), max_length=20, choices=Handling.choices(), blank=True)
    reason = models.CharField(_("处理说明"), max_length=300, blank=True)
    correction = models.ForeignKey(
        Settlement,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("更正的结算"),
    )
    resolved_by = somebody(_("办结人"))
    resolved_at = models.DateTimeField(_("办结时间"), null=True, blank=True)
    made_at = models.DateTimeField(_("发现时间"), auto_now_add=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects: ClassVar[DifferenceQuerySet] = DifferenceQuerySet.as_manager()  # type: ignore[assignment]
    seen_with = Right.SEE_CLEARING

    class Meta:
        verbose_name = verbose_name_plural = _("清算差异")
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=["month", "setl_id"],
                name="one_difference_a_settlement",
                violation_error_message=_("此结算在该月已有差异"),
            ),
            models.CheckConstraint(
                condition=Q(kind="theirs_only", our_medfee_sumamt=None, their_medfee_sumamt__isnull=False)
                | Q(kind="ours_only", our_medfee_sumamt__isnull=False, their_medfee_sumamt=None)
                | Q(kind="different", our_medfee_sumamt__isnull=False, their_medfee_sumamt__isnull=False),
                name="difference_has_its_sides",
                violation_error_message=_("差异须写明本地和平台的金额"),
            ),
            models.CheckConstraint(
                condition=Q(status="open", handled_by=None, how="", reason="")
                | Q(status="taken", handled_by__isnull=False, how="", reason="")
                | (Q(status="proposed", handled_by__isnull=False, how__in=["accepted", "carried"]) & ~Q(reason=""))
                | Q(status="resolved", how="equal_now")
                | (Q(status="resolved", handled_by__isnull=False) & ~Q(how="") & ~Q(reason="")),
                name="difference_says_how_and_why",
                violation_error_message=_("差异的处理须有处理人、方式和说明"),
            ),
            models.CheckConstraint(
                condition=Q(status="resolved", resolved_by__isnull=False, resolved_at__isnull=False)
                | (~Q(status="resolved") & Q(resolved_by=None, resolved_at=None)),
                name="difference_resolved_says_who_when",
                violation_error_message=_("已处理的差异须有办结人和时间"),
            ),
            models.CheckConstraint(
                condition=~Q(status="resolved", how__in=["accepted", "carried"]) | ~Q(resolved_by=F("handled_by")),
                name="difference_that_moves_money_takes_two",
                violation_error_message=_("涉及资金的差异须由他人复核"),
            ),
        )
        indexes = (
            models.Index(fields=["area", "-id"], name="clearing_difference_by_area"),
            models.Index(fields=["area", "status", "id"], name="clearing_difference_by_status"),
        )
        triggers = (
            DIFFERENCE_LIFECYCLE.trigger(),
            stays_open_for("difference_of_an_open_month"),
            pgtrigger.Protect(name="differences_stay", operation=pgtrigger.Delete),
        )

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("clearing_difference", args=[self.pk])

    @property
    def number(self) -> str:
        """CY + month + serial number."""
        return f"CY{self.month.setlym}{self.pk:08d}"

    @property
    def person(self) -> Any:
        """As the worklist calls it; None where only the platform has the settlement."""
        return self.settlement.person if self.settlement else None

    @property
    def differing(self) -> list[str]:
        """What differs, in words."""
        said = [
            (self.fee_difference, _("医疗费总额")),
            (self.fund_difference, _("基金支付")),
        ]
        return [str(label) for amount, label in said if amount] or [str(_("退费标志"))]
