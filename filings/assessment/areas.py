"""What assessment needs to know of areas: who pools with whom, and where a place lies."""

from collections.abc import Mapping
from dataclasses import dataclass

from hospitals.vocabulary import Scope


@dataclass(frozen=True, slots=True)
class Place:
    """An area.  parent: the code above it, None for a province.  is_pool: a pooling area (统筹区), that is a city or a
    province-level municipality.  is_served: false for Hong Kong, Macau and Taiwan."""

    code: str
    name: str
    parent: str | None = None
    is_pool: bool = False
    is_served: bool = True


Areas = Mapping[str, Place]


def pool_of(code: str, areas: Areas) -> Place | None:
    """The pooling area that a place is or lies in; None for a province as a whole."""
    at: str | None = code
    while at is not None:
        place = areas[at]
        if place.is_pool:
            return place
        at = place.parent
    return None


def province_of(code: str, areas: Areas) -> Place:
    place = areas[code]
    while place.parent is not None:
        place = areas[place.parent]
    return place


def scope_between(one: str, other: str, areas: Areas) -> Scope:
    same = province_of(one, areas).code == province_of(other, areas).code
    return Scope.IN_PROVINCE if same else Scope.CROSS_PROVINCE
