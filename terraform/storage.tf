locals {
  kept = {
    # Images, references, exports: what people were given.
    objects = { soft_delete_days = var.soft_delete_days, delete_after_days = 0, cold_after_days = var.cold_after_days, methods = ["GET", "HEAD"] }
    # Files as they were sent, which nobody has checked yet.
    uploads = { soft_delete_days = 0, delete_after_days = var.upload_days, cold_after_days = 0, methods = ["PUT"] }
    # The functions' source, a version an object; a rollback names an earlier one.
    source = { soft_delete_days = 0, delete_after_days = 0, cold_after_days = 0, methods = [] }
  }
}

resource "google_storage_bucket" "buckets" {
  for_each = local.buckets

  name                        = each.value
  location                    = var.region
  storage_class               = "STANDARD"
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  force_destroy               = !var.delete_protection

  soft_delete_policy {
    retention_duration_seconds = local.kept[each.key].soft_delete_days * 24 * 60 * 60
  }

  lifecycle_rule {
    action {
      type = "AbortIncompleteMultipartUpload"
    }
    condition {
      age = 1
    }
  }

  dynamic "lifecycle_rule" {
    for_each = local.kept[each.key].delete_after_days == 0 ? [] : [local.kept[each.key].delete_after_days]

    content {
      action {
        type = "Delete"
      }
      condition {
        age = lifecycle_rule.value
      }
    }
  }

  dynamic "lifecycle_rule" {
    for_each = local.kept[each.key].cold_after_days == 0 ? [] : [local.kept[each.key].cold_after_days]

    content {
      action {
        type          = "SetStorageClass"
        storage_class = "NEARLINE"
      }
      condition {
        age                   = lifecycle_rule.value
        matches_storage_class = ["STANDARD"]
      }
    }
  }

  # A page sends and shows files by signed links, with just the headers that were signed.
  dynamic "cors" {
    for_each = length(var.web_origins) == 0 || length(local.kept[each.key].methods) == 0 ? [] : [var.web_origins]

    content {
      origin          = cors.value
      method          = local.kept[each.key].methods
      response_header = ["Content-Type", "x-goog-content-length-range", "x-goog-if-generation-match"]
      max_age_seconds = 3600
    }
  }

  dynamic "encryption" {
    for_each = var.kms_key == "" ? [] : [var.kms_key]

    content {
      default_kms_key_name = encryption.value
    }
  }

  depends_on = [google_project_service.apis, google_kms_crypto_key_iam_member.agents]
}

# The name tells the content: the same source is deployed once, and another one is another object.
resource "google_storage_bucket_object" "archive" {
  bucket = google_storage_bucket.buckets["source"].name
  name   = "functions/${filesha256(var.archive)}.zip"
  source = var.archive

  # Earlier archives stay, for a rollback.
  deletion_policy = "ABANDON"
}

# --- Uploads are announced -------------------------------------------------------------------------------------------------

resource "google_pubsub_topic_iam_member" "storage_announces_uploads" {
  topic  = google_pubsub_topic.topics[local.uploads_topic].name
  role   = "roles/pubsub.publisher"
  member = "serviceAccount:${local.agents.storage}"
}

resource "google_storage_notification" "uploads" {
  bucket         = google_storage_bucket.buckets["uploads"].name
  topic          = google_pubsub_topic.topics[local.uploads_topic].id
  payload_format = "JSON_API_V1"
  event_types    = ["OBJECT_FINALIZE"]

  depends_on = [google_pubsub_topic_iam_member.storage_announces_uploads]
}
