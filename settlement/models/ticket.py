"""Failure tickets: what could not be settled directly, what was looked at, what was said of it."""

import datetime as dt
import re
import uuid
from typing import Any, ClassVar, Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from filings.identity import masked_phone
from filings.models import InsuredPerson
from hospitals.access import Right, VisibleQuerySet
from hospitals.history import tracked
from hospitals.models import Area, Hospital
from hospitals.vocabulary import Service
from settlement.claims.lifecycle import OVER
from settlement.models.claim import Claim
from settlement.models.gateway import Exchange
from settlement.tickets.lifecycle import LIVING, TICKET_LIFECYCLE
from settlement.vocabulary import Actor, ManualReason, Outcome, TicketOrigin, TicketStatus

NUMBER = re.compile(r"GD\d{8}(\d{8,18})")
_LIVING = Q(status__in=sorted(LIVING))


class TicketQuerySet(VisibleQuerySet["Ticket"]):
    def living(self) -> Self:
        return self.filter(_LIVING)

    def numbered(self, number: str) -> "Ticket | None":
        """The one of this number; None for any other text."""
        found = NUMBER.fullmatch(number.strip().upper())
        ticket = self.filter(pk=int(found[1])).first() if found else None
        return ticket if ticket and ticket.number == number.strip().upper() else None

    def escalated(self) -> Self:
        """Those that wait for a supervisor's word."""
        return self.living().filter(escalated_at__isnull=False)

    def lapsed(self, at: dt.datetime) -> Self:
        """Those whose clock has run out, and that can still be escalated."""
        return self.living().filter(escalated_at=None, due_at__lte=at)


def _somebody(label: Any, *, may_lack: bool = True) -> Any:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=may_lack,
        blank=may_lack,
        related_name="+",
        db_index=False,
        verbose_name=label,
    )


@tracked(exclude=("request_token",))
class Ticket(models.Model):
    """A failure of direct settlement.

    person: None as long as nobody knows; then `description` says what was said.  infno, msgid, err_msg, failed_at: the
    message as it was refused, letter by letter.  event_on: the day of admission or visit.  The four marks and the
    disease: as they are told, which need not be what the hospital has uploaded.  next_actor: who acts next, and whose
    clock runs until due_at (None where its term is not configured).  level: how often it was escalated; escalated_at:
    since when it is with a supervisor.  run: number of the last run of checks.  manual_reason: of a claim by hand.
    """

    area = models.ForeignKey(Area, models.PROTECT, related_name="+", db_index=False, verbose_name=_("参保地"))
    person = models.ForeignKey(
        InsuredPerson,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="tickets",
        db_index=False,
        verbose_name=_("参保人"),
    )
    caller_name = models.CharField(_("反映人"), max_length=50, blank=True)
    caller_phone = models.CharField(_("反映人电话"), max_length=40, blank=True)
    hospital = models.ForeignKey(
        Hospital, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("联网医院")
    )
    hospital_name = models.CharField(_("医院"), max_length=100, blank=True)
    treatment_area = models.ForeignKey(
        Area, models.PROTECT, null=True, blank=True, related_name="+", db_index=False, verbose_name=_("就医地")
    )
    service = models.CharField(_("服务"), max_length=12, choices=Service.choices(), default=Service.INPATIENT)
    event_on = models.DateField(_("就医日期"))
    origin = models.CharField(_("来源"), max_length=10, choices=TicketOrigin.choices())
    exchange = models.OneToOneField(
        Exchange, models.PROTECT, null=True, blank=True, related_name="ticket", verbose_name=_("被拒报文")
    )
    infno = models.CharField(_("交易"), max_length=4, blank=True)
    msgid = models.CharField(_("报文ID"), max_length=30, blank=True)
    err_msg = models.TextField(_("错误信息原文"), max_length=2000, blank=True)
    failed_at = models.DateTimeField(_("报错时间"), null=True, blank=True)
    description = models.TextField(_("情况"), max_length=1000, blank=True)
    is_emergency = models.BooleanField(_("急诊"), default=False)
    trum_flag = models.BooleanField(_("外伤"), default=False)
    rel_ttp_flag = models.BooleanField(_("涉及第三方"), default=False)
    has_statement = models.BooleanField(_("已签外伤无第三方责任承诺书"), default=False)
    disease = models.CharField(_("病种"), max_length=100, blank=True)
    status = models.CharField(_("状态"), max_length=10, choices=TicketStatus.choices(), default=TicketStatus.OPEN)
    next_actor = models.CharField(_("下一步由谁办"), max_length=10, choices=Actor.choices())
    handler = _somebody(_("经办人"))
    due_at = models.DateTimeField(_("时限"), null=True, blank=True, help_text=_("空为未配置时限"))
    level = models.PositiveSmallIntegerField(_("已升级次数"), default=0)
    escalated_at = models.DateTimeField(_("升级到主管的时间"), null=True, blank=True)
    run = models.PositiveIntegerField(_("检查次数"), default=0)
    manual_reason = models.CharField(_("手工报销原因"), max_length=20, choices=ManualReason.choices(), blank=True)
    resolution = models.CharField(_("处理结果"), max_length=300, blank=True)
    ended_by = _somebody(_("办结人"))
    ended_at = models.DateTimeField(_("办结时间"), null=True, blank=True)
    made_by = _somebody(_("登记人"), may_lack=False)
    made_at = models.DateTimeField(_("登记时间"))
    request_token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects: ClassVar[TicketQuerySet] = TicketQuerySet.as_manager()  # type: ignore[assignment]
    seen_with = Right.SEE_TICKETS
    history_masks: ClassVar = {"caller_phone": masked_phone}
    lifecycle = TICKET_LIFECYCLE

    class Meta:
        verbose_name = verbose_name_plural = _("故障工单")
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                condition=Q(person__isnull=False) | ~Q(description=""),
                name="ticket_names_person_or_what_was_said",
                violation_error_message=_("没有登记参保人的，须写明反映的情况"),
            ),
            models.CheckConstraint(
                condition=Q(origin="message", exchange__isnull=False) | (~Q(origin="message") & Q(exchange=None)),
                name="ticket_of_a_message_names_it",
                violation_error_message=_("被拒报文的工单须有报文，其他的没有"),
            ),
            models.CheckConstraint(
                condition=(_LIVING & Q(ended_by=None, ended_at=None, resolution=""))
                | (~_LIVING & Q(ended_by__isnull=False, ended_at__isnull=False) & ~Q(resolution="")),
                name="ticket_end_says_who_when_how",
                violation_error_message=_("办结须有办结人、时间和处理结果，未办结的没有"),
            ),
            models.CheckConstraint(
                condition=~Q(status="in_work") | Q(handler__isnull=False),
                name="ticket_in_work_has_a_handler",
                violation_error_message=_("处理中的工单须有经办人"),
            ),
            models.CheckConstraint(
                condition=(Q(status="manual", person__isnull=False) & ~Q(manual_reason=""))
                | (~Q(status="manual") & Q(manual_reason="")),
                name="ticket_manual_says_whose_and_why",
                violation_error_message=_("转手工报销须有参保人和原因"),
            ),
            models.CheckConstraint(
                condition=_LIVING | Q(due_at=None, escalated_at=None),
                name="ticket_closed_has_no_clock",
                violation_error_message=_("办结的工单不再计时"),
            ),
        )
        indexes = (
            models.Index(fields=["area", "-id"], name="ticket_by_area"),
            models.Index(fields=["area", "status", "-id"], name="ticket_by_status"),
            models.Index(fields=["area", "due_at", "id"], condition=_LIVING, name="ticket_living_by_due"),
            models.Index(fields=["due_at", "id"], condition=_LIVING & Q(escalated_at=None), name="ticket_to_escalate"),
            models.Index(fields=["person", "-id"], name="ticket_by_person"),
        )
        triggers = (
            TICKET_LIFECYCLE.trigger(),
            pgtrigger.ReadOnly(name="source_stands", fields=["area", "origin", "exchange", "made_by", "made_at"]),
            pgtrigger.Protect(name="ticket_is_kept", operation=pgtrigger.Delete),
        )

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("ticket", args=[self.pk])

    @property
    def number(self) -> str:
        """GD + day of registration + serial number; follows from the row."""
        return f"GD{timezone.localdate(self.made_at):%Y%m%d}{self.pk:08d}"

    @property
    def is_living(self) -> bool:
        return self.status in LIVING

    @property
    def living_claim(self) -> Claim | None:
        return self.claims.exclude(status__in=OVER).first()

    @property
    def due_on(self) -> dt.date | None:
        """As the worklist calls it."""
        return timezone.localdate(self.due_at) if self.due_at else None

    @property
    def failure(self) -> str:
        """As the worklist calls it: whose turn it is, and whether it was escalated."""
        actor = Actor.name_of(self.next_actor)
        if self.escalated_at:
            return _now("{actor}（已升级到主管）").format(actor=actor)
        return _now("{actor}（已升级{level}次）").format(actor=actor, level=self.level) if self.level else actor


class TicketCheck(models.Model):
    """What one check of a run came to.  Append-only.  call_name, call_phone: whom to call, as the directory had it."""

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="checks", verbose_name=_("工单"))
    run = models.PositiveIntegerField(_("第几次检查"))
    position = models.PositiveSmallIntegerField(_("次序"))
    code = models.CharField(_("检查项代码"), max_length=16)
    label = models.CharField(_("检查项"), max_length=20)
    outcome = models.CharField(_("结果"), max_length=8, choices=Outcome.choices())
    reasons = models.JSONField(_("说明"))
    actor = models.CharField(_("由谁办"), max_length=10, choices=Actor.choices(), blank=True)
    call_name = models.CharField(_("联系谁"), max_length=100, blank=True)
    call_phone = models.CharField(_("电话"), max_length=100, blank=True)
    made_by = _somebody(_("检查人"), may_lack=False)
    made_at = models.DateTimeField(_("检查时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("故障检查")
        ordering = ("ticket", "-run", "position")
        constraints = (
            models.UniqueConstraint(
                fields=["ticket", "run", "position"],
                name="one_check_a_place",
                violation_error_message=_("此次检查已登记"),
            ),
        )
        triggers = (pgtrigger.Protect(name="found_is_found", operation=pgtrigger.Update | pgtrigger.Delete),)

    def __str__(self) -> str:
        return f"{self.label}：{self.get_outcome_display()}"


class TicketNote(models.Model):
    """What was said, and with whom.  Append-only."""

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="notes", verbose_name=_("工单"))
    actor = models.CharField(_("与谁联系"), max_length=10, choices=Actor.choices(), blank=True)
    spoke_with = models.CharField(_("联系人和电话"), max_length=100, blank=True)
    text = models.CharField(_("内容"), max_length=1000)
    made_by = _somebody(_("记录人"), may_lack=False)
    made_at = models.DateTimeField(_("记录时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("联系记录")
        ordering = ("-id",)
        triggers = (pgtrigger.Protect(name="said_is_said", operation=pgtrigger.Update | pgtrigger.Delete),)

    def __str__(self) -> str:
        return self.text
