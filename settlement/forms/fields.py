"""Form fields of the counter: amounts as clerks type them, places by whatever they are called."""

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from filings.destinations import find_destination
from filings.identity import normal_number
from hospitals.models import Area
from hospitals.reasons import Refused

AMOUNT = re.compile(r"[0-9]+(\.[0-9]+)?|[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?")


def text_input(**attrs: Any) -> forms.TextInput:
    return forms.TextInput(attrs={"autocomplete": "off", **attrs})


class YuanField(forms.DecimalField):
    """Yuan to the fen: 25000, 25,000.00, full-width digits; never rounded, never a float."""

    def __init__(self, **options: Any) -> None:
        attrs = {"inputmode": "decimal", "autocomplete": "off", "class": "amount"}
        super().__init__(max_digits=16, decimal_places=2, widget=forms.TextInput(attrs=attrs), **options)

    def to_python(self, value: Any) -> Any:
        text = normal_number(str(value)).lstrip("¥￥") if value is not None else ""
        if text.startswith("-"):
            raise ValidationError(_("金额不能为负"))
        if text and not AMOUNT.fullmatch(text):
            raise ValidationError(_("应为金额，如 25000.00"))
        if len(text.partition(".")[2]) > 2:
            raise ValidationError(_("最多精确到分"))
        return super().to_python(text.replace(",", ""))

    def prepare_value(self, value: Any) -> Any:
        return f"{value:.2f}" if isinstance(value, Decimal) and value.is_finite() else value


class PlaceField(forms.CharField):
    """Where the person was treated: by name, pinyin initials or code; comes out as an Area."""

    def clean(self, value: Any) -> Area | None:
        words = super().clean(value)
        if not words:
            return None
        try:
            return find_destination(words)
        except Refused as refused:
            raise ValidationError([reason.text for reason in refused.reasons]) from refused
