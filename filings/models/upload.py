"""The outbox: what is told to the provincial or national platform of filings and registrations."""

from typing import ClassVar, Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from filings.models.changes import FilingChange
from filings.models.filing import Filing
from filings.models.people import InsuredPerson
from filings.models.registrations import InpatientRegistration
from filings.models.upload_lifecycle import UNSETTLED, UPLOAD_LIFECYCLE, UploadStatus
from filings.models.upload_triggers import WAKE_TRIGGERS
from filings.platform.codes import Transaction
from hospitals.access import Right, VisibleQuerySet
from hospitals.history import tracked
from hospitals.models import Area, ServiceHall
from hospitals.vocabulary import Scope

UPLOADS = tuple(one for one in Transaction if one.value.startswith("A50"))
PLATFORMS = {Scope.IN_PROVINCE: "省内平台", Scope.CROSS_PROVINCE: "国家平台"}

# What has been sent once stays as it was sent; only what the platform refused is told anew.
REWRITTEN = (
    "OLD.msgid <> '' AND NOT (OLD.status = 'parked' AND NEW.status = 'waiting')"
    " AND (OLD.msgid, OLD.payload, OLD.infno, OLD.platform) IS DISTINCT FROM"
    " (NEW.msgid, NEW.payload, NEW.infno, NEW.platform)"
)


class UploadQuerySet(VisibleQuerySet["Upload"]):
    def unsettled(self) -> Self:
        return self.filter(status__in=UNSETTLED)

    def with_case(self) -> Self:
        """What pages and lists show of them joined in."""
        return self.select_related("person", "area", "filing__destination", "registration", "change")


@tracked(exclude=("payload", "msgid", "attempts", "next_attempt_at", "last_problem"))
class Upload(models.Model):
    """One thing to be told; written by triggers (upload_triggers), sent by the worker in the order of `pk` per person.

    Of two transactions at once neither saw what the other did, so that either order is right.
    registration, change: where it is about one.  payload: the body as it is sent.  msgid: fixed before the first
    attempt, and the same at each further one, so that the platform knows a repeat.  last_problem: why it has not
    arrived; of a parked one, the platform's words.  receipt: the platform's number of its acknowledgement.
    """

    area = models.ForeignKey(Area, models.PROTECT, related_name="+", db_index=False, verbose_name=_("参保地"))
    hall = models.ForeignKey(
        ServiceHall,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("受理窗口"),
    )
    person = models.ForeignKey(
        InsuredPerson, models.PROTECT, related_name="uploads", db_index=False, verbose_name=_("参保人")
    )
    filing = models.ForeignKey(Filing, models.PROTECT, related_name="uploads", db_index=False, verbose_name=_("备案"))
    registration = models.ForeignKey(
        InpatientRegistration,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="uploads",
        verbose_name=_("住院联网登记"),
    )
    change = models.ForeignKey(
        FilingChange, models.PROTECT, null=True, blank=True, related_name="uploads", verbose_name=_("变更取消")
    )
    platform = models.CharField(_("平台"), max_length=16, choices=list(PLATFORMS.items()))
    infno = models.CharField(_("交易"), max_length=4, choices=[(one.value, one.label) for one in UPLOADS])
    payload = models.JSONField(_("上报内容"))
    status = models.CharField(_("状态"), max_length=12, choices=UploadStatus.choices(), default=UploadStatus.WAITING)
    msgid = models.CharField(_("报文号"), max_length=30, blank=True)
    attempts = models.PositiveIntegerField(_("已试次数"), default=0)
    next_attempt_at = models.DateTimeField(_("下次上报不早于"))
    last_problem = models.CharField(_("未成原因"), max_length=300, blank=True)
    receipt = models.CharField(_("平台回执号"), max_length=30, blank=True)
    acknowledged_at = models.DateTimeField(_("平台受理时间"), null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("办结人")
    )
    ended_at = models.DateTimeField(_("办结时间"), null=True, blank=True)
    end_reason = models.CharField(_("不再上报的原因"), max_length=300, blank=True)
    made_at = models.DateTimeField(_("产生时间"), auto_now_add=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects: ClassVar[UploadQuerySet] = UploadQuerySet.as_manager()  # type: ignore[assignment]
    seen_with = Right.SEE_FILINGS
    hall_path = "hall"
    lifecycle = UPLOAD_LIFECYCLE

    class Meta:
        verbose_name = verbose_name_plural = _("平台上报")
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=["msgid"],
                condition=~Q(msgid=""),
                name="one_upload_a_message",
                violation_error_message=_("报文号重复"),
            ),
            models.CheckConstraint(
                condition=Q(infno__in=["A504", "A505"], registration__isnull=False)
                | (~Q(infno__in=["A504", "A505"]) & Q(registration=None)),
                name="upload_of_a_registration_names_it",
                violation_error_message=_("住院登记的上报须有登记，备案的没有"),
            ),
            models.CheckConstraint(
                condition=Q(status="acknowledged", acknowledged_at__isnull=False) & ~Q(receipt="") & ~Q(msgid="")
                | (~Q(status="acknowledged") & Q(acknowledged_at=None, receipt="")),
                name="acknowledged_upload_has_receipt",
                violation_error_message=_("已上报的须有平台受理时间和回执号"),
            ),
            models.CheckConstraint(
                condition=~Q(status="parked") | (~Q(last_problem="") & ~Q(msgid="")),
                name="parked_upload_says_why",
                violation_error_message=_("被拒的上报须有报文号和平台的答复"),
            ),
            models.CheckConstraint(
                condition=Q(status="given_up", ended_by__isnull=False, ended_at__isnull=False) & ~Q(end_reason="")
                | (~Q(status="given_up") & Q(ended_by=None, ended_at=None, end_reason="")),
                name="upload_end_says_who_when_why",
                violation_error_message=_("不再上报须有办结人、时间和原因"),
            ),
        )
        indexes = (
            models.Index(fields=["area", "-id"], name="upload_by_area"),
            models.Index(fields=["area", "status", "-id"], name="upload_by_status"),
            models.Index(fields=["hall", "-id"], name="upload_by_hall"),
            models.Index(fields=["hall", "status", "-id"], name="upload_by_hall_status"),
            models.Index(fields=["filing", "-id"], name="upload_by_filing"),
            models.Index(fields=["person", "-id"], name="upload_by_person"),
            models.Index(fields=["platform", "id"], condition=Q(status="waiting"), name="upload_to_send"),
            models.Index(
                fields=["person", "id"], condition=Q(status__in=["waiting", "parked"]), name="upload_unsettled"
            ),
        )
        triggers = (
            UPLOAD_LIFECYCLE.trigger(),
            pgtrigger.Protect(
                name="sent_is_sent", operation=pgtrigger.Update, condition=pgtrigger.Condition(REWRITTEN)
            ),
            pgtrigger.Protect(name="outbox_keeps", operation=pgtrigger.Delete),
            *WAKE_TRIGGERS,
        )

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("upload", args=[self.pk])

    @property
    def number(self) -> str:
        """SB + serial number."""
        return f"SB{self.pk:010d}"

    @property
    def case(self) -> Filing | InpatientRegistration:
        """What it is about."""
        return self.registration or self.filing


class UploadRefusal(models.Model):
    """A refusal as it came, with what had been sent.  Append-only.  words: the platform's, verbatim."""

    upload = models.ForeignKey(Upload, models.PROTECT, related_name="refusals", verbose_name=_("上报"))
    infno = models.CharField(_("交易"), max_length=4)
    msgid = models.CharField(_("报文号"), max_length=30, unique=True)
    payload = models.JSONField(_("上报内容"))
    words = models.CharField(_("平台的答复"), max_length=300)
    reply = models.JSONField(_("应答报文"))
    at = models.DateTimeField(_("时间"), auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = _("平台的拒绝")
        ordering = ("-id",)
        triggers = (pgtrigger.Protect(name="said_is_said", operation=pgtrigger.Update | pgtrigger.Delete),)

    def __str__(self) -> str:
        return self.words


class PlatformLine(models.Model):
    """How the line to a platform stands, and the serial that message ids take.

    down_since: nothing arrives since then.  retry_at: when it is tried again, with one message.
    """

    platform = models.CharField(_("平台"), max_length=16, choices=list(PLATFORMS.items()), primary_key=True)
    serial = models.BigIntegerField(default=0, editable=False)
    failures = models.PositiveIntegerField(_("连续不通次数"), default=0)
    down_since = models.DateTimeField(_("中断时间"), null=True, blank=True)
    retry_at = models.DateTimeField(_("下次尝试"), null=True, blank=True)
    problem = models.CharField(_("原因"), max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("平台线路")
        constraints = (
            models.CheckConstraint(
                condition=Q(failures=0, down_since=None, retry_at=None, problem="")
                | Q(failures__gt=0, down_since__isnull=False, retry_at__isnull=False),
                name="line_that_is_down_says_since_when",
                violation_error_message=_("中断的线路须有中断时间和下次尝试时间"),
            ),
        )

    def __str__(self) -> str:
        return self.get_platform_display()
