"""Where a person may be filed for: found by name, pinyin initials or code, in the whole country."""

import re
from collections.abc import Iterable, Iterator

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from filings.identity import initials
from hospitals.compiled import CompiledQuery, Given
from hospitals.models import Area
from hospitals.reasons import Refused
from hospitals.vocabulary import AreaKind

CODE = re.compile(r"(?<!\d)\d{6}(?!\d)")
NAMED = 6


def offered(whole_provinces: Iterable[str]) -> Iterator[tuple[str, str]]:
    """What the list beside the field offers: (as it is written into the field, by what else it is found)."""
    places = Area.objects.filter(Q(is_pool=True) | Q(pk__in=list(whole_provinces)), is_served=True)
    for area in places.only("code", "name", "full_name"):
        yield written(area), f"{initials(area.name)} {area.full_name}"


def written(area: Area) -> str:
    return f"{area.name}（{area.pk}）"


def find_destination(words: str) -> Area:
    """The one area that the words mean; a county stands for the city it lies in.  Raises Refused, naming candidates."""
    code = CODE.search(words)
    return Gazetteer(_OF_CODE.all(code=code[0]) if code else _likely(words.strip())).find(words)


class Gazetteer:
    """Areas, with their parents, among which places are found; read once for many."""

    def __init__(self, areas: Iterable[Area]) -> None:
        self.areas = list(areas)

    @classmethod
    def of_the_country(cls) -> "Gazetteer":
        return cls(Area.objects.select_related("parent"))

    def find(self, words: str) -> Area:
        """As `find_destination`."""
        text = words.strip()
        pools = list(dict.fromkeys(_pool(area) for area in self._matching(text))) if text else []
        if not pools:
            raise Refused.because(
                "destination_unknown", _("没有找到“{words}”，请输入城市名称、简拼或行政区划代码").format(words=text)
            )
        if len(pools) > 1:
            names = _("、").join(area.full_name for area in pools[:NAMED]) + (_("等") if len(pools) > NAMED else "")
            raise Refused.because(
                "destination_ambiguous", _("“{words}”可指{names}，请选定一个").format(words=text, names=names)
            )
        return pools[0]

    def _matching(self, text: str) -> list[Area]:
        """The area of a code; areas of this name, else those whose name begins so; letters are initials of cities."""
        code = CODE.search(text)
        if code:
            return [area for area in self.areas if area.pk == code[0]]
        if text.isascii():
            wide = [area for area in self.areas if area.kind != AreaKind.COUNTY or area.is_pool]
            return [area for area in wide if initials(area.name).startswith(text.lower())]
        named = [area for area in self.areas if area.name.startswith(text) or area.full_name == text]
        whole = [area for area in named if text in (area.name, area.full_name)]
        return whole or [area for area in named if area.kind != AreaKind.COUNTY] or named


def _likely(text: str) -> QuerySet[Area]:
    """All areas that words without a code may mean, and few others: what one look-up reads."""
    areas = _with_those_above()
    if text.isascii():
        return areas.exclude(kind=AreaKind.COUNTY, is_pool=False)
    return areas.filter(Q(name__startswith=text) | Q(full_name=text))


def _with_those_above() -> QuerySet[Area]:
    return Area.objects.select_related("parent__parent")


_OF_CODE = CompiledQuery(lambda: _with_those_above().filter(pk=Given("code")))


def _pool(area: Area) -> Area:
    if area.kind == AreaKind.COUNTY and not area.is_pool and area.parent:
        return area.parent
    return area
