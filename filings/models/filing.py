"""A filing for treatment elsewhere, and the materials seen with it."""

import datetime as dt
import uuid
from typing import Any, ClassVar, Self

import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField
from django.contrib.postgres.fields.ranges import RangeOperators
from django.db import models
from django.db.models import F, Func, GeneratedField, Q, Value
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from filings.models.agents import ActedFor
from filings.models.filing_lifecycle import FILING_LIFECYCLE, OPEN, FilingStatus
from filings.models.people import InsuredPerson
from filings.models.taking import Taken, taken_in_review
from filings.models.upload_triggers import FILING_TRIGGERS
from filings.vocabulary import (
    Category,
    Channel,
    Employment,
    Material,
    Occasion,
    Scheme,
    SettlementWay,
    Tier,
    Variant,
)
from hospitals.access import Right, VisibleQuerySet
from hospitals.compiled import Given
from hospitals.history import tracked
from hospitals.models import Area, Hospital, ServiceHall
from hospitals.vocabulary import Scope


class FilingQuerySet(VisibleQuerySet["Filing"]):
    def asked_for(self) -> Self:
        """Filings that somebody asked for; those that came into being at an admission stand beside them."""
        return self.exclude(channel=Channel.AUTOMATIC)

    def open(self) -> Self:
        """Filings that stand in the way of another one for the same days."""
        return self.asked_for().filter(status__in=OPEN)

    def covering(self, day: dt.date | Given) -> Self:
        """Filings in effect on a day: active ones, and cancelled ones up to the day of cancellation."""
        ended = Q(status=FilingStatus.CANCELLED, end_on__isnull=False)
        return self.filter(Q(status=FilingStatus.ACTIVE) | ended, period__contains=day)


@tracked(exclude=("period",))
class Filing(ActedFor, Taken):
    """One filing.  `decision` keeps the answer that let it in, with its reasons; `policy` the version that gave it.

    One that came into being by itself at an admission (channel `automatic`) is for that stay alone, beside the filing
    that the person asked for.
    """

    area = models.ForeignKey(Area, models.PROTECT, related_name="filings", db_index=False, verbose_name=_("参保地"))
    hall = models.ForeignKey(
        ServiceHall,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="filings",
        db_index=False,
        verbose_name=_("受理窗口"),
    )
    person = models.ForeignKey(
        InsuredPerson, models.PROTECT, related_name="filings", db_index=False, verbose_name=_("参保人")
    )
    scheme = models.CharField(_("险种"), max_length=10, choices=Scheme.choices())
    employment = models.CharField(_("在职状态"), max_length=8, choices=Employment.choices(), blank=True)
    category = models.CharField(_("备案类别"), max_length=20, choices=Category.choices())
    variant = models.CharField(_("细分"), max_length=20, choices=Variant.choices(), blank=True)
    destination = models.ForeignKey(Area, models.PROTECT, related_name="+", verbose_name=_("就医地"))
    scope = models.CharField(_("范围"), max_length=16, choices=Scope.choices())
    tier = models.CharField(_("待遇档次"), max_length=10, choices=Tier.choices())
    settlement = models.CharField(_("结算方式"), max_length=8, choices=SettlementWay.choices())
    channel = models.CharField(_("办理渠道"), max_length=16, choices=Channel.choices(), default=Channel.COUNTER)
    filed_on = models.DateField(_("办理日期"))
    start_on = models.DateField(_("备案开始"))
    end_on = models.DateField(_("备案结束"), null=True, blank=True, help_text=_("最后一天；空为长期有效"))
    admitted_on = models.DateField(_("入院日期"), null=True, blank=True)
    discharge_settled = models.BooleanField(_("已自费结算出院"), default=False)
    hospital_name = models.CharField(_("就医医院"), max_length=100, blank=True)
    ward = models.CharField(_("科室病区"), max_length=50, blank=True)
    condition = models.CharField(_("简要病情"), max_length=200, blank=True)
    disease = models.CharField(_("病种"), max_length=100, blank=True)
    occasion = models.CharField(_("就医事由"), max_length=10, choices=Occasion.choices(), blank=True)
    issuer = models.ForeignKey(
        Hospital, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("开具转诊证明的医院")
    )
    issuer_name = models.CharField(_("转诊证明开具医院"), max_length=100, blank=True)
    note = models.CharField(_("备注"), max_length=200, blank=True)
    policy = models.ForeignKey("filings.FilingPolicy", models.PROTECT, related_name="+", verbose_name=_("政策版本"))
    decision = models.JSONField(_("认定结果"))
    status = models.CharField(_("状态"), max_length=10, choices=FilingStatus.choices())
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("经办人"))
    made_at = models.DateTimeField(_("受理时间"), auto_now_add=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("审核人")
    )
    reviewed_at = models.DateTimeField(_("审核时间"), null=True, blank=True)
    review_reason = models.CharField(_("审核意见"), max_length=300, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("取消经办人")
    )
    ended_at = models.DateTimeField(_("取消时间"), null=True, blank=True)
    end_reason = models.CharField(_("取消原因"), max_length=300, blank=True)
    request_token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    period: Any = GeneratedField(
        expression=Func(F("start_on"), F("end_on"), Value("[]"), function="daterange"),
        output_field=DateRangeField(),
        db_persist=True,
    )

    objects: ClassVar[FilingQuerySet] = FilingQuerySet.as_manager()  # type: ignore[assignment]
    seen_with = Right.SEE_FILINGS
    hall_path = "hall"
    lifecycle = FILING_LIFECYCLE

    class Meta:
        verbose_name = verbose_name_plural = _("备案")
        ordering = ("-id",)
        constraints = (
            ExclusionConstraint(
                name="one_filing_at_a_time",
                expressions=[
                    (Func(F("person"), F("person"), Value("[]"), function="int8range"), RangeOperators.OVERLAPS),
                    ("period", RangeOperators.OVERLAPS),
                ],
                condition=Q(status__in=[status.value for status in OPEN]) & ~Q(channel="automatic"),
                violation_error_message=_("该参保人在此期间已有备案，不能重复办理"),
            ),
            ExclusionConstraint(
                name="one_automatic_filing_at_a_time",
                expressions=[
                    (Func(F("person"), F("person"), Value("[]"), function="int8range"), RangeOperators.OVERLAPS),
                    # Half-open: one may be discharged here and admitted there on the same day.
                    (Func(F("start_on"), F("end_on"), Value("[)"), function="daterange"), RangeOperators.OVERLAPS),
                ],
                condition=Q(status=FilingStatus.ACTIVE.value, channel="automatic"),
                violation_error_message=_("该参保人此期间的住院已有自动备案"),
            ),
            models.UniqueConstraint(
                fields=["person", "destination", "admitted_on"],
                condition=Q(status=FilingStatus.ACTIVE.value, channel="automatic"),
                name="one_automatic_filing_an_admission",
                violation_error_message=_("该次入院已有自动备案"),
            ),
            models.CheckConstraint(
                condition=~Q(channel="automatic") | Q(admitted_on=F("start_on"), admitted_on__isnull=False),
                name="automatic_filing_starts_at_admission",
                violation_error_message=_("自动备案须自入院之日起"),
            ),
            models.CheckConstraint(
                condition=Q(end_on=None) | Q(end_on__gte=F("start_on")),
                name="filing_ends_after_start",
                violation_error_message=_("备案结束不能早于备案开始"),
            ),
            models.CheckConstraint(
                condition=Q(reviewed_by=None) | ~Q(reviewed_by=F("made_by")),
                name="filing_maker_is_not_checker",
                violation_error_message=_("审核人不能是经办人本人"),
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["returned", "refused"])
                | (Q(reviewed_by__isnull=False, reviewed_at__isnull=False) & ~Q(review_reason="")),
                name="filing_refusal_says_who_when_why",
                violation_error_message=_("退回或不予备案须有审核人、时间和理由"),
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["cancelled", "withdrawn"])
                | (Q(ended_by__isnull=False, ended_at__isnull=False) & ~Q(end_reason="")),
                name="filing_end_says_who_when_why",
                violation_error_message=_("取消或撤回须有经办人、时间和原因"),
            ),
            taken_in_review("filing_taken_in_review"),
        )
        indexes = (  # each list, whole or filtered, newest first, in order from an index
            models.Index(fields=["area", "-id"], name="filing_by_area"),
            models.Index(fields=["area", "status", "-id"], name="filing_by_status"),
            models.Index(fields=["area", "category", "-id"], name="filing_by_category"),
            models.Index(fields=["area", "scope", "-id"], name="filing_by_scope"),
            models.Index(fields=["area", "start_on", "id"], name="filing_by_start"),
            models.Index(fields=["hall", "-id"], name="filing_by_hall"),
            models.Index(fields=["hall", "status", "-id"], name="filing_by_hall_status"),
            models.Index(fields=["person", "-start_on"], name="filing_by_person"),
            models.Index(
                fields=["area", "category", "id"], condition=Q(status="pending"), name="filing_waiting_by_category"
            ),
        )
        triggers = (FILING_LIFECYCLE.trigger(), *FILING_TRIGGERS)

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("filing", args=[self.pk])

    @property
    def number(self) -> str:
        """BA + filing day + serial number; follows from the row, so it can neither clash nor change."""
        return f"BA{self.filed_on:%Y%m%d}{self.pk:08d}"


class FilingMaterial(models.Model):
    """A material the clerk saw: how many originals and copies."""

    filing = models.ForeignKey(Filing, models.CASCADE, related_name="materials", verbose_name=_("备案"))
    material = models.CharField(_("材料"), max_length=30, choices=Material.choices())
    originals = models.PositiveSmallIntegerField(_("原件份数"), default=1)
    copies = models.PositiveSmallIntegerField(_("复印件份数"), default=0)

    class Meta:
        verbose_name = verbose_name_plural = _("备案材料")
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=["filing", "material"], name="one_material_a_filing", violation_error_message=_("材料重复")
            ),
        )
        triggers = (pgtrigger.Protect(name="seen_is_seen", operation=pgtrigger.Update),)

    def __str__(self) -> str:
        return self.get_material_display()
