"""Articles, their texts and versions, and the words by which they are found."""

import accounts.fields
import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
    ]

    operations = [
        # In a schema of their own: the names in `public` are ours.
        migrations.RunSQL(
            ["CREATE SCHEMA IF NOT EXISTS trigrams", "CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA trigrams"],
            migrations.RunSQL.noop,
        ),
        migrations.CreateModel(
            name='Category',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tenant', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.tenant')),
                ('name', models.CharField(max_length=80, verbose_name='Name')),
                ('parent', accounts.fields.TenantForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='knowledge.category', verbose_name='Below')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='Place')),
            ],
            options={
                'ordering': ['position', 'name'],
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('tenant', 'parent', 'name'), name='category_name', nulls_distinct=False)],
            },
        ),
        migrations.CreateModel(
            name='Article',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tenant', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.tenant')),
                ('title', models.CharField(max_length=200, verbose_name='Title')),
                ('language', models.CharField(choices=[('fi', 'Suomi'), ('sv', 'Svenska'), ('en', 'English'), ('de', 'Deutsch'), ('es', 'Español')], max_length=2, verbose_name='First language')),
                ('category', accounts.fields.TenantForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='articles', to='knowledge.category', verbose_name='Category')),
                ('keywords', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), blank=True, default=list, help_text='Words that people use and the text does not, separated by commas', size=None, verbose_name='Keywords')),
                ('owner', accounts.fields.TenantForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership', verbose_name='Owner')),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('internal', 'Colleagues only'), ('public', 'Everyone'), ('customer', 'One customer')], default='draft', max_length=8, verbose_name='Who may read')),
                ('customer', accounts.fields.TenantForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.customer', verbose_name='Customer')),
                ('review_on', models.DateField(blank=True, null=True, verbose_name='Check again on')),
                ('told_of', models.DateField(editable=False, null=True)),
                ('retired_at', models.DateTimeField(editable=False, null=True)),
                ('successor', accounts.fields.TenantForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='knowledge.article', verbose_name='Leads to')),
                ('changed_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'indexes': [models.Index(fields=['tenant', '-changed_at'], name='articles_changed'), models.Index(condition=models.Q(('retired_at', None)), fields=['tenant', 'review_on'], name='articles_to_review')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('state', 'customer'), _negated=True), ('customer__isnull', False), _connector='OR'), name='article_has_customer')],
            },
        ),
        migrations.CreateModel(
            name='ArticleProduct',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tenant', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.tenant')),
                ('article', accounts.fields.TenantForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='products', to='knowledge.article')),
                ('product', accounts.fields.TenantForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.product')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('tenant', 'article', 'product'), name='product_of_article')],
            },
        ),
        migrations.CreateModel(
            name='ArticleText',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tenant', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.tenant')),
                ('article', accounts.fields.TenantForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='texts', to='knowledge.article')),
                ('language', models.CharField(choices=[('fi', 'Suomi'), ('sv', 'Svenska'), ('en', 'English'), ('de', 'Deutsch'), ('es', 'Español')], max_length=2)),
                ('slug', models.SlugField(max_length=120)),
                ('title', models.CharField(max_length=200)),
                ('body', models.TextField()),
                ('plain', models.TextField()),
                ('number', models.PositiveIntegerField()),
                ('original_number', models.PositiveIntegerField()),
                ('published_at', models.DateTimeField()),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('tenant', 'article', 'language'), name='text_of_article'), models.UniqueConstraint(fields=('tenant', 'slug'), name='article_slug')],
            },
        ),
        migrations.CreateModel(
            name='ArticleVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tenant', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.tenant')),
                ('article', accounts.fields.TenantForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='versions', to='knowledge.article')),
                ('language', models.CharField(choices=[('fi', 'Suomi'), ('sv', 'Svenska'), ('en', 'English'), ('de', 'Deutsch'), ('es', 'Español')], max_length=2)),
                ('number', models.PositiveIntegerField()),
                ('title', models.CharField(max_length=200)),
                ('body', models.TextField()),
                ('member', accounts.fields.TenantForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('actor_name', models.CharField(max_length=120)),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'indexes': [models.Index(fields=['tenant', 'article', 'language', '-number'], name='version_of_article')],
            },
        ),
        migrations.CreateModel(
            name='ArticleFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tenant', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.tenant')),
                ('article', accounts.fields.TenantForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='files', to='knowledge.article')),
                ('name', models.CharField(max_length=255)),
                ('content_type', models.CharField(max_length=100)),
                ('size', models.PositiveBigIntegerField()),
                ('storage_key', models.CharField(max_length=120)),
                ('is_picture', models.BooleanField(default=False)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'indexes': [models.Index(fields=['tenant', 'article'], name='files_of_article')],
            },
        ),
        migrations.CreateModel(
            name='ArticleWord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tenant', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.tenant')),
                ('language', models.CharField(choices=[('fi', 'Suomi'), ('sv', 'Svenska'), ('en', 'English'), ('de', 'Deutsch'), ('es', 'Español')], max_length=2)),
                ('word', models.CharField(db_collation='C', max_length=60)),
                ('stem', models.CharField(db_collation='C', max_length=60)),
                ('root', models.CharField(db_collation='C', max_length=70)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'indexes': [models.Index(fields=['tenant', 'stem'], name='article_word_stem'), models.Index(fields=['tenant', 'root'], name='article_word_root'), django.contrib.postgres.indexes.GinIndex(fields=['root'], name='article_word_parts', opclasses=['trigrams.gin_trgm_ops'])],
                'constraints': [models.UniqueConstraint(fields=('tenant', 'word', 'language'), name='article_word')],
            },
        ),
        migrations.CreateModel(
            name='ArticlePosting',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tenant', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.tenant')),
                ('word', accounts.fields.TenantForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='knowledge.articleword')),
                ('text', accounts.fields.TenantForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='knowledge.articletext')),
                ('weight', models.FloatField()),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'indexes': [models.Index(fields=['tenant', 'text'], name='article_posting_text')],
                'constraints': [models.UniqueConstraint(fields=('tenant', 'word', 'text'), include=('weight',), name='article_posting')],
            },
        ),
        migrations.CreateModel(
            name='ArticleUse',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tenant', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.tenant')),
                ('article', accounts.fields.TenantForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='uses', to='knowledge.article')),
                ('kind', models.CharField(choices=[('shown', 'Suggested'), ('opened', 'Read'), ('sent', 'Sent in a reply'), ('solved', 'Solved')], max_length=6)),
                ('day', models.DateField()),
                ('part', models.PositiveSmallIntegerField()),
                ('count', models.PositiveIntegerField(default=1)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('tenant', 'article', 'kind', 'day', 'part'), name='use_of_article')],
            },
        ),
        migrations.CreateModel(
            name='ArticleFeedback',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tenant', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.tenant')),
                ('article', accounts.fields.TenantForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='feedback', to='knowledge.article')),
                ('language', models.CharField(choices=[('fi', 'Suomi'), ('sv', 'Svenska'), ('en', 'English'), ('de', 'Deutsch'), ('es', 'Español')], max_length=2)),
                ('solved', models.BooleanField()),
                ('comment', models.TextField(blank=True)),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('read_at', models.DateTimeField(null=True)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'indexes': [models.Index(fields=['tenant', 'article', '-at'], name='feedback_of_article')],
            },
        ),
    ]
