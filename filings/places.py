"""The directory's areas as assessment knows them."""

from collections.abc import Iterable

from filings.assessment import Place
from hospitals.models import Area


def all_places() -> dict[str, Place]:
    """Every area, in one query: for a batch."""
    columns = ("code", "name", "parent_id", "is_pool", "is_served")
    return {code: Place(code, *rest) for code, *rest in Area.objects.values_list(*columns)}


def places_of(codes: Iterable[str]) -> dict[str, Place]:
    """The areas of these codes and all above them, in one query; codes that are none are left out: for one case."""
    places = {}
    area: Area | None
    for area in Area.objects.filter(code__in=list(codes)).select_related("parent__parent"):
        while area is not None:
            places[area.code] = Place(area.code, area.name, area.parent_id, area.is_pool, area.is_served)
            area = area.parent
    return places
