"""Imports of lists: who brought which list, what it would change row by row, and what became of it."""

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from hospitals.access import Right, VisibleQuerySet
from hospitals.history import tracked
from hospitals.lifecycle import Lifecycle, Move
from hospitals.models.areas import Area
from hospitals.vocabulary import ListAction, ListStatus, ListStrategy, Scope

S = ListStatus
WITHDRAWAL_LIMIT = 5  # a complete list may drop one hospital in so many


def list_lifecycle(keep: Right, *further: Move) -> Lifecycle:
    """The steps of every import, for those who hold the right, and further ones."""
    return Lifecycle(
        (
            Move("preview", "预览", frozenset({S.READING, S.PREVIEWED}), S.PREVIEWED, keep),
            Move("give_up", "无法读取", frozenset({S.READING, S.PREVIEWED}), S.UNREADABLE, keep),
            Move("queue", "提交导入", frozenset({S.PREVIEWED}), S.APPLYING, keep),
            Move("put_back", "退回确认", frozenset({S.APPLYING}), S.PREVIEWED, keep),
            Move("apply", "确认导入", frozenset({S.PREVIEWED}), S.APPLIED, keep),
            Move("apply_queued", "确认导入", frozenset({S.APPLYING}), S.APPLIED, keep),
            Move("discard", "放弃", frozenset({S.READING, S.UNREADABLE, S.PREVIEWED}), S.DISCARDED, keep),
            *further,
        )
    )


def states_with(changed: Mapping[str, str]) -> list[tuple[str, str]]:
    """The states of lists that are never undone, as choices; `changed`: those with a word of their own."""
    return [(state.value, changed.get(state.value, state.label)) for state in S if state is not S.UNDONE]


def applied_says_when(name: str, text: Any) -> models.CheckConstraint:
    """Of lists whose faulty rows do not keep the good ones from being applied."""
    return models.CheckConstraint(
        condition=~Q(status=S.APPLIED) | Q(applied_at__isnull=False), name=name, violation_error_message=text
    )


class ListImport(models.Model):
    """One list for one area.  The plan that was previewed is kept in its rows and is what gets applied.

    words, states: what rows and states are called where it is not as usual.
    """

    area = models.ForeignKey(Area, models.PROTECT, related_name="+", db_index=False, verbose_name=_("统筹区"))
    file_name = models.CharField(_("文件"), max_length=200)
    file_sha256 = models.CharField(_("文件摘要"), max_length=64)
    content = models.BinaryField(_("文件内容"), null=True, editable=False)  # until it is applied or discarded
    status = models.CharField(_("状态"), max_length=10, choices=ListStatus.choices(), default=ListStatus.READING)
    stage = models.CharField(_("进度"), max_length=40, blank=True)
    progress = models.PositiveSmallIntegerField(_("完成比例"), default=0)
    problem = models.CharField(_("问题"), max_length=300, blank=True)
    seen_state = models.CharField(_("预览时状态摘要"), max_length=64, blank=True)  # of what the plan rests on
    columns = models.JSONField(_("所含列"), default=list, blank=True)  # [name, heading as printed], as in the file
    notes = models.JSONField(_("未读取的内容"), default=list, blank=True)  # sentences
    rows = models.PositiveIntegerField(_("行数"), default=0)
    new = models.PositiveIntegerField(_("新增"), default=0)
    changed = models.PositiveIntegerField(_("变更"), default=0)
    same = models.PositiveIntegerField(_("无变化"), default=0)
    invalid = models.PositiveIntegerField(_("有误行数"), default=0)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("导入人")
    )  # null: from the command line
    made_at = models.DateTimeField(_("上传时间"), auto_now_add=True)
    applied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("确认人")
    )
    applied_at = models.DateTimeField(_("导入时间"), null=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    hall_id = None  # a list is the whole area's
    lifecycle: ClassVar[Lifecycle]
    words: ClassVar[Mapping[ListAction, Any]] = {}
    states: ClassVar[Mapping[str, str]] = {}

    class Meta:
        abstract = True
        ordering = ("-id",)
        indexes = (models.Index(fields=["area", "-id"], name="%(class)s_by_area"),)
        constraints: ClassVar[Any] = (
            models.CheckConstraint(
                condition=~Q(status__in=[S.APPLIED, S.UNDONE]) | Q(applied_at__isnull=False, invalid=0),
                name="%(class)s_applied_is_good",
                violation_error_message=_("已导入的名单须有导入时间且没有有误的行"),
            ),
        )

    def __str__(self) -> str:
        return f"{self.area.name} · {self.file_name}"

    @property
    def headings(self) -> dict[str, str]:
        """The columns that the list has, in its order: name → heading as printed."""
        return dict(self.columns)

    def word_for(self, action: ListAction) -> str:
        """What the rows of an action are called."""
        return str(self.words.get(action, action.label))

    def state_in_own_words(self) -> str:
        """A list with `states` takes it as its `get_status_display`, which Django gives each class anew."""
        return self.states.get(self.status) or ListStatus.name_of(self.status)

    @property
    def is_applicable(self) -> bool:
        """Nothing in the plan itself stands in the way of applying it."""
        return not self.invalid

    @property
    def is_working(self) -> bool:
        """The worker has it."""
        return self.status in (S.READING, S.APPLYING)

    def earlier(self, among: models.QuerySet[Self]) -> Self | None:
        """The last time the very same file was imported, so that nobody wonders why it changes nothing."""
        same = among.filter(area=self.area, file_sha256=self.file_sha256, pk__lt=self.pk)
        return same.filter(status=S.APPLIED).order_by("-pk").first()


class PiecemealImport(ListImport):
    """A list whose faulty rows do not keep the good ones from being applied."""

    class Meta(ListImport.Meta):
        abstract = True

    @property
    def is_applicable(self) -> bool:
        return self.new > 0


class ListStep(models.Model):
    """One row of a list and what it comes to.

    number, sheet: as the spreadsheet shows them.  faults: as the check tells them.  written: the row as written, for a
    faulty one or until it is applied.
    """

    position = models.PositiveIntegerField()
    number = models.PositiveIntegerField()
    sheet = models.TextField(blank=True)
    action = models.CharField(max_length=10, choices=ListAction.choices())
    faults = models.JSONField(default=list)
    written = models.JSONField(default=dict)

    class Meta:
        abstract = True
        ordering = ("list_import", "position")


HOSPITAL_LIST_LIFECYCLE = list_lifecycle(
    Right.KEEP_DIRECTORY,
    Move(
        "undo",
        "撤销导入",
        frozenset({S.APPLIED}),
        S.UNDONE,
        Right.KEEP_DIRECTORY,
        needs_reason=True,
        is_destructive=True,
    ),
)


@tracked(exclude=("content", "stage", "progress"))
class HospitalListImport(ListImport):
    """One list of an area's hospitals."""

    strategy = models.CharField(
        _("导入方式"), max_length=10, choices=ListStrategy.choices(), default=ListStrategy.COMPLETE
    )
    scope = models.CharField(
        _("未注明范围的业务"), max_length=16, choices=Scope.choices(), default=Scope.CROSS_PROVINCE
    )
    allow_many_withdrawals = models.BooleanField(_("允许大量退网"), default=False)
    withdrawn = models.PositiveIntegerField(_("退网"), default=0)
    skipped = models.PositiveIntegerField(_("跳过"), default=0)
    active_before = models.PositiveIntegerField(_("原在网医院"), default=0)
    applied_on = models.DateField(_("生效日期"), null=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("撤销人")
    )
    undone_at = models.DateTimeField(_("撤销时间"), null=True)
    undo_reason = models.CharField(_("撤销理由"), max_length=300, blank=True)

    objects: ClassVar[VisibleQuerySet["HospitalListImport"]] = VisibleQuerySet.as_manager()  # type: ignore[assignment]
    seen_with = Right.SEE_DIRECTORY
    lifecycle = HOSPITAL_LIST_LIFECYCLE

    class Meta(ListImport.Meta):
        verbose_name = verbose_name_plural = _("医院名单导入")
        constraints: ClassVar[Any] = (
            *ListImport.Meta.constraints,
            models.CheckConstraint(
                condition=~Q(status__in=[S.APPLIED, S.UNDONE]) | Q(applied_on__isnull=False),
                name="applied_list_says_from_which_day",
                violation_error_message=_("已导入的名单须有生效日期"),
            ),
            models.CheckConstraint(
                condition=~Q(status=S.UNDONE) | (Q(undone_at__isnull=False) & ~Q(undo_reason="")),
                name="undone_list_says_when_and_why",
                violation_error_message=_("撤销导入须有时间和理由"),
            ),
        )
        triggers = (HOSPITAL_LIST_LIFECYCLE.trigger(),)

    def get_absolute_url(self) -> str:
        return reverse("list_import", args=[self.pk])

    @property
    def drops_too_many(self) -> bool:
        return self.withdrawn * WITHDRAWAL_LIMIT > self.active_before


class HospitalListRow(models.Model):
    """One step of an import: a row of the list, or a hospital that the list leaves out.

    hospital: its key in the directory, for a new one the key that it gets.  name … batch: how it stands afterwards.
    changes: field → [before, after].  services: steps of opening and closing.  faults: as the list's check tells them.
    written: the row as written, for a faulty one.
    """

    list_import = models.ForeignKey(HospitalListImport, models.CASCADE, related_name="steps")
    position = models.PositiveIntegerField()
    number = models.PositiveIntegerField(null=True)
    sheet = models.CharField(max_length=100, blank=True)
    action = models.CharField(max_length=10, choices=ListAction.choices())
    hospital = models.BigIntegerField(null=True)
    name = models.TextField(blank=True)
    code = models.TextField(blank=True)
    county = models.CharField(max_length=6, null=True)
    level = models.CharField(max_length=8, blank=True)
    level_text = models.TextField(blank=True)
    address = models.TextField(blank=True)
    phone = models.TextField(blank=True)
    batch = models.TextField(blank=True)
    changes = models.JSONField(default=dict)
    services = models.JSONField(default=list)
    faults = models.JSONField(default=list)
    written = models.JSONField(default=dict)

    class Meta:
        ordering = ("list_import", "position")
        constraints = (
            models.UniqueConstraint(fields=["list_import", "action", "position"], name="one_step_a_position"),
        )

    def __str__(self) -> str:
        return f"{self.get_action_display()} {self.name}"
