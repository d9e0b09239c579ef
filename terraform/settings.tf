# What every function is told; each name is a setting of shared/config.py.

locals {
  settings = merge(
    {
      FANFOLD_STACK                = "google"
      FANFOLD_PROJECT              = var.project
      FANFOLD_REGION               = var.region
      FANFOLD_DATABASE             = var.database
      FANFOLD_BUCKET               = local.buckets.objects
      FANFOLD_UPLOAD_BUCKET        = local.buckets.uploads
      FANFOLD_TOPIC                = local.events_topic
      FANFOLD_QUEUE_PREFIX         = var.queue_prefix
      FANFOLD_TASK_ACCOUNT         = local.task_account
      FANFOLD_FUNCTIONS_URL        = local.functions_url
      FANFOLD_PUBLIC_URL           = local.public_url
      FANFOLD_FIREBASE_AUTH_DOMAIN = "${var.project}.firebaseapp.com"
      FANFOLD_FIREBASE_APP_ID      = var.firebase_app_id
    },
    var.settings,
  )

  # A function takes tokens of FANFOLD_TASK_ACCOUNT, always, and of the account that its own trigger uses.
  environment = {
    for name, function in local.functions : name => merge(
      local.settings,
      function.env,
      function.caller == null ? {} : { FANFOLD_CALLERS = function.caller },
    )
  }
}
