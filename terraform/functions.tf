# The images that Cloud Functions builds; the newest of each function are kept.
resource "google_artifact_registry_repository" "functions" {
  location      = var.region
  repository_id = "functions"
  description   = "Images of the functions, built from their source"
  format        = "DOCKER"
  kms_key_name  = var.kms_key == "" ? null : var.kms_key

  cleanup_policies {
    id     = "keep-newest"
    action = "KEEP"

    most_recent_versions {
      keep_count = 10
    }
  }

  cleanup_policies {
    id     = "remove-old"
    action = "DELETE"

    condition {
      older_than = "${30 * 24 * 60 * 60}s"
    }
  }

  depends_on = [google_project_service.apis, google_kms_crypto_key_iam_member.agents]
}

resource "google_cloudfunctions2_function" "functions" {
  for_each = local.functions

  name         = each.value.kebab
  location     = var.region
  description  = each.value.description
  kms_key_name = var.kms_key == "" ? null : var.kms_key

  build_config {
    runtime           = var.runtime
    entry_point       = each.value.entry_point
    service_account   = google_service_account.builds.id
    docker_repository = google_artifact_registry_repository.functions.id

    # One archive holds all functions; each is built from its own file in it.
    environment_variables = {
      GOOGLE_FUNCTION_SOURCE = "functions/${each.key}/main.py"
    }

    source {
      storage_source {
        bucket = google_storage_bucket.buckets["source"].name
        object = google_storage_bucket_object.archive.name
      }
    }
  }

  service_config {
    available_memory                 = each.value.memory
    available_cpu                    = tostring(each.value.cpu)
    timeout_seconds                  = each.value.timeout_seconds
    max_instance_request_concurrency = each.value.concurrency
    min_instance_count               = each.value.min_instances
    max_instance_count               = each.value.max_instances
    all_traffic_on_latest_revision   = var.all_traffic_on_latest
    service_account_email            = google_service_account.functions[each.key].email

    # Cloud Tasks, Cloud Scheduler and Pub/Sub call from outside: who may call is said by IAM, and checked again by the function.
    ingress_settings = "ALLOW_ALL"

    environment_variables = merge(
      { FANFOLD_FIREBASE_API_KEY = google_apikeys_key.web.key_string },
      local.environment[each.key],
      { PYTHONPATH = "/workspace" },
    )

    dynamic "secret_environment_variables" {
      for_each = each.value.secrets

      content {
        key        = secret_environment_variables.value
        project_id = var.project
        secret     = google_secret_manager_secret.secrets[secret_environment_variables.value].secret_id
        version    = "latest"
      }
    }
  }

  lifecycle {
    precondition {
      condition     = length(each.value.account_id) <= 30
      error_message = "The folder's name ${each.key} is too long for an account of its own: 27 letters at most."
    }
    precondition {
      condition     = alltrue([for key, grant in local.granted.nowhere : grant.function != each.key])
      error_message = "A role of functions/${each.key}/function.yaml has no place in access.tf: say there what it is granted at."
    }
    precondition {
      condition     = lookup(local.demand, each.key, 0) <= lookup(local.room, each.key, 0)
      error_message = "The queues of ${each.key} would send it ${lookup(local.demand, each.key, 0)} tasks at once and its instances take ${lookup(local.room, each.key, 0)}: lower max_concurrent_dispatches in queues, or raise max_instances in functions."
    }
  }

  depends_on = [
    google_artifact_registry_repository_iam_member.builds_write_images,
    google_project_iam_member.builds_read_source,
    google_project_iam_member.builds_write_logs,
    google_secret_manager_secret_iam_member.functions,
  ]
}
