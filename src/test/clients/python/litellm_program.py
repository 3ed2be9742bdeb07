import json
from importlib.metadata import version

import litellm

import wire
from weather import WEATHER


class Conversation:
    def __init__(self, name):
        self.name = name
        self.messages = []

    def ask(self, question, hear):
        messages = self.messages + [{"role": "user", "content": question["question"]}]
        more = {"tools": [WEATHER]} if question["tools"] else {}
        while True:
            answer = self.exchange(messages, question["stream"], more, hear)
            messages.append(answer)
            for call in answer.get("tool_calls") or []:
                city = json.loads(call["function"]["arguments"])["city"]
                messages.append({"role": "tool", "tool_call_id": call["id"], "content": wire.get_weather(city)})
            if not answer.get("tool_calls"):
                self.messages = messages
                return

    def exchange(self, messages, stream, more, hear):
        answer = litellm.completion(
            model="openai/" + wire.MODEL,
            base_url=wire.URL,
            api_key=wire.KEY,
            extra_headers=wire.named(self.name),
            messages=messages,
            stream=stream,
            **more,
        )
        if not stream:
            hear(answer.choices[0].message.content)
            return answer.choices[0].message.model_dump()
        chunks = []
        text = ""
        for chunk in answer:
            chunks.append(chunk)
            piece = chunk.choices[0].delta.content or ""
            text += piece
            if hear(piece):
                answer.completion_stream.close()
                return {"role": "assistant", "content": text}
        return litellm.stream_chunk_builder(chunks).choices[0].message.model_dump()


wire.serve(version("litellm"), Conversation)
