"""An inpatient registration: the agency announces a stay under a filing, so that the hospital can settle it."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from filings.models.agents import ActedFor
from filings.models.filing import Filing
from filings.models.people import InsuredPerson
from filings.models.upload_triggers import REGISTRATION_TRIGGERS
from filings.vocabulary import REGISTRATION_CHANNELS, Channel
from hospitals.access import Right, VisibleQuerySet
from hospitals.history import tracked
from hospitals.lifecycle import Lifecycle, Move
from hospitals.models import Area, Hospital, ServiceHall
from hospitals.vocabulary import Term


class RegistrationStatus(Term):
    REGISTERED = "registered", "已登记"
    CANCELLED = "cancelled", "已取消"


S = RegistrationStatus
REGISTRATION_LIFECYCLE = Lifecycle(
    (
        Move(
            "cancel",
            "取消登记",
            frozenset({S.REGISTERED}),
            S.CANCELLED,
            Right.FILE,
            needs_reason=True,
            is_destructive=True,
        ),
    )
)


@tracked()
class InpatientRegistration(ActedFor):
    """One stay announced.  `answer` keeps the checks that let it in, each with its clause.

    The agent is who came or called; empty where the person did.
    """

    CHANNELS: ClassVar = [(channel.value, channel.label) for channel in REGISTRATION_CHANNELS]

    area = models.ForeignKey(
        Area, models.PROTECT, related_name="registrations", db_index=False, verbose_name=_("参保地")
    )
    hall = models.ForeignKey(
        ServiceHall,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="registrations",
        db_index=False,
        verbose_name=_("受理窗口"),
    )
    person = models.ForeignKey(
        InsuredPerson, models.PROTECT, related_name="registrations", db_index=False, verbose_name=_("参保人")
    )
    filing = models.ForeignKey(Filing, models.PROTECT, related_name="registrations", verbose_name=_("备案"))
    hospital = models.ForeignKey(Hospital, models.PROTECT, related_name="+", verbose_name=_("医院"))
    hospital_name = models.CharField(_("医院名称"), max_length=100)
    registered_on = models.DateField(_("登记日期"))
    admitted_on = models.DateField(_("入院日期"))
    ward = models.CharField(_("科室病区"), max_length=50, blank=True)
    condition = models.CharField(_("简要病情"), max_length=200, blank=True)
    channel = models.CharField(_("登记渠道"), max_length=16, choices=CHANNELS, default=Channel.PHONE)
    answer = models.JSONField(_("核对结果"))
    status = models.CharField(
        _("状态"), max_length=10, choices=RegistrationStatus.choices(), default=RegistrationStatus.REGISTERED
    )
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("经办人"))
    made_at = models.DateTimeField(_("登记时间"), auto_now_add=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("取消经办人")
    )
    ended_at = models.DateTimeField(_("取消时间"), null=True, blank=True)
    end_reason = models.CharField(_("取消原因"), max_length=300, blank=True)
    request_token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects: ClassVar[VisibleQuerySet["InpatientRegistration"]] = VisibleQuerySet.as_manager()  # type: ignore[assignment]
    seen_with = Right.SEE_FILINGS
    hall_path = "hall"

    class Meta:
        verbose_name = verbose_name_plural = _("住院联网登记")
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=["person", "admitted_on", "hospital"],
                condition=Q(status=RegistrationStatus.REGISTERED.value),
                name="one_registration_a_stay",
                violation_error_message=_("该参保人的此次住院已登记"),
            ),
            models.CheckConstraint(
                condition=Q(admitted_on__gte=models.F("registered_on")),
                name="registered_by_admission",
                violation_error_message=_("住院登记不能晚于入院"),
            ),
            models.CheckConstraint(
                condition=~Q(status=RegistrationStatus.CANCELLED.value)
                | (Q(ended_by__isnull=False, ended_at__isnull=False) & ~Q(end_reason="")),
                name="registration_end_says_who_when_why",
                violation_error_message=_("取消须有经办人、时间和原因"),
            ),
        )
        indexes = (
            models.Index(fields=["area", "-id"], name="registration_by_area"),
            models.Index(fields=["area", "status", "-id"], name="registration_by_status"),
            models.Index(fields=["area", "admitted_on", "id"], name="registration_by_admission"),
            models.Index(fields=["hall", "-id"], name="registration_by_hall"),
            models.Index(fields=["hall", "admitted_on", "id"], name="registration_by_hall_day"),
            models.Index(fields=["person", "-admitted_on"], name="registration_by_person"),
        )
        triggers = (REGISTRATION_LIFECYCLE.trigger(), *REGISTRATION_TRIGGERS)

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("registration", args=[self.pk])

    @property
    def number(self) -> str:
        """ZY + day of registration + serial number; follows from the row, so it can neither clash nor change."""
        return f"ZY{self.registered_on:%Y%m%d}{self.pk:08d}"

    @property
    def caller(self) -> str:
        """Who announced the stay, in words."""
        return f"{self.agent_name}（{self.get_agent_relation_display()}）" if self.agent_name else str(_("参保人本人"))
