"""The version of Fanfold: the only place that says it; the package and the deployed archive take it from here."""

VERSION = "0.1.0"
