"""Forms of people, offices, customers and products; and the base of every form over a tenant's row."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator, RegexValidator
from django.db.models import UniqueConstraint
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.enums import Role
from accounts.models import (
    Customer,
    CustomerDomain,
    LegalEntity,
    Membership,
    Module,
    Office,
    Product,
    Requester,
    RequesterAddress,
    Team,
    Tenant,
    User,
)
from accounts.scope import require_tenant_id
from accounts.services.people import Place
from core.forms import LookForm, LookMixin

COUNTRY = RegexValidator(r"\A[A-Z]{2}\Z", _("Two letters, such as FI."))
CURRENCY = RegexValidator(r"\A[A-Z]{3}\Z", _("Three letters, such as EUR."))
DOMAIN = CustomerDomain._meta.get_field("domain").validators[0]
MAX_WORDS = 50


class TenantModelForm(LookMixin, forms.ModelForm):  # type: ignore[type-arg]  # not generic when it runs
    """A form over a row of the tenant in scope.

    Django leaves `tenant` out of the check of constraints, because no form shows it, and a double name would end in
    the database's error; here all constraints are checked, and a clash is told at the field that can be changed.
    """

    instance: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.tenant_id is None:
            self.instance.tenant_id = require_tenant_id()

    def validate_unique(self) -> None:
        super().validate_unique()
        for constraint in self.instance._meta.constraints:
            if isinstance(constraint, UniqueConstraint):
                self._check(constraint)

    def _check(self, constraint: UniqueConstraint) -> None:
        try:
            constraint.validate(type(self.instance), self.instance, exclude=set(self.errors))
        except ValidationError as problem:
            clashing = [name for name in constraint.fields if name in self.fields]
            self.add_error(
                clashing[-1] if clashing else None, _("There is one with this already.") if clashing else problem
            )


class WordsField(forms.CharField):
    """Several short texts in one field, separated by commas, semicolons or lines; gives a list without doubles."""

    def __init__(self, *, each: Sequence[Any] = (), longest: int = 80, lower: bool = True, **kwargs: Any) -> None:
        self.each, self.longest, self.lower = each, longest, lower
        super().__init__(required=kwargs.pop("required", False), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> list[str]:  # type: ignore[override]  # a list instead of one text
        text = super().to_python(value) or ""
        words = (word.strip() for line in text.splitlines() for word in line.replace(";", ",").split(","))
        return list(dict.fromkeys(word.lower() if self.lower else word for word in words if word))

    def validate(self, value: Any) -> None:
        super().validate(value)
        if len(value) > MAX_WORDS:
            raise ValidationError(_("At most %(count)s."), params={"count": MAX_WORDS})

    def run_validators(self, value: Any) -> None:
        for word in value:
            if len(word) > self.longest:
                raise ValidationError(_("“%(word)s” is too long."), params={"word": word[:40]})
            for check in self.each:
                try:
                    check(word)
                except ValidationError as error:
                    raise ValidationError(_("“%(word)s” cannot be right."), params={"word": word}) from error

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return self.to_python(data) != list(initial or [])
        except ValidationError:
            return True


def member_choice(field: Any, *, members: Any = None) -> None:
    """Let a field offer the members a ticket can be given to."""
    field.queryset = Membership.objects.assignable() if members is None else members
    field.widget.attrs["data-pick"] = ""
    if not isinstance(field, forms.ModelMultipleChoiceField):
        field.empty_label = _("Nobody")


class UpperMixin:
    """Codes of countries and currencies are written in capitals whatever was typed."""

    cleaned_data: dict[str, Any]

    def clean_country(self) -> str:
        return _code(self.cleaned_data["country"], COUNTRY)

    def clean_currency(self) -> str:
        return _code(self.cleaned_data["currency"], CURRENCY)


def _code(text: str, check: RegexValidator) -> str:
    check(text.upper())
    return text.upper()


class PlaceForm(LookForm):
    """What a member may do, and where they belong."""

    roles = forms.MultipleChoiceField(label=_("Roles"), choices=Role, widget=forms.CheckboxSelectMultiple)
    teams = forms.ModelMultipleChoiceField(
        Team.objects.none(), label=_("Teams"), required=False, widget=forms.CheckboxSelectMultiple
    )
    office = forms.ModelChoiceField(Office.objects.none(), label=_("Office"), empty_label=None)
    title = forms.CharField(label=pgettext_lazy("person", "Title"), max_length=80, required=False)
    phone = forms.CharField(label=_("Phone"), max_length=40, required=False)
    sees_prices = forms.BooleanField(
        label=_("Sees what work costs"),
        required=False,
        help_text=_("Admins, team leads and finance see it anyway."),
    )

    def __init__(self, *args: Any, prices: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        if not prices:
            del fields["sees_prices"]
        fields["teams"].queryset = Team.objects.select_related("group")
        fields["office"].queryset = Office.objects.all()

    def place(self) -> Place:
        data = self.cleaned_data
        facts = {name: data[name] for name in ("roles", "office", "teams", "title", "phone")}
        return Place(**facts, sees_prices=data.get("sees_prices"))


class InviteForm(PlaceForm):
    """A new member."""

    email = forms.EmailField(label=_("Email address"))
    name = forms.CharField(label=_("Name"), max_length=120)
    field_order = ["email", "name", "roles", "teams", "office", "title", "phone"]

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"]).strip().lower()
        if Membership.objects.active().filter(user__email=email).exists():
            raise ValidationError(_("Somebody with this address has access already."))
        return email


class TeamForm(TenantModelForm):
    """A team and who is in it."""

    members = forms.ModelMultipleChoiceField(
        Membership.objects.none(), label=_("Members"), required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Team
        fields = ["name", "lead"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        everybody = Membership.objects.active().select_related("user").order_by("user__name", "pk")
        member_choice(self.fields["lead"], members=everybody)
        member_choice(self.fields["members"], members=everybody)


class OfficeForm(UpperMixin, TenantModelForm):
    class Meta:
        model = Office
        fields = ["name", "legal_entity", "country", "time_zone", "language", "currency"]
        help_texts = {"time_zone": _("Such as Europe/Helsinki"), "currency": _("Three letters, such as EUR")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["legal_entity"]
        field.queryset, field.empty_label = LegalEntity.objects.order_by("name"), None


class LegalEntityForm(UpperMixin, TenantModelForm):
    class Meta:
        model = LegalEntity
        fields = ["name", "business_id", "vat_id", "country", "currency"]
        help_texts = {"country": _("Two letters, such as FI"), "currency": _("Three letters, such as EUR")}


class CustomerForm(UpperMixin, TenantModelForm):
    """A customer and the mail domains of its people."""

    domains = WordsField(
        label=_("Mail domains"),
        each=[DOMAIN],
        longest=253,
        help_text=_("Senders from these belong to the customer, such as paper.example. Separated by commas."),
    )

    class Meta:
        model = Customer
        fields = ["name", "business_id", "country", "city", "office", "language", "expert"]
        help_texts = {
            "country": _("Two letters, such as FI"),
            "language": _("Mails to people without a language of their own are written in it."),
            "expert": _("Is suggested for tickets whose product names nobody."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["office"].queryset, fields["office"].empty_label = Office.objects.all(), None
        member_choice(fields["expert"])
        if self.instance.pk:
            self.initial["domains"] = sorted(self.instance.domains.values_list("domain", flat=True))

    def clean_domains(self) -> list[str]:
        domains: list[str] = sorted(self.cleaned_data["domains"])
        others = CustomerDomain.objects.filter(domain__in=domains).exclude(customer=self.instance.pk)
        if other := others.select_related("customer").first():
            raise ValidationError(
                _("%(domain)s belongs to %(customer)s."), params={"domain": other.domain, "customer": other.customer}
            )
        return domains


class RequesterForm(TenantModelForm):
    """A person who asks, and the addresses they write from."""

    emails = WordsField(
        label=_("Mail addresses"),
        each=[EmailValidator()],
        longest=254,
        help_text=_("Answers go to the first one. Separated by commas."),
    )

    class Meta:
        model = Requester
        fields = ["name", "customer", "language", "title", "phone"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["customer"]
        field.queryset, field.empty_label = Customer.objects.all(), _("No customer")
        field.widget.attrs["data-pick"] = ""
        if self.instance.pk:
            known = sorted(self.instance.addresses.all(), key=lambda address: (not address.is_primary, address.pk))
            self.initial["emails"] = [address.email for address in known]

    def clean_emails(self) -> list[str]:
        emails: list[str] = self.cleaned_data["emails"]
        others = RequesterAddress.objects.filter(email__in=emails).exclude(requester=self.instance.pk)
        if other := others.select_related("requester").first():
            raise ValidationError(
                _("%(email)s belongs to %(name)s."), params={"email": other.email, "name": other.requester}
            )
        return emails


class ProductForm(TenantModelForm):
    keywords = WordsField(
        label=_("Words that name it in a mail"),
        longest=40,
        help_text=_("A mail with one of them is suggested this product. Separated by commas."),
    )

    class Meta:
        model = Product
        fields = ["name", "keywords", "expert"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        member_choice(self.fields["expert"])


class ModuleForm(TenantModelForm):
    class Meta:
        model = Module
        fields = ["name", "expert"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        member_choice(self.fields["expert"])


class WorkspaceForm(LookMixin, forms.ModelForm):  # type: ignore[type-arg]  # as above
    """What holds for everybody in a tenant."""

    class Meta:
        model = Tenant
        fields = ["name", "subject_prefix", "language", "time_zone", "confirm_browsers", "require_two_step"]
        help_texts = {
            "subject_prefix": _(
                "Stands before the number, such as SYS-1042. A mail with the old prefix alone is not recognised."
            ),
            "language": _("For whoever has no language of their own."),
            "time_zone": _("Such as Europe/Helsinki"),
        }


class ProfileForm(LookMixin, forms.ModelForm):  # type: ignore[type-arg]  # as above
    """What people decide for themselves, in all their tenants."""

    class Meta:
        model = User
        fields = ["name", "language", "theme", "shortcuts"]
        help_texts = {"shortcuts": _("Such as R to reply. Ctrl and Enter work always.")}
