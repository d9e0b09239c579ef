"""What deploys Fanfold to Google Cloud: `make deploy` from a terminal, cloudbuild.yaml as a pipeline."""
