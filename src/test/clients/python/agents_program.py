import asyncio
from importlib.metadata import version

from agents import Agent, OpenAIChatCompletionsModel, Runner, function_tool, set_tracing_disabled
from openai import AsyncOpenAI
from openai.types.responses import ResponseTextDeltaEvent

import wire

set_tracing_disabled(True)


@function_tool
def get_weather(city: str) -> str:
    """Tells the weather of a city."""
    return wire.get_weather(city)


class Conversation:
    def __init__(self, name):
        self.name = name
        self.items = []

    def ask(self, question, hear):
        asyncio.run(self.turn(question, hear))

    async def turn(self, question, hear):
        async with AsyncOpenAI(
            base_url=wire.URL, api_key=wire.KEY, default_headers=wire.named(self.name)
        ) as client:
            model = OpenAIChatCompletionsModel(model=wire.MODEL, openai_client=client)
            agent = Agent(name="forecaster", model=model, tools=[get_weather] if question["tools"] else [])
            asked = self.items + [{"role": "user", "content": question["question"]}]
            if not question["stream"]:
                result = await Runner.run(agent, asked)
                hear(result.final_output)
                self.items = result.to_input_list()
                return
            text = ""
            result = Runner.run_streamed(agent, asked)
            async for event in result.stream_events():
                if event.type == "raw_response_event" and isinstance(event.data, ResponseTextDeltaEvent):
                    text += event.data.delta
                    if hear(event.data.delta):
                        result.cancel()
                        self.items = asked + [{"role": "assistant", "content": text}]
                        return
            self.items = result.to_input_list()


wire.serve(version("openai-agents"), Conversation)
