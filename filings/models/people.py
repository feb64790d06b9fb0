"""Insured persons and their participation in the schemes."""

import datetime as dt
from typing import Any, ClassVar, Self

import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField
from django.contrib.postgres.fields.ranges import RangeOperators
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Func, GeneratedField, Q, Value
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from filings.identity import (
    IdType,
    Sex,
    birth_date_of,
    id_number_fault,
    initials,
    masked,
    masked_phone,
    normal_number,
    sex_of,
)
from filings.vocabulary import Employment, Hardship, Scheme
from hospitals.access import Right, VisibleQuerySet
from hospitals.compiled import CompiledQuery, Given
from hospitals.history import tracked
from hospitals.models import Area


class InsuredPersonQuerySet(VisibleQuerySet["InsuredPerson"]):
    def matching(self, words: str) -> Self:
        """One search box: the beginning of a name, of its pinyin initials or of an id number; or a whole card number.

        Each is a range of one index; listed in the order of `matched_by`, the answer does not slow down with the
        register.
        """
        text, column = normal_number(words), matched_by(words)
        if not text:
            return self.none()
        if column == "id_number":
            holders = list(InsuredPerson.objects.filter(cards__number=text).values_list("pk", flat=True))
            if holders:
                return self.filter(Q(pk__in=holders) | Q(id_number=text))
        return self.filter(**{f"{column}__startswith": text.lower() if column == "initials" else text})


def matched_by(words: str) -> str:
    """The column whose beginning the words are."""
    text = normal_number(words)
    if not text.isascii():
        return "name"
    return "initials" if text.isalpha() else "id_number"


@tracked()
class InsuredPerson(models.Model):
    """A person on the register of one home area."""

    area = models.ForeignKey(Area, models.PROTECT, related_name="people", db_index=False, verbose_name=_("参保地"))
    # Collation C: one index serves both the beginning of a value and the order.
    name = models.CharField(_("姓名"), max_length=50, db_collation="C")
    initials = models.CharField(_("姓名简拼"), max_length=40, editable=False, db_collation="C")
    id_type = models.CharField(_("证件类型"), max_length=2, choices=IdType.choices(), default=IdType.RESIDENT_ID)
    id_number = models.CharField(_("证件号码"), max_length=30, db_collation="C")
    sex = models.CharField(_("性别"), max_length=1, choices=Sex.choices(), default=Sex.UNKNOWN)
    birth_date = models.DateField(_("出生日期"), null=True, blank=True)
    phone = models.CharField(_("联系电话"), max_length=20, blank=True)
    address = models.CharField(_("住址"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("登记时间"), auto_now_add=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects: ClassVar[InsuredPersonQuerySet] = InsuredPersonQuerySet.as_manager()  # type: ignore[assignment]
    seen_with = Right.SEE_PEOPLE
    history_masks: ClassVar = {"id_number": masked, "phone": masked_phone}

    class Meta:
        verbose_name = verbose_name_plural = _("参保人")
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=["id_number", "id_type", "area"],  # in this order: somebody is also sought in every area
                name="one_person_an_id",
                violation_error_message=_("该统筹区已登记此证件号码"),
            ),
        )
        indexes = (
            models.Index(fields=["area", "-id"], name="person_by_area"),
            models.Index(fields=["area", "name", "id"], name="person_by_name"),
            models.Index(fields=["area", "initials", "id"], name="person_by_initials"),
            models.Index(fields=["area", "id_number", "id"], name="person_by_id_number"),
        )

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.derive()
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("person", args=[self.pk])

    def clean(self) -> None:
        self.id_number = normal_number(self.id_number)
        fault = id_number_fault(self.id_type, self.id_number)
        if fault:
            raise ValidationError({"id_number": fault})

    @property
    def masked_id_number(self) -> str:
        return masked(self.id_number)

    def derive(self) -> None:
        """What follows from name and identity card; bulk imports call it themselves."""
        self.initials = initials(self.name)
        if self.id_type == IdType.RESIDENT_ID:
            self.birth_date = birth_date_of(self.id_number)
            self.sex = sex_of(self.id_number)

    def participation_on(self, day: dt.date) -> "Participation | None":
        """No query where the person was fetched with all their insurance."""
        if "participations" in getattr(self, "_prefetched_objects_cache", {}):
            return next((row for row in self.participations.all() if row.covers(day)), None)
        return _INSURED_ON.first(person=self.pk, day=day)


@tracked(exclude=("period",))
class Participation(models.Model):
    """A person's insurance in a scheme for a period: what decides on filing, tier and direct settlement."""

    person = models.ForeignKey(InsuredPerson, models.CASCADE, related_name="participations", verbose_name=_("参保人"))
    area = models.ForeignKey(Area, models.PROTECT, related_name="+", verbose_name=_("统筹区"))
    scheme = models.CharField(_("险种"), max_length=10, choices=Scheme.choices())
    employment = models.CharField(_("在职状态"), max_length=8, choices=Employment.choices(), blank=True)
    employer = models.CharField(_("单位"), max_length=100, blank=True)
    starts_on = models.DateField(_("参保日期"))
    ends_on = models.DateField(_("终止日期"), null=True, blank=True)
    contributions_paid_through = models.DateField(_("缴费至"), null=True, blank=True)
    continuous_since = models.DateField(_("连续缴费起"), null=True, blank=True)
    waiting_until = models.DateField(_("待遇等待期至"), null=True, blank=True)
    hardship = models.CharField(_("困难群体"), max_length=20, choices=Hardship.choices(), blank=True)
    is_civil_servant = models.BooleanField(_("享受公务员补助"), default=False)
    period: Any = GeneratedField(
        expression=Func(F("starts_on"), F("ends_on"), Value("[]"), function="daterange"),
        output_field=DateRangeField(),
        db_persist=True,
    )

    objects: ClassVar[VisibleQuerySet["Participation"]] = VisibleQuerySet.as_manager()  # type: ignore[assignment]
    seen_with = Right.SEE_PEOPLE

    class Meta:
        verbose_name = verbose_name_plural = _("参保关系")
        ordering = ("-starts_on", "-id")
        constraints = (
            ExclusionConstraint(
                name="one_participation_at_a_time",
                expressions=[
                    (Func(F("person"), F("person"), Value("[]"), function="int8range"), RangeOperators.OVERLAPS),
                    ("period", RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("该参保人同一时间只能有一条参保关系"),
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="participation_ends_after_start",
                violation_error_message=_("终止日期不能早于参保日期"),
            ),
            models.CheckConstraint(
                condition=(Q(scheme="employee") & ~Q(employment="")) | (Q(scheme="resident") & Q(employment="")),
                name="employment_belongs_to_employees",
                violation_error_message=_("职工须填在职或退休，居民不填"),
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_scheme_display()} {self.get_employment_display()}".strip()

    def covers(self, day: dt.date) -> bool:
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)

    def clean_fields(self, exclude: Any = None) -> None:
        """An end before the start is told here: the database cannot even make a period of it to check."""
        super().clean_fields(exclude=exclude)
        if self.ends_on and self.starts_on and self.ends_on < self.starts_on:
            raise ValidationError({"ends_on": _("终止日期不能早于参保日期")})


class IdDisclosure(models.Model):
    """Somebody looked at a person's whole id number, by itself or on a scan.  Append-only."""

    person = models.ForeignKey(
        InsuredPerson, models.PROTECT, related_name="disclosures", db_index=False, verbose_name=_("参保人")
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("查看人"))
    scan = models.ForeignKey(
        "filings.Scan",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("扫描件"),
        help_text=_("在扫描件上看到的"),
    )
    at = models.DateTimeField(_("查看时间"), auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = _("证件号码查看记录")
        ordering = ("-id",)
        indexes = (models.Index(fields=["person", "-id"], name="disclosure_by_person"),)
        triggers = (pgtrigger.Protect(name="seen_stays_seen", operation=pgtrigger.Update | pgtrigger.Delete),)

    def __str__(self) -> str:
        return f"{self.person} · {self.by}"


_INSURED_ON = CompiledQuery(
    lambda: Participation.objects.filter(person=Given("person"), period__contains=Given("day", models.DateField()))
)
