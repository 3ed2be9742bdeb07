package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
	"wire"
)

var weather = openai.ChatCompletionFunctionTool(openai.FunctionDefinitionParam{
	Name:        "get_weather",
	Description: openai.String("Tells the weather of a city."),
	Parameters:  wire.Weather,
})

type conversation struct {
	client   openai.Client
	messages []openai.ChatCompletionMessageParamUnion
}

func begin(name string) wire.Conversation {
	return &conversation{client: openai.NewClient(
		option.WithBaseURL(wire.URL()), option.WithAPIKey(wire.Key()), option.WithHeader("X-Conversation-ID", name))}
}

func (c *conversation) Ask(question wire.Question, hear func(string) bool) error {
	params := openai.ChatCompletionNewParams{Model: wire.Model}
	params.Messages = append(append(params.Messages, c.messages...), openai.UserMessage(question.Question))
	if question.Tools {
		params.Tools = []openai.ChatCompletionToolUnionParam{weather}
	}
	for {
		message, err := c.exchange(params, question.Stream, hear)
		if err != nil {
			return err
		}
		params.Messages = append(params.Messages, message.ToParam())
		for _, call := range message.ToolCalls {
			city, err := wire.City(call.Function.Arguments)
			if err != nil {
				return err
			}
			params.Messages = append(params.Messages, openai.ToolMessage(wire.GetWeather(city), call.ID))
		}
		if len(message.ToolCalls) == 0 {
			c.messages = params.Messages
			return nil
		}
	}
}

func (c *conversation) exchange(
	params openai.ChatCompletionNewParams, stream bool, hear func(string) bool,
) (*openai.ChatCompletionMessage, error) {
	if !stream {
		completion, err := c.client.Chat.Completions.New(context.Background(), params)
		if err != nil {
			return nil, told(err)
		}
		hear(completion.Choices[0].Message.Content)
		return &completion.Choices[0].Message, nil
	}
	chunks := c.client.Chat.Completions.NewStreaming(context.Background(), params)
	defer chunks.Close()
	all := openai.ChatCompletionAccumulator{}
	for chunks.Next() {
		chunk := chunks.Current()
		all.AddChunk(chunk)
		if len(chunk.Choices) > 0 && hear(chunk.Choices[0].Delta.Content) {
			return &all.Choices[0].Message, nil
		}
	}
	if chunks.Err() != nil {
		return nil, told(chunks.Err())
	}
	if len(all.Choices) == 0 {
		return nil, errors.New("the stream was empty")
	}
	return &all.Choices[0].Message, nil
}

// told adds the server's words, which not every version has in its errors.
func told(err error) error {
	var answered *openai.Error
	if errors.As(err, &answered) {
		return fmt.Errorf("%w: %s", err, answered.Message)
	}
	return err
}

func main() { wire.Serve("github.com/openai/openai-go/v3", begin) }
