package main

import (
	"context"
	"errors"
	"io"
	"net/http"

	"github.com/sashabaranov/go-openai"
	"wire"
)

var weather = openai.Tool{Type: openai.ToolTypeFunction, Function: &openai.FunctionDefinition{
	Name: "get_weather", Description: "Tells the weather of a city.", Parameters: wire.Weather}}

// named puts the header that names a conversation on each request: the library has no setting for one.
type named struct{ conversation string }

func (n named) Do(request *http.Request) (*http.Response, error) {
	request.Header.Set("X-Conversation-ID", n.conversation)
	return http.DefaultClient.Do(request)
}

type conversation struct {
	client   *openai.Client
	messages []openai.ChatCompletionMessage
}

func begin(name string) wire.Conversation {
	config := openai.DefaultConfig(wire.Key())
	config.BaseURL = wire.URL()
	config.HTTPClient = named{name}
	return &conversation{client: openai.NewClientWithConfig(config)}
}

func (c *conversation) Ask(question wire.Question, hear func(string) bool) error {
	request := openai.ChatCompletionRequest{Model: wire.Model}
	request.Messages = append(append(request.Messages, c.messages...),
		openai.ChatCompletionMessage{Role: openai.ChatMessageRoleUser, Content: question.Question})
	if question.Tools {
		request.Tools = []openai.Tool{weather}
	}
	for {
		message, err := c.exchange(request, question.Stream, hear)
		if err != nil {
			return err
		}
		request.Messages = append(request.Messages, message)
		for _, call := range message.ToolCalls {
			city, err := wire.City(call.Function.Arguments)
			if err != nil {
				return err
			}
			request.Messages = append(request.Messages, openai.ChatCompletionMessage{
				Role: openai.ChatMessageRoleTool, Content: wire.GetWeather(city), ToolCallID: call.ID})
		}
		if len(message.ToolCalls) == 0 {
			c.messages = request.Messages
			return nil
		}
	}
}

func (c *conversation) exchange(
	request openai.ChatCompletionRequest, stream bool, hear func(string) bool,
) (openai.ChatCompletionMessage, error) {
	message := openai.ChatCompletionMessage{Role: openai.ChatMessageRoleAssistant}
	if !stream {
		completion, err := c.client.CreateChatCompletion(context.Background(), request)
		if err != nil {
			return message, err
		}
		hear(completion.Choices[0].Message.Content)
		return completion.Choices[0].Message, nil
	}
	chunks, err := c.client.CreateChatCompletionStream(context.Background(), request)
	if err != nil {
		return message, err
	}
	defer chunks.Close()
	for {
		chunk, err := chunks.Recv()
		if errors.Is(err, io.EOF) {
			return message, nil
		}
		if err != nil {
			return message, err
		}
		if len(chunk.Choices) == 0 {
			continue
		}
		delta := chunk.Choices[0].Delta
		for _, piece := range delta.ToolCalls {
			if *piece.Index == len(message.ToolCalls) {
				message.ToolCalls = append(message.ToolCalls, piece)
				continue
			}
			message.ToolCalls[*piece.Index].Function.Arguments += piece.Function.Arguments
		}
		message.Content += delta.Content
		if hear(delta.Content) {
			return message, nil
		}
	}
}

func main() { wire.Serve("github.com/sashabaranov/go-openai", begin) }
