"""Lists of inbound settlements, for agencies that get them as a file, and what each row comes to."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from hospitals.access import Right, VisibleQuerySet
from hospitals.history import tracked
from hospitals.models.imports import ListImport, list_lifecycle
from hospitals.vocabulary import ListAction, ListStatus

INBOUND_LIST_LIFECYCLE = list_lifecycle(Right.RECORD_HOSPITAL_CLEARING)
WORDS = {ListAction.NEW: _("待登记"), ListAction.SAME: _("已登记")}


@tracked(exclude=("content", "stage", "progress"))
class InboundListImport(ListImport):
    """One list of an area.  Faulty rows do not keep the good ones from being written down."""

    objects: ClassVar[VisibleQuerySet["InboundListImport"]] = VisibleQuerySet.as_manager()  # type: ignore[assignment]
    seen_with = Right.SEE_HOSPITAL_CLEARING
    lifecycle = INBOUND_LIST_LIFECYCLE

    class Meta(ListImport.Meta):
        verbose_name = verbose_name_plural = _("来本地就医结算导入")
        constraints: ClassVar[Any] = (
            models.CheckConstraint(
                condition=~Q(status=ListStatus.APPLIED) | Q(applied_at__isnull=False),
                name="applied_inbound_list_says_when",
                violation_error_message=_("已登记的名单须有登记时间"),
            ),
        )
        triggers = (INBOUND_LIST_LIFECYCLE.trigger(),)

    def get_absolute_url(self) -> str:
        return reverse("inbound_import", args=[self.pk])

    def word_for(self, action: ListAction) -> str:
        return str(WORDS.get(action, action.label))

    @property
    def is_applicable(self) -> bool:
        return self.new > 0


class InboundListRow(models.Model):
    """One row of a list.

    action: new (to be written down), same (is written down), invalid.  told: the columns of the settlement as they will
    be written, of a good row; reversed_setl_id: of a reversal, what it takes back.  written: the row as written.
    """

    list_import = models.ForeignKey(InboundListImport, models.CASCADE, related_name="steps", db_index=False)
    position = models.PositiveIntegerField()
    number = models.PositiveIntegerField()
    sheet = models.TextField(blank=True)
    action = models.CharField(max_length=10, choices=ListAction.choices())
    name = models.TextField(blank=True)
    told = models.JSONField(default=dict)
    reversed_setl_id = models.TextField(blank=True)
    faults = models.JSONField(default=list)
    written = models.JSONField(default=dict)

    class Meta:
        ordering = ("list_import", "position")
        constraints = (
            models.UniqueConstraint(fields=["list_import", "action", "position"], name="one_inbound_row_a_position"),
        )

    def __str__(self) -> str:
        return f"{self.get_action_display()} {self.name}"
