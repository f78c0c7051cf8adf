"""The Scribe: takes notes by voice, without a language model. `responder` is the agent.

How a turn of the caller's becomes commands:

- `words` splits it into plain words and sentences. `vocabulary` has the phrases of all commands,
  `frames` those that introduce one ("it would be great if you could").
- `commands` finds the commands, one `sentences.CommandSentence` at a time; `clauses` and
  `note_requests` are its base classes, and `found_command` is what it returns. `free_wording`
  knows sentences that are no fixed phrase, `garbled` and `sound_alike` what was misheard.
- Is it a request at all? `quoted` ("he said stop"), `nouns` ("another note came"), `labels`
  ("note: milk"), `reminders` ("remind me what I said"), `requests_at_end`, `closings`.
- What is the note's text? `text_starts`, `endings`, `list_items` ("add milk to my list"),
  `back_references` and `referents` ("make a note of that"), `adverbials`, `breaths`, `corrections`.
- Which notes are meant? `note_references`, `removals`, `readings`, `note_choice`. `tidying` removes
  them and brings them back.
- `answers` reads what the caller says to a question of the scribe's.
"""
