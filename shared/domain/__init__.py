"""What Fanfold is about, without input or output: models, state machines, rules, prices."""
