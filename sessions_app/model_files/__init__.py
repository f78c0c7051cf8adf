"""Downloads, verifies and installs models, for `manage.py fetch_model`."""
