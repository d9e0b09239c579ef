# Figures read from Fanfold's own log: each names an event of the code.

resource "google_logging_metric" "spent" {
  name        = "fanfold_spent_micros"
  description = "What providers were paid for images, in millionths of a US dollar."
  filter      = "resource.type=\"cloud_run_revision\" AND jsonPayload.event=\"image_made\""

  value_extractor = "EXTRACT(jsonPayload.micros)"
  label_extractors = {
    model = "EXTRACT(jsonPayload.model)"
  }

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "DISTRIBUTION"
    unit        = "1"

    labels {
      key         = "model"
      value_type  = "STRING"
      description = "The model that made the image."
    }
  }

  bucket_options {
    exponential_buckets {
      num_finite_buckets = 32
      growth_factor      = 2
      scale              = 1
    }
  }

  depends_on = [google_project_service.apis]
}

resource "google_logging_metric" "errors" {
  name        = "fanfold_errors"
  description = "Lines that the functions logged as errors, by what happened."
  filter      = "resource.type=\"cloud_run_revision\" AND jsonPayload.level=(\"error\" OR \"critical\")"

  label_extractors = {
    event    = "EXTRACT(jsonPayload.event)"
    function = "EXTRACT(resource.labels.service_name)"
  }

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "INT64"
    unit        = "1"

    labels {
      key         = "event"
      value_type  = "STRING"
      description = "What happened."
    }
    labels {
      key         = "function"
      value_type  = "STRING"
      description = "Where."
    }
  }

  depends_on = [google_project_service.apis]
}

resource "google_logging_metric" "batches_finished" {
  name        = "fanfold_batches_finished"
  description = "Batches that ended, by how."
  filter      = "resource.type=\"cloud_run_revision\" AND jsonPayload.event=\"batch_finished\""

  label_extractors = {
    status = "EXTRACT(jsonPayload.status)"
  }

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "INT64"
    unit        = "1"

    labels {
      key         = "status"
      value_type  = "STRING"
      description = "How the batch ended."
    }
  }

  depends_on = [google_project_service.apis]
}

# What the platform says when an instance ends that should not: no memory left, an exit, no answer to the first request.
resource "google_logging_metric" "crashes" {
  name        = "fanfold_crashes"
  description = "Instances that ended by themselves or could not start."
  filter      = "resource.type=\"cloud_run_revision\" AND log_id(\"run.googleapis.com/varlog/system\") AND severity>=ERROR"

  label_extractors = {
    function = "EXTRACT(resource.labels.service_name)"
  }

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "INT64"
    unit        = "1"

    labels {
      key         = "function"
      value_type  = "STRING"
      description = "Which function."
    }
  }

  depends_on = [google_project_service.apis]
}
