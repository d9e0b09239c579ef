"""What a new platform begins with: an organisation, its admin, a key for the smoke test; and that test."""

import json
import secrets as randomness
import sys

from infra.deploy import releases, smoke
from infra.deploy.deployments import Deployment
from infra.deploy.programs import Stopped
from shared.adapters.system import SystemClock
from shared.services.keys import PREFIX

FIRST_ADMIN = "FIRST_ADMIN"
SMOKE_API_KEY = "SMOKE_API_KEY"
ORGANISATION = "Our organisation"
TRIES = 5
PAUSE_SECONDS = 15.0
_READ = "You need the role Secret Manager Admin."


def make_first_admin(deployment: Deployment) -> None:
    """Credentials are kept in Secret Manager before they are put in force: a run that breaks off loses none."""
    programs = deployment.programs
    _ensure(deployment, FIRST_ADMIN, _credentials(deployment))
    _ensure(deployment, SMOKE_API_KEY, _key())
    programs.run(
        deployment.gcloud(
            "secrets",
            "add-iam-policy-binding",
            SMOKE_API_KEY,
            f"--member=serviceAccount:deployer@{deployment.project}.iam.gserviceaccount.com",
            "--role=roles/secretmanager.secretAccessor",
        ),
        hint=_READ,
    )
    told = programs.need(
        deployment.terraform("output", "-json", "settings"), hint="Terraform must have applied before."
    )
    asked = json.loads(_value(deployment, FIRST_ADMIN) or "{}")
    asked["smoke_key"] = _value(deployment, SMOKE_API_KEY)
    asked["settings"] = {**json.loads(told or "{}"), releases.PAGE_KEY: _value(deployment, releases.PAGE_KEY)}
    programs.run(
        [sys.executable, "-m", "infra.deploy.first_admin"],
        secret=json.dumps(asked).encode(),
        hint="You need the roles Cloud Datastore User and Firebase Authentication Admin, and your own sign-in must name the project: "
        f"gcloud auth application-default set-quota-project {deployment.project}",
    )
    print(
        f"  How to sign in: gcloud secrets versions access latest --secret={FIRST_ADMIN} --project={deployment.project}"
    )


def try_it(deployment: Deployment) -> None:
    """The smoke test, again for a minute: rights that were given just now take their time to hold everywhere."""
    programs = deployment.programs
    url = programs.need(
        deployment.terraform("output", "-raw", "public_url"), hint="Terraform must have applied before."
    )
    key = _value(deployment, SMOKE_API_KEY)
    if programs.dry_run:
        print("  $ python -m infra.deploy.smoke URL")
        return
    clock = SystemClock()
    for number in range(1, TRIES + 1):
        try:
            smoke.check(url, key)
        except smoke.SmokeFailed as failed:
            if number == TRIES:
                raise Stopped(
                    f"{url} does not work: {failed}",
                    "See what it logged: gcloud run services logs read api --region=REGION; docs/runbook.md says how to go back.",
                ) from None
            print(f"  Not yet: {failed}", flush=True)
            clock.sleep(PAUSE_SECONDS)
        else:
            print(f"  {url} works.")
            return


def _ensure(deployment: Deployment, name: str, value: bytes) -> None:
    """The secret with a value; one that it has already stays."""
    programs = deployment.programs
    if releases.has_value(deployment, name):
        return
    if programs.ask(deployment.gcloud("secrets", "describe", name, "--format=value(name)")) is None:
        programs.run(deployment.gcloud("secrets", "create", name, "--replication-policy=automatic"), hint=_READ)
    releases.add_value(deployment, name, value)


def _value(deployment: Deployment, name: str) -> str:
    return deployment.programs.need(
        deployment.gcloud("secrets", "versions", "access", "latest", f"--secret={name}"), hint=_READ
    )


def _credentials(deployment: Deployment) -> bytes:
    said = {
        "organisation": ORGANISATION,
        "email": deployment.email or deployment.account,
        "password": randomness.token_urlsafe(18),
        "api_key": _key().decode(),
    }
    return json.dumps(said).encode()


def _key() -> bytes:
    return f"{PREFIX}{randomness.token_urlsafe(32)}".encode()
