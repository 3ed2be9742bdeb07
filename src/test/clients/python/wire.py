"""How the programs of clients talk with the tests: a question a line comes, what was heard goes, a line each."""

import json
import os
import sys

URL = os.environ["HELIX_URL"] + "/v1"
KEY = os.environ["HELIX_KEY"]
MODEL = "scripted-1"

_out = sys.stdout
sys.stdout = sys.stderr  # what libraries print


def named(conversation):
    """The headers that name a conversation."""
    return {"X-Conversation-ID": conversation}


def get_weather(city):
    """What the tool does that the model may call."""
    return "sunshine in " + city


def serve(version, begin):
    """Takes questions until there are none.

    `begin(conversation id)` makes a conversation with a method `ask(question, hear)`. Text is told to `hear` as it
    comes; it is true as soon as the client is to leave. A conversation that has an `id` is known by that to the server.
    """
    conversations = {}
    _say({"version": version})
    for line in sys.stdin:
        question = json.loads(line)
        heard = {"text": "", "error": None, "cancelled": False}

        def hear(text):
            heard["text"] += text or ""
            at = question["cancelAt"]
            heard["cancelled"] = at is not None and at in heard["text"]
            return heard["cancelled"]

        name = question["conversation"]
        try:
            if name not in conversations:
                conversations[name] = begin(name)
            conversations[name].ask(question, hear)
        except NotImplementedError as cannot:
            heard["cannot"] = str(cannot)
        except Exception as error:
            heard["error"] = f"{type(error).__name__}: {error}"
        heard["conversation"] = getattr(conversations.get(name), "id", None)
        _say(heard)


def _say(line):
    _out.write(json.dumps(line) + "\n")
    _out.flush()
