"""How a form looks: Django's own rendering through `templates/django/forms/`, plus values filled in for the person.

Every form of the product and of allauth gets the look from the templates alone. A form inherits `LookMixin` when it
prefills fields and says where the values came from.
"""

from django import forms


class LookField(forms.BoundField):
    """A bound field that knows why its value was suggested and what its label leads to."""

    @property
    def suggestion(self) -> str:
        """Why the value stands here ("By the sender's mail domain"); empty when the person must fill it in."""
        reasons: dict[str, str] = getattr(self.form, "suggestions", {})
        return "" if self.form.is_bound else reasons.get(self.name, "")

    @property
    def aria_describedby(self) -> str | None:
        described = super().aria_describedby  # None when the widget names its own description
        if described is None or not self.suggestion or not self.auto_id:
            return described
        return f"{self.auto_id}_suggestion {described}".strip()


class LookMixin:
    """For forms that suggest values: `form.suggest(customer="By the sender's mail domain")`, before it is rendered."""

    bound_field_class: type[forms.BoundField] | None = LookField
    suggestions: dict[str, str]

    def suggest(self, **reasons: str) -> None:
        """Note the reason, one sentence in the reader's language, of each prefilled field."""
        self.suggestions = {**getattr(self, "suggestions", {}), **reasons}


class LookForm(LookMixin, forms.Form):
    """A plain form with suggestions."""
