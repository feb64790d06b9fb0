"""manage.py calculate: what is paid?"""

from hospitals.jsonlines import Answer, Question
from hospitals.management.answering import AnsweringCommand
from hospitals.models import Area
from hospitals.reasons import Refused
from settlement.calculation import Outcome, Result, calculate, read
from settlement.models import BenefitPolicy


class Command(AnsweringCommand):
    help = "Say what stays are paid, by the policies in force.  Reads the database once and writes nothing to it."

    def prepare(self) -> None:
        self.areas = frozenset(Area.objects.values_list("code", flat=True))
        self.book = BenefitPolicy.objects.rule_book()

    def answer(self, question: Question) -> Answer:
        try:
            stay = read(question, self.areas)
        except Refused as refused:
            return Result(outcome=Outcome.INVALID, reasons=refused.reasons).as_dict()
        return calculate(stay, self.book.in_force(stay.area, stay.admitted_on)).as_dict()
