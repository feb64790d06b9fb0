"""Rosters (花名册): an employer's lists of workers posted elsewhere, and what each row of them comes to."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from filings.identity import masked_phone
from filings.models.filing import Filing
from filings.models.people import InsuredPerson
from filings.vocabulary import Outcome, SettlementWay, Tier
from hospitals.access import Right, VisibleQuerySet
from hospitals.history import tracked
from hospitals.models import Area, ServiceHall
from hospitals.models.imports import ListStep, PiecemealImport, applied_says_when, list_lifecycle, states_with
from hospitals.vocabulary import ListAction, ListStatus

ROSTER_LIFECYCLE = list_lifecycle(Right.FILE)
WORDS = {ListAction.NEW: _("备案"), ListAction.SAME: _("已有备案")}
STATES = {ListStatus.APPLYING.value: "正在备案", ListStatus.APPLIED.value: "已办理"}
ROSTER_STATES = states_with(STATES)


@tracked(exclude=("content", "stage", "progress"))
class RosterImport(PiecemealImport):
    """One roster, brought in by an employer on `filed_on`, which is the day of filing of every row.

    start_on: for rows that give none.  remarks: what the policy says to all rows alike, as reasons.
    Faulty rows do not keep the good ones from being filed.
    """

    hall = models.ForeignKey(
        ServiceHall, models.PROTECT, null=True, related_name="+", db_index=False, verbose_name=_("受理窗口")
    )
    employer = models.CharField(_("单位"), max_length=100)
    agent_name = models.CharField(_("单位经办人"), max_length=50)
    agent_phone = models.CharField(_("经办人电话"), max_length=20, blank=True)
    filed_on = models.DateField(_("申请日期"))
    start_on = models.DateField(_("备案开始"), null=True)
    remarks = models.JSONField(_("办理依据"), default=list, blank=True)

    objects: ClassVar[VisibleQuerySet["RosterImport"]] = VisibleQuerySet.as_manager()  # type: ignore[assignment]
    seen_with = Right.SEE_FILINGS
    history_masks: ClassVar = {"agent_phone": masked_phone}
    hall_path = "hall"
    lifecycle = ROSTER_LIFECYCLE
    words, states = WORDS, STATES
    get_status_display = PiecemealImport.state_in_own_words

    class Meta(PiecemealImport.Meta):
        verbose_name = verbose_name_plural = _("花名册")
        indexes: ClassVar[Any] = (
            *PiecemealImport.Meta.indexes,
            models.Index(fields=["hall", "-id"], name="rosterimport_by_hall"),
        )
        constraints: ClassVar[Any] = (applied_says_when("applied_roster_says_when", _("已办理的花名册须有办理时间")),)
        triggers = (ROSTER_LIFECYCLE.trigger(),)

    def get_absolute_url(self) -> str:
        return reverse("roster_import", args=[self.pk])


class RosterRow(ListStep):
    """One row of a roster: whom it names, the place and the day, and the answer.

    action: new (to be filed, or filed: `filing`), same (the filing that covers it already), invalid.
    name … employer: as read; place: as written.  start_on, outcome, tier, settlement: the policy's answer.
    notes: what to mind, as sentences.  faults: as the check tells them.  written: the row as written, until filed.
    """

    list_import = models.ForeignKey(RosterImport, models.CASCADE, related_name="steps", db_index=False)
    person = models.ForeignKey(InsuredPerson, models.PROTECT, null=True, related_name="+", db_index=False)
    name = models.TextField(blank=True)
    id_number = models.TextField(blank=True)
    place = models.TextField(blank=True)
    phone = models.TextField(blank=True)
    employer = models.TextField(blank=True)
    destination = models.ForeignKey(Area, models.PROTECT, null=True, related_name="+", db_index=False)
    start_on = models.DateField(null=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices(), blank=True)
    tier = models.CharField(max_length=10, choices=Tier.choices(), blank=True)
    settlement = models.CharField(max_length=8, choices=SettlementWay.choices(), blank=True)
    filing = models.ForeignKey(Filing, models.PROTECT, null=True, related_name="+", db_index=False)
    notes = models.JSONField(default=list)

    class Meta(ListStep.Meta):
        constraints = (
            models.UniqueConstraint(fields=["list_import", "action", "position"], name="one_roster_row_a_position"),
            models.CheckConstraint(
                condition=Q(action=ListAction.INVALID)
                | Q(person__isnull=False, destination__isnull=False, start_on__isnull=False),
                name="roster_row_says_whom_where_when",
                violation_error_message=_("须有参保人、就医地和备案开始日期"),
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_action_display()} {self.name}"
