"""Analyzer `motion`: tells where a stream's picture moves, and folds it into events."""
