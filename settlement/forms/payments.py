"""Forms of payments: a batch made, an amount fixed, an account written down, a file of results."""

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from filings.identity import normal_number
from hospitals.access import Right, User
from hospitals.forms import DayField, ListForm, areas_kept_by
from hospitals.models import Area
from settlement.forms.fields import YuanField
from settlement.forms.steps import StepForm
from settlement.models.claim import account_number
from settlement.payments.candidates import Period
from settlement.payments.payees import Account
from settlement.vocabulary import BatchKind, Component, Payer

CLAIM_NUMBER = re.compile(r"BX\d{8}(\d{8,15})", re.IGNORECASE)


class BatchForm(forms.Form):
    """What goes into a new batch."""

    area = forms.ModelChoiceField(Area.objects.none(), label="参保地", empty_label=None)
    kind = forms.ChoiceField(label="批次类型", choices=BatchKind.choices())
    payer = forms.ChoiceField(label="支付方", choices=Payer.choices(), help_text="后续支付按文件规定的支付方")
    first = DayField(label="结算日期起", required=False, help_text="仅后续支付")
    last = DayField(label="结算日期止", required=False, help_text="仅后续支付")
    claims = forms.CharField(
        label="只拨付这些报销件",
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="报销编号，以空格或换行分开；不填为全部待支付的",
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"].queryset = areas_kept_by(user, Right.RELEASE_CLAIMS)  # type: ignore[attr-defined]

    def clean_claims(self) -> list[int] | None:
        words = str(self.cleaned_data["claims"]).replace("，", " ").replace(",", " ").split()
        numbers = [CLAIM_NUMBER.fullmatch(word) for word in words]
        wrong = [word for word, number in zip(words, numbers, strict=True) if number is None]
        if wrong:
            raise ValidationError(_("不是报销编号：%s") % "、".join(wrong[:5]))
        return [int(number[1]) for number in numbers if number] or None

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("kind") != BatchKind.CLAIMS:
            for name in ("first", "last"):
                if not given.get(name) and name not in self.errors:
                    self.add_error(name, _("后续支付须填写期间"))
        return given

    @property
    def is_of_claims(self) -> bool:
        return bool(self.cleaned_data["kind"] == BatchKind.CLAIMS)

    def component(self) -> Component:
        return Component.of(self.cleaned_data["kind"])

    def period(self) -> Period:
        return Period(self.cleaned_data["first"], self.cleaned_data["last"])


class ConfirmForm(StepForm):
    """A second person's confirmation; `acknowledged` where there is something to be warned of."""

    acknowledged = forms.BooleanField(label="以上提示已逐项核实", required=False)


class TakeOutForm(StepForm):
    payment = forms.IntegerField(min_value=1)


class AmountForm(StepForm):
    amount = YuanField(label="核定金额（元）", min_value=Decimal("0.01"))
    reason = forms.CharField(label="核定依据", max_length=300, widget=forms.Textarea(attrs={"rows": 2}))


class PayeeForm(forms.Form):
    """An account as it is read from a card or a passbook."""

    name = forms.CharField(label="收款人", max_length=50, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    bank = forms.CharField(label="开户银行", max_length=80, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    account = forms.CharField(
        label="银行账号",
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )
    proof = forms.CharField(
        label="代领证明", max_length=200, required=False, help_text="收款人不是参保人本人的，写明关系和证明"
    )
    reason = forms.CharField(label="登记原因", max_length=300, widget=forms.Textarea(attrs={"rows": 2}))

    def clean_account(self) -> str:
        account = normal_number(self.cleaned_data["account"]).replace("-", "")
        account_number(account)
        return account

    def as_account(self) -> Account:
        given = self.cleaned_data
        return Account(given["name"], given["bank"], given["account"], given["proof"])


class ResultForm(ListForm):
    """A file of results from the bank or the insurer."""

    right = Right.RELEASE_CLAIMS
    wanted = "须有“付款编号”“结果”两列，银行的还须有“银行账号”“金额”“银行流水号”；“支付日期”“失败原因”按实"
    field_order = ("area", "paid_on", "file")

    paid_on = DayField(label="支付日期", required=False, help_text="文件中没有支付日期的，按此日期")
