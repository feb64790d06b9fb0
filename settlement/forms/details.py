"""The cost on the counter form: by totals, by class of expense, or by item."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from settlement.calculation import Cost, Item
from settlement.calculation.money import NIL
from settlement.calculation.question_items import NAMES_OF_ITEM
from settlement.claims.contents import details_of
from settlement.claims.details import read_line
from settlement.claims.entry import NO_DETAILS, ClassEntry, Details
from settlement.forms.fields import YuanField, text_input
from settlement.models import Claim
from settlement.vocabulary import CatalogueClass, ChargeClass, Detail

MOST_TYPED = 200
"""More items than this come from a workbook and are not shown in the form."""
MOST_BYTES = 5 * 1024 * 1024
FIELD_OF = {key: "catalogue" if key == "class" else key for key in NAMES_OF_ITEM}
PARTS = ("outside", "above_limit", "self_paid")


class ModeForm(forms.Form):
    """kept: the form of a claim whose list is too long to be shown leaves it as it is."""

    detail = forms.ChoiceField(
        label="录入方式",
        choices=Detail.choices(),
        initial=Detail.TOTALS,
        required=False,
        widget=forms.RadioSelect(attrs={"class": "detail"}),
    )
    kept = forms.BooleanField(required=False, widget=forms.HiddenInput)


class ClassForm(forms.Form):
    """One class of expense; an empty row counts for nothing."""

    amount = YuanField(label="金额", required=False)
    outside = YuanField(label="全自费", required=False)
    above_limit = YuanField(label="超限价自费", required=False)
    self_paid = YuanField(label="先行自付", required=False)

    def __init__(self, kind: ChargeClass, data: Mapping[str, Any] | None) -> None:
        super().__init__(data, prefix=f"class-{kind}")
        self.kind = kind
        for field in self.fields.values():
            field.widget.attrs["aria-label"] = f"{kind.label}{field.label}"

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        parts = sum((cleaned.get(name) or NIL for name in PARTS), NIL)
        if parts and not self.errors and parts > (cleaned.get("amount") or NIL):
            self.add_error("amount", _("小于三项自费之和"))
        return cleaned

    def entry(self) -> ClassEntry | None:
        given = self.cleaned_data
        if not given.get("amount"):
            return None
        return ClassEntry(name=self.kind.label, amount=given["amount"], **{name: given[name] or NIL for name in PARTS})


class ItemForm(forms.Form):
    """One line of the list; read as the lines of a workbook are."""

    code = forms.CharField(label="项目编码", required=False, widget=text_input())
    name = forms.CharField(label="项目名称", required=False, widget=text_input())
    catalogue = forms.ChoiceField(
        label="类别", required=False, choices=[("", ""), *((one.value, one.label) for one in CatalogueClass)]
    )
    quantity = forms.CharField(label="数量", required=False, widget=text_input(inputmode="decimal", size=5))
    price = forms.CharField(label="单价", required=False, widget=text_input(inputmode="decimal", size=8))
    self_pay = forms.CharField(label="先行自付比例", required=False, widget=text_input(inputmode="decimal", size=5))
    limit = forms.CharField(label="支付限价", required=False, widget=text_input(inputmode="decimal", size=8))
    item: Item | None = None

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.errors or not self.has_changed():
            return cleaned
        read = read_line({key: cleaned[name] for key, name in FIELD_OF.items()})
        if isinstance(read, list):
            for fault in read:
                self.add_error(FIELD_OF[fault.code], fault.text)
        else:
            self.item = read
        return cleaned


class ItemRows(forms.BaseFormSet):
    def initial_form_count(self) -> int:
        return 0

    @property
    def filled(self) -> list[ItemForm]:
        return [form for form in self.forms if form.has_changed()]


ItemFormSet = forms.formset_factory(
    ItemForm, formset=ItemRows, extra=1, max_num=MOST_TYPED, validate_max=True, absolute_max=MOST_TYPED + 20
)


class WorkbookForm(forms.Form):
    file = forms.FileField(
        label="明细文件",
        allow_empty_file=True,  # told like any other file that is no table
        help_text="xlsx、xls 或 csv，最多 5000 行；确认后取代现有明细",
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xls,.csv"}),
        error_messages={"required": "请选择文件"},
    )

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        if file.size is not None and file.size > MOST_BYTES:
            raise forms.ValidationError(_("文件超过 %d MB") % (MOST_BYTES // 1024 // 1024))
        return file


class ConfirmForm(forms.Form):
    """What the preview hands to the confirmation: the list itself, signed."""

    token = forms.CharField(widget=forms.HiddenInput)


class DetailsForm:
    """What the cost is made of, in the way that was chosen; what stands in the other ways counts for nothing.

    faults: of the details as a whole.
    """

    def __init__(self, data: Mapping[str, Any] | None, claim: Claim | None) -> None:
        self.claim, self.data = claim, data
        chosen = (data or {}).get("detail") or Detail.TOTALS
        self.mode = Detail.of(chosen) if chosen in Detail.__members__.values() else Detail.TOTALS
        self.is_kept = bool(claim and data and data.get("kept"))
        self.faults: list[str] = []
        self._read: tuple[Details, Cost | None] | None = None

    # Each is built where it is read or shown: a form costs more than a statement.

    @cached_property
    def mode_form(self) -> ModeForm:
        return ModeForm(self.data)

    @cached_property
    def classes(self) -> list[ClassForm]:
        return [ClassForm(kind, self.data) for kind in ChargeClass]

    @cached_property
    def items(self) -> Any:
        has_rows = self.data is not None and "items-TOTAL_FORMS" in self.data
        return ItemFormSet(self.data if has_rows else None, prefix="items")

    @property
    def is_counted(self) -> bool:
        """Whether total and eligible follow from the details."""
        return self.mode is not Detail.TOTALS

    @property
    def details(self) -> Details:
        return self._whole()[0]

    @property
    def cost(self) -> Cost | None:
        """None by totals, and where the details are not whole."""
        return self._whole()[1]

    def is_valid(self) -> bool:
        self._whole()
        return not self.faults

    def _whole(self) -> tuple[Details, Cost | None]:
        if self._read is None:
            self._read = self._checked()
        return self._read

    def _checked(self) -> tuple[Details, Cost | None]:
        details = NO_DETAILS
        if self.mode is Detail.BY_CLASS:
            if not all(form.is_valid() for form in self.classes):
                self.faults.append(_("费用大类中有误"))
                return details, None
            details = Details(classes=tuple(entry for form in self.classes if (entry := form.entry())))
        elif self.mode is Detail.BY_ITEM and self.is_kept and self.claim:
            details = details_of(self.claim)
        elif self.mode is Detail.BY_ITEM and (lines := self._lines()):
            details = Details(items=lines)
        elif self.mode is Detail.BY_ITEM:
            if not self.items.is_valid():
                self.faults += [*self.items.non_form_errors()] or [_("明细中有误")]
                return details, None
            details = Details(items=tuple(form.item for form in self.items.filled))
        if self.is_counted and not (details.items or details.classes):
            self.faults.append(_("请录入明细"))
        try:
            return details, details.cost()
        except ValueError as fault:
            self.faults.append(str(fault))
            return details, None

    def _lines(self) -> tuple[Item, ...]:
        """The lines as they are posted, where none is at fault; else nothing, and the rows of the form say what is."""
        data = self.data or {}
        total = str(data.get("items-TOTAL_FORMS", ""))
        if not (total.isascii() and total.isdigit() and int(total) <= MOST_TYPED):
            return ()
        items = []
        for place in range(int(total)):
            line = {key: str(data.get(f"items-{place}-{name}", "")) for key, name in FIELD_OF.items()}
            if any(text.strip() for text in line.values()):
                read = read_line(line)
                if isinstance(read, list):
                    return ()
                items.append(read)
        return tuple(items)


def details_as_posted(claim: Claim) -> dict[str, Any]:
    """A claim's details as the form posts them."""
    posted: dict[str, Any] = {"detail": claim.detail}
    details = details_of(claim)
    if len(details.items) > MOST_TYPED:
        return posted | {"kept": "1"}
    kinds = {kind.label: kind for kind in ChargeClass}
    for row in details.classes:
        posted |= {f"class-{kinds[row.name]}-{name}": str(getattr(row, name)) for name in ("amount", *PARTS)}
    if details.items:
        posted |= {"items-TOTAL_FORMS": len(details.items), "items-INITIAL_FORMS": 0}
    for place, item in enumerate(details.items):
        posted |= {f"items-{place}-{name}": _as_typed(getattr(item, name)) for name in FIELD_OF.values()}
    return posted


def _as_typed(value: Any) -> str:
    if value is None or value == "":
        return ""
    return str(value) if isinstance(value, str) else f"{value.normalize():f}"
