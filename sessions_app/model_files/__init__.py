"""Models fetched, checked and put in place, for `manage.py fetch_model`."""
