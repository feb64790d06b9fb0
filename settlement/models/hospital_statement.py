"""Statements of hospitals for people from elsewhere, a month and a scope each: their lines and what is deducted."""

from decimal import Decimal
from typing import Any, ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from hospitals.access import Right, VisibleQuerySet
from hospitals.history import tracked
from hospitals.models import Area, Hospital
from hospitals.vocabulary import Scope
from settlement.hospital_clearing.guards import adds_up, comes_into_open_months, within_what_is_paid
from settlement.hospital_clearing.lifecycle import STATEMENT_LIFECYCLE
from settlement.hospital_clearing.words import (
    DeductionSource,
    DeductionStatus,
    DeductionType,
    HospitalStatementStatus,
    ReviewExtent,
)
from settlement.models.inbound import InboundSettlement
from settlement.models.settlement import yuan

USER = settings.AUTH_USER_MODEL
SEE = Right.SEE_HOSPITAL_CLEARING


def _somebody(label: Any) -> "models.ForeignKey[models.Model | None, models.Model | None]":
    return models.ForeignKey(
        USER, models.PROTECT, null=True, blank=True, related_name="+", db_index=False, verbose_name=label
    )


@tracked()
class HospitalClearingTerm(models.Model):
    """How many working days a hospital has to appeal, per area.  No document gives it: none is shipped."""

    area = models.OneToOneField(Area, models.PROTECT, related_name="+", verbose_name=_("统筹区"))
    appeal_days = models.PositiveSmallIntegerField(
        _("申诉期限（工作日）"), null=True, blank=True, help_text=_("自审核完成告知医院起；留空为未配置")
    )
    source = models.CharField(_("依据"), max_length=200)
    assumed = models.BooleanField(_("示例"), default=False, help_text=_("文件没有给出、仅供演示的数字"))

    objects: ClassVar[VisibleQuerySet["HospitalClearingTerm"]] = VisibleQuerySet.as_manager()  # type: ignore[assignment]
    seen_with = SEE

    class Meta:
        verbose_name = verbose_name_plural = _("医疗机构清算期限")
        ordering = ("area",)
        constraints = (
            models.CheckConstraint(
                condition=(Q(appeal_days=None) | Q(appeal_days__gt=0)) & ~Q(source=""),
                name="clearing_term_has_its_source",
                violation_error_message=_("申诉期限须大于零，并写明依据"),
            ),
        )

    def __str__(self) -> str:
        return self.area.name


@tracked()
class HospitalStatement(models.Model):
    """What a hospital is owed for a month, in-province and cross-province apart; amounts in yuan.

    month: its first day.  count … acct_pay: of its lines.  deducted: after appeals.  returned: deducted in earlier
    months of settlements that are reversed here.  carried_in: what the month before was short of, nought or less.
    payable: what all that comes to; below nought it is carried into the next month.  stated_*: what the hospital says.
    """

    area = models.ForeignKey(Area, models.PROTECT, related_name="+", db_index=False, verbose_name=_("就医地"))
    hospital = models.ForeignKey(
        Hospital, models.PROTECT, related_name="statements", db_index=False, verbose_name=_("医院")
    )
    scope = models.CharField(_("范围"), max_length=16, choices=Scope.choices())
    month = models.DateField(_("清算月份"))
    status = models.CharField(
        _("状态"), max_length=2, choices=HospitalStatementStatus.choices(), default=HospitalStatementStatus.APPLIED
    )
    count = models.PositiveIntegerField(_("结算笔数"), default=0)
    medfee_sumamt = yuan(_("医疗费总额"))
    fund_pay_sumamt = yuan(_("基金支付总额"))
    acct_pay = yuan(_("个人账户支付"))
    deducted = yuan(_("扣款"))
    returned = yuan(_("退回往月扣款"))
    carried_in = yuan(_("上月结转"))
    payable = yuan(_("应拨付"))
    stated_count = models.PositiveIntegerField(_("医院申报笔数"), null=True, blank=True)
    stated_fund = models.DecimalField(_("医院申报基金支付"), max_digits=16, decimal_places=2, null=True, blank=True)
    applied_on = models.DateField(_("申报日期"))
    made_by = models.ForeignKey(USER, models.PROTECT, related_name="+", db_index=False, verbose_name=_("申报经办人"))
    made_at = models.DateTimeField(_("编制时间"), auto_now_add=True)
    accepted_by = _somebody(_("受理人"))
    accepted_at = models.DateTimeField(_("受理时间"), null=True, blank=True)
    extent = models.CharField(_("审核范围"), max_length=6, choices=ReviewExtent.choices(), blank=True)
    reviewed_by = _somebody(_("审核人"))
    reviewed_at = models.DateTimeField(_("审核完成时间"), null=True, blank=True)
    told_on = models.DateField(_("告知医院日期"), null=True, blank=True)
    appeal_until = models.DateField(_("申诉截止日期"), null=True, blank=True, help_text=_("空为期限未配置"))
    agreed_on = models.DateField(_("医院确认日期"), null=True, blank=True)
    cleared_by = _somebody(_("清算人"))
    cleared_at = models.DateTimeField(_("清算时间"), null=True, blank=True)
    rejected_by = _somebody(_("驳回人"))
    reject_reason = models.CharField(_("驳回理由"), max_length=300, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects: ClassVar[VisibleQuerySet["HospitalStatement"]] = VisibleQuerySet.as_manager()  # type: ignore[assignment]
    seen_with = SEE
    hall_id = None  # a statement is the whole area's

    class Meta:
        verbose_name = verbose_name_plural = _("医疗机构清算单")
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=["hospital", "scope", "month"],
                name="one_statement_a_month",
                violation_error_message=_("该医院此月份的清算单已编制"),
            ),
            models.CheckConstraint(
                condition=Q(month__day=1), name="statement_month_is_its_first_day",
                violation_error_message=_("清算月份须为当月一日"),
            ),
            models.CheckConstraint(
                condition=Q(
                    payable=F("fund_pay_sumamt") + F("acct_pay") - F("deducted") + F("returned") + F("carried_in"),
                    deducted__gte=0, returned__gte=0, carried_in__lte=0,
                ),
                name="statement_payable_adds_up",
                violation_error_message=_("应拨付须等于基金与个人账户支付减扣款，加退回往月扣款和上月结转"),
            ),
            models.CheckConstraint(
                condition=Q(status__in=["10", "70"], accepted_by=None, accepted_at=None)
                | Q(status__in=["20", "30", "40", "50", "60"], accepted_by__isnull=False, accepted_at__isnull=False),
                name="statement_accepted_says_who_when",
                violation_error_message=_("已受理的清算单须有受理人和时间"),
            ),
            models.CheckConstraint(
                condition=Q(status__in=["10", "20", "30", "70"], reviewed_by=None, reviewed_at=None, told_on=None)
                | Q(status__in=["40", "50", "60"], reviewed_by__isnull=False, reviewed_at__isnull=False,
                    told_on__isnull=False),
                name="statement_reviewed_says_who_when",
                violation_error_message=_("审核完成的清算单须有审核人、时间和告知日期"),
            ),
            models.CheckConstraint(
                condition=Q(status__in=["50", "60"], cleared_by__isnull=False, cleared_at__isnull=False)
                | (~Q(status__in=["50", "60"]) & Q(cleared_by=None, cleared_at=None)),
                name="statement_cleared_says_who_when",
                violation_error_message=_("已清算的须有清算人和时间"),
            ),
            models.CheckConstraint(
                condition=(Q(status="70", rejected_by__isnull=False) & ~Q(reject_reason=""))
                | (~Q(status="70") & Q(rejected_by=None, reject_reason="")),
                name="statement_rejected_says_who_why",
                violation_error_message=_("驳回须有驳回人和理由"),
            ),
            models.CheckConstraint(
                condition=(Q(accepted_by=None) | ~Q(accepted_by=F("made_by")))
                & (Q(reviewed_by=None) | ~Q(reviewed_by=F("made_by")))
                & (Q(cleared_by=None) | (~Q(cleared_by=F("made_by")) & ~Q(cleared_by=F("reviewed_by")))),
                name="statement_maker_and_checkers_differ",
                violation_error_message=_("申报、审核、清算须由不同人员办理"),
            ),
        )  # fmt: skip
        indexes = (
            models.Index(fields=["area", "-id"], name="statement_by_area"),
            models.Index(fields=["area", "month", "id"], name="statement_by_month"),
            models.Index(fields=["area", "status", "id"], name="statement_by_status"),
            models.Index(fields=["area", "payable", "id"], name="statement_by_payable"),
        )
        triggers = (
            STATEMENT_LIFECYCLE.trigger(),
            adds_up(),
            pgtrigger.Protect(name="statements_stay", operation=pgtrigger.Delete),
        )

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("hospital_statement", args=[self.pk])

    @property
    def number(self) -> str:
        """QS + month + serial number; follows from the row."""
        return f"QS{self.month:%Y%m}{self.pk:08d}"

    @property
    def due(self) -> Decimal:
        """What the lines come to, before deductions."""
        return self.fund_pay_sumamt + self.acct_pay

    @property
    def differs(self) -> bool:
        """Whether the hospital states other figures than the settlements come to."""
        return (self.stated_count, self.stated_fund) not in ((None, None), (self.count, self.fund_pay_sumamt))


class HospitalStatementLine(models.Model):
    """A settlement in its statement; each is in exactly one, for good.

    is_drawn: to be looked at, where a sample is.  checked_by: who found it in order, or deducted from it.
    """

    statement = models.ForeignKey(
        HospitalStatement, models.PROTECT, related_name="lines", db_index=False, verbose_name=_("清算单")
    )
    settlement = models.OneToOneField(InboundSettlement, models.PROTECT, related_name="line", verbose_name=_("结算"))
    is_drawn = models.BooleanField(_("抽中"), default=False)
    checked_by = _somebody(_("核对人"))
    checked_at = models.DateTimeField(_("核对时间"), null=True, blank=True)

    objects: ClassVar[VisibleQuerySet["HospitalStatementLine"]] = VisibleQuerySet.as_manager()  # type: ignore[assignment]
    seen_with = SEE
    area_path = "statement__area"

    class Meta:
        verbose_name = verbose_name_plural = _("清算单明细")
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(
                condition=Q(checked_by=None, checked_at=None) | Q(checked_by__isnull=False, checked_at__isnull=False),
                name="line_checked_says_who_when",
                violation_error_message=_("核对须有核对人和时间"),
            ),
        )
        indexes = (models.Index(fields=["statement", "id"], name="statement_line_by_statement"),)
        triggers = (
            comes_into_open_months(),
            pgtrigger.Protect(name="lines_stay", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="line_stays_in_its_statement", fields=["statement", "settlement"]),
        )

    def __str__(self) -> str:
        return f"{self.statement} {self.settlement}"


class HospitalDeductionQuerySet(VisibleQuerySet["HospitalDeduction"]):
    def standing(self) -> "HospitalDeductionQuerySet":
        """Not withdrawn during review."""
        return self.exclude(status=DeductionStatus.WITHDRAWN)

    def awaiting(self) -> "HospitalDeductionQuerySet":
        """Appealed against, and not decided."""
        return self.filter(appealed_on__isnull=False, decided_by=None)


@tracked()
class HospitalDeduction(models.Model):
    """What the review takes off a statement, mostly of one settlement; its content never changes.

    clause: of the agreement with the hospital, on which it rests.  appealed_on …: the hospital's appeal, at most one.
    returned: what of the amount the appeal gave back.
    """

    statement = models.ForeignKey(
        HospitalStatement, models.PROTECT, related_name="deductions", db_index=False, verbose_name=_("清算单")
    )
    settlement = models.ForeignKey(
        InboundSettlement, models.PROTECT, null=True, blank=True, related_name="deductions", verbose_name=_("结算")
    )
    det_type = models.CharField(_("扣款类型"), max_length=2, choices=DeductionType.choices())
    source = models.CharField(_("扣款来源"), max_length=1, choices=DeductionSource.choices())
    amount = models.DecimalField(_("扣款金额"), max_digits=16, decimal_places=2)
    reason = models.CharField(_("扣款理由"), max_length=300)
    clause = models.CharField(_("依据的协议条款"), max_length=200)
    status = models.CharField(
        _("状态"), max_length=2, choices=DeductionStatus.choices(), default=DeductionStatus.INTENDED
    )
    made_by = models.ForeignKey(USER, models.PROTECT, related_name="+", db_index=False, verbose_name=_("审核人"))
    made_at = models.DateTimeField(_("登记时间"), auto_now_add=True)
    appealed_on = models.DateField(_("申诉日期"), null=True, blank=True)
    grounds = models.CharField(_("申诉理由"), max_length=500, blank=True)
    returned = yuan(_("申诉退回"))
    decided_by = _somebody(_("裁定人"))
    decided_at = models.DateTimeField(_("裁定时间"), null=True, blank=True)
    decision = models.CharField(_("裁定意见"), max_length=300, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects: ClassVar[HospitalDeductionQuerySet] = HospitalDeductionQuerySet.as_manager()  # type: ignore[assignment]
    seen_with = SEE
    area_path = "statement__area"

    class Meta:
        verbose_name = verbose_name_plural = _("清算扣款")
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(
                condition=Q(amount__gt=0, returned__gte=0, returned__lte=F("amount")) & ~Q(reason="") & ~Q(clause=""),
                name="deduction_says_how_much_and_why",
                violation_error_message=_("扣款须大于零，写明理由和依据的协议条款；退回不能超过扣款"),
            ),
            models.CheckConstraint(
                condition=Q(det_type__in=["10", "20"], settlement__isnull=False)
                | Q(det_type__in=["30", "40"], settlement=None)
                | Q(det_type="99"),
                name="deduction_is_of_its_kind",
                violation_error_message=_("审核、稽核扣款须对应一次结算，预付金抵扣、预留金不对应结算"),
            ),
            models.CheckConstraint(
                condition=~Q(source="4") | Q(settlement__isnull=False),
                name="deduction_of_an_earlier_month_names_it",
                violation_error_message=_("补扣往月须指明结算"),
            ),
            models.CheckConstraint(
                condition=Q(appealed_on=None, grounds="", decided_by=None, decided_at=None, decision="", returned=0)
                | (
                    Q(appealed_on__isnull=False, status="20")
                    & ~Q(grounds="")
                    & (
                        Q(decided_by=None, decided_at=None, decision="", returned=0)
                        | (Q(decided_by__isnull=False, decided_at__isnull=False) & ~Q(decision=""))
                    )
                ),
                name="appeal_says_why_and_what_was_decided",
                violation_error_message=_("申诉须有日期和理由，裁定须有裁定人、时间和意见"),
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("made_by")),
                name="appeal_is_decided_by_another",
                violation_error_message=_("申诉须由扣款人以外的人员裁定"),
            ),
        )
        indexes = (models.Index(fields=["statement", "id"], name="deduction_by_statement"),)
        triggers = (
            within_what_is_paid(),
            pgtrigger.FSM(name="lifecycle", field="status",
                          transitions=[("10", "10"), ("10", "20"), ("10", "30"), ("20", "20")]),
            pgtrigger.Protect(name="deductions_stay", operation=pgtrigger.Delete),
        )  # fmt: skip

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("hospital_deduction", args=[self.pk])

    @property
    def number(self) -> str:
        """KK + serial number; follows from the row."""
        return f"KK{self.pk:08d}"

    @property
    def kept(self) -> Decimal:
        """What of it stands after the appeal."""
        return self.amount - self.returned

    @property
    def awaits_decision(self) -> bool:
        return self.appealed_on is not None and self.decided_by_id is None
