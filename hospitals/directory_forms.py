"""Forms of the directory."""

from django import forms

from hospitals.access import Right
from hospitals.forms import ListForm
from hospitals.vocabulary import ListStrategy, Scope


class HospitalListForm(ListForm):
    """A list of hospitals and how it is meant."""

    right = Right.KEEP_DIRECTORY
    wanted = "有“医院名称”一列即可，编码、级别、县区、地址、电话、开通业务、批次等列可有可无"
    strategy = forms.ChoiceField(
        label="导入方式",
        choices=ListStrategy.choices,
        initial=ListStrategy.COMPLETE,
        widget=forms.RadioSelect,
    )
    scope = forms.ChoiceField(
        label="未注明范围的业务按",
        choices=Scope.choices,
        initial=Scope.CROSS_PROVINCE,
        help_text="名单写了开通业务而没有写明跨省或省内时适用",
    )


class ReasonForm(forms.Form):
    """Why a step is taken that must say why."""

    reason = forms.CharField(label="理由", max_length=300, widget=forms.Textarea(attrs={"rows": 3}))
