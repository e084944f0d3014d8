"""Every test runs with the plugin that plugin developers get, too."""

pytest_plugins = ["core.testing.plugin"]
