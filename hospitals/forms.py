"""Fields that forms share."""

from typing import Any, ClassVar

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext_lazy as _

from hospitals.access import Right, User, reach_of
from hospitals.models import Area
from hospitals.reasons import Refused
from hospitals.sheets.table import MAX_BYTES


class DayField(forms.DateField):
    """A day, typed: 2026-03-10, or quicker 20260310.  Typing beats a calendar at a counter."""

    widget = forms.TextInput

    def __init__(self, **options: Any) -> None:
        options.setdefault("input_formats", ["%Y-%m-%d", "%Y%m%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日"])
        options["error_messages"] = {"invalid": _("应如 2026-03-10 或 20260310")} | options.get("error_messages", {})
        super().__init__(**options)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        attrs = {"placeholder": "2026-03-10", "inputmode": "numeric", "autocomplete": "off", "maxlength": 11}
        return super().widget_attrs(widget) | attrs

    def prepare_value(self, value: Any) -> Any:
        return value.isoformat() if hasattr(value, "isoformat") else value


def posted(request: HttpRequest) -> QueryDict | None:
    """What a form is bound to: the data of a POST, nothing of a GET."""
    return request.POST if request.method == "POST" else None


def tell(form: forms.BaseForm, refused: Refused) -> None:
    """What a verb refused stands above the form, which comes back as it was typed."""
    for reason in refused.reasons:
        form.add_error(None, reason.text + (f"（{reason.source}）" if reason.source else ""))


def areas_kept_by(user: User, right: Right) -> QuerySet[Area]:
    """The pooling areas where the user holds the right for the whole area."""
    return Area.objects.pools().filter(pk__in=sorted(reach_of(user).areas.get(right, ())))


class ListForm(forms.Form):
    """A list in a file, and the area whose it is.  Subclasses say who may import it and which columns it wants."""

    right: ClassVar[Right]
    wanted: ClassVar[str]

    area = forms.ModelChoiceField(Area.objects.none(), label="统筹区", empty_label=None)
    file = forms.FileField(label="名单文件", widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xls,.csv"}))

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"].queryset = areas_kept_by(user, self.right)  # type: ignore[attr-defined]
        self.fields["file"].help_text = f"xlsx、xls 或 csv；{self.wanted}"

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        if file.size is not None and file.size > MAX_BYTES:
            raise forms.ValidationError(f"文件超过 {MAX_BYTES // 1024 // 1024} MB，请分成几个文件导入")
        return file
