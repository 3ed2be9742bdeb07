import {createOpenAICompatible} from '@ai-sdk/openai-compatible';
import {generateText, stepCountIs, streamText, tool} from 'ai';
import {z} from 'zod';
import {getWeather, key, model, named, serve, url, version} from './wire.mjs';

const weather = tool({
  description: 'Tells the weather of a city.',
  inputSchema: z.object({city: z.string()}),
  execute: async ({city}) => getWeather(city),
});

class Conversation {
  messages = [];

  constructor(name) {
    const provider = createOpenAICompatible({name: 'helix', baseURL: url, apiKey: key, headers: named(name)});
    this.model = provider(model);
  }

  async ask(question, hear) {
    const messages = [...this.messages, {role: 'user', content: question.question}];
    const leave = new AbortController();
    const asked = {model: this.model, messages, stopWhen: stepCountIs(3), abortSignal: leave.signal};
    if (question.tools) {
      asked.tools = {get_weather: weather};
    }
    if (!question.stream) {
      const answer = await generateText(asked);
      hear(answer.text);
      this.messages = [...messages, ...(answer.responseMessages ?? answer.response.messages)];
      return;
    }
    const answer = streamText({...asked, onError: () => {}});
    let text = '';
    for await (const part of answer.fullStream) {
      if (part.type === 'error') {
        throw part.error;
      }
      if (part.type !== 'text-delta') {
        continue;
      }
      text += part.text;
      if (hear(part.text)) {
        leave.abort();
        this.messages = [...messages, {role: 'assistant', content: text}];
        return;
      }
    }
    this.messages = [...messages, ...((await answer.responseMessages) ?? (await answer.response).messages)];
  }
}

await serve(version('@ai-sdk/openai-compatible'), name => new Conversation(name));
