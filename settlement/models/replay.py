"""Replays of a version of the benefits over past settlements: who asked, how far it is, what came of it."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from hospitals.access import Right, VisibleQuerySet
from hospitals.history import tracked
from hospitals.lifecycle import Lifecycle, Move
from hospitals.models import Area
from settlement.models.policy import BenefitPolicy
from settlement.vocabulary import ReplayStatus

S = ReplayStatus
KEEP = Right.KEEP_POLICIES
REPLAY_LIFECYCLE = Lifecycle(
    (
        Move("begin", "开始试算", frozenset({S.WAITING}), S.RUNNING, KEEP, by_portal=True),
        Move("finish", "完成试算", frozenset({S.RUNNING}), S.DONE, KEEP, by_portal=True),
        Move("fail", "试算中断", frozenset({S.WAITING, S.RUNNING}), S.FAILED, KEEP, by_portal=True),
        Move("cancel", "取消试算", frozenset({S.WAITING, S.RUNNING}), S.CANCELLED, KEEP),
        Move("again", "重新试算", frozenset(S) - {S.DONE}, S.WAITING, KEEP),
    )
)


@tracked(exclude=("done", "total", "result"))
class PolicyReplay(models.Model):
    """One replay.  since, until: days of settlement.  result: of a replay that is done, and of none that is not.

    attempt: which run is the one that counts; another that is still under way ends when it finds that it is not.
    seen_rows: what the version was like, so that a draft changed since then is told.
    """

    area = models.ForeignKey(Area, models.PROTECT, related_name="+", db_index=False, verbose_name=_("统筹区"))
    policy = models.ForeignKey(BenefitPolicy, models.CASCADE, related_name="replays", verbose_name=_("待遇政策"))
    since = models.DateField(_("结算日期起"))
    until = models.DateField(_("结算日期止"))
    whole_years = models.BooleanField(_("期间以外同年度的结算也按该版本重算"), default=True)
    status = models.CharField(_("状态"), max_length=10, choices=S.choices(), default=S.WAITING)
    attempt = models.PositiveSmallIntegerField(default=1, editable=False)
    done = models.PositiveIntegerField(_("已试算"), default=0)
    total = models.PositiveIntegerField(_("笔数"), default=0)
    result = models.JSONField(_("结果"), null=True)
    seen_rows = models.CharField(max_length=64, blank=True, editable=False)
    problem = models.CharField(_("问题"), max_length=300, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("试算人"))
    made_at = models.DateTimeField(_("提交时间"), auto_now_add=True)
    finished_at = models.DateTimeField(_("完成时间"), null=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects: ClassVar[VisibleQuerySet["PolicyReplay"]] = VisibleQuerySet.as_manager()  # type: ignore[assignment]
    seen_with = Right.KEEP_POLICIES
    lifecycle = REPLAY_LIFECYCLE

    class Meta:
        verbose_name = verbose_name_plural = _("政策试算")
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                condition=Q(status=S.DONE, result__isnull=False, finished_at__isnull=False)
                | (~Q(status=S.DONE) & Q(result__isnull=True, finished_at=None)),
                name="replay_has_a_result_when_done",
                violation_error_message=_("只有完成的试算才有结果"),
            ),
            models.CheckConstraint(
                condition=Q(until__gte=F("since")),
                name="replay_ends_after_its_beginning",
                violation_error_message=_("结算日期止不能早于结算日期起"),
            ),
            models.CheckConstraint(
                condition=~Q(status=S.FAILED) | ~Q(problem=""),
                name="failed_replay_says_why",
                violation_error_message=_("未完成的试算须有原因"),
            ),
        )
        indexes = (models.Index(fields=["area", "-id"], name="replay_by_area"),)
        triggers = (REPLAY_LIFECYCLE.trigger(),)

    def __str__(self) -> str:
        return f"{self.policy} {self.since} 至 {self.until}"

    def get_absolute_url(self) -> str:
        return reverse("replay", args=[self.pk])

    @property
    def is_working(self) -> bool:
        return self.status in (S.WAITING, S.RUNNING)

    @property
    def percent(self) -> int:
        return self.done * 100 // self.total if self.total else 0
