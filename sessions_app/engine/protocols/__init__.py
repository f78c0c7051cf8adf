"""The wire protocols: parsing clients' messages, and building those that they are sent.

The keys of the messages are in `messages`, a protocol's behaviour in the module of its name.
"""
