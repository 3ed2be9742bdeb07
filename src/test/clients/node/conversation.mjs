// A conversation with openai-node, in Node.js and in a page.
const weather = {
  type: 'function',
  function: {
    name: 'get_weather',
    description: 'Tells the weather of a city.',
    parameters: {type: 'object', properties: {city: {type: 'string'}}, required: ['city']},
  },
};

export class Conversation {
  messages = [];

  constructor(client, model, getWeather) {
    Object.assign(this, {client, model, getWeather});
  }

  async ask(question, hear) {
    const messages = [...this.messages, {role: 'user', content: question.question}];
    const more = question.tools ? {tools: [weather]} : {};
    for (;;) {
      const answer = await this.exchange({model: this.model, messages, ...more}, question.stream, hear);
      messages.push(answer);
      for (const call of answer.tool_calls ?? []) {
        const content = this.getWeather(JSON.parse(call.function.arguments).city);
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
      const {data, response} = await completions.create(body).withResponse();
      if (!response.headers.get('X-Session-ID')) {
        throw new Error('no X-Session-ID can be read');
      }
      const {message} = data.choices[0];
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
