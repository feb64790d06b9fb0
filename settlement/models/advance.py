"""The advance fund (预付金) of an area: what was fixed for a period, its changes, from what share it warns."""

from decimal import Decimal
from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields.ranges import RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from hospitals.access import Right, VisibleQuerySet
from hospitals.history import tracked
from hospitals.models import Area
from settlement.clearing.lifecycle import ADVANCE_LIFECYCLE
from settlement.clearing.words import AdvanceKind, AdvanceStatus, Warned
from settlement.models.clearing import somebody


def _as_range() -> Func:
    return Func(
        Cast("area", models.IntegerField()), Cast("area", models.IntegerField()), Value("[]"), function="int4range"
    )


@tracked()
class AdvanceFund(models.Model):
    """The advance of an area for a period.  Its amount is the sum of its approved changes."""

    area = models.ForeignKey(Area, models.PROTECT, related_name="+", db_index=False, verbose_name=_("参保地"))
    starts_on = models.DateField(_("期间起"))
    ends_on = models.DateField(_("期间止"))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False, verbose_name=_("经办人")
    )
    made_at = models.DateTimeField(_("登记时间"), auto_now_add=True)

    objects: ClassVar[VisibleQuerySet["AdvanceFund"]] = VisibleQuerySet.as_manager()  # type: ignore[assignment]
    seen_with = Right.SEE_CLEARING

    class Meta:
        verbose_name = verbose_name_plural = _("预付金")
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                condition=Q(starts_on__day=1, ends_on__gt=F("starts_on")),
                name="advance_has_a_period",
                violation_error_message=_("预付金期间须自某月一日起，且止于其后"),
            ),
            ExclusionConstraint(
                name="one_advance_a_day",
                expressions=[
                    (_as_range(), RangeOperators.OVERLAPS),
                    (Func(F("starts_on"), F("ends_on"), Value("[]"), function="daterange"), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("该统筹区此期间已有预付金"),
            ),
        )
        indexes = (models.Index(fields=["area", "-id"], name="advance_by_area"),)
        triggers = (pgtrigger.Protect(name="advance_is_final", operation=pgtrigger.Update | pgtrigger.Delete),)

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("advance", args=[self.pk])

    @property
    def number(self) -> str:
        """YF + first month + area."""
        return f"YF{self.starts_on:%Y%m}{self.area_id}"


@tracked()
class AdvanceChange(models.Model):
    """One change of an advance, the first of which fixes it; counts once a second person has approved it."""

    fund = models.ForeignKey(AdvanceFund, models.PROTECT, related_name="changes", verbose_name=_("预付金"))
    area = models.ForeignKey(Area, models.PROTECT, related_name="+", db_index=False, verbose_name=_("参保地"))
    kind = models.CharField(_("业务"), max_length=10, choices=AdvanceKind.choices())
    amount = models.DecimalField(_("金额"), max_digits=16, decimal_places=2, help_text=_("收回为负"))
    source = models.CharField(_("依据"), max_length=300)
    reason = models.CharField(_("原因"), max_length=300)
    status = models.CharField(_("状态"), max_length=10, choices=AdvanceStatus.choices(), default=AdvanceStatus.PROPOSED)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False, verbose_name=_("提出人")
    )
    made_at = models.DateTimeField(_("提出时间"), auto_now_add=True)
    decided_by = somebody(_("批准人"))
    decided_at = models.DateTimeField(_("批准时间"), null=True, blank=True)
    decision = models.CharField(_("不予批准的理由"), max_length=300, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects: ClassVar[VisibleQuerySet["AdvanceChange"]] = VisibleQuerySet.as_manager()  # type: ignore[assignment]
    seen_with = Right.SEE_CLEARING

    class Meta:
        verbose_name = verbose_name_plural = _("预付金变动")
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=["fund"],
                condition=Q(kind="fixed") & ~Q(status="refused"),
                name="advance_is_fixed_once",
                violation_error_message=_("此期间的预付金已核定，请办理调增或收回"),
            ),
            models.CheckConstraint(
                condition=(Q(kind__in=["fixed", "raised"], amount__gt=Decimal(0)) | Q(kind="taken_back", amount__lt=0))
                & ~Q(source="")
                & ~Q(reason=""),
                name="advance_change_is_whole",
                violation_error_message=_("预付金变动须有金额、依据和原因；收回的金额为负"),
            ),
            models.CheckConstraint(
                condition=Q(status="proposed", decided_by=None, decided_at=None, decision="")
                | Q(status="approved", decided_by__isnull=False, decided_at__isnull=False, decision="")
                | (Q(status="refused", decided_by__isnull=False, decided_at__isnull=False) & ~Q(decision="")),
                name="advance_decided_says_who_when",
                violation_error_message=_("批准须有批准人和时间，不予批准须有理由"),
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("made_by")),
                name="advance_takes_two",
                violation_error_message=_("预付金变动的提出与批准须由不同人员办理"),
            ),
        )
        triggers = (
            ADVANCE_LIFECYCLE.trigger(),
            pgtrigger.ReadOnly(
                name="advance_change_stands",
                fields=["fund", "area", "kind", "amount", "source", "reason", "made_by", "made_at"],
            ),
            pgtrigger.Protect(name="advance_changes_stay", operation=pgtrigger.Delete),
        )

    def __str__(self) -> str:
        return f"{self.fund.number} {self.get_kind_display()}"

    def get_absolute_url(self) -> str:
        return reverse("advance", args=[self.fund_id])

    @property
    def number(self) -> str:
        """As the worklist calls it."""
        return self.fund.number


@tracked()
class AdvanceWarning(models.Model):
    """From what share of the advance on an area is warned; where there is no row, nothing is configured."""

    area = models.ForeignKey(Area, models.PROTECT, related_name="+", db_index=False, verbose_name=_("参保地"))
    level = models.CharField(_("预警"), max_length=6, choices=Warned.choices())
    share = models.DecimalField(_("使用比例"), max_digits=5, decimal_places=4)
    source = models.CharField(_("依据"), max_length=300)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False, verbose_name=_("设置人")
    )

    class Meta:
        verbose_name = verbose_name_plural = _("预付金预警")
        ordering = ("area", "share")
        constraints = (
            models.UniqueConstraint(
                fields=["area", "level"],
                name="one_advance_warning_a_level",
                violation_error_message=_("该统筹区已设置此预警"),
            ),
            models.CheckConstraint(
                condition=Q(share__gt=0, share__lte=1) & ~Q(source=""),
                name="advance_warning_is_whole",
                violation_error_message=_("预警须有大于0、不超过100%的比例和依据"),
            ),
        )

    def __str__(self) -> str:
        return f"{self.area} {self.get_level_display()}"
