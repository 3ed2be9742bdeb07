import OpenAI from 'openai';
import {getWeather, key, model, named, serve, url, version} from './wire.mjs';

const weather = {
  type: 'function',
  function: {
    name: 'get_weather',
    description: 'Tells the weather of a city.',
    parameters: {type: 'object', properties: {city: {type: 'string'}}, required: ['city']},
  },
};

class Conversation {
  messages = [];

  constructor(name) {
    this.client = new OpenAI({baseURL: url, apiKey: key, defaultHeaders: named(name)});
  }

  async ask(question, hear) {
    const messages = [...this.messages, {role: 'user', content: question.question}];
    const more = question.tools ? {tools: [weather]} : {};
    for (;;) {
      const answer = await this.exchange({model, messages, ...more}, question.stream, hear);
      messages.push(answer);
      for (const call of answer.tool_calls ?? []) {
        const content = getWeather(JSON.parse(call.function.arguments).city);
        messages.push({role: 'tool', tool_call_id: call.id, content});
      }
      if (!answer.tool_calls) {
        this.messages = messages;
        return;
      }
    }
  }

  async exchange(body, stream, hear) {
    const completions = this.client.chat.completions;
    if (!stream) {
      const {message} = (await completions.create(body)).choices[0];
      hear(message.content);
      return message;
    }
    let content = '';
    const calls = [];
    for await (const chunk of await completions.create({...body, stream: true})) {
      const delta = chunk.choices[0]?.delta;
      for (const piece of delta?.tool_calls ?? []) {
        const call = (calls[piece.index] ??= {id: piece.id, type: 'function', function: {name: '', arguments: ''}});
        call.function.name += piece.function.name ?? '';
        call.function.arguments += piece.function.arguments ?? '';
      }
      content += delta?.content ?? '';
      if (hear(delta?.content)) {
        break; // aborts the request
      }
    }
    return calls.length ? {role: 'assistant', content: null, tool_calls: calls} : {role: 'assistant', content};
  }
}

await serve(version('openai'), name => new Conversation(name));
