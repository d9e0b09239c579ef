"""Where figures and spans go, out of all settings."""

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from shared.config import Settings
from shared.ports.clock import Clock
from shared.ports.ids import Ids
from shared.version import VERSION

if TYPE_CHECKING:
    from shared.adapters.telemetry import Exports

_GOOGLE = ".googleapis.com"


def exports(config: Settings, clock: Clock, ids: Ids) -> "Exports | None":
    """What sends them; None where nothing is to be sent."""
    if not config.otlp_url:
        return None
    from shared.adapters.google.sessions import authorized_session
    from shared.adapters.telemetry import Exports, Target

    # Only Google's own address is shown the credentials of this process.
    is_google = config.stack == "google" and (urlsplit(config.otlp_url).hostname or "").endswith(_GOOGLE)
    target = Target(
        url=config.otlp_url,
        resource=_resource(config, ids),
        every_seconds=config.otlp_seconds,
        share=config.trace_share,
        session=authorized_session if is_google else None,
    )
    return Exports(target, clock=clock)


def _resource(config: Settings, ids: Ids) -> dict[str, str]:
    """What OpenTelemetry calls this process; each instance sums for itself, so its figures need a name of their own."""
    said = {
        "service.namespace": "fanfold",
        "service.name": config.service or "fanfold",
        "service.version": VERSION,
        "service.instance.id": ids.new("boot"),
    }
    if config.stack == "google":
        said |= {
            "cloud.provider": "gcp",
            "cloud.platform": "gcp_cloud_run",
            "cloud.region": config.region,
            "gcp.project_id": config.project,
        }
    return said
