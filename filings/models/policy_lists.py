"""What a filing policy holds beside its rules: disease lists, measures after a lapse, materials of other procedures."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from filings.assessment import Advice, ListedDisease, MeasureRule, ProcedureMaterial
from filings.models.policy_rows import FROZEN, PolicyRow, code_field, codes_field, section_field
from filings.vocabulary import DiseaseList, Material, Matter, Measure, Procedure
from hospitals.history import tracked
from hospitals.vocabulary import Scope


@tracked()
class FilingDisease(PolicyRow):
    """A disease on one of the policy's lists."""

    policy = models.ForeignKey(
        "filings.FilingPolicy", models.CASCADE, related_name="disease_rows", verbose_name=_("备案政策")
    )
    list = code_field(_("目录"), DiseaseList)
    name = models.CharField(_("病种"), max_length=100)
    code = models.CharField(_("病种编码"), max_length=30, blank=True)
    scope = code_field(_("范围"), Scope, blank=True)
    section = section_field()

    class Meta:
        verbose_name = verbose_name_plural = _("病种目录")
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=["policy", "list", "name", "scope"],
                name="one_disease_a_list",
                violation_error_message=_("该病种已列出"),
            ),
        )
        triggers = (FROZEN,)

    def __str__(self) -> str:
        return self.name

    def as_disease(self) -> ListedDisease:
        return ListedDisease(
            list=DiseaseList.of(self.list),
            name=self.name,
            section=self.section,
            code=self.code,
            scope=Scope.of(self.scope) if self.scope else None,
        )


@tracked()
class FilingMeasure(PolicyRow):
    """What starts when a commitment lapses."""

    policy = models.ForeignKey(
        "filings.FilingPolicy", models.CASCADE, related_name="measure_rows", verbose_name=_("备案政策")
    )
    measure = code_field(_("处理"), Measure)
    months = models.PositiveSmallIntegerField(
        _("期限（月）"), null=True, blank=True, help_text=_("文件没有写明期限时留空，由主管确定")
    )
    section = section_field()

    class Meta:
        verbose_name = verbose_name_plural = _("失信处理")
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=["policy", "measure"], name="one_measure_a_policy", violation_error_message=_("该项处理已列出")
            ),
        )
        triggers = (FROZEN,)

    def __str__(self) -> str:
        return Measure.name_of(self.measure)

    def as_measure(self) -> MeasureRule:
        return MeasureRule(measure=Measure.of(self.measure), section=self.section, months=self.months)


@tracked()
class FilingProcedure(PolicyRow):
    """One of these materials is required for a procedure other than filing."""

    policy = models.ForeignKey(
        "filings.FilingPolicy", models.CASCADE, related_name="procedure_rows", verbose_name=_("备案政策")
    )
    procedure = code_field(_("事项"), Procedure)
    one_of = codes_field(_("材料（有其一即可）"), Material)
    originals = models.PositiveSmallIntegerField(_("原件份数"), null=True, blank=True)
    copies = models.PositiveSmallIntegerField(_("复印件份数"), null=True, blank=True)
    note = models.CharField(_("说明"), max_length=200, blank=True)
    section = section_field()

    class Meta:
        verbose_name = verbose_name_plural = _("其他事项的材料")
        ordering = ("id",)
        triggers = (FROZEN,)

    def __str__(self) -> str:
        return f"{Procedure.name_of(self.procedure)} · {self.as_material().group.label}"

    def as_material(self) -> ProcedureMaterial:
        return ProcedureMaterial(
            procedure=Procedure.of(self.procedure),
            one_of=tuple(Material.of(code) for code in self.one_of),
            section=self.section,
            note=self.note,
            originals=self.originals,
            copies=self.copies,
        )


@tracked()
class FilingAdvice(PolicyRow):
    """What the document tells people to do in a matter."""

    policy = models.ForeignKey(
        "filings.FilingPolicy", models.CASCADE, related_name="advice_rows", verbose_name=_("备案政策")
    )
    matter = code_field(_("事项"), Matter)
    text = models.CharField(_("办法"), max_length=200)
    hall = models.CharField(_("窗口名称"), max_length=80, blank=True, help_text=_("电话取自经办窗口目录"))
    section = section_field()

    class Meta:
        verbose_name = verbose_name_plural = _("办事指引")
        ordering = ("id",)
        triggers = (FROZEN,)

    def __str__(self) -> str:
        return f"{Matter.name_of(self.matter)} · {self.text}"

    def as_advice(self) -> Advice:
        return Advice(matter=Matter.of(self.matter), text=self.text, section=self.section, hall=self.hall)
