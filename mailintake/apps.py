from django.apps import AppConfig


class MailIntakeConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "mailintake"
