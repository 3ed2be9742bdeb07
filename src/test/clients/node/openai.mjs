import OpenAI from 'openai';
import {Conversation} from './conversation.mjs';
import {getWeather, key, model, named, serve, url, version} from './wire.mjs';

await serve(version('openai'), name => {
  const client = new OpenAI({baseURL: url, apiKey: key, defaultHeaders: named(name)});
  return new Conversation(client, model, getWeather);
});
