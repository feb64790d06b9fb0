"""The materials of a case as tick boxes, with their counts and scans."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from filings.application import Seen
from filings.assessment import FilingRules, MaterialGroup
from filings.decision import counted
from filings.forms.scans import ScansField
from filings.scans.files import ScanFile
from filings.scans.verbs import MOST_SCANS
from filings.vocabulary import Material

MOST_COPIES = 99
KINDS = ("originals", "copies")


@dataclass(frozen=True, slots=True)
class Box:
    """A material to tick, with its counts as typed, at first as many as are asked for, and the faults of its scans."""

    material: Material
    is_ticked: bool
    originals: Any
    copies: Any
    scan_faults: list[str]


@dataclass(frozen=True, slots=True)
class Boxes:
    """A group of materials of which one is required.  counts: how many of each, empty where they are not counted."""

    group: MaterialGroup
    counts: str
    boxes: list[Box]

    @property
    def hint(self) -> str:
        title = f"《{self.group.title}》" if self.group.title else ""
        return "，".join(part for part in (title, self.group.note) if part)


class MaterialForm(forms.Form):
    """What of a policy's materials was seen or scanned: `add_materials` gives it their fields."""

    material = forms.MultipleChoiceField(required=False, choices=Material.choices())

    def add_materials(self, rules: FilingRules) -> None:
        groups = [group for rule in rules.rules for group in rule.materials]
        for code in {code for group in groups if group.originals or group.copies for code in group.one_of}:
            for kind in KINDS:
                self.fields[f"{kind}_{code}"] = forms.IntegerField(
                    required=False, min_value=0, max_value=MOST_COPIES, error_messages={"invalid": _("份数应为整数")}
                )
        for code in {code for group in groups for code in group.one_of}:
            self.fields[_scans_of(code)] = ScansField(label=code.label, required=False)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if sum(len(files) for files in self.scans().values()) > MOST_SCANS:
            self.add_error(None, _("扫描件一件最多 {count} 个").format(count=MOST_SCANS))
        return given

    def scans(self) -> dict[Material, list[ScanFile]]:
        """What was scanned of each material; after `is_valid`."""
        every = {material: self.cleaned_data.get(_scans_of(material)) for material in Material}
        return {material: files for material, files in every.items() if files}

    def seen(self) -> tuple[Seen, ...]:
        """What was ticked or scanned; the form must be valid."""
        ticked = [Material.of(code) for code in self.cleaned_data["material"]]
        return tuple(self._seen(material) for material in dict.fromkeys((*ticked, *self.scans())))

    def boxes_of(self, groups: Iterable[MaterialGroup]) -> list[Boxes]:
        ticked = set(self["material"].value() or ())
        return [
            Boxes(
                group,
                counted(group.originals, group.copies),
                [
                    Box(
                        code,
                        code in ticked,
                        self._count("originals", code, group.originals or 0),
                        self._count("copies", code, group.copies or 0),
                        [str(fault) for fault in self[_scans_of(code)].errors],
                    )
                    for code in group.one_of
                ],
            )
            for group in groups
        ]

    def has_scan_faults(self) -> bool:
        return self.is_bound and any(name.startswith("scan_") for name in self.errors)

    def _seen(self, material: Material) -> Seen:
        originals = self.cleaned_data.get(f"originals_{material}")
        return Seen(material, 1 if originals is None else originals, self.cleaned_data.get(f"copies_{material}") or 0)

    def _count(self, kind: str, material: Material, asked: int) -> Any:
        typed = self[f"{kind}_{material}"].value() if f"{kind}_{material}" in self.fields else None
        return asked if typed is None else typed


def _scans_of(material: Material) -> str:
    return f"scan_{material}"
