"""Files of a scanner, as a form takes them."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from filings.scans.files import ACCEPTED, MOST_BYTES, ScanFile, read_scan
from filings.scans.verbs import MOST_SCANS
from filings.vocabulary import Material
from hospitals.reasons import Refused

OWN, OTHER = _("本件材料"), _("其他材料")


class ScansInput(forms.FileInput):
    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        return files.getlist(name)


class ScansField(forms.FileField):
    """Several files; what is no scan is told by its name.  Cleans to a list of ScanFile."""

    widget = ScansInput(attrs={"accept": ACCEPTED})

    def clean(self, data: Any, initial: Any = None) -> list[ScanFile]:
        files, faults = [], []
        for file in data or ():
            try:
                if file.size > MOST_BYTES:  # before it is read
                    raise Refused.because("too_big", f"“{file.name}”超过 {MOST_BYTES // 1024 // 1024} MB")
                files.append(read_scan(file.name, file.read()))
            except Refused as refused:
                faults.append(str(refused))
        if faults:
            raise forms.ValidationError(faults)
        if self.required and not files:
            raise forms.ValidationError(self.error_messages["required"], "required")
        return files


class ScanForm(forms.Form):
    """Scans of one material, for a filing that is there already.  own: the materials of the filing."""

    material = forms.ChoiceField(label=_("材料"))
    scans = ScansField(label=_("文件"), error_messages={"required": _("请选择文件")})

    def __init__(self, *args: Any, own: list[Material], **options: Any) -> None:
        super().__init__(*args, **options)
        other = [choice for choice in Material.choices() if choice[0] not in own]
        self.fields["material"].choices = [  # type: ignore[attr-defined]
            *([(OWN, [(material.value, material.label) for material in own])] if own else ()),
            (OTHER, other),
        ]
        self.fields["scans"].help_text = _("PDF、JPEG 或 PNG，每个不超过 {size} MB，一件最多 {count} 个").format(
            size=MOST_BYTES // 1024 // 1024, count=MOST_SCANS
        )
