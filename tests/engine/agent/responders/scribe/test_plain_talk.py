"""Ordinary questions and talk, which ask the scribe for nothing; and what people ask it for."""

import pytest

from sessions_app.engine.agent.responders.scribe.commands import commands_in

PLAIN = (
    *("What did you do?", "I don't know what to do.", "What do we have here?"),
    *("What have we got here?", "I didn't get it.", "I didn't understand it."),
    *("I missed it.", "Are you there yet?", "What did you say to her?"),
    *("What did they say about it?", "What time is the meeting?"),
    *("What time is it in Paris?", "What time is breakfast served?"),
    *("What time do you have to leave?", "How long have we been friends?"),
    *("How long have we lived here?", "How long has this shop been open?"),
    *("How long is the movie?", "How long is this going to take?", "Tell me the news."),
    *("Tell me the price.", "Tell me the story again.", "Tell me the tune again."),
    *("Help yourself.", "Help me with the dishes.", "Help me up.", "Help the old lady."),
    *("What can you do about it?", "What do you do for a living?"),
    *("How do you work this thing?", "How does he do it?", "How do I use this oven?"),
    *("Stop the car.", "Stop it, Tom.", "Repeat after me.", "Say it again to him."),
    *("Say that to his face.", "Once more unto the breach.", "What was that noise?"),
    *("What was that about?", "Read me a story.", "Read it to your sister."),
    *("Read the paper.", "List the ingredients.", "Show me the way."),
    *("Show me your list of guests.", "What's on TV?", "What's on the menu?"),
    *("What is in the box?", "What are the options for dinner?"),
    *("Do you have time for lunch?", "Do you have the tickets?", "Do you know the way?"),
    *("Do we have any milk?", "Do I have any messages?", "What have you got there?"),
    *("What have you got in your bag?", "What do you have for breakfast?"),
    *("What have we done?", "Where did we park?", "Where were we on Friday?"),
    *("Sum of all parts.", "Give me the keys.", "Give me the time to think."),
    *("Give us a break.", "Give me a summary of the book.", "Undo your shoelaces."),
    *("Undo the button.", "Cancel the meeting.", "Cancel my subscription."),
    *("Take it back to the shop.", "Take that back home.", "Take it off your head."),
    *("Take it out on him.", "Strike that match.", "Scratch my back.", "Ignore that man."),
    *("Ignore the noise.", "Wipe that table.", "Bring it back tomorrow."),
    *("Put it back on the shelf.", "Restore the old house.", "Good night's sleep."),
    *("Have a nice day at school.", "I'm done with him.", "I am finished with dinner."),
    *("See you at noon.", "End of story.", "Close the door.", "Hang up the picture."),
    *("Hello kitty.", "Good morning America.", "Is anybody there yet?"),
    *("Is anyone there who can help?", "The list is long.", "My notes got wet."),
    *("My list of enemies.", "The time has come.", "The date was fun."),
    *("What day is the party?", "What date is the wedding?", "Which day is best?"),
    *("What month is your birthday?", "Enough of that.", "Quiet down.", "No more pizza."),
    *("That's enough sugar.", "Silence is golden."),
    *("What time is it there?", "Mark my words.", "Save it for later.", "Save the date."),
    *("Does it remind you of me?", "Nothing could remind me of it.", "Don't remind me."),
    *("Why do you remind me of that?", "You should delete that.", "Please don't undo that."),
    *("How long have we known her?", "I'm lost in thought.", "Say that three times fast."),
)
ASKED = {
    "note": (
        "Could you write down that Sam parks in the yard?",
        "Please note down the licence plate, it's B 4711.",
        "New note: call the roofer on Monday.",
        "The wifi code is sunflower. Write that down, please.",
        "The keys are with Lena, could you note that?",
        "Put this down: two pints of milk.",
        "Scribe, make a note, the boiler hums.",
        "I'd like to add a note that the gate sticks.",
        "Jot this down for me: gate four.",
        "Remember that the alarm is off on Sundays.",
    ),
    "action": (
        "Remind me to water the roses.",
        "Can you remind me about the dentist?",
        "Please add a task to sweep the yard.",
        "Put flour on my shopping list.",
        "Don't let me forget the tickets.",
        "New to-do, book the ferry.",
        "I have to pay the gas bill, remind me please.",
        "Set a reminder to turn off the oven.",
        "Make sure I don't forget the keys.",
        "Reminder to call the bank.",
    ),
    "read": (
        "What have I got so far?",
        "Can you read me my notes, please?",
        "Remind me what's on my list.",
        "What's on my to-do list?",
        "Show me what you've written down.",
    ),
    "undo": (
        "Scratch that.",
        "No, delete that please.",
        "Undo the last one.",
        "Can you take that back?",
        "That's wrong, remove that note.",
        "Delete everything.",
    ),
    "recap": (
        "Give me a quick recap.",
        "Where were we?",
    ),
    "repeat": (
        "Sorry, what did you say?",
        "I didn't catch that.",
        "Could you say that again?",
    ),
    "time": (
        "What time is it?",
        "Could you tell me the time, please?",
    ),
    "date": ("What day is it today?",),
    "length": ("How long have we been talking?",),
    "help": (
        "What can I say?",
        "I don't know what to say.",
        "Can you help me?",
    ),
    "quiet": ("Please stop talking.",),
    "end": (
        "Okay, that was everything, you can hang up.",
        "Thanks, goodbye.",
        "Please end the call.",
    ),
    "hello": (
        "Are you still there?",
        "How do you do?",
    ),
    "restore": ("Bring it back.",),
}


@pytest.mark.parametrize("text", PLAIN)
def test_plain_talk_asks_for_nothing(text: str) -> None:
    assert commands_in(text) == []


@pytest.mark.parametrize(
    ("text", "command"), [(text, command) for command, texts in ASKED.items() for text in texts]
)
def test_what_is_asked_for_is_done(text: str, command: str) -> None:
    assert [str(one.intent) for one in commands_in(text)] == [command]
