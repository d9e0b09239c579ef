"""Every folder in functions/ is deployed with all that it needs, without a change in terraform/."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from shared.domain.lanes import ALL_QUEUES
from tests.terraform.configurations import ROOT
from tests.terraform.evaluations import ENVIRONMENTS, PROJECT, REGION, asked, plan

DESCRIBED: dict[str, dict[str, Any]] = {
    path.parent.name: yaml.safe_load(path.read_text(encoding="utf-8"))
    for path in sorted((ROOT / "functions").glob("*/function.yaml"))
}
URL = f"https://{REGION}-{PROJECT}.cloudfunctions.net"
ACCOUNTS = {
    "task": f"tasks@{PROJECT}.iam.gserviceaccount.com",
    "schedule": f"schedules@{PROJECT}.iam.gserviceaccount.com",
    "event": f"pushes@{PROJECT}.iam.gserviceaccount.com",
}
NEW: dict[str, Any] = {
    "name": "on_surprise",
    "description": "Takes what happened and tells others.",
    "entry_point": "on_surprise",
    "trigger": {"type": "event", "topic": "surprises"},
    "timeout_seconds": 60,
    "concurrency": 4,
    "memory": "1Gi",
    "cpu": 1,
    "min_instances": 0,
    "max_instances": 4,
    "env": {"FANFOLD_LOG_LEVEL": "WARNING"},
    "secrets": ["OTHER_SECRET"],
    "service_account": {"roles": ["roles/pubsub.publisher", "roles/datastore.user"]},
}


def of_kind(kind: str) -> dict[str, dict[str, Any]]:
    """The folders whose trigger is of this kind."""
    return {name: one for name, one in DESCRIBED.items() if one["trigger"]["type"] == kind}


def kebab(name: str) -> str:
    """A function's name on Google Cloud."""
    return name.replace("_", "-")


def config(function: dict[str, Any], part: str) -> dict[str, Any]:
    """`build_config` or `service_config`."""
    (found,) = function[part]
    assert isinstance(found, dict)
    return found


def walk(value: Any) -> Iterator[Any]:
    """Every value in a plan, at any depth."""
    yield value
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for one in inner:
        yield from walk(one)


def project_of(folder: Path, **changed: Any) -> Path:
    """A folder of functions: the real ones and a new one."""
    for name, described in {**DESCRIBED, "on_surprise": {**NEW, **changed}}.items():
        (folder / name).mkdir(parents=True)
        (folder / name / "function.yaml").write_text(yaml.safe_dump(described), encoding="utf-8")
    return folder


@pytest.mark.parametrize("name", DESCRIBED)
def test_a_folder_is_a_function(name: str) -> None:
    described, function = DESCRIBED[name], plan("")["google_cloudfunctions2_function.functions"][name]
    service, build = config(function, "service_config"), config(function, "build_config")
    assert (function["name"], function["location"]) == (kebab(name), REGION)
    assert build["entry_point"] == described["entry_point"]
    assert build["environment_variables"] == {"GOOGLE_FUNCTION_SOURCE": f"functions/{name}/main.py"}
    assert service["environment_variables"]["PYTHONPATH"] == "/workspace"
    assert service["available_memory"] == described["memory"]
    assert service["available_cpu"] == str(described["cpu"])
    assert service["timeout_seconds"] == described["timeout_seconds"]
    assert service["max_instance_request_concurrency"] == described["concurrency"]
    assert service["min_instance_count"] == described["min_instances"]
    assert service["max_instance_count"] == described["max_instances"]


def test_all_functions_are_built_from_one_archive_named_by_its_content() -> None:
    sources = {
        str(config(one, "build_config")["source"])
        for one in plan("")["google_cloudfunctions2_function.functions"].values()
    }
    assert len(sources) == 1
    assert "google_storage_bucket_object.archive.name" in sources.pop()
    archive = plan("")["google_storage_bucket_object.archive"][""]
    other = plan("", archive=str(ROOT / "pyproject.toml"))["google_storage_bucket_object.archive"][""]
    assert archive["name"] != other["name"]
    assert archive["deletion_policy"] == "ABANDON"


@pytest.mark.parametrize("name", DESCRIBED)
def test_a_function_has_an_account_of_its_own(name: str) -> None:
    account = plan("")["google_service_account.functions"][name]
    assert 6 <= len(account["account_id"]) <= 30
    service = config(plan("")["google_cloudfunctions2_function.functions"][name], "service_config")
    assert service["service_account_email"] == f"google_service_account.functions[{name}].email"


@pytest.mark.parametrize("name", DESCRIBED)
def test_a_function_is_given_its_secrets_and_no_others(name: str) -> None:
    wanted = {*DESCRIBED[name].get("secrets", []), "FANFOLD_PAGE_KEY"}
    service = config(plan("")["google_cloudfunctions2_function.functions"][name], "service_config")
    assert {one["key"] for one in service["secret_environment_variables"]} == wanted
    assert {one["secret"] for one in service["secret_environment_variables"]} == {
        f"google_secret_manager_secret.secrets[{secret}].secret_id" for secret in wanted
    }
    grants = plan("")["google_secret_manager_secret_iam_member.functions"].values()
    member = f"google_service_account.functions[{name}].member"
    assert len([one for one in grants if one["member"] == member]) == len(wanted)
    assert wanted <= set(plan("")["google_secret_manager_secret.secrets"])


@pytest.mark.parametrize("name", DESCRIBED)
def test_every_role_is_granted_somewhere_narrow(name: str) -> None:
    member = f"google_service_account.functions[{name}].member"
    granted = {
        one["role"]
        for address, ones in plan("").items()
        if "_iam_member." in address
        for one in ones.values()
        if one["member"] == member
        and (not address.startswith("google_project_iam_member.") or address.endswith((".database", ".project")))
    }
    assert granted == {*DESCRIBED[name]["service_account"]["roles"], "roles/secretmanager.secretAccessor"}
    for one in plan("")["google_project_iam_member.database"].values():
        assert one["condition"][0]["expression"] == f'resource.name == "projects/{PROJECT}/databases/(default)"'
    assert {one["role"] for one in plan("")["google_project_iam_member.project"].values()} <= {
        "roles/firebaseauth.admin",
        "roles/firebaseauth.viewer",
        # Google's reference of the Telemetry API asks for both, and knows nothing smaller than a project.
        "roles/serviceusage.serviceUsageConsumer",
        "roles/telemetry.writer",
    }


def test_what_announces_an_end_or_a_report_may_publish_it() -> None:
    granted = plan("")["google_pubsub_topic_iam_member.functions"]
    for name in ("advance_batch", "report_costs"):
        assert granted[f"{name} roles/pubsub.publisher"]["topic"] == "google_pubsub_topic.topics[events].name"


@pytest.mark.parametrize("kind", ACCOUNTS)
def test_only_the_triggers_own_account_may_call(kind: str) -> None:
    invoked = {**plan("")["google_cloud_run_service_iam_member.callers"]}
    for name in of_kind(kind):
        assert invoked[name]["member"] == f"serviceAccount:{ACCOUNTS[kind]}"
        assert invoked[name]["service"] == f"google_cloudfunctions2_function.functions[{name}].name"
        service = config(plan("")["google_cloudfunctions2_function.functions"][name], "service_config")
        assert service["environment_variables"]["FANFOLD_CALLERS"] == ACCOUNTS[kind]
        assert name not in plan("")["google_cloud_run_service_iam_member.public"]


def test_anybody_may_call_public_functions_alone() -> None:
    public = {name for name, one in of_kind("http").items() if one["trigger"].get("public")}
    assert set(plan("")["google_cloud_run_service_iam_member.public"]) == public
    for address, ones in plan("").items():
        if address != "google_cloud_run_service_iam_member.public":
            assert "allUsers" not in set(filter(_is_text, walk(ones))), address
        assert "allAuthenticatedUsers" not in set(filter(_is_text, walk(ones))), address


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def test_every_queue_is_deployed() -> None:
    queues = plan("", queue_prefix="b-")["google_cloud_tasks_queue.queues"]
    assert {one["name"] for one in queues.values()} == {f"b-{queue}" for queue in ALL_QUEUES}
    assert {one["retry_config"][0]["max_attempts"] for one in queues.values()} == {-1}
    for one in plan("", queue_prefix="b-")["google_cloudfunctions2_function.functions"].values():
        assert config(one, "service_config")["environment_variables"]["FANFOLD_QUEUE_PREFIX"] == "b-"


@pytest.mark.parametrize("environment", ["", *ENVIRONMENTS])
def test_queues_never_send_more_at_once_than_their_function_takes(environment: str) -> None:
    deployed = plan(environment)
    for name, one in of_kind("task").items():
        service = config(deployed["google_cloudfunctions2_function.functions"][name], "service_config")
        room = service["max_instance_count"] * service["max_instance_request_concurrency"]
        queues = [
            deployed["google_cloud_tasks_queue.queues"][queue]["rate_limits"][0] for queue in one["trigger"]["queues"]
        ]
        assert sum(queue["max_concurrent_dispatches"] for queue in queues) <= room, name
        assert all(0 < queue["max_concurrent_dispatches"] <= 5_000 for queue in queues)
        assert all(0 < queue["max_dispatches_per_second"] <= 500 for queue in queues)


@pytest.mark.parametrize("environment", ["", *ENVIRONMENTS])
def test_every_precondition_holds(environment: str) -> None:
    for one in plan(environment)["google_cloudfunctions2_function.functions"].values():
        assert [each["error_message"] for each in one["lifecycle"][0]["precondition"] if not each["condition"]] == []


def test_queues_that_ask_too_much_are_refused() -> None:
    refused = plan("", queues="{advance={max_concurrent_dispatches=321}}")["google_cloudfunctions2_function.functions"]
    assert [each["condition"] for each in refused["advance_batch"]["lifecycle"][0]["precondition"]] == [
        True,
        True,
        False,
    ]
    assert [each["condition"] for each in refused["generate_image"]["lifecycle"][0]["precondition"]] == [
        True,
        True,
        True,
    ]


@pytest.mark.parametrize("name", of_kind("schedule"))
def test_a_schedule_calls_its_function(name: str) -> None:
    job = plan("")["google_cloud_scheduler_job.schedules"][name]
    trigger = DESCRIBED[name]["trigger"]
    assert (job["schedule"], job["time_zone"]) == (trigger["cron"], trigger.get("time_zone", "Etc/UTC"))
    (target,) = job["http_target"]
    assert target["uri"] == target["oidc_token"][0]["audience"] == f"{URL}/{kebab(name)}"
    assert target["oidc_token"][0]["service_account_email"] == "google_service_account.schedules.email"


@pytest.mark.parametrize("name", of_kind("event"))
def test_an_event_is_pushed_to_its_function(name: str) -> None:
    topic = DESCRIBED[name]["trigger"]["topic"]
    pushed = plan("")["google_pubsub_subscription.pushes"][name]
    assert pushed["topic"] == f"google_pubsub_topic.topics[{topic}].id"
    (push,) = pushed["push_config"]
    assert push["push_endpoint"] == push["oidc_token"][0]["audience"] == f"{URL}/{kebab(name)}"
    assert pushed["ack_deadline_seconds"] > DESCRIBED[name]["timeout_seconds"] or pushed["ack_deadline_seconds"] == 600
    assert pushed["dead_letter_policy"][0]["dead_letter_topic"] == f"google_pubsub_topic.dead[{name}].id"
    assert plan("")["google_pubsub_subscription.dead"][name]["topic"] == f"google_pubsub_topic.dead[{name}].id"
    agent = "serviceAccount:service-data.google_project.here.number@gcp-sa-pubsub.iam.gserviceaccount.com"
    assert plan("")["google_pubsub_topic_iam_member.dead"][name]["member"] == agent
    assert plan("")["google_pubsub_subscription_iam_member.dead"][name]["member"] == agent


def test_a_new_folder_is_deployed_with_all_that_it_needs(tmp_path: Path) -> None:
    deployed = plan("", project_of(tmp_path / "functions"))
    service = config(deployed["google_cloudfunctions2_function.functions"]["on_surprise"], "service_config")
    assert service["environment_variables"]["FANFOLD_LOG_LEVEL"] == "WARNING"
    assert {one["key"] for one in service["secret_environment_variables"]} == {"OTHER_SECRET", "FANFOLD_PAGE_KEY"}
    assert deployed["google_pubsub_topic.topics"]["surprises"]["name"] == "surprises"
    assert (
        deployed["google_pubsub_subscription.pushes"]["on_surprise"]["push_config"][0]["push_endpoint"]
        == f"{URL}/on-surprise"
    )
    assert (
        deployed["google_pubsub_topic_iam_member.functions"]["on_surprise roles/pubsub.publisher"]["topic"]
        == "google_pubsub_topic.topics[events].name"
    )
    assert "function on_surprise" in deployed["google_service_account_iam_member.deployer_acts_as"]


@pytest.mark.parametrize(
    ("changed", "condition"),
    [({"service_account": {"roles": ["roles/bigquery.admin"]}}, 1), ({}, None)],
)
def test_a_role_without_a_place_is_refused(tmp_path: Path, changed: dict[str, Any], condition: int | None) -> None:
    deployed = plan("", project_of(tmp_path / "functions", **changed))
    conditions = deployed["google_cloudfunctions2_function.functions"]["on_surprise"]["lifecycle"][0]["precondition"]
    assert [index for index, each in enumerate(conditions) if not each["condition"]] == (
        [] if condition is None else [condition]
    )


def test_a_name_too_long_for_an_account_is_refused(tmp_path: Path) -> None:
    long = tmp_path / "functions" / "write_very_long_words_to_people"
    long.mkdir(parents=True)
    (long / "function.yaml").write_text(yaml.safe_dump({**NEW, "name": long.name}), encoding="utf-8")
    deployed = plan("", long.parent)["google_cloudfunctions2_function.functions"][long.name]
    assert [each["condition"] for each in deployed["lifecycle"][0]["precondition"]] == [False, True, True]


def test_a_secret_without_a_value_yet_is_made_and_given_to_nobody() -> None:
    deployed = plan("", absent_secrets='["BFL_API_KEY", "GEMINI_API_KEY", "OPENAI_API_KEY"]')
    # It can be given one: a version that is disabled for a while is not lost either.
    assert "GEMINI_API_KEY" in deployed["google_secret_manager_secret.secrets"]
    assert not [
        key
        for key in deployed["google_secret_manager_secret_iam_member.functions"]
        if "GEMINI" in key or "OPENAI" in key or "BFL" in key
    ]
    for one in deployed["google_cloudfunctions2_function.functions"].values():
        assert [secret["key"] for secret in config(one, "service_config")["secret_environment_variables"]] == [
            "FANFOLD_PAGE_KEY"
        ]


def test_a_wrong_value_is_refused_in_words() -> None:
    assert "python311, python312 and python313" in asked("", runtime="python39").stderr
    assert "begins with https://" in asked("", public_url="http://example.com").stderr
