# The secrets' names only. Values are added beside Terraform (`gcloud secrets versions add`), so that its state never holds one.
resource "google_secret_manager_secret" "secrets" {
  for_each = local.secrets

  secret_id = each.key

  # A version that was destroyed can be had back for a day.
  version_destroy_ttl = "${24 * 60 * 60}s"

  replication {
    dynamic "auto" {
      for_each = var.kms_key == "" ? [true] : []

      content {}
    }

    # A regional key protects what is kept in its region.
    dynamic "user_managed" {
      for_each = var.kms_key == "" ? [] : [var.kms_key]

      content {
        replicas {
          location = var.region

          customer_managed_encryption {
            kms_key_name = user_managed.value
          }
        }
      }
    }
  }

  depends_on = [google_project_service.apis, google_kms_crypto_key_iam_member.agents]
}
