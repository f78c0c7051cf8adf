"""The messages of each wire protocol, as types: the one place where their keys are stated.

What clients send is checked against these types (`reading.Reader`), what is sent to them is
built as these types, the JSON Schemas (`schemas`) and the tables of docs/protocol.md (`tables`)
are made from them. The docstring of a message is its meaning in both. TypedDicts, as pydantic
checks those three times as fast as its models, and as building one costs what a dict costs.
"""
