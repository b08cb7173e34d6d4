"""The examples are projects of their own; each is installed and tested by the tests of the plugin template."""

collect_ignore_glob = ["*/tests/*"]
