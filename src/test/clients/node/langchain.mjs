import {HumanMessage, ToolMessage} from '@langchain/core/messages';
import {tool} from '@langchain/core/tools';
import {ChatOpenAI} from '@langchain/openai';
import {z} from 'zod';
import {getWeather, key, model, named, serve, url, version} from './wire.mjs';

const weather = tool(({city}) => getWeather(city), {
  name: 'get_weather',
  description: 'Tells the weather of a city.',
  schema: z.object({city: z.string()}),
});

class Conversation {
  messages = [];

  constructor(name) {
    this.model = new ChatOpenAI({model, apiKey: key, configuration: {baseURL: url, defaultHeaders: named(name)}});
  }

  async ask(question, hear) {
    const messages = [...this.messages, new HumanMessage(question.question)];
    const model = question.tools ? this.model.bindTools([weather]) : this.model;
    for (;;) {
      const answer = await this.exchange(model, messages, question.stream, hear);
      messages.push(answer);
      for (const call of answer.tool_calls ?? []) {
        messages.push(new ToolMessage({content: await weather.invoke(call.args), tool_call_id: call.id}));
      }
      if (!answer.tool_calls?.length) {
        this.messages = messages;
        return;
      }
    }
  }

  async exchange(model, messages, stream, hear) {
    if (!stream) {
      const answer = await model.invoke(messages);
      hear(answer.text);
      return answer;
    }
    const leave = new AbortController();
    let whole;
    for await (const chunk of await model.stream(messages, {signal: leave.signal})) {
      whole = whole ? whole.concat(chunk) : chunk;
      if (hear(chunk.text)) {
        leave.abort();
        break;
      }
    }
    return whole;
  }
}

await serve(version('@langchain/openai'), name => new Conversation(name));
