"""Who deploys after the first time: what the deployer may not do, and who may act as it."""

import yaml

from tests.terraform.configurations import ROOT
from tests.terraform.evaluations import PROJECT, REGION, plan


def test_the_deployer_reads_neither_images_nor_secrets_nor_documents() -> None:
    role = plan("")["google_project_iam_custom_role.deployer"][""]
    assert not {name for name in role["permissions"] if name.startswith("storage.objects.") or name.endswith(".access")}
    reading = {
        "roles/owner",
        "roles/editor",
        "roles/viewer",
        "roles/storage.admin",
        "roles/secretmanager.admin",
        "roles/datastore.owner",
    }
    assert not reading & set(plan("")["google_project_iam_member.deployer"])
    (only,) = plan("")["google_project_iam_member.deployer_source_and_state"][""]["condition"]
    assert f"buckets/{PROJECT}-objects" not in only["expression"]


def test_a_pipeline_comes_in_from_its_repository_and_branch_only() -> None:
    assert plan("")["google_iam_workload_identity_pool_provider.pipeline"] == {}
    deployed = plan("", pipeline_repository="acme/fanfold")
    provider = deployed["google_iam_workload_identity_pool_provider.pipeline"]["0"]
    assert (
        provider["attribute_condition"]
        == 'assertion.repository == "acme/fanfold" && assertion.ref == "refs/heads/main"'
    )
    member = deployed["google_service_account_iam_member.pipeline_is_deployer"]["0"]["member"]
    assert member.endswith("/attribute.repository/acme/fanfold")


def test_pull_requests_are_tested_by_an_account_that_can_only_log() -> None:
    deployed = plan("dev", pipeline_repository="acme/fanfold", build_triggers="true")
    trigger = deployed["google_cloudbuild_trigger.pull_requests"]["repository"]
    assert trigger["service_account"] == "google_service_account.checks.id"
    assert trigger["substitutions"]["_DEPLOY"] == "false"
    assert (
        trigger["github"][0]["pull_request"][0]["comment_control"] == "COMMENTS_ENABLED_FOR_EXTERNAL_CONTRIBUTORS_ONLY"
    )
    granted = [
        one["role"]
        for address, ones in deployed.items()
        if address != "locals"
        for one in ones.values()
        if one.get("member") == "google_service_account.checks.member"
    ]
    assert granted == ["roles/logging.logWriter"]


def test_merges_are_deployed_by_the_deployer() -> None:
    trigger = plan("dev", pipeline_repository="acme/fanfold", build_triggers="true")["google_cloudbuild_trigger.main"][
        "repository"
    ]
    assert trigger["service_account"] == "google_service_account.deployer.id"
    assert trigger["github"] == [{"owner": "acme", "name": "fanfold", "push": [{"branch": "^main$"}]}]
    assert trigger["substitutions"] == {"_DEPLOY": "true", "_ENVIRONMENT": "dev", "_REGION": REGION}


def test_triggers_start_the_file_that_is_there_with_what_it_takes() -> None:
    deployed = plan("dev", pipeline_repository="acme/fanfold", build_triggers="true")
    for name in ("main", "pull_requests"):
        trigger = deployed[f"google_cloudbuild_trigger.{name}"]["repository"]
        taken = yaml.safe_load((ROOT / trigger["filename"]).read_text(encoding="utf-8"))["substitutions"]
        assert set(trigger["substitutions"]) == set(taken)


def test_without_a_repository_there_are_no_triggers() -> None:
    for variables in ({"build_triggers": "true"}, {"pipeline_repository": "acme/fanfold"}):
        assert plan("", **variables)["google_cloudbuild_trigger.main"] == {}
        assert plan("", **variables)["google_cloudbuild_trigger.pull_requests"] == {}
