locals {
  # The alerts' own figures, and what explains them.
  charts = concat(
    [for name, alert in local.alerts : { title = alert.title, query = alert.query, unit = alert.unit, limit = alert.limit }],
    [
      { title = "Requests a second", unit = "1/s", limit = null, query = "sum by (service_name) (rate(run_googleapis_com:request_count{${local.on_functions}}[5m]))" },
      { title = "Seconds that one answer in twenty takes", unit = "s", limit = null, query = "histogram_quantile(0.95, sum by (le, service_name) (rate(run_googleapis_com:request_latencies_bucket{${local.on_functions}}[5m]))) / 1000" },
      { title = "Instances", unit = "1", limit = null, query = "sum by (service_name, state) (run_googleapis_com:container_instance_count{${local.on_functions}})" },
      { title = "Seconds that a start takes", unit = "s", limit = null, query = "histogram_quantile(0.95, sum by (le, service_name) (rate(run_googleapis_com:container_startup_latencies_bucket{${local.on_functions}}[5m]))) / 1000" },
      { title = "Tasks a second", unit = "1/s", limit = null, query = "sum by (queue_id, response_code) (rate(cloudtasks_googleapis_com:queue_task_attempt_count{${local.on_queues}}[5m]))" },
      { title = "Images a minute, by model", unit = "1/min", limit = null, query = "60 * sum by (model) (rate(logging_googleapis_com:user_${google_logging_metric.spent.name}_count{${local.on_functions}}[5m]))" },
      { title = "US dollars an hour, by model", unit = "USD", limit = null, query = "sum by (model) (increase(logging_googleapis_com:user_${google_logging_metric.spent.name}_sum{${local.on_functions}}[1h])) / 1000000" },
      { title = "Attempts a minute, by end", unit = "1/min", limit = null, query = "60 * sum by (model, outcome) (rate(generations_total[5m]))" },
      { title = "Images that wait, by lane", unit = "1", limit = null, query = "max by (lane) (pending_images)" },
      { title = "Models that are not asked", unit = "1", limit = null, query = "max by (provider, model) (open_breakers)" },
      { title = "Images bought twice a day", unit = "1", limit = null, query = "sum by (model) (increase(duplicate_purchases_total[1d]))" },
      { title = "Batches an hour, by end", unit = "1", limit = null, query = "sum by (status) (increase(logging_googleapis_com:user_${google_logging_metric.batches_finished.name}{${local.on_functions}}[1h]))" },
      { title = "Documents read a second", unit = "1/s", limit = null, query = "sum by (type) (rate(firestore_googleapis_com:document_read_ops_count[5m]))" },
      { title = "Documents written a second", unit = "1/s", limit = null, query = "sum by (op) (rate(firestore_googleapis_com:document_write_ops_count[5m]))" },
    ],
  )
}

resource "google_monitoring_dashboard" "overview" {
  dashboard_json = jsonencode({
    displayName = "Fanfold (${var.environment})"
    mosaicLayout = {
      columns = 48
      tiles = [
        for index, chart in local.charts : {
          xPos   = 24 * (index % 2)
          yPos   = 16 * floor(index / 2)
          width  = 24
          height = 16
          widget = {
            title = chart.title
            xyChart = {
              dataSets = [{
                plotType        = "LINE"
                targetAxis      = "Y1"
                timeSeriesQuery = { prometheusQuery = chart.query, unitOverride = chart.unit }
              }]
              thresholds = chart.limit == null ? [] : [{ value = chart.limit, label = "alert", targetAxis = "Y1" }]
            }
          }
        }
      ]
    }
  })

  depends_on = [google_project_service.apis]
}
