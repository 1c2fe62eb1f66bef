"""Row-level security and composite keys for this app's tables."""

from django.db import migrations

from core.rls import SecureTenantTables


class Migration(migrations.Migration):
    dependencies = [("knowledge", "0001_initial"), ("accounts", "0002_walls")]
    operations = [
        SecureTenantTables(
            "Category",
            "Article",
            "ArticleProduct",
            "ArticleText",
            "ArticleFile",
            "ArticleWord",
            "ArticlePosting",
            "ArticleUse",
            "ArticleFeedback",
        ),
        SecureTenantTables("ArticleVersion", append_only=True),
    ]
