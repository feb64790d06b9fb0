"""Who called about whom, how they were verified, and what they were then told.  Append-only."""

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from filings.models import InsuredPerson
from filings.vocabulary import Relation
from hospitals.access import Right, VisibleQuerySet
from hospitals.models import Area
from settlement.vocabulary import PERSONAL_QUERIES, CallerProof

MATCHED = Q(name_matches=True, id_matches=True, proof_matches=True)


class CallerQuerySet(VisibleQuerySet["CallerVerification"]):
    def matched(self) -> "CallerQuerySet":
        return self.filter(MATCHED)

    def failed(self) -> "CallerQuerySet":
        return self.exclude(MATCHED)


class CallerVerification(models.Model):
    """One caller asked about one person: what they said, compared with the register.  What was said is not kept.

    Good for one call: to whoever asked, until `good_until` or until the call is ended.
    """

    area = models.ForeignKey(Area, models.PROTECT, related_name="+", db_index=False, verbose_name=_("参保地"))
    person = models.ForeignKey(
        InsuredPerson, models.PROTECT, related_name="callers", db_index=False, verbose_name=_("参保人")
    )
    relation = models.CharField(
        _("与参保人关系"), max_length=10, choices=Relation.choices(), blank=True, help_text=_("本人来电的为空")
    )
    caller_name = models.CharField(_("来电人"), max_length=50, blank=True)
    name_matches = models.BooleanField(_("姓名相符"))
    id_matches = models.BooleanField(_("证件号码相符"))
    proof = models.CharField(_("另核对"), max_length=10, choices=CallerProof.choices())
    proof_matches = models.BooleanField(_("另核对相符"))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False, verbose_name=_("核验人")
    )
    made_at = models.DateTimeField(_("核验时间"))
    good_until = models.DateTimeField(_("有效至"))
    ended_at = models.DateTimeField(_("结束时间"), null=True, blank=True)

    objects: ClassVar[CallerQuerySet] = CallerQuerySet.as_manager()  # type: ignore[assignment]
    seen_with = Right.SEE_PEOPLE

    class Meta:
        verbose_name = verbose_name_plural = _("来电核验")
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                condition=Q(relation="", caller_name="") | (~Q(relation="") & ~Q(caller_name="")),
                name="caller_of_another_is_named",
                violation_error_message=_("代他人来电的，须登记来电人姓名和关系"),
            ),
            models.CheckConstraint(
                condition=Q(good_until__gt=F("made_at")) & (Q(ended_at=None) | Q(ended_at__gte=F("made_at"))),
                name="call_ends_after_it_began",
                violation_error_message=_("来电结束时间不能早于核验时间"),
            ),
        )
        indexes = (
            models.Index(fields=["person", "-id"], name="caller_by_person"),
            models.Index(fields=["made_by", "-id"], name="caller_by_staff"),
        )
        triggers = (
            pgtrigger.Protect(name="call_stays", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="call_is_as_it_was", exclude=["ended_at"]),
            pgtrigger.Protect(
                name="call_ends_once", operation=pgtrigger.Update, condition=pgtrigger.Q(old__ended_at__isnull=False)
            ),
        )

    def __str__(self) -> str:
        return f"{self.person} · {self.caller}"

    @property
    def is_matched(self) -> bool:
        return self.name_matches and self.id_matches and self.proof_matches

    @property
    def caller(self) -> str:
        """Who called, in words."""
        return f"{self.caller_name}（{self.get_relation_display()}）" if self.relation else _now("本人")

    @property
    def outcome(self) -> str:
        """相符; or what did not match, in words."""
        compared = (
            (_now("姓名"), self.name_matches),
            (_now("证件号码"), self.id_matches),
            (self.get_proof_display(), self.proof_matches),
        )
        wrong = [name for name, matches in compared if not matches]
        return _now("不符：{what}").format(what="、".join(wrong)) if wrong else _now("相符")


class CallerAnswer(models.Model):
    """What somebody read out to a verified caller, each time."""

    QUERIES: ClassVar = [(query.value, query.label) for query in PERSONAL_QUERIES]

    verification = models.ForeignKey(
        CallerVerification, models.PROTECT, related_name="answers", verbose_name=_("来电核验")
    )
    query = models.CharField(_("查询内容"), max_length=10, choices=QUERIES)
    at = models.DateTimeField(_("查询时间"), auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = _("来电查询记录")
        ordering = ("id",)
        triggers = (
            pgtrigger.Protect(name="told_is_told", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="told_to_the_verified",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func="""
                IF NOT EXISTS (
                    SELECT FROM settlement_callerverification AS caller WHERE caller.id = NEW.verification_id
                    AND name_matches AND id_matches AND proof_matches AND ended_at IS NULL
                ) THEN
                    RAISE EXCEPTION 'nobody verified is on the line' USING ERRCODE = 'check_violation';
                END IF;
                RETURN NEW;
                """,
            ),
        )

    def __str__(self) -> str:
        return f"{self.verification} · {self.get_query_display()}"
