"""A change or cancellation asked of an active filing."""

import uuid
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from filings.models.agents import ActedFor
from filings.models.change_lifecycle import CHANGE_LIFECYCLE, OPEN, ChangeStatus
from filings.models.filing import Filing
from filings.models.people import InsuredPerson
from filings.models.taking import Taken, taken_in_review
from filings.models.upload_triggers import CHANGE_TRIGGER
from filings.vocabulary import Category, Channel, Kind
from hospitals.access import Right, VisibleQuerySet
from hospitals.history import tracked
from hospitals.models import Area, ServiceHall


class FilingChangeQuerySet(VisibleQuerySet["FilingChange"]):
    def open(self) -> Self:
        return self.filter(status__in=OPEN)


@tracked()
class FilingChange(ActedFor, Taken):
    """What is asked: an end of the filing, or its going on at another place as a filing of its own, the successor.

    area, hall, person, category: the filing's, for the door and the lists.  materials: code → [originals, copies], what
    the successor is filed with.  decision: the answer that let it in.  successor: once a change is done.
    """

    filing = models.ForeignKey(Filing, models.PROTECT, related_name="changes", db_index=False, verbose_name=_("备案"))
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
    person = models.ForeignKey(InsuredPerson, models.PROTECT, related_name="filing_changes", verbose_name=_("参保人"))
    category = models.CharField(_("备案类别"), max_length=20, choices=Category.choices())
    kind = models.CharField(
        _("事项"), max_length=8, choices=[(kind.value, kind.label) for kind in (Kind.CHANGE, Kind.CANCEL)]
    )
    asked_on = models.DateField(_("申请日期"))
    on = models.DateField(_("变更或取消日期"), help_text=_("取消为备案最后一天，变更为在新就医地的第一天"))
    channel = models.CharField(_("办理渠道"), max_length=16, choices=Channel.choices(), default=Channel.COUNTER)
    reason = models.CharField(_("原因"), max_length=300)
    has_cost_there = models.BooleanField(_("在备案地发生过医疗费用"), default=False)
    destination = models.ForeignKey(
        Area, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("新就医地")
    )
    hospital_name = models.CharField(_("就医医院"), max_length=100, blank=True)
    ward = models.CharField(_("科室病区"), max_length=50, blank=True)
    materials = models.JSONField(_("材料"), default=dict, blank=True)
    policy = models.ForeignKey("filings.FilingPolicy", models.PROTECT, related_name="+", verbose_name=_("政策版本"))
    decision = models.JSONField(_("认定结果"))
    status = models.CharField(_("状态"), max_length=10, choices=ChangeStatus.choices())
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("经办人"))
    made_at = models.DateTimeField(_("受理时间"), auto_now_add=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("审核人")
    )
    reviewed_at = models.DateTimeField(_("审核时间"), null=True, blank=True)
    review_reason = models.CharField(_("审核意见"), max_length=300, blank=True)
    done_at = models.DateTimeField(_("办结时间"), null=True, blank=True)
    successor = models.OneToOneField(
        Filing, models.PROTECT, null=True, blank=True, related_name="came_by", verbose_name=_("变更后的备案")
    )
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("撤回经办人")
    )
    ended_at = models.DateTimeField(_("撤回时间"), null=True, blank=True)
    end_reason = models.CharField(_("撤回原因"), max_length=300, blank=True)
    request_token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects: ClassVar[FilingChangeQuerySet] = FilingChangeQuerySet.as_manager()  # type: ignore[assignment]
    seen_with = Right.SEE_FILINGS
    hall_path = "hall"
    lifecycle = CHANGE_LIFECYCLE

    class Meta:
        verbose_name = verbose_name_plural = _("变更取消")
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=["filing"],
                condition=Q(status__in=[status.value for status in OPEN]),
                name="one_open_change_a_filing",
                violation_error_message=_("该备案已有未办结的变更或取消申请"),
            ),
            models.CheckConstraint(
                condition=Q(kind=Kind.CHANGE.value, destination__isnull=False)
                | Q(kind=Kind.CANCEL.value, destination=None),
                name="change_has_destination",
                violation_error_message=_("变更须有新就医地，取消没有"),
            ),
            models.CheckConstraint(
                condition=Q(reviewed_by=None) | ~Q(reviewed_by=F("made_by")),
                name="change_maker_is_not_checker",
                violation_error_message=_("审核人不能是经办人本人"),
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["returned", "refused"])
                | (Q(reviewed_by__isnull=False, reviewed_at__isnull=False) & ~Q(review_reason="")),
                name="change_refusal_says_who_when_why",
                violation_error_message=_("退回或不予办理须有审核人、时间和理由"),
            ),
            models.CheckConstraint(
                condition=~Q(status="withdrawn")
                | (Q(ended_by__isnull=False, ended_at__isnull=False) & ~Q(end_reason="")),
                name="change_withdrawal_says_who_when_why",
                violation_error_message=_("撤回须有经办人、时间和原因"),
            ),
            models.CheckConstraint(
                condition=Q(status="done", done_at__isnull=False, kind=Kind.CHANGE.value, successor__isnull=False)
                | Q(status="done", done_at__isnull=False, kind=Kind.CANCEL.value, successor=None)
                | (~Q(status="done") & Q(done_at=None, successor=None)),
                name="change_done_says_when_and_what",
                violation_error_message=_("已办理的变更须有办结时间和变更后的备案"),
            ),
            taken_in_review("change_taken_in_review"),
        )
        indexes = (  # each list, whole or filtered, in order from an index
            models.Index(fields=["area", "-id"], name="change_by_area"),
            models.Index(fields=["area", "status", "-id"], name="change_by_status"),
            models.Index(fields=["area", "category", "-id"], name="change_by_category"),
            models.Index(fields=["hall", "-id"], name="change_by_hall"),
            models.Index(fields=["hall", "status", "-id"], name="change_by_hall_status"),
            models.Index(fields=["filing", "-id"], name="change_by_filing"),
            models.Index(
                fields=["area", "category", "id"], condition=Q(status="pending"), name="change_waiting_by_category"
            ),
        )
        triggers = (CHANGE_LIFECYCLE.trigger(), CHANGE_TRIGGER)

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("filing_change", args=[self.pk])

    @property
    def number(self) -> str:
        """BG + day of asking + serial number; follows from the row, so it can neither clash nor change."""
        return f"BG{self.asked_on:%Y%m%d}{self.pk:08d}"
