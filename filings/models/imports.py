"""Imports of lists of people: who brought which list, what it would change row by row, and what became of it."""

from typing import ClassVar

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from hospitals.access import Right, VisibleQuerySet
from hospitals.history import tracked
from hospitals.models.imports import ListImport, ListStep, list_lifecycle

PEOPLE_LIST_LIFECYCLE = list_lifecycle(Right.KEEP_PEOPLE)


@tracked(exclude=("content", "stage", "progress"))
class PeopleListImport(ListImport):
    """One list of people insured in an area."""

    objects: ClassVar[VisibleQuerySet["PeopleListImport"]] = VisibleQuerySet.as_manager()  # type: ignore[assignment]
    seen_with = Right.KEEP_PEOPLE
    lifecycle = PEOPLE_LIST_LIFECYCLE

    class Meta(ListImport.Meta):
        verbose_name = verbose_name_plural = _("参保人员导入")
        triggers = (PEOPLE_LIST_LIFECYCLE.trigger(),)

    def get_absolute_url(self) -> str:
        return reverse("people_import", args=[self.pk])


class PeopleListRow(ListStep):
    """One row of a list: how the person, the period of insurance and the card stand afterwards.

    person, participation: keys in the register; a new person has here already the one that they get.  *_step: `new` or
    `changed` for what the row touches.  changes: column → [before, after] in words.  faults: as the check tells them.
    written: the row as written, for a faulty one.
    """

    list_import = models.ForeignKey(PeopleListImport, models.CASCADE, related_name="steps", db_index=False)
    person = models.BigIntegerField(null=True)
    person_step = models.CharField(max_length=10, blank=True)
    participation = models.BigIntegerField(null=True)
    participation_step = models.CharField(max_length=10, blank=True)
    card_step = models.CharField(max_length=10, blank=True)
    id_type = models.TextField(blank=True)
    id_number = models.TextField(blank=True)
    name = models.TextField(blank=True)
    sex = models.TextField(blank=True)
    birth_date = models.DateField(null=True)
    phone = models.TextField(blank=True)
    address = models.TextField(blank=True)
    initials = models.TextField(blank=True)
    scheme = models.TextField(blank=True)
    employment = models.TextField(blank=True)
    employer = models.TextField(blank=True)
    starts_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)
    contributions_paid_through = models.DateField(null=True)
    continuous_since = models.DateField(null=True)
    waiting_until = models.DateField(null=True)
    hardship = models.TextField(blank=True)
    is_civil_servant = models.BooleanField(default=False)
    card = models.TextField(blank=True)
    changes = models.JSONField(default=dict)

    class Meta(ListStep.Meta):
        constraints = (
            models.UniqueConstraint(fields=["list_import", "action", "position"], name="one_people_step_a_position"),
        )

    def __str__(self) -> str:
        return f"{self.get_action_display()} {self.name}"
