"""Fields that forms share."""

from typing import Any

from django import forms
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext_lazy as _

from hospitals.reasons import Refused


class DayField(forms.DateField):
    """A day, typed: 2026-03-10, or quicker 20260310.  Typing beats a calendar at a counter."""

    widget = forms.TextInput

    def __init__(self, **options: Any) -> None:
        options.setdefault("input_formats", ["%Y-%m-%d", "%Y%m%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日"])
        options.setdefault("error_messages", {"invalid": _("应如 2026-03-10 或 20260310")})
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
