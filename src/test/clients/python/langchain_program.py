from importlib.metadata import version

from langchain_core.messages import HumanMessage, ToolMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI

import wire


@tool
def get_weather(city: str) -> str:
    """Tells the weather of a city."""
    return wire.get_weather(city)


class Conversation:
    def __init__(self, name):
        self.model = ChatOpenAI(
            model=wire.MODEL, base_url=wire.URL, api_key=wire.KEY, default_headers=wire.named(name)
        )
        self.messages = []

    def ask(self, question, hear):
        messages = self.messages + [HumanMessage(question["question"])]
        model = self.model.bind_tools([get_weather]) if question["tools"] else self.model
        while True:
            answer = self.exchange(model, messages, question["stream"], hear)
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


if __name__ == "__main__":
    wire.serve(version("langchain-openai"), Conversation)
