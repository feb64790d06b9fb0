"""What starts for a person whose commitment was not kept."""

import datetime as dt
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from filings.models.commitment_lifecycle import SANCTION_LIFECYCLE, SanctionStatus
from filings.models.commitments import Commitment
from filings.models.people import InsuredPerson
from filings.vocabulary import Measure
from hospitals.access import Right, VisibleQuerySet
from hospitals.history import tracked
from hospitals.models import Area


class SanctionQuerySet(VisibleQuerySet["Sanction"]):
    def in_force_on(self, day: dt.date) -> Self:
        """Begun, not over and not lifted by that day; one without a period goes on."""
        return self.filter(
            Q(lifted_on=None) | Q(lifted_on__gt=day), Q(ends_on=None) | Q(ends_on__gte=day), starts_on__lte=day
        )

    def without_period(self) -> Self:
        """In force until a supervisor says until when."""
        return self.filter(status=SanctionStatus.IN_FORCE, ends_on=None)


@tracked()
class Sanction(models.Model):
    """A measure against a person, in force from `starts_on` through `ends_on`, everywhere in the area.

    ends_on: None where neither the document nor a supervisor has given a period yet.  period_by: the supervisor who
    did, None for the document.  lifted_on: the first day on which it is in force no more.
    """

    area = models.ForeignKey(Area, models.PROTECT, related_name="+", db_index=False, verbose_name=_("参保地"))
    person = models.ForeignKey(
        InsuredPerson, models.PROTECT, related_name="sanctions", db_index=False, verbose_name=_("参保人")
    )
    commitment = models.ForeignKey(
        Commitment, models.PROTECT, related_name="sanctions", db_index=False, verbose_name=_("承诺")
    )
    measure = models.CharField(_("处理"), max_length=20, choices=Measure.choices())
    starts_on = models.DateField(_("开始日期"))
    ends_on = models.DateField(_("最后一天"), null=True, blank=True, help_text=_("空为期限未配置，由主管确定"))
    source = models.CharField(_("依据"), max_length=300, blank=True)
    hospitals = models.TextField(_("指定医疗机构"), blank=True)
    status = models.CharField(_("状态"), max_length=10, choices=SanctionStatus.choices(), default="in_force")
    made_at = models.DateTimeField(_("登记时间"), auto_now_add=True)
    period_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("期限确定人")
    )
    period_reason = models.CharField(_("期限理由"), max_length=300, blank=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("解除人")
    )
    lifted_on = models.DateField(_("解除日期"), null=True, blank=True)
    lift_reason = models.CharField(_("解除理由"), max_length=300, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects: ClassVar[SanctionQuerySet] = SanctionQuerySet.as_manager()  # type: ignore[assignment]
    seen_with = Right.SEE_FILINGS
    hall_id: ClassVar[int | None] = None  # the whole area's, whichever window the commitment was signed at

    class Meta:
        verbose_name = verbose_name_plural = _("失信处理")
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=["commitment", "measure"],
                name="one_sanction_a_measure",
                violation_error_message=_("该承诺的这项处理已登记"),
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="sanction_ends_after_start",
                violation_error_message=_("最后一天不能早于开始日期"),
            ),
            models.CheckConstraint(
                condition=Q(period_by=None, period_reason="")
                | (Q(period_by__isnull=False, ends_on__isnull=False) & ~Q(period_reason="")),
                name="sanction_period_says_who_why",
                violation_error_message=_("主管确定的期限须有确定人和理由"),
            ),
            models.CheckConstraint(
                condition=Q(status="in_force", lifted_by=None, lifted_on=None, lift_reason="")
                | (Q(status="lifted", lifted_by__isnull=False, lifted_on__isnull=False) & ~Q(lift_reason="")),
                name="sanction_lifting_says_who_when_why",
                violation_error_message=_("解除须有解除人、日期和理由，执行中的没有"),
            ),
            models.CheckConstraint(
                condition=Q(hospitals="") | Q(measure="restrict_hospitals"),
                name="sanction_names_hospitals_where_it_restricts_them",
                violation_error_message=_("只有限制定点医疗机构的处理指定医疗机构"),
            ),
        )
        indexes = (  # the list, whole or filtered, newest first; what is in force for a person; what a supervisor owes
            models.Index(fields=["area", "-id"], name="sanction_by_area"),
            models.Index(fields=["area", "status", "-id"], name="sanction_by_status"),
            models.Index(fields=["person", "starts_on"], name="sanction_by_person"),
            models.Index(
                fields=["area", "id"], condition=Q(status="in_force", ends_on=None), name="sanction_without_period"
            ),
        )
        triggers = (SANCTION_LIFECYCLE.trigger(),)

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("sanction", args=[self.pk])

    @property
    def number(self) -> str:
        """SX + first day + serial number; follows from the row."""
        return f"SX{self.starts_on:%Y%m%d}{self.pk:08d}"
