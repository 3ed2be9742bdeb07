// Vercel's AI SDK as it is by itself: its provider for OpenAI asks for responses.
import {createOpenAI} from '@ai-sdk/openai';
import {generateText, Output, stepCountIs, streamText, tool} from 'ai';
import {z} from 'zod';
import {getWeather, key, model, named, serve, url, version} from './wire.mjs';

const weather = tool({
  description: 'Tells the weather of a city.',
  inputSchema: z.object({city: z.string()}),
  execute: async ({city}) => getWeather(city),
});
const forecast = z.object({city: z.string(), sunny: z.boolean()});

class Conversation {
  messages = [];

  constructor(name) {
    this.bare = createOpenAI({baseURL: url, apiKey: key});
    this.named = createOpenAI({baseURL: url, apiKey: key, headers: named(name)});
  }

  async ask(question, hear) {
    const asked = [{role: 'user', content: question.question}];
    switch (question.how) {
      case 'resent':
        return this.turn(this.named, [...this.messages, ...asked], question, hear, {});
      case 'previous':
        return this.turn(this.bare, asked, question, hear, {previousResponseId: this.last});
      case 'conversation':
        this.id ??= (await this.created()).id;
        return this.turn(this.bare, asked, question, hear, {conversation: this.id});
      case 'parsed':
        return this.parsed(asked, hear);
      default:
        throw Object.assign(new Error(), {cannot: 'it has no background'});
    }
  }

  async created() {
    const headers = {Authorization: `Bearer ${key}`, 'Content-Type': 'application/json'};
    return (await fetch(url + '/conversations', {method: 'POST', headers, body: '{}'})).json();
  }

  async turn(provider, messages, question, hear, openai) {
    const leave = new AbortController();
    const asked = {
      model: provider(model),
      messages,
      stopWhen: stepCountIs(3),
      abortSignal: leave.signal,
      providerOptions: {openai},
    };
    if (question.tools) {
      asked.tools = {get_weather: weather};
    }
    if (!question.stream) {
      const answer = await generateText(asked);
      hear(answer.text);
      this.begun(answer.providerMetadata.openai.responseId, openai);
      this.messages = [...messages, ...(answer.responseMessages ?? answer.response.messages)];
      return;
    }
    const answer = streamText({...asked, includeRawChunks: true, onError: () => {}});
    let text = '';
    for await (const part of answer.fullStream) {
      if (part.type === 'error') {
        throw part.error;
      }
      if (part.type === 'raw' && part.rawValue.type === 'response.created') {
        this.begun(part.rawValue.response.id, openai);
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

  begun(id, openai) {
    this.last = id;
    if ('previousResponseId' in openai) {
      this.id ??= id;
    }
  }

  async parsed(messages, hear) {
    const answer = await generateText({
      model: this.bare(model), messages, output: Output.object({schema: forecast})});
    hear(answer.output.city);
    this.id = answer.providerMetadata.openai.responseId;
  }
}

await serve(version('@ai-sdk/openai'), name => new Conversation(name));
