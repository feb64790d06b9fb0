"""Forms of the directory."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet

from hospitals.access import Right, User, reach_of
from hospitals.models import Area
from hospitals.sheets.table import MAX_BYTES
from hospitals.vocabulary import ListStrategy, Scope


def areas_kept_by(user: User) -> QuerySet[Area]:
    """The pooling areas whose directory the user keeps."""
    return Area.objects.pools().filter(pk__in=sorted(reach_of(user).areas.get(Right.KEEP_DIRECTORY, ())))


class HospitalListForm(forms.Form):
    """A list, whose it is and how it is meant."""

    area = forms.ModelChoiceField(Area.objects.none(), label="统筹区", empty_label=None)
    file = forms.FileField(
        label="名单文件",
        help_text="xlsx、xls 或 csv；有“医院名称”一列即可，编码、级别、县区、地址、电话、开通业务、批次等列可有可无",
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xls,.csv"}),
    )
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

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"].queryset = areas_kept_by(user)  # type: ignore[attr-defined]

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        if file.size is not None and file.size > MAX_BYTES:
            raise forms.ValidationError(f"文件超过 {MAX_BYTES // 1024 // 1024} MB，请分成几个文件导入")
        return file


class ReasonForm(forms.Form):
    """Why a step is taken that must say why."""

    reason = forms.CharField(label="理由", max_length=300, widget=forms.Textarea(attrs={"rows": 3}))
