from importlib.metadata import version

from llama_index.core.llms import ChatMessage, MessageRole
from llama_index.core.tools import FunctionTool
from llama_index.llms.openai_like import OpenAILike

import wire


def get_weather(city: str) -> str:
    """Tells the weather of a city."""
    return wire.get_weather(city)


WEATHER = FunctionTool.from_defaults(get_weather)


class Conversation:
    def __init__(self, name):
        self.model = OpenAILike(
            model=wire.MODEL,
            api_base=wire.URL,
            api_key=wire.KEY,
            default_headers=wire.named(name),
            is_chat_model=True,
            is_function_calling_model=True,
        )
        self.messages = []

    def ask(self, question, hear):
        messages = self.messages + [ChatMessage(role=MessageRole.USER, content=question["question"])]
        while True:
            answer = self.exchange(messages, question, hear)
            messages.append(answer.message)
            calls = self.model.get_tool_calls_from_response(answer, error_on_no_tool_call=False)
            for call in calls:
                messages.append(
                    ChatMessage(
                        role=MessageRole.TOOL,
                        content=get_weather(**call.tool_kwargs),
                        additional_kwargs={"tool_call_id": call.tool_id},
                    )
                )
            if not calls:
                self.messages = messages
                return

    def exchange(self, messages, question, hear):
        if question["tools"]:
            more = {"tools": [WEATHER], "chat_history": messages}
            whole, stream = self.model.chat_with_tools, self.model.stream_chat_with_tools
        else:
            more = {"messages": messages}
            whole, stream = self.model.chat, self.model.stream_chat
        if not question["stream"]:
            answer = whole(**more)
            hear(answer.message.content)
            return answer
        answer = None
        pieces = stream(**more)
        for answer in pieces:
            if hear(answer.delta):
                pieces.close()
                break
        return answer


wire.serve(version("llama-index-llms-openai-like"), Conversation)
