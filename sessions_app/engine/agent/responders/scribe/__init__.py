"""The Scribe: takes notes by voice, without a language model. `responder` is the agent.

How a turn of the caller's becomes commands:

- `words` splits it into plain words and sentences. `vocabulary` has the phrases of all commands
  (those that a recogniser is told to expect are `hints`),
  `frames` those that introduce one ("it would be great if you could").
- `commands` finds the commands, one `sentences.CommandSentence` at a time; `clauses` and
  `note_requests` are its base classes, and `found_command` is what it returns. `free_wording`
  knows sentences that are no fixed phrase, `garbled` and `sound_alike` what was misheard, `run_ons`
  where the next command begins in a turn without marks, `verb_forms` "would you mind noting".
- Is it a request at all? `quoted` ("he said stop"), `nouns` ("another note came"), `labels`
  ("note: milk"), `offers` ("may I take a message?"), `reminders` ("remind me what I said"),
  `requests_at_end`, `closings`.
- What is the note's text? `text_starts`, `endings`, `list_items` and `list_requests` ("add milk to
  my list"), `labelled_items` ("put it down as a task"),
  `back_references` and `referents` ("make a note of that"), `adverbials`, `breaths`, `corrections`.
- Which notes are meant? `note_references`, `removals`, `readings`, `searches` ("anything about the
  plumber?"), `note_choice`. `tidying` removes them and brings them back, `changes` changes one,
  `substitutions` words of one ("change Bob to Robert").
- `answers` reads what the caller says to a question of the scribe's.
"""
