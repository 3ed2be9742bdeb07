// openai-node in a page of another origin, in headless Chromium.
import {readFile} from 'node:fs/promises';
import {createServer} from 'node:http';
import {chromium} from 'playwright-core';
import {key, model, named, serve, url, version} from './wire.mjs';

const page = `<!doctype html><title>chat</title><script type="module">
import OpenAI from '/node_modules/openai/index.mjs';
import {Conversation} from '/conversation.mjs';
const conversations = new Map();
window.ask = async (question, {url, key, model, headers}) => {
  const heard = {text: '', error: null};
  try {
    if (!conversations.has(question.conversation)) {
      const client = new OpenAI({baseURL: url, apiKey: key, defaultHeaders: headers, dangerouslyAllowBrowser: true});
      conversations.set(question.conversation, new Conversation(client, model, city => 'sunshine in ' + city));
    }
    await conversations.get(question.conversation).ask(question, text => {
      heard.text += text ?? '';
      return question.cancelAt != null && heard.text.includes(question.cancelAt);
    });
  } catch (error) {
    heard.error = error.name + ': ' + error.message;
  }
  return heard;
};
</script>`;

const origin = new URL(process.env.HELIX_ORIGIN);
createServer(async (request, response) => {
  try {
    const file = request.url === '/' ? page : await readFile(new URL('.' + request.url, import.meta.url));
    response.setHeader('Content-Type', request.url === '/' ? 'text/html' : 'text/javascript');
    response.end(file);
  } catch (error) {
    response.writeHead(404).end(error.message);
  }
}).listen(Number(origin.port), origin.hostname);

const browser = await chromium.launch({
  executablePath: process.env.HELIX_CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-dev-shm-usage'],
});
const tab = await browser.newPage();
tab.on('console', message => console.error(message.text()));
await tab.goto(origin.href);
await tab.waitForFunction(() => window.ask);

await serve(version('openai'), name => ({
  async ask(question, hear) {
    const heard = await tab.evaluate(
      ([asked, server]) => window.ask(asked, server), [question, {url, key, model, headers: named(name)}]);
    hear(heard.text);
    if (heard.error) {
      throw new Error(heard.error);
    }
  },
}));
await browser.close();
process.exit(0);
