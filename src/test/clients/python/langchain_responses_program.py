from importlib.metadata import version

import openai
from langchain_core.messages import HumanMessage, ToolMessage
from langchain_openai import ChatOpenAI
from pydantic import BaseModel

import wire
from langchain_program import get_weather


class Forecast(BaseModel):
    """Tells of the weather."""

    city: str
    sunny: bool


class Conversation:
    def __init__(self, name):
        self.bare = {"model": wire.MODEL, "base_url": wire.URL, "api_key": wire.KEY, "use_responses_api": True}
        self.named = ChatOpenAI(**self.bare, default_headers=wire.named(name))
        self.following = ChatOpenAI(**self.bare, use_previous_response_id=True)
        self.messages = []
        self.id = None

    def ask(self, question, hear):
        how = question["how"]
        asked = [HumanMessage(question["question"])]
        if how == "resent":
            self.turn(self.named, self.messages + asked, question, hear)
        elif how == "previous":
            self.turn(self.following, self.messages + asked, question, hear)
        elif how == "conversation":
            if self.id is None:
                self.id = openai.OpenAI(base_url=wire.URL, api_key=wire.KEY).conversations.create().id
            self.turn(ChatOpenAI(**self.bare, model_kwargs={"conversation": self.id}), asked, question, hear)
        elif how == "parsed":
            model = ChatOpenAI(**self.bare).with_structured_output(Forecast, include_raw=True)
            answer = model.invoke(asked)
            hear(answer["parsed"].city)
            self.id = answer["raw"].response_metadata["id"]
        else:
            raise NotImplementedError("it has no background")

    def turn(self, model, messages, question, hear):
        asking = model.bind_tools([get_weather]) if question["tools"] else model
        while True:
            answer = self.exchange(asking, messages, question["stream"], hear)
            if model is self.following:
                self.id = self.id or answer.response_metadata["id"]
            messages.append(answer)
            for call in answer.tool_calls:
                messages.append(ToolMessage(get_weather.invoke(call["args"]), tool_call_id=call["id"]))
            if not answer.tool_calls:
                self.messages = messages
                return

    def exchange(self, model, messages, stream, hear):
        if not stream:
            answer = model.invoke(messages)
            hear(answer.text)
            return answer
        whole = None
        chunks = model.stream(messages)
        for chunk in chunks:
            whole = chunk if whole is None else whole + chunk
            if hear(chunk.text):
                chunks.close()
                break
        return whole


wire.serve(version("langchain-openai"), Conversation)
