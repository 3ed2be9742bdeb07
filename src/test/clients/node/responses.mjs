import OpenAI from 'openai';
import {zodTextFormat} from 'openai/helpers/zod';
import {z} from 'zod';
import {getWeather, key, model, named, serve, url, version} from './wire.mjs';

const weather = {
  type: 'function',
  name: 'get_weather',
  description: 'Tells the weather of a city.',
  parameters: {type: 'object', properties: {city: {type: 'string'}}, required: ['city']},
  strict: false,
};
const forecast = z.object({city: z.string(), sunny: z.boolean()});

class Conversation {
  items = [];

  constructor(name) {
    this.client = new OpenAI({baseURL: url, apiKey: key});
    this.named = new OpenAI({baseURL: url, apiKey: key, defaultHeaders: named(name)});
  }

  async ask(question, hear) {
    const asked = [{role: 'user', content: question.question}];
    switch (question.how) {
      case 'resent':
        return this.turn(this.named, [...this.items, ...asked], question, hear, {});
      case 'previous':
        return this.turn(this.client, asked, question, hear, {previous_response_id: this.last});
      case 'conversation':
        this.id ??= (await this.client.conversations.create()).id;
        return this.turn(this.client, asked, question, hear, {conversation: this.id});
      case 'parsed':
        return this.parsed(asked, hear);
      case 'background':
        return this.background(asked, hear);
      default:
        return this.resumed(asked, hear);
    }
  }

  async turn(client, asked, question, hear, more) {
    if (question.tools) {
      more.tools = [weather];
    }
    for (;;) {
      const response = await this.exchange(client, {model, input: asked, ...more}, question.stream, hear);
      this.last = response.id;
      if ('previous_response_id' in more) {
        more.previous_response_id = response.id;
        this.id ??= response.id;
      }
      this.items = [...asked, ...response.output];
      const outputs = response.output.filter(item => item.type === 'function_call').map(call => ({
        type: 'function_call_output',
        call_id: call.call_id,
        output: getWeather(JSON.parse(call.arguments).city),
      }));
      if (!outputs.length) {
        return;
      }
      asked = client === this.named ? [...this.items, ...outputs] : outputs;
    }
  }

  async exchange(client, body, stream, hear) {
    if (!stream) {
      const response = await client.responses.create(body);
      hear(response.output_text);
      return response;
    }
    const events = client.responses.stream(body);
    let first;
    for await (const event of events) {
      if (event.type === 'response.created') {
        first = event.response;
      }
      if (event.type === 'response.output_text.delta' && hear(event.delta)) {
        events.abort();
        return first;
      }
    }
    return events.finalResponse();
  }

  async parsed(input, hear) {
    const text = {format: zodTextFormat(forecast, 'forecast')};
    const response = await this.client.responses.parse({model, input, text});
    hear(response.output_parsed.city);
    this.id = response.id;
  }

  async background(input, hear) {
    let response = await this.client.responses.create({model, input, background: true});
    this.id = response.id;
    while (['queued', 'in_progress'].includes(response.status)) {
      await new Promise(later => setTimeout(later, 100));
      response = await this.client.responses.retrieve(response.id);
    }
    hear(response.output_text);
  }

  async resumed(input, hear) {
    let heard;
    for await (const event of await this.client.responses.create({model, input, background: true, stream: true})) {
      heard = event.sequence_number;
      if (event.type === 'response.created') {
        this.id = event.response.id;
      }
      if (event.type === 'response.output_text.delta') {
        hear(event.delta);
        break;
      }
    }
    const behind = {response_id: this.id, starting_after: heard};
    for await (const event of this.client.responses.stream(behind)) {
      if (event.sequence_number <= heard) {
        throw new Error('told twice: ' + event.type);
      }
      heard = event.sequence_number;
      if (event.type === 'response.output_text.delta') {
        hear(event.delta);
      }
    }
  }
}

await serve(version('openai'), name => new Conversation(name));
