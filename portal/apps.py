from django.apps import AppConfig

from portal.logs import mask_tokens


class PortalConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "portal"

    def ready(self) -> None:
        mask_tokens()
