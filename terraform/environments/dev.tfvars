# An environment to try things in: small, cheap, and easy to take down.
environment = "dev"

delete_protection      = false
point_in_time_recovery = false
backup_days            = 0
soft_delete_days       = 0

functions = {
  api            = { max_instances = 3 }
  advance_batch  = { max_instances = 3 }
  generate_image = { max_instances = 5 }
}

queues = {
  advance         = { max_dispatches_per_second = 50, max_concurrent_dispatches = 24 }
  images-high     = { max_dispatches_per_second = 20, max_concurrent_dispatches = 32 }
  images-standard = { max_dispatches_per_second = 20, max_concurrent_dispatches = 32 }
  images-economy  = { max_dispatches_per_second = 20, max_concurrent_dispatches = 16 }
}

queue_log_share = 1

settings = {
  FANFOLD_LOG_LEVEL               = "DEBUG"
  FANFOLD_ORGANISATION_BUDGET_USD = "20"
}

alert_limits = {
  spent_usd_in_an_hour = 5
}

budget_usd_a_month = 50
