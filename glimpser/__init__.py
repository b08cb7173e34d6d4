"""The core of Glimpser: hosts plugins, runs streams, keeps what was seen, and decides who may see it."""
