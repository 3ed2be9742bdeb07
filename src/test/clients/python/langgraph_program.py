import asyncio
from importlib.metadata import version

from langchain.agents import create_agent
from langchain_core.messages import AIMessage, AIMessageChunk, HumanMessage
from langchain_openai import ChatOpenAI
from langgraph.checkpoint.memory import InMemorySaver

import wire
from langchain_program import get_weather


LOOP = asyncio.new_event_loop()


class Conversation:
    """An agent whose memory is a checkpoint of LangGraph's."""

    def __init__(self, name):
        model = ChatOpenAI(model=wire.MODEL, base_url=wire.URL, api_key=wire.KEY, default_headers=wire.named(name))
        self.memory = InMemorySaver()
        self.thread = {"configurable": {"thread_id": name}}
        self.plain = create_agent(model, [], checkpointer=self.memory)
        self.weather = create_agent(model, [get_weather], checkpointer=self.memory)

    def ask(self, question, hear):
        agent = self.weather if question["tools"] else self.plain
        asked = {"messages": [HumanMessage(question["question"])]}
        if not question["stream"]:
            hear(agent.invoke(asked, self.thread)["messages"][-1].text)
            return
        LOOP.run_until_complete(self.stream(agent, asked, hear))

    async def stream(self, agent, asked, hear):
        text = ""
        pieces = agent.astream(asked, self.thread, stream_mode="messages")
        async for message, _ in pieces:
            if not isinstance(message, (AIMessage, AIMessageChunk)):
                continue
            text += message.text
            if hear(message.text):
                await pieces.aclose()
                # What was heard of an answer that was left is the application's to keep.
                await agent.aupdate_state(self.thread, {"messages": [AIMessage(text)]})
                return


wire.serve(version("langgraph"), Conversation)
