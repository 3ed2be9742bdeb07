import asyncio
from importlib.metadata import version

from agents import (
    Agent,
    OpenAIConversationsSession,
    OpenAIResponsesModel,
    Runner,
    function_tool,
    set_tracing_disabled,
)
from openai import AsyncOpenAI
from openai.types.responses import ResponseCreatedEvent, ResponseTextDeltaEvent
from pydantic import BaseModel

import wire

set_tracing_disabled(True)


class Forecast(BaseModel):
    city: str
    sunny: bool


@function_tool
def get_weather(city: str) -> str:
    """Tells the weather of a city."""
    return wire.get_weather(city)


class Conversation:
    def __init__(self, name):
        self.name = name
        self.items = []
        self.last = None
        self.id = None

    def ask(self, question, hear):
        asyncio.run(self.answer(question, hear))

    async def answer(self, question, hear):
        how = question["how"]
        headers = wire.named(self.name) if how == "resent" else {}
        async with AsyncOpenAI(base_url=wire.URL, api_key=wire.KEY, default_headers=headers) as client:
            asked = [{"role": "user", "content": question["question"]}]
            if how == "resent":
                await self.turn(client, self.items + asked, question, hear, {})
            elif how == "previous":
                following = {"previous_response_id": self.last, "auto_previous_response_id": True}
                await self.turn(client, asked, question, hear, following)
            elif how == "conversation":
                # Another object each time: the conversation is all that is kept.
                session = OpenAIConversationsSession(conversation_id=self.id, openai_client=client)
                await self.turn(client, question["question"], question, hear, {"session": session})
                self.id = session.session_id
            elif how == "items":
                await self.change(client, question["question"], hear)
            elif how == "parsed":
                agent = Agent(name="forecaster", model=self.model(client), output_type=Forecast)
                result = await Runner.run(agent, asked)
                hear(result.final_output.city)
                self.id = result.last_response_id
            else:
                raise NotImplementedError("it has no background")

    @staticmethod
    def model(client):
        return OpenAIResponsesModel(model=wire.MODEL, openai_client=client)

    async def turn(self, client, asked, question, hear, more):
        tools = [get_weather] if question["tools"] else []
        agent = Agent(name="forecaster", model=self.model(client), tools=tools)
        if not question["stream"]:
            result = await Runner.run(agent, asked, **more)
            hear(result.final_output)
            self.answered(result.raw_responses[0].response_id, result.last_response_id, more)
            self.items = result.to_input_list()
            return
        result = Runner.run_streamed(agent, asked, **more)
        async for event in result.stream_events():
            if event.type != "raw_response_event":
                continue
            if isinstance(event.data, ResponseCreatedEvent):
                self.answered(event.data.response.id, event.data.response.id, more)
            if isinstance(event.data, ResponseTextDeltaEvent) and hear(event.data.delta):
                result.cancel()
                return
        self.items = result.to_input_list()

    def answered(self, first, last, more):
        self.last = last
        if "previous_response_id" in more:
            self.id = self.id or first

    async def change(self, client, text, hear):
        """A session's own calls: it is begun, added to, listed, shortened and deleted."""
        session = OpenAIConversationsSession(openai_client=client)
        await session.add_items([{"role": "user", "content": text}, {"role": "assistant", "content": "I see."}])
        hear(f"{len(await session.get_items())} ")
        popped = await session.pop_item()
        hear(f"{popped['content'][0]['text']} {len(await session.get_items())} ")
        begun = session.session_id
        await session.clear_session()
        try:
            await OpenAIConversationsSession(conversation_id=begun, openai_client=client).get_items()
        except Exception as gone:
            hear(type(gone).__name__)


wire.serve(version("openai-agents"), Conversation)
