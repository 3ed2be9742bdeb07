// Codex without its terminal, a process for each turn. It names its sessions itself, in headers, and has nothing kept.
import {execFileSync, spawn} from 'node:child_process';
import {mkdirSync, rmSync, writeFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {createInterface} from 'node:readline';
import {model, serve, url, version} from './wire.mjs';

const home = process.env.HELIX_HOME + '/codex';
const project = home + '/project';
const program = createRequire(import.meta.url).resolve('@openai/codex/bin/codex.js');
rmSync(home, {recursive: true, force: true});
mkdirSync(project, {recursive: true});
execFileSync('git', ['init', '--quiet'], {cwd: project});
writeFileSync(home + '/config.toml', `
model = "${model}"
model_provider = "helix"
approval_policy = "never"
sandbox_mode = "danger-full-access"
include_environment_context = false
check_for_update_on_startup = false

[model_providers.helix]
name = "helix"
base_url = "${url}"
wire_api = "responses"
env_key = "HELIX_KEY"
request_max_retries = 0
stream_max_retries = 0

[analytics]
enabled = false
`);
const schema = home + '/forecast.json';
writeFileSync(schema, JSON.stringify({
  type: 'object',
  properties: {city: {type: 'string'}, sunny: {type: 'boolean'}},
  required: ['city', 'sunny'],
  additionalProperties: false,
}));

class Conversation {
  async ask(question, hear) {
    const parsed = question.how === 'parsed';
    if (!parsed && question.how !== 'resent') {
      throw Object.assign(new Error(), {cannot: 'it sends all again'});
    }
    const resume = this.thread ? ['resume', this.thread] : [];
    const asked = ['exec', '--json', ...(parsed ? ['--output-schema', schema] : []), ...resume, question.question];
    const turn = spawn(process.execPath, [program, ...asked], {
      cwd: project,
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {...process.env, HOME: home, CODEX_HOME: home},
    });
    let text = '';
    let error;
    for await (const line of createInterface({input: turn.stdout})) {
      const event = JSON.parse(line);
      if (event.type === 'thread.started') {
        this.thread = event.thread_id;
      } else if (event.type === 'item.completed' && event.item.type === 'agent_message') {
        text = event.item.text;
      } else if (event.type === 'turn.failed') {
        error = event.error.message;
      }
    }
    if (error) {
      throw new Error(error);
    }
    hear(parsed ? JSON.parse(text).city : text);
  }

  /** What the server knows it by. */
  get id() {
    return this.thread;
  }
}

await serve(version('@openai/codex'), () => new Conversation());
