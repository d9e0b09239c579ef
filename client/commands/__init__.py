"""The subcommands of `fanfold`, one function each."""
