"""The wire protocols: parsing what clients send, and building what they are sent.

The keys of the messages are in `messages`, a protocol's behaviour in a module of its name.
"""
