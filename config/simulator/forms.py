"""What a person at the simulator says: how a platform is to behave, what a hospital tells."""

from django import forms

from config.simulator.memory import Conduct, Mood


class MoodForm(forms.Form):
    conduct = forms.ChoiceField(label="应答方式", choices=Conduct.choices())
    words = forms.CharField(label="拒绝时的说明", max_length=200)
    seconds = forms.FloatField(label="缓慢时等待秒数", min_value=0, max_value=120)
    rate = forms.FloatField(label="每秒最多受理件数", min_value=0.1, max_value=100_000)

    def mood(self) -> Mood:
        said = self.cleaned_data
        return Mood(Conduct.of(said["conduct"]), said["words"], said["seconds"], said["rate"])
