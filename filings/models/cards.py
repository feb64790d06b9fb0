"""Social-security cards: the card itself, its tests, and the ways to a new one."""

import uuid
from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from filings.models.agents import ActedFor
from filings.models.card_lifecycles import CARD_LIFECYCLE, REPLACEMENT_LIFECYCLE, ReplacementStatus
from filings.models.people import InsuredPerson
from filings.vocabulary import CardGeneration, CardStatus, CardTestResult, CardTestWay, Procedure
from hospitals.access import Right, VisibleQuerySet
from hospitals.history import tracked
from hospitals.models import Area


@tracked()
class SocialSecurityCard(models.Model):
    """A social-security card; issue of a new one leaves the old one on record.

    generation, bank, issued_on: empty where nobody told.
    """

    person = models.ForeignKey(InsuredPerson, models.CASCADE, related_name="cards", verbose_name=_("参保人"))
    area = models.ForeignKey(Area, models.PROTECT, related_name="+", verbose_name=_("统筹区"))
    number = models.CharField(_("卡号"), max_length=20)
    generation = models.CharField(_("代次"), max_length=8, choices=CardGeneration.choices(), blank=True)
    bank = models.CharField(_("所属银行"), max_length=50, blank=True)
    issued_on = models.DateField(_("发卡日期"), null=True, blank=True)
    status = models.CharField(_("状态"), max_length=10, choices=CardStatus.choices(), default=CardStatus.IN_USE)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects: ClassVar[VisibleQuerySet["SocialSecurityCard"]] = VisibleQuerySet.as_manager()  # type: ignore[assignment]
    seen_with = Right.SEE_PEOPLE

    class Meta:
        verbose_name = verbose_name_plural = _("社会保障卡")
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=["area", "number"], name="one_card_a_number", violation_error_message=_("此卡号已登记")
            ),
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(status=CardStatus.IN_USE.value),
                name="one_card_in_use",
                violation_error_message=_("该参保人已有在用的社会保障卡"),
            ),
        )
        indexes = (models.Index(fields=["number"], name="card_by_number"),)
        triggers = (CARD_LIFECYCLE.trigger(),)

    def __str__(self) -> str:
        return self.number

    @property
    def is_current(self) -> bool:
        return self.status == CardStatus.IN_USE


class CardTest(models.Model):
    """A card was tested.  Append-only: a card that passes later has one more test.  finding: what was found wrong."""

    card = models.ForeignKey(
        SocialSecurityCard, models.PROTECT, related_name="tests", db_index=False, verbose_name=_("社会保障卡")
    )
    area = models.ForeignKey(Area, models.PROTECT, related_name="+", db_index=False, verbose_name=_("统筹区"))
    tested_on = models.DateField(_("检测日期"))
    way = models.CharField(_("检测途径"), max_length=8, choices=CardTestWay.choices())
    result = models.CharField(_("检测结果"), max_length=8, choices=CardTestResult.choices())
    finding = models.CharField(_("检测情况"), max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("登记人"))
    at = models.DateTimeField(_("登记时间"), auto_now_add=True)

    objects: ClassVar[VisibleQuerySet["CardTest"]] = VisibleQuerySet.as_manager()  # type: ignore[assignment]
    seen_with = Right.SEE_PEOPLE

    class Meta:
        verbose_name = verbose_name_plural = _("社会保障卡检测")
        ordering = ("-tested_on", "-id")
        constraints = (
            models.CheckConstraint(
                condition=~Q(result=CardTestResult.FAILED.value) | ~Q(finding=""),
                name="failed_test_says_what_was_found",
                violation_error_message=_("检测未通过的须填写检测情况"),
            ),
        )
        indexes = (models.Index(fields=["card", "-tested_on", "-id"], name="test_by_card"),)
        triggers = (pgtrigger.Protect(name="tested_stays_tested", operation=pgtrigger.Update | pgtrigger.Delete),)

    def __str__(self) -> str:
        return f"{self.card} · {self.get_result_display()}"


@tracked()
class CardReplacement(ActedFor):
    """A new card asked for, by the person or by a relative, until it is there.

    old_card: None where none is on record.  answer: the materials the policy asked for and those seen, where to go,
    with their sources.
    """

    PROCEDURES: ClassVar = [(way.value, way.label) for way in (Procedure.CARD_BY_SELF, Procedure.CARD_BY_RELATIVE)]

    person = models.ForeignKey(InsuredPerson, models.PROTECT, related_name="replacements", verbose_name=_("参保人"))
    area = models.ForeignKey(Area, models.PROTECT, related_name="+", verbose_name=_("统筹区"))
    old_card = models.ForeignKey(
        SocialSecurityCard, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("原卡")
    )
    procedure = models.CharField(_("办理方式"), max_length=20, choices=PROCEDURES)
    asked_on = models.DateField(_("申请日期"))
    answer = models.JSONField(_("受理情况"))
    new_card = models.OneToOneField(
        SocialSecurityCard, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("新卡")
    )
    status = models.CharField(
        _("状态"), max_length=10, choices=ReplacementStatus.choices(), default=ReplacementStatus.ASKED
    )
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("经办人"))
    made_at = models.DateTimeField(_("受理时间"), auto_now_add=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("办结人")
    )
    ended_at = models.DateTimeField(_("办结时间"), null=True, blank=True)
    end_reason = models.CharField(_("撤回原因"), max_length=300, blank=True)
    request_token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects: ClassVar[VisibleQuerySet["CardReplacement"]] = VisibleQuerySet.as_manager()  # type: ignore[assignment]
    seen_with = Right.SEE_PEOPLE

    class Meta:
        verbose_name = verbose_name_plural = _("社会保障卡补办")
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(status=ReplacementStatus.ASKED.value),
                name="one_open_replacement",
                violation_error_message=_("该参保人已有办理中的补卡"),
            ),
            models.CheckConstraint(
                condition=Q(procedure=Procedure.CARD_BY_SELF.value, agent_name="")
                | (Q(procedure=Procedure.CARD_BY_RELATIVE.value) & ~Q(agent_name="") & ~Q(agent_relation="")),
                name="replacement_says_who_asks",
                violation_error_message=_("亲属代办的须填写代办人和关系"),
            ),
            models.CheckConstraint(
                condition=Q(status=ReplacementStatus.ISSUED.value, new_card__isnull=False)
                | (~Q(status=ReplacementStatus.ISSUED.value) & Q(new_card=None)),
                name="issued_replacement_has_its_card",
                violation_error_message=_("已换卡的补卡须有新卡"),
            ),
            models.CheckConstraint(
                condition=Q(status=ReplacementStatus.ASKED.value)
                | Q(ended_by__isnull=False, ended_at__isnull=False)
                & (Q(status=ReplacementStatus.ISSUED.value) | ~Q(end_reason="")),
                name="replacement_end_says_who_when_why",
                violation_error_message=_("办结须有经办人、时间，撤回须有原因"),
            ),
        )
        triggers = (REPLACEMENT_LIFECYCLE.trigger(),)

    def __str__(self) -> str:
        return f"{self.get_procedure_display()} · {self.get_status_display()}"
