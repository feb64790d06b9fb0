"""Lists of inbound settlements, for agencies that get them as a file, and what each row comes to."""

from typing import Any, ClassVar

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from hospitals.access import Right, VisibleQuerySet
from hospitals.history import tracked
from hospitals.models.imports import ListStep, PiecemealImport, applied_says_when, list_lifecycle
from hospitals.vocabulary import ListAction

INBOUND_LIST_LIFECYCLE = list_lifecycle(Right.RECORD_HOSPITAL_CLEARING)
WORDS = {ListAction.NEW: _("待登记"), ListAction.SAME: _("已登记")}


@tracked(exclude=("content", "stage", "progress"))
class InboundListImport(PiecemealImport):
    """One list of an area.  Faulty rows do not keep the good ones from being written down."""

    objects: ClassVar[VisibleQuerySet["InboundListImport"]] = VisibleQuerySet.as_manager()  # type: ignore[assignment]
    seen_with = Right.SEE_HOSPITAL_CLEARING
    lifecycle = INBOUND_LIST_LIFECYCLE
    words = WORDS

    class Meta(PiecemealImport.Meta):
        verbose_name = verbose_name_plural = _("来本地就医结算导入")
        constraints: ClassVar[Any] = (
            applied_says_when("applied_inbound_list_says_when", _("已登记的名单须有登记时间")),
        )
        triggers = (INBOUND_LIST_LIFECYCLE.trigger(),)

    def get_absolute_url(self) -> str:
        return reverse("inbound_import", args=[self.pk])


class InboundListRow(ListStep):
    """One row of a list.

    action: new (to be written down), same (is written down), invalid.  told: the columns of the settlement as they will
    be written, of a good row; reversed_setl_id: of a reversal, what it takes back.  written: the row as written.
    """

    list_import = models.ForeignKey(InboundListImport, models.CASCADE, related_name="steps", db_index=False)
    name = models.TextField(blank=True)
    told = models.JSONField(default=dict)
    reversed_setl_id = models.TextField(blank=True)

    class Meta(ListStep.Meta):
        constraints = (
            models.UniqueConstraint(fields=["list_import", "action", "position"], name="one_inbound_row_a_position"),
        )

    def __str__(self) -> str:
        return f"{self.get_action_display()} {self.name}"
