"""{{ cookiecutter.title }}: a plugin for Glimpser."""
