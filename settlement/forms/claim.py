"""The counter form: stay, receipts, materials, payee; what it holds so far, and what it comes to."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.utils.translation import gettext as _

from filings.destinations import written
from filings.identity import normal_number
from filings.models import InsuredPerson
from filings.vocabulary import Category, Material
from hospitals.compiled import CompiledQuery, Given
from hospitals.forms import DayField
from hospitals.models import Hospital
from hospitals.reasons import Reason, Refused
from hospitals.vocabulary import Level, Service
from settlement.claims.contents import entry_of
from settlement.claims.entry import ClaimEntry, MaterialEntry, Payee, ReceiptEntry, StayEntry, sum_of
from settlement.claims.receipts import taken
from settlement.claims.standing import UNFILED
from settlement.forms.details import DetailsForm, details_as_posted
from settlement.forms.fields import PlaceField, YuanField, text_input
from settlement.models import Claim, Ticket
from settlement.models.claim import account_number
from settlement.models.claim_parts import receipt_number
from settlement.vocabulary import ManualReason

MOST_RECEIPTS = 200
STALE_PAGE = "页面已失效，请重新打开后再填写"
COUNTED = ("total", "eligible")
STAY_NEEDS = ("treatment_area", "admitted_on", "discharged_on", "hospital_level", *COUNTED)


_OF_NAME = CompiledQuery(lambda: Hospital.objects.filter(area=Given("area"), name=Given("name"))[:1])


class StayForm(forms.Form):
    """Everything of a claim but its rows."""

    treatment_area = PlaceField(label="就医地", max_length=60, widget=text_input(list="places"))
    hospital_name = forms.CharField(label="医院", max_length=100, widget=text_input(list="hospital-names"))
    hospital_level = forms.ChoiceField(
        label="医院级别", choices=[("", "按联网医院目录"), *Level.choices()], required=False
    )
    service = forms.ChoiceField(label="服务", choices=Service.choices(), initial=Service.INPATIENT)
    admitted_on = DayField(label="入院日期")
    discharged_on = DayField(label="出院日期")
    diagnosis = forms.CharField(label="诊断", max_length=200, widget=text_input())
    category = forms.ChoiceField(
        label="就医类别",
        required=False,
        choices=[("", "以备案为准"), *((category.value, category.label) for category in UNFILED)],
        help_text="没有备案覆盖入院日期时须选择",
    )
    manual_reason = forms.ChoiceField(label="手工报销原因", choices=[("", "请选择"), *ManualReason.choices()])
    ticket = forms.CharField(
        label="故障工单号", max_length=30, required=False, widget=text_input(), help_text="系统或凭证故障时填写"
    )
    total = YuanField(label="医疗费总额")
    eligible = YuanField(label="符合政策范围费用")
    payee_name = forms.CharField(label="收款人", max_length=50, widget=text_input())
    payee_bank = forms.CharField(label="开户银行", max_length=80, widget=text_input())
    payee_account = forms.CharField(label="银行账号", max_length=40, widget=text_input(inputmode="numeric"))
    note = forms.CharField(label="备注", max_length=200, required=False, widget=text_input())
    hall = forms.ChoiceField(label="受理窗口", required=False)
    request_token = forms.UUIDField(
        widget=forms.HiddenInput, initial=uuid4, error_messages=dict.fromkeys(("required", "invalid"), STALE_PAGE)
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        *args: Any,
        person: InsuredPerson,
        halls: list[tuple[str, str]],
        is_counted: bool = False,
        **options: Any,
    ) -> None:
        """is_counted: total and eligible follow from the details; what stands in their boxes counts for nothing."""
        super().__init__(*args, **options)
        self.person, self.is_counted = person, is_counted
        self.fields["hall"].choices = halls  # type: ignore[attr-defined]
        self.fields["hall"].required = bool(halls)
        if not self.is_bound:
            self.fields["treatment_area"].widget.attrs["autofocus"] = True

    def clean_payee_account(self) -> str:
        account = normal_number(self.cleaned_data["payee_account"])
        account_number(account)
        return account

    def clean_ticket(self) -> Ticket | None:
        words = normal_number(self.cleaned_data["ticket"])
        ticket = self.person.tickets.numbered(words) if words else None
        if words and ticket is None:
            raise forms.ValidationError(_("此参保人没有这个工单"))
        return ticket

    def clean(self) -> dict[str, Any]:
        """The hospital's entry in the directory, and its level where none was chosen."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for counted in COUNTED if self.is_counted else ():
            self.errors.pop(counted, None)
            cleaned[counted] = None
        place, name = cleaned.get("treatment_area"), cleaned.get("hospital_name")
        hospital = _OF_NAME.first(area=place.pk, name=name) if place and name else None
        cleaned["hospital"] = hospital
        cleaned["hospital_level"] = cleaned.get("hospital_level") or (hospital.level if hospital else "")
        if name and not cleaned["hospital_level"]:
            self.add_error("hospital_level", _("联网医院目录未载明级别，请选择"))
        return cleaned


class ReceiptForm(forms.Form):
    code = forms.CharField(label="票据代码", max_length=50, widget=text_input())
    number = forms.CharField(label="票据号码", max_length=50, widget=text_input())
    check_code = forms.RegexField(
        label="校验码",
        regex=r"^[0-9A-Za-z]{6}$",
        required=False,
        widget=text_input(maxlength=6, size=6),
        error_messages={"invalid": "应为6位"},
    )
    amount = YuanField(label="金额")
    issued_on = DayField(label="开票日期", required=False)

    def clean_code(self) -> str:
        return self._as_stored("code")

    def clean_number(self) -> str:
        return self._as_stored("number")

    def entry(self) -> ReceiptEntry:
        return ReceiptEntry(**self.cleaned_data)

    def _as_stored(self, name: str) -> str:
        number = normal_number(self.cleaned_data[name])
        receipt_number(number)
        return number


class ReceiptRows(forms.BaseFormSet):
    """Rows of receipts; an empty one counts for nothing, and a row taken off the page leaves no trace."""

    def initial_form_count(self) -> int:
        return 0

    @property
    def filled(self) -> list[ReceiptForm]:
        return [form for form in self.forms if form.has_changed()]

    def entries(self) -> list[ReceiptEntry]:
        """The rows that are whole."""
        return [form.entry() for form in self.filled if form.is_valid()]

    def mark_repeated(self) -> None:
        """Say at the row which receipt stands here twice."""
        first: dict[tuple[str, str], int] = {}
        for place, form in enumerate(self.filled, start=1):
            if form.is_valid() and first.setdefault(form.entry().key, place) != place:
                form.add_error("number", _("与第%d张票据重复") % first[form.entry().key])

    def mark_taken(self, claim: Claim | None, request: UUID | None) -> None:
        """Say at the row which receipt another claim holds; claim: this one, request: the one this very form made."""
        rows = {form.entry().key: form for form in self.filled if form.is_valid()}
        for key, reason in taken(rows, by_others_than=claim, made_by=request).items():
            rows[key].add_error("number", reason.text)


ReceiptFormSet = forms.formset_factory(
    ReceiptForm, formset=ReceiptRows, extra=1, max_num=MOST_RECEIPTS, validate_max=True, absolute_max=MOST_RECEIPTS + 50
)


class MaterialForm(forms.Form):
    """One material of the checklist."""

    seen = forms.BooleanField(label="已收", required=False)
    originals = forms.IntegerField(label="原件", min_value=0, max_value=99, required=False)
    copies = forms.IntegerField(label="复印件", min_value=0, max_value=99, required=False)
    absent = forms.BooleanField(label="经核无此材料", required=False)

    def __init__(self, material: Material, **options: Any) -> None:
        super().__init__(prefix=f"material-{material}", initial=usual_counts(material), **options)
        self.material = material
        for name in ("originals", "copies"):
            label = f"{material.label}{self.fields[name].label}份数"
            self.fields[name].widget.attrs |= {"class": "count", "aria-label": label}

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("seen") and not self.errors and not (cleaned["originals"] or cleaned["copies"]):
            self.add_error("originals", _("请填份数"))
        if cleaned.get("seen") and cleaned.get("absent"):
            self.add_error("absent", _("已收的材料不能注明“经核无此材料”"))
        return cleaned

    def entry(self) -> MaterialEntry | None:
        given = self.cleaned_data
        if given.get("absent"):
            return MaterialEntry(material=self.material, originals=0, copies=0, is_absent=True)
        if given.get("seen"):
            return MaterialEntry(material=self.material, originals=given["originals"] or 0, copies=given["copies"] or 0)
        return None


class MaterialForms(dict[Material, MaterialForm]):
    """The form of each material, made once it is asked for; what is not ticked counts for nothing."""

    def __init__(self, data: Mapping[str, Any] | None) -> None:
        super().__init__()
        self.data = data

    def __missing__(self, material: Material) -> MaterialForm:
        form = self[material] = MaterialForm(material, data=_of_material(material, self.data))
        return form

    def ticked(self) -> list[MaterialForm]:
        data = self.data or {}
        ticks = ("seen", "absent")
        return [self[one] for one in Material if any(f"material-{one}-{tick}" in data for tick in ticks)]


class CounterForm:
    """The whole form: the stay, the rows of receipts, the ticks of the materials.

    data: what was posted, or `as_posted` of a claim; None for a fresh form.  claim: the one being changed, if any.
    """

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        person: InsuredPerson,
        halls: list[tuple[str, str]] | None = None,
        claim: Claim | None = None,
        ticket: Ticket | None = None,
    ) -> None:
        """ticket: what a fresh form begins with."""
        self.person, self.claim = person, claim
        self.details = DetailsForm(data, claim)
        initial = {"payee_name": person.name, **(of_ticket(ticket) if ticket else {})}
        is_counted = self.details.is_counted
        self.stay = StayForm(data, person=person, halls=halls or [], is_counted=is_counted, initial=initial)
        self.receipts: Any = ReceiptFormSet(data, prefix="receipts")
        self.materials = MaterialForms(data)

    @property
    def given(self) -> dict[str, Any]:
        """What of the stay can be read so far."""
        given = self.stay.cleaned_data if self.stay.is_bound and self.stay.errors is not None else {}
        cost = self.details.cost
        return {**given, "total": cost.total, "eligible": cost.eligible} if cost else given

    def is_whole(self) -> bool:
        """Whether it can be handed to a verb, which looks itself at what other claims hold."""
        parts = (self.stay, self.details, self.receipts, *self.materials.ticked())
        faulty = [part for part in parts if not part.is_valid()]
        self.receipts.mark_repeated()
        return not faulty and not any(form.errors for form in self.receipts.filled)

    def is_valid(self) -> bool:
        """The same, and no other claim holds one of the receipts: each is marked."""
        self.is_whole()
        self.receipts.mark_taken(self.claim, self.given.get("request_token"))
        return self.is_whole()

    def entry(self) -> ClaimEntry:
        """What was entered; of a valid form."""
        given, stay = self.given, self.stay_so_far()
        assert stay is not None  # noqa: S101 - the form is valid
        return ClaimEntry(
            manual_reason=ManualReason.of(given["manual_reason"]),
            diagnosis=given["diagnosis"],
            note=given["note"],
            ticket=given["ticket"],
            stay=stay,
            payee=Payee(name=given["payee_name"], bank=given["payee_bank"], account=given["payee_account"]),
            receipts=tuple(self.receipts.entries()),
            materials=tuple(self.material_entries()),
            details=self.details.details,
        )

    def material_entries(self) -> Iterable[MaterialEntry]:
        entries = (form.entry() for form in self.materials.ticked() if form.is_valid())
        return [entry for entry in entries if entry]

    def stay_so_far(self) -> StayEntry | None:
        """The stay, as soon as enough of it is there to calculate."""
        given = self.given
        if any(given.get(name) in (None, "") for name in STAY_NEEDS):
            return None
        return StayEntry(
            treatment_area=given["treatment_area"],
            admitted_on=given["admitted_on"],
            discharged_on=given["discharged_on"],
            hospital=given.get("hospital"),
            hospital_name=given.get("hospital_name", ""),
            hospital_level=Level.of(given["hospital_level"]),
            service=Service.of(given.get("service") or Service.INPATIENT),
            category=Category.of(given["category"]) if given.get("category") else None,
            total=given["total"],
            eligible=given["eligible"],
            cost=self.details.cost,
        )

    def still_needed(self) -> list[str]:
        """The labels of what a calculation still waits for."""
        given = self.given
        missing = [name for name in STAY_NEEDS if given.get(name) in (None, "")]
        if self.details.is_counted and COUNTED[0] in missing:
            return [str(self.stay.fields[name].label) for name in missing if name not in COUNTED] + [_("费用明细")]
        return [str(self.stay.fields[name].label) for name in missing]

    def show(self, refused: Refused) -> None:
        """Put the reasons of a refusal at their fields; what belongs to none, above the form."""
        for reason in refused.reasons:
            if reason.code == "details" or (reason.code in COUNTED and self.details.is_counted):
                self.details.faults.append(_said(reason))
                continue
            field = reason.code if reason.code in self.stay.fields else NON_FIELD_ERRORS
            self.stay.add_error(None if field == NON_FIELD_ERRORS else field, _said(reason))

    def receipts_sum(self) -> Any:
        return sum_of(self.receipts.entries())


def _said(reason: Reason) -> str:
    return f"{reason.text}（{reason.source}）" if reason.source else reason.text


def of_ticket(ticket: Ticket) -> dict[str, Any]:
    """What a ticket closed with reimbursement by hand says of the claim."""
    return {
        "treatment_area": written(ticket.treatment_area) if ticket.treatment_area else "",
        "hospital_name": ticket.hospital_name,
        "service": ticket.service,
        "admitted_on": ticket.event_on,
        "manual_reason": ticket.manual_reason,
        "ticket": ticket.number,
    }


def as_posted(claim: Claim) -> dict[str, Any]:
    """A claim's contents as the form posts them."""
    entry = entry_of(claim)
    stay, payee = entry.stay, entry.payee
    plain = ("hospital_name", "hospital_level", "service", "admitted_on", "discharged_on", "total", "eligible")
    posted: dict[str, Any] = {name: str(getattr(stay, name)) for name in plain}
    posted |= {
        "treatment_area": written(stay.treatment_area),
        "category": stay.category or "",
        "manual_reason": entry.manual_reason.value,
        "diagnosis": entry.diagnosis,
        "note": entry.note,
        "ticket": entry.ticket.number if entry.ticket else "",
        "payee_name": payee.name,
        "payee_bank": payee.bank,
        "payee_account": payee.account,
        "request_token": str(claim.request_token),
        "version": claim.version,
        **details_as_posted(claim),
        "receipts-TOTAL_FORMS": len(entry.receipts),
        "receipts-INITIAL_FORMS": 0,
    }
    for place, receipt in enumerate(entry.receipts):
        columns = ("code", "number", "check_code", "amount", "issued_on")
        posted |= {f"receipts-{place}-{name}": str(getattr(receipt, name) or "") for name in columns}
    for row in entry.materials:
        tick = "absent" if row.is_absent else "seen"
        posted |= {f"material-{row.material}-{tick}": "on"}
        if not row.is_absent:
            posted |= {
                f"material-{row.material}-originals": row.originals,
                f"material-{row.material}-copies": row.copies,
            }
    return posted


def _of_material(material: Material, data: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """What was posted of one material; the usual counts where the page did not show it yet."""
    if data is None:
        return None
    names = {name: f"material-{material}-{name}" for name in MaterialForm.base_fields}
    shown = {name: data[name] for name in names.values() if name in data}
    return {names[name]: count for name, count in usual_counts(material).items()} | shown


def usual_counts(material: Material) -> dict[str, int]:
    """What stands in the boxes before anybody counts."""
    is_copy = material is Material.INPATIENT_RECORD
    return {"originals": int(not is_copy), "copies": int(is_copy)}
