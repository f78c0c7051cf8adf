"""The form of one step: those of its variables that the admin may set."""

from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from sessions_app.engine.text.cleaning import cleaned
from sessions_app.runtime import ice_servers, recogniser_use, setup_trials, stored_settings
from sessions_app.runtime.turn_trials import read_address
from sessions_app.services import installation
from sessions_app.services.setup_registry import RECORDING, SettingKind, SetupEntry, of_step
from sessions_app.services.visible_texts import refuse_invisible

MOST_DAYS = 36_500
NO_RECOGNISERS = ("default", "thorough", "google", "openai")
"""Entries that are not offered: the default itself, and those that the environment makes alone."""

FORGET = "-forget"


class SetupForm(forms.Form):
    """The fields of a step. With `trial` nothing will be stored, so that nothing is confirmed."""

    required_css_class = "required"

    def __init__(self, step: str, *args: Any, trial: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._step, self._trial = step, trial
        self._known = installation.values()
        may = stored_settings.editable()
        self.entries = [entry for entry in of_step(step) if entry.name in may]
        for entry in self.entries:
            self.fields[entry.name] = self._field(entry)
            if entry.kind is SettingKind.HIDDEN and entry.name in self._known:
                self.fields[entry.name + FORGET] = forms.BooleanField(
                    label=_("Forget what is stored"), required=False
                )
        if step == RECORDING:
            self.fields["agree"] = forms.BooleanField(
                label=_("Delete what is older"), required=False
            )
        self.voice: dict[str, Any] = {}
        """VOICE as it would be, once the form is valid."""

    @property
    def asks_to_agree(self) -> bool:
        """Whether saving would delete something, which has to be confirmed."""
        return self.has_error("agree")

    def wanted(self) -> dict[str, str]:
        """Returns the values to store by the variables' names; empty ones for the default."""
        found = {}
        for entry in self.entries:
            given = self.cleaned_data.get(entry.name)
            if entry.kind is SettingKind.HIDDEN:
                found[entry.name] = self._hidden(entry, str(given or ""))
                continue
            value = ("1" if given else "0") if isinstance(given, bool) else str(given or "")
            if entry.kind is SettingKind.NUMBER and given is not None:
                value = str(given)
            found[entry.name] = "" if value == entry.default else value
        return found

    def clean(self) -> dict[str, Any]:
        self.cleaned_data = {name: cleaned(value) for name, value in self.cleaned_data.items()}
        refuse_invisible(self)
        for entry in self.entries:
            self._check(entry)
        if self.errors:
            return self.cleaned_data
        wanted = self.wanted()
        self._check_receivers(wanted)
        try:
            self.voice = stored_settings.candidate(wanted)
            ice_servers.turn(self.voice)
        except ImproperlyConfigured as error:
            self.add_error(None, str(error))
        else:
            self._check_deletion()
        return self.cleaned_data

    def _field(self, entry: SetupEntry) -> forms.Field:
        value = self._known.get(entry.name, entry.default)
        common: dict[str, Any] = {
            "label": entry.label,
            "help_text": entry.help,
            "required": False,
            "initial": value,
        }
        if entry.kind is SettingKind.SWITCH:
            return forms.BooleanField(**{**common, "initial": value == "1"})
        if entry.kind is SettingKind.NUMBER:
            most = 65_535 if entry.name == "MAIL_PORT" else MOST_DAYS
            return forms.IntegerField(min_value=0, max_value=most, **common)
        if entry.kind is SettingKind.CHOICE:
            options = entry.options or recognisers()
            return forms.ChoiceField(choices=options, **{**common, "required": True})
        if entry.kind is SettingKind.HIDDEN:
            if entry.name in self._known:
                common["help_text"] = _("One is stored. Leave this empty to keep it.")
            widget = forms.PasswordInput(attrs={"autocomplete": "new-password"})
            return forms.CharField(max_length=500, widget=widget, **{**common, "initial": ""})
        widget_of_text = forms.TextInput(attrs={"class": "vTextField", "autocomplete": "off"})
        return forms.CharField(max_length=500, widget=widget_of_text, **common)

    def _hidden(self, entry: SetupEntry, typed: str) -> str:
        if typed or self.cleaned_data.get(entry.name + FORGET):
            return typed
        return self._known.get(entry.name, "")

    def _check(self, entry: SetupEntry) -> None:
        given = self.cleaned_data.get(entry.name)
        if not given:
            return
        if entry.kind is SettingKind.URL and not _is_plain_address(str(given)):
            told = _("Type an address such as http://127.0.0.1:11434/v1, without a password in it.")
            self.add_error(entry.name, told)
        if entry.name == "VOICE_TURN_URLS":
            wrong = [one for one in _listed(str(given)) if not _is_relay(one)]
            self.cleaned_data[entry.name] = ",".join(_listed(str(given)))
            if wrong:
                told = _("%s is no address such as turn:turn.example.com:3478.") % wrong[0]
                self.add_error(entry.name, told)
        if entry.name == "MAIL_FROM":
            try:
                validate_email(given)
            except forms.ValidationError:
                self.add_error(entry.name, _("Type an address such as voice@example.com."))

    def _check_receivers(self, wanted: dict[str, str]) -> None:
        """A secret goes where it was typed for, and nowhere else: else it could be read there."""
        for entry in self.entries:
            kept = wanted[entry.name] and not self.cleaned_data.get(entry.name)
            if entry.kind is not SettingKind.HIDDEN or not kept:
                continue
            if any(wanted.get(to, "") != self._known.get(to, "") for to in entry.sent_to):
                told = _("Type it again: the one that is stored was for another server.")
                self.add_error(entry.name, told)

    def _check_deletion(self) -> None:
        if self._step != RECORDING or self._trial or self.cleaned_data.get("agree"):
            return
        days = (self.voice["RECORDINGS_KEEP_DAYS"], self.voice["TEXT_KEEP_DAYS"])
        told = setup_trials.told_of_deletion(*days)
        now = (settings.VOICE["RECORDINGS_KEEP_DAYS"], settings.VOICE["TEXT_KEEP_DAYS"])
        if told and days != now:
            self.add_error("agree", told)


def recognisers() -> list[tuple[str, str]]:
    """Returns the recognisers that calls may have, as choices."""
    names = [name for name in settings.VOICE["RECOGNISERS"] if name not in NO_RECOGNISERS]
    usual = ("embedded", _("The best one that comes with voicesite"))
    return [usual, *((name, recogniser_use.name_of(name)) for name in names)]


def _listed(given: str) -> list[str]:
    return [one.strip() for one in given.split(",") if one.strip()]


def _is_relay(url: str) -> bool:
    address = read_address(url)
    return address is not None and address.relay


def _is_plain_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return (
            parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc
        )
    except ValueError:
        return False
