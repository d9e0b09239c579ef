"""A provider that needs no key: it draws previews itself, the same for the same request."""

from shared.adapters.providers.preview.models import PreviewImageModel

__all__ = ["PreviewImageModel"]
