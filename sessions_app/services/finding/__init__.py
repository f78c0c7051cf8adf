"""Which calls are found, and by what: one definition for REST, the calls page and the admin.

`filters` has every filter by its name, `fields` and `named` read their values; `panel` shows them
to people.
"""
