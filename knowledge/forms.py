"""Articles, categories and the switches of the knowledge base, as they are filled in."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import Customer, Membership, Product, Tenant
from core.forms import LookMixin
from knowledge.enums import ArticleLanguage, State
from knowledge.models import Article, Category

LONGEST_BODY = 300_000


class ArticleForm(LookMixin, forms.ModelForm):  # type: ignore[type-arg]  # the stubs know no arguments at run time
    """What an article says in one language, and what holds for all of its languages."""

    heading = forms.CharField(
        label=_("Title"), max_length=200, help_text=_("Write it the way somebody would ask for it.")
    )
    body = forms.CharField(
        label=_("Text"), max_length=LONGEST_BODY, widget=forms.Textarea(attrs={"rows": 18, "class": "v-art"})
    )
    words = forms.CharField(
        label=_("Keywords"),
        required=False,
        max_length=400,
        help_text=_("Words that people use and the text does not, separated by commas"),
    )
    about = forms.ModelMultipleChoiceField(label=_("Products"), queryset=Product.objects.none(), required=False)

    field_order = ["language", "heading", "body", "words", "about", "category", "owner", "review_on"]

    class Meta:
        model = Article
        fields = ["category", "owner", "review_on"]
        widgets = {"review_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["category"].queryset, fields["category"].empty_label = by_place(), _("No category")
        fields["category"].label_from_instance = long_name
        fields["owner"].queryset = Membership.objects.active().select_related("user").order_by("user__name")
        fields["about"].queryset = Product.objects.all()
        if self.instance.pk:
            self.initial.setdefault("words", ", ".join(self.instance.keywords))
            self.initial.setdefault("about", [each.product_id for each in self.instance.products.all()])

    def clean_words(self) -> list[str]:
        """The keywords, each once, at most 40 characters."""
        told = (word.strip().lower()[:40] for word in self.cleaned_data["words"].split(","))
        return list(dict.fromkeys(word for word in told if word))


class NewArticleForm(ArticleForm):
    """An article's first text, which also decides its first language."""

    language = forms.ChoiceField(label=_("Language"), choices=ArticleLanguage)


class PublishForm(LookMixin, forms.Form):
    """Who may read what is published."""

    state = forms.ChoiceField(label=_("Who may read"), choices=[(s.value, s.label) for s in State if s != State.DRAFT])
    customer = forms.ModelChoiceField(label=_("Customer"), queryset=Customer.objects.none(), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["customer"]
        field.queryset = Customer.objects.all()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("state") == State.CUSTOMER and not data.get("customer"):
            self.add_error("customer", _("Choose whose article it is."))
        return data


class RetireForm(LookMixin, forms.Form):
    """What takes a retired article's place."""

    successor = forms.ModelChoiceField(
        label=_("Readers are led to"),
        queryset=Article.objects.none(),
        required=False,
        empty_label=_("Nowhere, the page is gone"),
    )

    def __init__(self, *args: Any, article: Article, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["successor"]
        field.queryset = Article.objects.readable(desk=True).exclude(pk=article.pk).order_by("title")


class CategoryForm(LookMixin, forms.ModelForm):  # type: ignore[type-arg]  # as above
    """A category, at the top or below one that is."""

    class Meta:
        model = Category
        fields = ["name", "parent", "position"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["parent"]
        field.queryset = Category.objects.filter(parent=None).exclude(pk=self.instance.pk)
        field.empty_label = _("At the top")

    def clean_parent(self) -> Category | None:
        parent: Category | None = self.cleaned_data["parent"]
        if parent and self.instance.pk and self.instance.children.exists():
            raise forms.ValidationError(_("It has categories below it, so it stays at the top."))
        return parent


class SwitchForm(LookMixin, forms.ModelForm):  # type: ignore[type-arg]  # as above
    """What of the knowledge base a tenant has."""

    class Meta:
        model = Tenant
        fields = ["knowledge_on", "help_on", "help_indexed"]


def by_place() -> "QuerySet[Category]":
    """Categories in the order they stand in, those below another one behind it."""
    return Category.objects.select_related("parent").order_by("parent__position", "parent__name", "position", "name")


def long_name(category: Category) -> str:
    return f"{category.parent.name} / {category.name}" if category.parent else category.name
