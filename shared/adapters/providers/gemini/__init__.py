"""Gemini's image models, spoken to through Google's own SDK."""

from shared.adapters.providers.gemini.models import GeminiImageModel

__all__ = ["GeminiImageModel"]
