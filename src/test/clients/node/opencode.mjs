// opencode, as its own user interface drives it. It names its sessions itself, in a header.
import {execFileSync, spawn} from 'node:child_process';
import {mkdirSync, rmSync, writeFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {createInterface} from 'node:readline';
import {key, model, serve, url, version} from './wire.mjs';

const platform = `opencode-linux-${process.arch}`;
const home = process.env.HELIX_HOME + '/opencode';
const project = home + '/project';
rmSync(home, {recursive: true, force: true});
mkdirSync(project, {recursive: true});
execFileSync('git', ['init', '--quiet'], {cwd: project});
writeFileSync(home + '/opencode.json', JSON.stringify({
  autoupdate: false,
  share: 'disabled',
  snapshot: false,
  enabled_providers: ['helix'],
  permission: {bash: 'allow'},
  model: 'helix/' + model,
  provider: {
    helix: {
      npm: '@ai-sdk/openai-compatible',
      name: 'helix',
      options: {baseURL: url, apiKey: key},
      models: {[model]: {name: model}},
    },
  },
}));
const server = spawn(
  fileURLToPath(new URL(`node_modules/${platform}/bin/opencode`, import.meta.url)),
  ['serve', '--port', '0', '--hostname', '127.0.0.1'],
  {
    cwd: project,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      HOME: home,
      XDG_CONFIG_HOME: home,
      XDG_DATA_HOME: home,
      XDG_CACHE_HOME: home,
      XDG_STATE_HOME: home,
      OPENCODE_CONFIG: home + '/opencode.json',
      OPENCODE_DISABLE_AUTOUPDATE: '1',
      OPENCODE_DISABLE_DEFAULT_PLUGINS: '1',
      OPENCODE_DISABLE_LSP_DOWNLOAD: '1',
      OPENCODE_DISABLE_MODELS_FETCH: '1',
    },
  });
const address = await new Promise(found => {
  createInterface({input: server.stdout}).on('line', line => {
    const listening = line.match(/listening on (http:\S+)/);
    return listening && found(listening[1]);
  });
});

const post = async (path, body) => {
  const response = await fetch(address + path, {
    method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify(body)});
  return response.json();
};

/** Who is told the text of a session's answer. */
const listeners = new Map();
/** Who is told that a session has nothing more to do; what is asked before is answered by the last answer. */
const idle = new Map();
const events = await fetch(address + '/event');
(async () => {
  let rest = '';
  for await (const piece of events.body.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + piece).split('\n');
    rest = lines.pop();
    for (const line of lines.filter(each => each.startsWith('data: '))) {
      const {type, properties} = JSON.parse(line.slice(6));
      if (type === 'session.status' && properties.status.type === 'idle') {
        idle.get(properties.sessionID)?.();
      }
      if (type === 'message.part.delta' && properties.field === 'text') {
        listeners.get(properties.sessionID)?.(properties.delta);
      }
    }
  }
})();

class Conversation {
  async ask(question, hear) {
    if (!question.stream) {
      throw Object.assign(new Error(), {cannot: 'it always streams'});
    }
    this.session ??= (await post('/session', {})).id;
    let heard = '';
    const left = new Promise(leave => {
      listeners.set(this.session, text => {
        heard += text;
        if (hear(text)) {
          leave(post(`/session/${this.session}/abort`, {}));
        }
      });
    });
    const done = new Promise(tell => idle.set(this.session, tell));
    const ended = await post(`/session/${this.session}/message`, {
      model: {providerID: 'helix', modelID: model}, parts: [{type: 'text', text: question.question}]});
    await done;
    listeners.delete(this.session);
    const {error} = ended.info ?? {error: ended};
    if (error?.name === 'MessageAbortedError') {
      await left;
    } else if (error) {
      throw new Error(`${error.name}: ${error.data?.message ?? JSON.stringify(error)}`);
    } else {
      // Events may come after the answer that they tell of.
      const text = ended.parts.filter(part => part.type === 'text').map(part => part.text).join('');
      hear(text.slice(heard.length));
    }
  }

  /** What the server knows it by. */
  get id() {
    return this.session;
  }
}

await serve(version(platform), () => new Conversation());
server.kill();
process.exit(0);
