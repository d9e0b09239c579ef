"""What is kept: the database with its indexes and ends, buckets, sign-in, and who may read what."""

import json
from typing import Any

import pytest

from infra import firestore_indexes
from infra.deploy import bootstrap
from tests.terraform.configurations import ROOT
from tests.terraform.evaluations import ENVIRONMENTS, PROJECT, plan

WANTED: dict[str, Any] = json.loads(firestore_indexes.FILE.read_text(encoding="utf-8"))
KEY = "projects/keys/locations/europe-west1/keyRings/ring/cryptoKeys/key"


def test_every_index_that_the_code_needs_is_deployed() -> None:
    deployed = [
        {
            "collectionGroup": one["collection"],
            "queryScope": one["query_scope"],
            "fields": [
                {
                    "fieldPath": field["field_path"],
                    **({"order": field["order"]} if field["order"] else {}),
                    **({"arrayConfig": field["array_config"]} if field["array_config"] else {}),
                }
                for field in one["fields"]
            ],
        }
        for one in plan("")["google_firestore_index.indexes"].values()
    ]
    assert sorted(deployed, key=str) == sorted(WANTED["indexes"], key=str)


def test_every_field_that_is_indexed_otherwise_is_deployed() -> None:
    deployed = [
        {
            "collectionGroup": one["collection"],
            "fieldPath": one["field"],
            "indexes": [
                {"arrayConfig": index["array_config"], "queryScope": index["query_scope"]}
                if index["array_config"]
                else {"order": index["order"], "queryScope": index["query_scope"]}
                for index in one["index_config"][0]["indexes"]
            ],
            **({"ttl": True} if one["ttl_config"] else {}),
        }
        for one in plan("")["google_firestore_field.fields"].values()
    ]
    assert sorted(deployed, key=str) == sorted(WANTED["fieldOverrides"], key=str)


def test_records_that_expire_have_an_end() -> None:
    ends = {
        (one["collection"], one["field"])
        for one in plan("")["google_firestore_field.fields"].values()
        if one["ttl_config"]
    }
    assert {("idempotency", "expires_at"), ("commit_notes", "expires_at")} <= ends


def test_the_rules_that_are_tested_are_released() -> None:
    ruleset = plan("")["google_firebaserules_ruleset.firestore"][""]
    tested = (ROOT / "infra" / "firestore.rules").read_text(encoding="utf-8")
    assert ruleset["source"][0]["files"] == [{"name": "firestore.rules", "content": tested}]
    assert plan("")["google_firebaserules_release.firestore"][""]["name"] == "cloud.firestore"
    assert plan("", database="eu")["google_firebaserules_release.firestore"][""]["name"] == "cloud.firestore/eu"


def test_production_loses_nothing_by_a_slip() -> None:
    database = plan("prod")["google_firestore_database.database"][""]
    assert database["delete_protection_state"] == "DELETE_PROTECTION_ENABLED"
    assert database["deletion_policy"] == "ABANDON"
    assert database["point_in_time_recovery_enablement"] == "POINT_IN_TIME_RECOVERY_ENABLED"
    assert [one["retention"] for one in plan("prod")["google_firestore_backup_schedule.daily"].values()] == ["3024000s"]
    assert plan("prod")["google_storage_bucket.buckets"]["objects"]["soft_delete_policy"] == [
        {"retention_duration_seconds": 14 * 86_400}
    ]
    assert not any(one["force_destroy"] for one in plan("prod")["google_storage_bucket.buckets"].values())


@pytest.mark.parametrize("environment", ["", *ENVIRONMENTS])
def test_no_bucket_can_be_made_public(environment: str) -> None:
    for name, one in plan(environment)["google_storage_bucket.buckets"].items():
        assert one["public_access_prevention"] == "enforced", name
        assert one["uniform_bucket_level_access"] is True, name


def test_unfinished_uploads_end_and_images_stay() -> None:
    def removed(name: str) -> list[int]:
        rules = plan("")["google_storage_bucket.buckets"][name]["lifecycle_rule"]
        return [rule["condition"][0]["age"] for rule in rules if rule["action"][0]["type"] == "Delete"]

    assert removed("uploads") == [2]
    assert removed("objects") == removed("source") == []


def test_pages_reach_the_buckets_from_named_origins_only() -> None:
    assert [one["cors"] for one in plan("")["google_storage_bucket.buckets"].values()] == [[], [], []]
    buckets = plan("", web_origins='["https://studio.example.com"]')["google_storage_bucket.buckets"]
    (uploads,), (objects,) = buckets["uploads"]["cors"], buckets["objects"]["cors"]
    assert uploads["origin"] == objects["origin"] == ["https://studio.example.com"]
    assert (uploads["method"], objects["method"]) == (["PUT"], ["GET", "HEAD"])
    # Just what a signed upload carries.
    assert set(uploads["response_header"]) == {
        "Content-Type",
        "x-goog-content-length-range",
        "x-goog-if-generation-match",
    }
    assert buckets["source"]["cors"] == []


def test_an_upload_is_announced() -> None:
    notification = plan("")["google_storage_notification.uploads"][""]
    assert notification["bucket"] == "google_storage_bucket.buckets[uploads].name"
    assert notification["topic"] == "google_pubsub_topic.topics[uploads].id"
    assert (notification["event_types"], notification["payload_format"]) == (["OBJECT_FINALIZE"], "JSON_API_V1")


def test_nobody_signs_up_alone() -> None:
    config = plan("")["google_identity_platform_config.sign_in"][""]
    assert config["client"][0]["permissions"][0]["disabled_user_signup"] is True
    assert config["sign_in"][0]["anonymous"] == [{"enabled": False}]
    domains = plan("", web_origins='["https://a.example", "http://localhost:5173"]')[
        "google_identity_platform_config.sign_in"
    ][""]
    assert domains["authorized_domains"] == [f"{PROJECT}.firebaseapp.com", "a.example", "localhost"]


def test_a_customers_key_protects_everything_that_is_kept() -> None:
    deployed = plan("", kms_key=KEY)
    assert deployed["google_firestore_database.database"][""]["cmek_config"] == [{"kms_key_name": KEY}]
    for one in deployed["google_storage_bucket.buckets"].values():
        assert one["encryption"] == [{"default_kms_key_name": KEY}]
    keyed = [
        *deployed["google_pubsub_topic.topics"].values(),
        *deployed["google_pubsub_topic.dead"].values(),
        *deployed["google_cloudfunctions2_function.functions"].values(),
        *deployed["google_artifact_registry_repository.functions"].values(),
    ]
    assert {one["kms_key_name"] for one in keyed} == {KEY}
    for one in deployed["google_secret_manager_secret.secrets"].values():
        (replica,) = one["replication"][0]["user_managed"][0]["replicas"]
        assert replica["customer_managed_encryption"] == [{"kms_key_name": KEY}]
        assert one["replication"][0]["auto"] == []
    assert {one["crypto_key_id"] for one in deployed["google_kms_crypto_key_iam_member.agents"].values()} == {KEY}
    assert plan("")["google_kms_crypto_key_iam_member.agents"] == {}
    assert all(
        one["replication"][0]["auto"] == [{}] for one in plan("")["google_secret_manager_secret.secrets"].values()
    )


def test_accounts_of_services_are_made_before_they_are_given_rights() -> None:
    agents = [email for email in plan("")["locals"]["agents"].values() if "@gcp-sa-" in email]
    made = {service.removesuffix(".googleapis.com") for service in bootstrap.ACTING}
    assert {email.partition("@gcp-sa-")[2].partition(".")[0] for email in agents} == made


def test_the_accounts_that_call_can_do_nothing_else() -> None:
    callers = {"tasks", "schedules", "pushes"}
    members = {f"google_service_account.{name}.member" for name in callers} | {
        f"serviceAccount:{name}@{PROJECT}.iam.gserviceaccount.com" for name in callers
    }
    granted = {
        address
        for address, ones in plan("").items()
        for one in ones.values()
        if address != "locals" and one.get("member") in members
    }
    assert granted == {"google_cloud_run_service_iam_member.callers"}


def test_a_function_signs_links_as_itself_alone() -> None:
    for key, one in plan("")["google_service_account_iam_member.functions_sign"].items():
        function = key.split()[0]
        assert one["service_account_id"] == f"google_service_account.functions[{function}].name"
        assert one["member"] == f"google_service_account.functions[{function}].member"
