"""OpenAI's image models, spoken to through OpenAI's own SDK."""

from shared.adapters.providers.openai.models import OpenAIImageModel

__all__ = ["OpenAIImageModel"]
