// How the programs of clients talk with the tests: a question a line comes, what was heard goes, a line each.
import {readFileSync} from 'node:fs';
import {createInterface} from 'node:readline';

export const url = process.env.HELIX_URL + '/v1';
export const key = process.env.HELIX_KEY;
export const model = 'scripted-1';

/** The headers that name a conversation. */
export const named = conversation => ({'X-Conversation-ID': conversation});

/** What the tool does that the model may call. */
export const getWeather = city => 'sunshine in ' + city;

/** The version of an installed package. */
export const version = name =>
  JSON.parse(readFileSync(new URL(`node_modules/${name}/package.json`, import.meta.url))).version;

const say = line => process.stdout.write(JSON.stringify(line) + '\n');
console.log = console.info = console.warn = console.error; // what libraries print

/**
 * Takes questions until there are none. `begin(conversation id)` makes a conversation with a method
 * `ask(question, hear)`. Text is told to `hear` as it comes; it is true as soon as the client is to leave. A
 * conversation that has an `id` is known by that to the server. An error with `cannot` says what the client has no way
 * to do.
 */
export async function serve(clientVersion, begin) {
  const conversations = new Map();
  process.on('unhandledRejection', error => console.error('unhandled', error));
  say({version: clientVersion});
  for await (const line of createInterface({input: process.stdin})) {
    const question = JSON.parse(line);
    const heard = {text: '', error: null, cancelled: false};
    const hear = text => {
      heard.text += text ?? '';
      heard.cancelled = question.cancelAt != null && heard.text.includes(question.cancelAt);
      return heard.cancelled;
    };
    try {
      if (!conversations.has(question.conversation)) {
        conversations.set(question.conversation, begin(question.conversation));
      }
      await conversations.get(question.conversation).ask(question, hear);
    } catch (error) {
      heard.cannot = error?.cannot;
      heard.error = `${error?.name}: ${error?.message ?? JSON.stringify(error)}`;
    }
    heard.conversation = conversations.get(question.conversation)?.id;
    say(heard);
  }
}
