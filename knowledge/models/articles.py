"""What is written: an article, its text in each language as readers see it, and every version of those texts."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.fields import TenantForeignKey
from accounts.models import Customer, Membership, Product, TenantManager, TenantModel, TenantQuerySet
from knowledge.enums import ArticleLanguage, State


class Category(TenantModel):
    """Where articles stand; a category may have others below it, which have none."""

    name = models.CharField(_("Name"), max_length=80)
    parent = TenantForeignKey(
        "self", null=True, blank=True, verbose_name=_("Below"), related_name="children", on_delete=models.PROTECT
    )
    position = models.PositiveSmallIntegerField(_("Place"), default=0)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "parent", "name"], name="category_name", nulls_distinct=False)
        ]
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name


class ArticleQuerySet(TenantQuerySet["Article"]):
    def current(self) -> "ArticleQuerySet":
        return self.filter(retired_at=None)

    def readable(self, *, desk: bool, customer: int | None = None) -> "ArticleQuerySet":
        """Published ones that a colleague, somebody of a customer, or anyone may read."""
        if desk:
            return self.current().exclude(state=State.DRAFT)
        own = Q(state=State.CUSTOMER, customer=customer) if customer else Q(pk__in=[])
        return self.current().filter(Q(state=State.PUBLIC) | own)


ArticleManager = TenantManager.from_queryset(ArticleQuerySet)


class Article(TenantModel):
    """One answer, in one language or several. `title` is the newest one of its first language, for the desk."""

    title = models.CharField(_("Title"), max_length=200)
    language = models.CharField(_("First language"), max_length=2, choices=ArticleLanguage)
    category = TenantForeignKey(
        Category, null=True, blank=True, verbose_name=_("Category"), related_name="articles", on_delete=models.PROTECT
    )
    keywords = ArrayField(
        models.CharField(max_length=40),
        default=list,
        blank=True,
        verbose_name=_("Keywords"),
        help_text=_("Words that people use and the text does not, separated by commas"),
    )
    owner = TenantForeignKey(Membership, null=True, blank=True, verbose_name=_("Owner"), related_name="+")
    state = models.CharField(_("Who may read"), max_length=8, choices=State, default=State.DRAFT)
    customer = TenantForeignKey(Customer, null=True, blank=True, verbose_name=_("Customer"), related_name="+")
    review_on = models.DateField(_("Check again on"), null=True, blank=True)
    # The day of the review that the owner was told of.
    told_of = models.DateField(null=True, editable=False)
    retired_at = models.DateTimeField(null=True, editable=False)
    successor = TenantForeignKey("self", null=True, blank=True, verbose_name=_("Leads to"), related_name="+")
    changed_at = models.DateTimeField(default=timezone.now, editable=False)

    objects: ClassVar[ArticleManager["Article"]] = ArticleManager()

    class Meta(TenantModel.Meta):
        constraints = [
            models.CheckConstraint(
                condition=~Q(state=State.CUSTOMER) | Q(customer__isnull=False), name="article_has_customer"
            )
        ]
        indexes = [
            models.Index(fields=["tenant", "-changed_at"], name="articles_changed"),
            models.Index(fields=["tenant", "review_on"], condition=Q(retired_at=None), name="articles_to_review"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def state_label(self) -> str:
        return str(pgettext_lazy("article", "Retired") if self.retired_at else State(self.state).label)


class ArticleProduct(TenantModel):
    """A product that an article is about."""

    article = TenantForeignKey(Article, models.CASCADE, related_name="products")
    product = TenantForeignKey(Product, models.CASCADE, related_name="+")

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "article", "product"], name="product_of_article")]

    def __str__(self) -> str:
        return f"{self.product_id} of {self.article_id}"


class ArticleText(TenantModel):
    """An article in one language as it was published last; without a row it is not published in that language.

    `body` is HTML that was sanitised, with pictures as `cid:` and the file's number; `plain` are its words.
    `original_number` is the version of the first language that it says the same as.
    """

    article = TenantForeignKey(Article, models.CASCADE, related_name="texts")
    language = models.CharField(max_length=2, choices=ArticleLanguage)
    slug = models.SlugField(max_length=120)
    title = models.CharField(max_length=200)
    body = models.TextField()
    plain = models.TextField()
    number = models.PositiveIntegerField()
    original_number = models.PositiveIntegerField()
    published_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "article", "language"], name="text_of_article"),
            models.UniqueConstraint(fields=["tenant", "slug"], name="article_slug"),
        ]

    def __str__(self) -> str:
        return self.title


class ArticleVersion(TenantModel):
    """A text as somebody left it; never changed. Numbers run from 1 in each language of an article."""

    article = TenantForeignKey(Article, models.CASCADE, related_name="versions")
    language = models.CharField(max_length=2, choices=ArticleLanguage)
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    body = models.TextField()
    member = TenantForeignKey(Membership, null=True, related_name="+")
    actor_name = models.CharField(max_length=120)
    at = models.DateTimeField(default=timezone.now)

    class Meta(TenantModel.Meta):
        # Numbers are given under the lock of the article, so none is given twice.
        indexes = [models.Index(fields=["tenant", "article", "language", "-number"], name="version_of_article")]

    def __str__(self) -> str:
        return f"{self.title}, {self.number}"


class ArticleFile(TenantModel):
    """A picture in an article or a file beside it; whoever may read the article may read it."""

    article = TenantForeignKey(Article, models.CASCADE, related_name="files")
    name = models.CharField(max_length=255)
    content_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    storage_key = models.CharField(max_length=120)
    is_picture = models.BooleanField(default=False)

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["tenant", "article"], name="files_of_article")]

    def __str__(self) -> str:
        return self.name
