"""Why the portal answers what it answers.  Plain Python, so that the pure modules may use it."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason in the officer's words.

    code: stable, lower_snake_case, for programs.  text: Chinese, for people.
    source: document and section, e.g. 《铁岭市参保人员异地就医联网结算服务指南》三（二）3;
    empty where it is not a clause.
    """

    code: str
    text: str
    source: str = ""

    def as_dict(self) -> dict[str, str]:
        return {"code": self.code, "text": self.text, "source": self.source}


class Refused(Exception):
    """A business verb said no; `reasons` is never empty."""

    def __init__(self, *reasons: Reason) -> None:
        self.reasons = reasons
        super().__init__("；".join(reason.text for reason in reasons))

    @classmethod
    def because(cls, code: str, text: str, source: str = "") -> "Refused":
        return cls(Reason(code, text, source))

    @classmethod
    def all_of(cls, reasons: Iterable[Reason]) -> "Refused":
        return cls(*reasons)
