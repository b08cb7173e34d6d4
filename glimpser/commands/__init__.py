"""The commands of ``glimpser``, one module per group, each imported only when called. Imported by ``glimpser.cli``."""
