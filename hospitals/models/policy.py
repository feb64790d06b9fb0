"""What all policies share: an area, a period, a source; and that a published one is never edited."""

import datetime as dt
from typing import Any, ClassVar, Self

import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField
from django.contrib.postgres.fields.ranges import RangeOperators
from django.db import models, transaction
from django.db.models import F, Func, GeneratedField, Q, Value
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hospitals.access import Right, VisibleQuerySet
from hospitals.compiled import fetched
from hospitals.models.areas import Area
from hospitals.reasons import Refused
from hospitals.vocabulary import Term

_read_once: dict[tuple[Any, ...], Any] = {}


class PolicyStatus(Term):
    DRAFT = "draft", "草稿"
    PROPOSED = "proposed", "待发布"
    PUBLISHED = "published", "已发布"


class PolicyQuerySet(VisibleQuerySet[Any]):
    def published(self) -> Self:
        return self.filter(status=PolicyStatus.PUBLISHED)

    def in_force(self, area: str, day: dt.date) -> Any:
        """The version of an area in force on a day, or None."""
        return self.published().filter(area=area, period__contains=day).first()

    def in_force_once(self, area: str, day: dt.date) -> Any:
        """The same, read once a process."""
        return self.first_once("period @> %s::date", area, day)

    def first_once(self, condition: str, area: str, *values: Any) -> Any:
        """The latest of an area's published versions that meet a condition (SQL), read once a process: such a version
        never changes, but for its last day.

        One narrow statement says which it is, so that one just published counts at once.  It is shared, and not for
        changing.
        """
        asked = (
            f"SELECT id, published_at, ends_on FROM {self.model._meta.db_table}"  # noqa: S608 - our own words
            f" WHERE status = 'published' AND area_id = %s AND ({condition}) ORDER BY starts_on DESC LIMIT 1"
        )
        version = next(iter(fetched(asked, [area, *values])), None)
        if version is None:
            return None
        key = (self.model, *version)
        if key not in _read_once:
            _read_once[key] = self.model._default_manager.get(pk=version[0])
        return _read_once[key]


class DatedPolicy(models.Model):
    """One version of an area's rules.  Versions follow each other without overlap; the last one is open-ended.

    A subclass adds its rows; each row model takes `immutable_rows("policy")` into its triggers.
    """

    area = models.ForeignKey(Area, models.PROTECT, related_name="+", verbose_name=_("统筹区"))
    version = models.PositiveSmallIntegerField(_("版本"))
    starts_on = models.DateField(_("施行日期"))
    ends_on = models.DateField(_("最后一天"), null=True, blank=True, editable=False)
    starts_assumed = models.BooleanField(_("施行日期待核定"), default=False)
    document = models.CharField(_("文件"), max_length=200)
    note = models.TextField(_("说明"), blank=True)
    status = models.CharField(
        _("状态"), max_length=10, choices=PolicyStatus.choices(), default=PolicyStatus.DRAFT, editable=False
    )
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("提交人"),
    )
    proposed_at = models.DateTimeField(_("提交时间"), null=True, blank=True, editable=False)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("发布人"),
    )
    published_at = models.DateTimeField(_("发布时间"), null=True, blank=True, editable=False)
    pack_sha256 = models.CharField(max_length=64, blank=True, editable=False)
    period: Any = GeneratedField(
        expression=Func(F("starts_on"), F("ends_on"), Value("[]"), function="daterange"),
        output_field=DateRangeField(),
        db_persist=True,
        verbose_name=_("施行期间"),
    )

    objects: ClassVar[PolicyQuerySet] = PolicyQuerySet.as_manager()  # type: ignore[assignment]
    seen_with = Right.SEE_POLICIES

    class Meta:
        abstract = True
        ordering = ("area", "-version")
        constraints = (
            models.UniqueConstraint(
                fields=["area", "version"],
                name="%(class)s_one_version",
                violation_error_message=_("该统筹区已有此版本号"),
            ),
            ExclusionConstraint(
                name="%(class)s_one_in_force",
                expressions=[
                    (
                        Func(
                            Cast("area", models.IntegerField()),
                            Cast("area", models.IntegerField()),
                            Value("[]"),
                            function="int4range",
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                    ("period", RangeOperators.OVERLAPS),
                ],
                condition=Q(status="published"),
                violation_error_message=_("同一统筹区同一天只能有一个版本施行"),
            ),
            models.CheckConstraint(
                condition=~Q(status="published") | Q(published_at__isnull=False),
                name="%(class)s_published_has_time",
                violation_error_message=_("已发布的政策须有发布时间"),
            ),
            models.CheckConstraint(
                condition=~Q(status="proposed") | Q(proposed_by__isnull=False, proposed_at__isnull=False),
                name="%(class)s_proposed_by_somebody",
                violation_error_message=_("待发布的政策须有提交人和提交时间"),
            ),
            models.CheckConstraint(
                condition=Q(published_by=None) | (Q(proposed_by__isnull=False) & ~Q(published_by=F("proposed_by"))),
                name="%(class)s_published_by_another",
                violation_error_message=_("政策须由提交人以外的人员发布"),
            ),
        )
        triggers = (
            pgtrigger.Trigger(
                name="published_is_final",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=~pgtrigger.Q(old__status="draft"),
                func="""
                    IF OLD.status = 'proposed' THEN
                        IF TG_OP = 'UPDATE' AND NEW.status IN ('draft', 'published')
                           AND to_jsonb(NEW) - ARRAY['status', 'proposed_by_id', 'proposed_at', 'published_by_id',
                                                     'published_at', 'period']
                             = to_jsonb(OLD) - ARRAY['status', 'proposed_by_id', 'proposed_at', 'published_by_id',
                                                     'published_at', 'period'] THEN
                            RETURN NEW;  -- published as it was proposed, or given back
                        END IF;
                        RAISE EXCEPTION '待发布的政策不能修改，请先退回草稿'
                            USING ERRCODE = 'integrity_constraint_violation';
                    END IF;
                    IF TG_OP = 'UPDATE' AND OLD.ends_on IS NULL AND NEW.ends_on IS NOT NULL
                       AND to_jsonb(NEW) - 'ends_on' - 'period' = to_jsonb(OLD) - 'ends_on' - 'period' THEN
                        RETURN NEW;  -- a later version takes over
                    END IF;
                    RAISE EXCEPTION '已发布的政策不能修改，请发布新版本'
                        USING ERRCODE = 'integrity_constraint_violation';
                """,
            ),
        )

    def __str__(self) -> str:
        return f"{self.area} 第{self.version}版"

    @property
    def is_published(self) -> bool:
        return self.status == PolicyStatus.PUBLISHED

    @property
    def is_draft(self) -> bool:
        """Only a draft is edited."""
        return self.status == PolicyStatus.DRAFT

    def rules(self) -> Any:
        """The version as its pure module reads it.  Raises ValueError where the rows contradict each other."""
        raise NotImplementedError

    def add_rules(self, rules: Any) -> None:
        """Write `rules` into this draft: its rows and what this model has beyond the fields of every policy."""
        raise NotImplementedError

    @transaction.atomic
    def next_version(self, *, starts_on: dt.date) -> Self:
        """A draft to follow this version, with the same rules, under the area's next number."""
        versions = type(self)._default_manager.select_for_update().filter(area=self.area_id)
        newest = versions.order_by("-version").values_list("version", flat=True)[0]
        draft = type(self)(
            area_id=self.area_id, version=newest + 1, starts_on=starts_on, document=self.document, note=self.note
        )
        draft.save()
        draft.add_rules(self.rules())
        return draft

    @transaction.atomic
    def propose(self, *, by: Any) -> None:
        """Hand this draft to another person to publish; until then nobody edits it.

        Refused when it is no draft, or could not be published.
        """
        last = self._lock_and_find_last()
        if not self.is_draft:
            raise Refused.because("not_a_draft", f"该版本{PolicyStatus.name_of(self.status)}，不是草稿")
        self._check_publishable(last)
        self.status, self.proposed_by, self.proposed_at = PolicyStatus.PROPOSED, by, timezone.now()
        self.save(update_fields=["status", "proposed_by", "proposed_at"])

    @transaction.atomic
    def give_back(self) -> None:
        """Make a proposed version a draft again.  Refused when it is not proposed."""
        self._lock_and_find_last()
        if self.status != PolicyStatus.PROPOSED:
            raise Refused.because("not_proposed", f"该版本{PolicyStatus.name_of(self.status)}，不是待发布")
        self.status, self.proposed_by, self.proposed_at = PolicyStatus.DRAFT, None, None
        self.save(update_fields=["status", "proposed_by", "proposed_at"])

    @transaction.atomic
    def publish(self, *, by: Any) -> None:
        """Put this version in force from `starts_on`; the version in force until then ends the day before.

        by: a user other than who proposed it, or None for a shipped pack, which nobody proposes.  Refused when it is
        not for `by` to publish, when its rows contradict each other, or when it does not start after its predecessor.
        """
        last = self._lock_and_find_last()
        if self.is_published:
            raise Refused.because("already_published", "该版本已发布")
        if by is not None and self.status != PolicyStatus.PROPOSED:
            raise Refused.because("not_proposed", "草稿须先提交，由另一人发布")
        if by is not None and by.pk == self.proposed_by_id:
            raise Refused.because("published_by_another", "您提交的政策须由另一人发布")
        self._check_publishable(last)
        if last:
            last.ends_on = self.starts_on - dt.timedelta(days=1)
            last.save(update_fields=["ends_on"])
        self.status = PolicyStatus.PUBLISHED
        self.published_by = by
        self.published_at = timezone.now()
        self.save(update_fields=["status", "published_by", "published_at"])

    def _lock_and_find_last(self) -> Self | None:
        """Lock the area's versions and read this one again; the last published one."""
        siblings = type(self)._default_manager.select_for_update().filter(area=self.area_id)
        list(siblings.order_by("pk").values_list("pk", flat=True))
        self.refresh_from_db()
        last: Self | None = siblings.filter(status=PolicyStatus.PUBLISHED).order_by("-starts_on").first()
        return last

    def _check_publishable(self, last: Self | None) -> None:
        try:
            self.rules()
        except ValueError as fault:
            raise Refused.because("rules_at_fault", f"不能发布：{fault}") from fault
        if last and last.starts_on >= self.starts_on:
            raise Refused.because(
                "starts_too_early", f"施行日期须晚于现行第{last.version}版的施行日期{last.starts_on:%Y-%m-%d}"
            )


def immutable_rows(foreign_key: str, table: str) -> pgtrigger.Trigger:
    """Trigger for the rows of a policy: frozen once `table`'s row behind `foreign_key` is proposed or published.

    table: the policies' table, or a subquery with the columns id and status.  The policy is locked, so that none is
    published while a row of it is being written.
    """
    return pgtrigger.Trigger(
        name="rows_of_published_are_final",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        declare=[("statuses", "TEXT[]")],
        func=f"""
            statuses := ARRAY(
                SELECT owner.status FROM {table} AS owner
                WHERE owner.id IN (OLD.{foreign_key}_id, NEW.{foreign_key}_id) FOR SHARE
            );
            IF 'published' = ANY (statuses) THEN
                RAISE EXCEPTION '已发布的政策不能修改，请发布新版本' USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            IF 'proposed' = ANY (statuses) THEN
                RAISE EXCEPTION '待发布的政策不能修改，请先退回草稿' USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
            RETURN NEW;
        """,  # noqa: S608 - both names are ours
    )
