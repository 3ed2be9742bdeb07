import json
import time

import openai
from pydantic import BaseModel

import wire
from weather import WEATHER

TOOL = {"type": "function", **WEATHER["function"], "strict": False}


class Forecast(BaseModel):
    city: str
    sunny: bool


class Conversation:
    def __init__(self, name):
        self.client = openai.OpenAI(base_url=wire.URL, api_key=wire.KEY)
        self.named = self.client.with_options(default_headers=wire.named(name))
        self.items = []
        self.last = None
        self.conversation = None
        self.id = None

    def ask(self, question, hear):
        how = question["how"]
        asked = [{"role": "user", "content": question["question"]}]
        if how == "resent":
            self.turn(self.named, self.items + asked, question, hear, {})
        elif how == "previous":
            self.turn(self.client, asked, question, hear, {"previous_response_id": self.last})
        elif how == "conversation":
            self.conversation = self.conversation or self.client.conversations.create().id
            self.turn(self.client, asked, question, hear, {"conversation": self.conversation})
            self.id = self.conversation
        elif how == "parsed":
            response = self.client.responses.parse(model=wire.MODEL, input=asked, text_format=Forecast)
            hear(response.output_parsed.city)
            self.id = response.id
        elif how == "background":
            self.background(asked, hear)
        else:
            self.resumed(asked, hear)

    def turn(self, client, asked, question, hear, more):
        if question["tools"]:
            more["tools"] = [TOOL]
        while True:
            response = self.exchange(client, asked, question["stream"], hear, more)
            self.last = response.id
            if "previous_response_id" in more:
                more["previous_response_id"] = response.id
                self.id = self.id or response.id
            self.items = asked + response.output
            outputs = [
                {
                    "type": "function_call_output",
                    "call_id": call.call_id,
                    "output": wire.get_weather(json.loads(call.arguments)["city"]),
                }
                for call in response.output
                if call.type == "function_call"
            ]
            if not outputs:
                return
            asked = self.items + outputs if client is self.named else outputs

    def exchange(self, client, asked, stream, hear, more):
        if not stream:
            response = client.responses.create(model=wire.MODEL, input=asked, **more)
            hear(response.output_text)
            return response
        response = None
        with client.responses.create(model=wire.MODEL, input=asked, stream=True, **more) as events:
            for event in events:
                if event.type in ("response.created", "response.completed"):
                    response = event.response
                if event.type == "response.output_text.delta" and hear(event.delta):
                    break
        return response

    def background(self, asked, hear):
        response = self.client.responses.create(model=wire.MODEL, input=asked, background=True)
        self.id = response.id
        while response.status in ("queued", "in_progress"):
            time.sleep(0.1)
            response = self.client.responses.retrieve(response.id)
        hear(response.output_text)

    def resumed(self, asked, hear):
        heard = -1
        with self.client.responses.create(model=wire.MODEL, input=asked, background=True, stream=True) as events:
            for event in events:
                heard = event.sequence_number
                if event.type == "response.created":
                    self.id = event.response.id
                if event.type == "response.output_text.delta":
                    hear(event.delta)
                    break
        with self.client.responses.retrieve(self.id, stream=True, starting_after=heard) as events:
            for event in events:
                if event.sequence_number <= heard:
                    raise ValueError("told twice: " + event.type)
                heard = event.sequence_number
                if event.type == "response.output_text.delta":
                    hear(event.delta)


wire.serve(openai.__version__, Conversation)
