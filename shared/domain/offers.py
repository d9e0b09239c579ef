"""The models that this installation can use: the catalogue, narrowed to the configured providers."""

from collections.abc import Collection, Sequence
from datetime import date

from shared.domain.errors import ConfigurationWrong
from shared.domain.image_models import ImageModelSpec


class Offer:
    """Which models may be asked for, and which one a row gets that names none."""

    def __init__(self, specs: Sequence[ImageModelSpec], providers: Collection[str], *, default: str = "") -> None:
        self._by_id = {spec.id: spec for spec in specs}
        self._providers = frozenset(providers)
        self._default = default
        if default and default not in self._by_id:
            raise ConfigurationWrong(f"FANFOLD_DEFAULT_MODEL: there is no model {default}.")

    def all(self) -> list[ImageModelSpec]:
        """Every model of a configured provider, shut down ones too."""
        return [spec for spec in self._by_id.values() if spec.provider in self._providers]

    def known(self) -> list[ImageModelSpec]:
        """Every model of the catalogue, configured or not, shut down or not."""
        return list(self._by_id.values())

    def usable(self, day: date) -> list[ImageModelSpec]:
        """The models that can be asked for on that day, the best first."""
        return [spec for spec in self.all() if not spec.is_shut_down(day)]

    def find(self, model: str) -> ImageModelSpec | None:
        """A known model, configured or not, shut down or not."""
        return self._by_id.get(model)

    def check(self) -> None:
        """Raise ConfigurationWrong when the chosen model cannot be had.

        Only where rows are taken: a function that asks no provider is not given its key.
        """
        if not self._default:
            return
        needed = self._by_id[self._default].provider
        if needed not in self._providers:
            raise ConfigurationWrong(
                f"FANFOLD_DEFAULT_MODEL: {self._default} needs the provider {needed}, which is not configured."
            )

    def default(self, day: date) -> ImageModelSpec:
        """The model of rows that name none; raises ConfigurationWrong when it cannot be had, or nothing is offered."""
        self.check()
        if self._default:
            return self._by_id[self._default]
        usable = self.usable(day)
        if not usable:
            raise ConfigurationWrong(
                "No image model is offered. Set GEMINI_API_KEY, OPENAI_API_KEY or BFL_API_KEY, or leave the preview provider on."
            )
        return usable[0]

    def refusal(self, model: str, day: date) -> str | None:
        """Why this model cannot be asked for on that day, in words; None when it can."""
        spec = self._by_id.get(model)
        if spec is None:
            known = ", ".join(offered.id for offered in self.usable(day))
            return f"There is no model {model[:100]}. Choose one of: {known}."
        if spec.is_shut_down(day):
            instead = f" Use {spec.replacement} instead." if spec.replacement else ""
            return f"{spec.id} was shut down on {spec.shutdown_on}.{instead}"
        if spec.provider not in self._providers:
            return f"{spec.id} needs the provider {spec.provider}, which is not configured here."
        return None
