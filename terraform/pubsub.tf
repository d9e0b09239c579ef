resource "google_pubsub_topic" "topics" {
  for_each = local.topics

  name                       = each.key
  kms_key_name               = var.kms_key == "" ? null : var.kms_key
  message_retention_duration = "${7 * 24 * 60 * 60}s"

  # What happened to whom is kept where everything else is.
  message_storage_policy {
    allowed_persistence_regions = [var.region]
  }

  depends_on = [google_project_service.apis, google_kms_crypto_key_iam_member.agents]
}

# --- Events are pushed to functions ------------------------------------------------------------------------------------------

resource "google_pubsub_subscription" "pushes" {
  for_each = local.of_events

  name                       = "${each.value.trigger.topic}-${each.value.kebab}"
  topic                      = google_pubsub_topic.topics[each.value.trigger.topic].id
  ack_deadline_seconds       = max(10, min(600, each.value.timeout_seconds + 10))
  message_retention_duration = "${7 * 24 * 60 * 60}s"

  push_config {
    push_endpoint = each.value.url

    oidc_token {
      service_account_email = google_service_account.pushes.email
      audience              = each.value.url
    }
  }

  retry_policy {
    minimum_backoff = "5s"
    maximum_backoff = "600s"
  }

  dead_letter_policy {
    dead_letter_topic     = google_pubsub_topic.dead[each.key].id
    max_delivery_attempts = 30
  }

  # However long nothing happens, it stays.
  expiration_policy {
    ttl = ""
  }

  depends_on = [google_cloud_run_service_iam_member.callers, google_pubsub_topic_iam_member.dead]
}

# --- What no function would take is kept for a person --------------------------------------------------------------------------

resource "google_pubsub_topic" "dead" {
  for_each = local.of_events

  name         = "${each.value.trigger.topic}-${each.value.kebab}-dead"
  kms_key_name = var.kms_key == "" ? null : var.kms_key

  message_storage_policy {
    allowed_persistence_regions = [var.region]
  }

  depends_on = [google_project_service.apis, google_kms_crypto_key_iam_member.agents]
}

resource "google_pubsub_subscription" "dead" {
  for_each = local.of_events

  name                       = "${each.value.trigger.topic}-${each.value.kebab}-dead"
  topic                      = google_pubsub_topic.dead[each.key].id
  message_retention_duration = "${31 * 24 * 60 * 60}s"
  ack_deadline_seconds       = 60

  expiration_policy {
    ttl = ""
  }
}

resource "google_pubsub_topic_iam_member" "dead" {
  for_each = local.of_events

  topic  = google_pubsub_topic.dead[each.key].name
  role   = "roles/pubsub.publisher"
  member = "serviceAccount:${local.agents.pubsub}"
}

# To move a message Pub/Sub takes it from where it was.
resource "google_pubsub_subscription_iam_member" "dead" {
  for_each = local.of_events

  subscription = google_pubsub_subscription.pushes[each.key].name
  role         = "roles/pubsub.subscriber"
  member       = "serviceAccount:${local.agents.pubsub}"
}
