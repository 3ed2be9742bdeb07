import json

import openai

import wire
from weather import WEATHER


class Conversation:
    def __init__(self, name):
        self.client = openai.OpenAI(base_url=wire.URL, api_key=wire.KEY, default_headers=wire.named(name))
        self.messages = []

    def ask(self, question, hear):
        messages = self.messages + [{"role": "user", "content": question["question"]}]
        more = {"tools": [WEATHER]} if question["tools"] else {}
        while True:
            answer = self.exchange(messages, question["stream"], more, hear)
            messages.append(answer)
            for call in answer.get("tool_calls", []):
                city = json.loads(call["function"]["arguments"])["city"]
                messages.append({"role": "tool", "tool_call_id": call["id"], "content": wire.get_weather(city)})
            if "tool_calls" not in answer:
                self.messages = messages
                return

    def exchange(self, messages, stream, more, hear):
        create = self.client.chat.completions.create
        if not stream:
            message = create(model=wire.MODEL, messages=messages, **more).choices[0].message
            hear(message.content)
            return message.to_dict()
        text = ""
        calls = {}
        with create(model=wire.MODEL, messages=messages, stream=True, **more) as chunks:
            for chunk in chunks:
                if not chunk.choices:
                    continue
                delta = chunk.choices[0].delta
                for piece in delta.tool_calls or []:
                    function = {"name": "", "arguments": ""}
                    call = calls.setdefault(piece.index, {"id": piece.id, "type": "function", "function": function})
                    call["function"]["name"] += piece.function.name or ""
                    call["function"]["arguments"] += piece.function.arguments or ""
                text += delta.content or ""
                if hear(delta.content):
                    break
        answer = {"role": "assistant", "content": text or None}
        return {**answer, "tool_calls": list(calls.values())} if calls else answer


wire.serve(openai.__version__, Conversation)
