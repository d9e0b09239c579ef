# --- Where, and what ---------------------------------------------------------------------------------------------------

variable "project" {
  description = "Google Cloud project, one an environment."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project))
    error_message = "A project id has 6 to 30 small letters, digits and hyphens, and begins with a letter."
  }
}

variable "region" {
  description = "Region of functions, queues and schedules."
  type        = string
}

variable "environment" {
  description = "Name of the environment, a label of everything."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,19}$", var.environment))
    error_message = "An environment's name has at most 20 small letters, digits and hyphens."
  }
}

variable "archive" {
  description = "Path of the zip with the source of all functions (python -m infra.archive)."
  type        = string
}

variable "runtime" {
  description = "Runtime of the functions."
  type        = string
  default     = "python313"

  validation {
    condition     = contains(["python311", "python312", "python313"], var.runtime)
    error_message = "Fanfold is tested on python311, python312 and python313."
  }
}

variable "firestore_location" {
  description = "Location of the Firestore database, for ever; empty: the region. A multi-region such as nam5 costs twice as much."
  type        = string
  default     = ""
}

variable "database" {
  description = "Name of the Firestore database."
  type        = string
  default     = "(default)"
}

variable "kms_key" {
  description = "Full name of a Cloud KMS key in the region that encrypts data, images and source at rest; empty: Google's keys."
  type        = string
  default     = ""
}

# --- Addresses -----------------------------------------------------------------------------------------------------------

variable "public_url" {
  description = "Address that people and scripts call, when a domain of yours leads to the api function; empty: the function's own."
  type        = string
  default     = ""

  validation {
    condition     = var.public_url == "" || can(regex("^https://[^/]+(/.*[^/])?$", var.public_url))
    error_message = "The public address begins with https:// and ends without a slash."
  }
}

variable "web_origins" {
  description = "Origins of web pages that may send files to, and show images of, the buckets: https://studio.example.com."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for origin in var.web_origins : can(regex("^https://[^/*]+$|^http://localhost(:[0-9]+)?$", origin))])
    error_message = "An origin is https://host without a path and without *, or http://localhost with a port."
  }
}

variable "firebase_app_id" {
  description = "App id of the Firebase web app, once there is one (public)."
  type        = string
  default     = ""
}

# --- Speed and size --------------------------------------------------------------------------------------------------------

variable "queue_prefix" {
  description = "What names of queues begin with. A queue's name stays taken for days after it was deleted: another prefix frees them."
  type        = string
  default     = ""
}

variable "queues" {
  description = "Limits of each queue; what is left out is as below, and so is a queue that is not named."
  type = map(object({
    max_dispatches_per_second = optional(number)
    max_concurrent_dispatches = optional(number)
  }))
  default = {}
}

variable "queue_dispatches_per_second" {
  description = "Tasks that a queue starts a second (500 at most)."
  type        = number
  default     = 500

  validation {
    condition     = var.queue_dispatches_per_second > 0 && var.queue_dispatches_per_second <= 500
    error_message = "Cloud Tasks starts at most 500 tasks a second of one queue."
  }
}

variable "queue_concurrency" {
  description = "Share of its function's room (instances x concurrency) that each queue may fill, when it names no figure itself; 1: all of it, divided equally among the function's queues."
  type        = number
  default     = 1

  validation {
    condition     = var.queue_concurrency > 0 && var.queue_concurrency <= 1
    error_message = "A share lies between 0 and 1."
  }
}

variable "queue_retries" {
  description = "Delays between deliveries that failed. How often an image is tried is Fanfold's own affair: Cloud Tasks never gives up."
  type = object({
    min_backoff_seconds = optional(number, 1)
    max_backoff_seconds = optional(number, 60)
    max_doublings       = optional(number, 6)
  })
  default = {}
}

variable "queue_log_share" {
  description = "Share of deliveries that Cloud Tasks logs, from 0 to 1."
  type        = number
  default     = 0
}

variable "functions" {
  description = "Figures of single functions that differ from their function.yaml in this environment."
  type = map(object({
    min_instances = optional(number)
    max_instances = optional(number)
    memory        = optional(string)
    cpu           = optional(number)
    concurrency   = optional(number)
  }))
  default = {}
}

variable "settings" {
  description = "Further settings of Fanfold for every function (docs/settings.md); nothing secret."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for name, _ in var.settings : can(regex("^FANFOLD_[A-Z0-9_]+$", name)) && !can(regex("(KEY|SECRET|PASSWORD|TOKEN)$", name))])
    error_message = "Settings are named FANFOLD_…, and secrets belong into Secret Manager."
  }
}

variable "absent_secrets" {
  description = "Secrets that functions ask for and that have no value here yet: BFL_API_KEY, GEMINI_API_KEY and OPENAI_API_KEY to begin with previews only."
  type        = list(string)
  default     = []
}

variable "all_traffic_on_latest" {
  description = "Send all requests to a new version at once; false: the pipeline shifts them step by step."
  type        = bool
  default     = true
}

variable "paused" {
  description = "Hold all queues and schedules, for maintenance."
  type        = bool
  default     = false
}

# --- Keeping ---------------------------------------------------------------------------------------------------------------

variable "delete_protection" {
  description = "Refuse to delete the database, and buckets that hold something."
  type        = bool
  default     = true
}

variable "point_in_time_recovery" {
  description = "Keep Firestore's past seven days readable, to the minute."
  type        = bool
  default     = false
}

variable "backup_days" {
  description = "Days that daily backups of Firestore are kept, 98 at most; 0: none."
  type        = number
  default     = 0

  validation {
    condition     = var.backup_days >= 0 && var.backup_days <= 98
    error_message = "Firestore keeps backups 98 days at most."
  }
}

variable "soft_delete_days" {
  description = "Days in which deleted images can be had back (and are paid for); 0: gone at once, otherwise 7 to 90."
  type        = number
  default     = 7

  validation {
    condition     = var.soft_delete_days == 0 || (var.soft_delete_days >= 7 && var.soft_delete_days <= 90)
    error_message = "Cloud Storage keeps deleted objects 7 to 90 days, or not at all (0)."
  }
}

variable "upload_days" {
  description = "Days after which an upload that nobody finished is removed."
  type        = number
  default     = 2
}

variable "cold_after_days" {
  description = "Days after which images move to a cheaper class that costs more to read; 0: never."
  type        = number
  default     = 0
}

# --- Watching --------------------------------------------------------------------------------------------------------------

variable "alert_emails" {
  description = "Addresses that alerts go to."
  type        = list(string)
  default     = []
}

variable "alert_channels" {
  description = "Full names of further notification channels (chat, pager), which exist already."
  type        = list(string)
  default     = []
}

variable "alert_limits" {
  description = "What alerts begin at."
  type = object({
    dispatch_lag_seconds  = optional(number, 60)
    queue_depth           = optional(number, 20000)
    error_share           = optional(number, 0.05)
    errors_in_ten_minutes = optional(number, 20)
    crashes_in_an_hour    = optional(number, 3)
    spent_usd_in_an_hour  = optional(number, 50)
    image_seconds         = optional(number, 60)
    unrecovered_share     = optional(number, 0.05)
    status_seconds        = optional(number, 0.1)
    waiting_seconds       = optional(number, 900)
  })
  default = {}
}

variable "billing_account" {
  description = "Billing account that a budget is made in, when the deployer may; empty: no budget."
  type        = string
  default     = ""
}

variable "budget_usd_a_month" {
  description = "Whole US dollars a month at half, nine tenths and all of which mails are sent."
  type        = number
  default     = 500
}

# --- Who deploys -----------------------------------------------------------------------------------------------------------

variable "pipeline_repository" {
  description = "GitHub repository (owner/name) whose workflows may deploy without a key, or whose changes Cloud Build takes; empty: none."
  type        = string
  default     = ""

  validation {
    condition     = var.pipeline_repository == "" || can(regex("^[A-Za-z0-9-]+/[A-Za-z0-9._-]+$", var.pipeline_repository))
    error_message = "Name one repository as owner/name: every other one must be kept out."
  }
}

variable "build_triggers" {
  description = "Let Cloud Build test pull requests and deploy merges of pipeline_repository, which must be connected to it in the region first."
  type        = bool
  default     = false
}

variable "pipeline_branch" {
  description = "The only branch that is deployed."
  type        = string
  default     = "main"
}
