"""What a case asks for beyond its main fields, as its rule and its channel say."""

from dataclasses import dataclass
from functools import cached_property

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from filings.appraisal import materials_of
from filings.assessment import ChannelOffer, FilingRules, MaterialGroup, Rule, scope_between
from filings.forms.agents import COMES_BY, AgentForm, untouched
from filings.models import InsuredPerson, Participation
from filings.places import places_of
from filings.vocabulary import Asked, Category, Channel, DiseaseList, Material, Occasion, Relation, Scheme
from hospitals.models import Hospital

FIELD_OF = {
    Asked.AGENT: "agent_name",
    Asked.ADMISSION: "admitted_on",
    Asked.HOSPITAL: "hospital_name",
    Asked.WARD: "ward",
    Asked.CONDITION: "condition",
}
FURTHER = ("occasion", "disease", "hospital_name", "ward", "condition", "issuer")


@dataclass(frozen=True, slots=True)
class Match:
    """What the policy has for the case typed so far.  rule: None where it has none for this category."""

    rule: Rule | None
    offer: ChannelOffer | None

    @property
    def asks(self) -> set[Asked]:
        return {*(self.rule.asks if self.rule else ()), *(self.offer.asks if self.offer else ())}


class FurtherForm(AgentForm):
    """Fields of which a case asks for some.  Subclasses say for whom it is and what the main fields hold."""

    person: InsuredPerson
    insured: Participation
    rules: FilingRules

    occasion = forms.ChoiceField(label=_("就医事由"), required=False)
    disease = forms.CharField(label=_("病种"), required=False, max_length=100, widget=untouched(list="diseases"))
    hospital_name = forms.CharField(label=_("就医医院"), required=False, max_length=100, widget=untouched())
    ward = forms.CharField(label=_("科室病区"), required=False, max_length=50, widget=untouched())
    condition = forms.CharField(label=_("简要病情"), required=False, max_length=200, widget=untouched())
    issuer = forms.CharField(
        label=_("转诊证明开具医院"), required=False, max_length=100, widget=untouched(list="issuers")
    )

    # what the policy offers

    def occasions(self, category: Category | None = None) -> list[Occasion]:
        """Those that the policy treats on their own: of one category, or at all."""
        rules = [rule for rule in self.rules_of_scheme() if category in (None, rule.category)]
        return list(dict.fromkeys(rule.occasion for rule in rules if rule.occasion))

    def diseases(self) -> list[tuple[str, str]]:
        """What the list beside the field offers: (name, code), none where the policy has no list."""
        return [(disease.name, disease.code) for disease in self.rules.diseases_on(DiseaseList.REFERRAL)]

    def issuers(self) -> list[Hospital]:
        """The directory's hospitals of the home area, where the policy asks whose certificate it is."""
        if not any(rule.checks_issuer for rule in self.rules.rules):
            return []
        return list(Hospital.objects.networked().filter(area=self.person.area_id))

    def rules_of_scheme(self) -> list[Rule]:
        return [rule for rule in self.rules.rules if rule.scheme in (None, self.insured.scheme)]

    def known_issuer(self) -> Hospital | None:
        name = self.cleaned_data["issuer"]
        return Hospital.objects.networked().filter(area=self.person.area_id, name=name).first() if name else None

    # what this case asks for

    @cached_property
    def match(self) -> Match | None:
        """None while category or destination are not known.  After `is_valid`."""
        data = getattr(self, "cleaned_data", {})
        if not (data.get("category") and data.get("destination") and data.get("channel")):
            return None
        category, variant = data["category"]
        areas = places_of((self.person.area_id, data["destination"].pk))
        scope = scope_between(self.person.area_id, data["destination"].pk, areas)
        occasion = Occasion.of(data["occasion"]) if data.get("occasion") else None
        rule = self.rules.rule_for(category, variant, Scheme.of(self.insured.scheme), scope, occasion)
        return Match(rule, self.rules.offer_of(Channel.of(data["channel"]), category))

    def required(self) -> tuple[MaterialGroup, ...] | None:
        """The materials this case takes; None while it is not known."""
        if self.match is None:
            return None
        channel = Channel.of(self.cleaned_data["channel"])
        return materials_of(self.match.rule, self.rules, channel) if self.match.rule else ()

    def asked_further(self) -> list[str]:
        """The further fields that this case asks for, in the order of the form."""
        if self.match is None:
            return []
        rule, asked = self.match.rule, {FIELD_OF[one] for one in self.match.asks}
        if self.occasions(self.cleaned_data["category"][0]):
            asked.add("occasion")
        if rule and any(group.listed_only for group in rule.materials):
            asked.add("disease")
        if rule and rule.checks_issuer:
            asked.add("issuer")
        return [name for name in FURTHER if name in asked]

    def further(self) -> list[BoundField]:
        """The further fields that are asked for or filled in."""
        asked = self.asked_further()
        return [self[name] for name in FURTHER if name in asked or self[name].value() or self[name].errors]

    def asks_for_agent(self) -> bool:
        return self.match is not None and Asked.AGENT in self.match.asks

    def relation(self) -> str:
        """As chosen; at first what the channel says."""
        chosen = self["agent_relation"].value()
        return chosen or self.relation_by_channel() or ""

    def relation_by_channel(self) -> Relation | None:
        channel = self["channel"].value()
        return COMES_BY.get(Channel.of(channel)) if channel in set(Channel) else None

    def tell_unsaid(self) -> None:
        """Marks the fields that the case asks for and that are empty."""
        if self.match is None:
            return
        for asked in self.match.asks:
            name = FIELD_OF[asked]
            if not self.cleaned_data.get(name) and not self[name].errors:
                self.add_error(name, _("请填写{what}").format(what=asked.label))
        rule = self.match.rule
        is_certified = Material.REFERRAL_CERTIFICATE in self.cleaned_data["material"]
        if rule and rule.checks_issuer and is_certified and not self.cleaned_data.get("issuer"):
            self.add_error("issuer", _("请填写转诊证明开具医院"))
