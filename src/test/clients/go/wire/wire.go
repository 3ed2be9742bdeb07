// Package wire is how the programs of clients talk with the tests: a question a line comes, what was heard goes, a
// line each.
package wire

import (
	"bufio"
	"encoding/json"
	"os"
	"runtime/debug"
	"strings"
)

// Model is the only model that there is.
const Model = "scripted-1"

// Weather describes the tool's parameters.
var Weather = map[string]any{
	"type":       "object",
	"properties": map[string]any{"city": map[string]any{"type": "string"}},
	"required":   []string{"city"},
}

// URL is the base URL.
func URL() string { return os.Getenv("HELIX_URL") + "/v1" }

// Key is the caller's.
func Key() string { return os.Getenv("HELIX_KEY") }

// Question is the next turn of a conversation.
type Question struct {
	Conversation string
	Question     string
	Stream       bool
	Tools        bool
	CancelAt     *string
}

// Conversation asks. It tells text to hear as it comes, which is true as soon as the client is to leave.
type Conversation interface {
	Ask(question Question, hear func(text string) bool) error
}

// City is what the arguments of a call name.
func City(arguments string) (string, error) {
	var named struct{ City string }
	err := json.Unmarshal([]byte(arguments), &named)
	return named.City, err
}

// GetWeather is what the tool does that the model may call.
func GetWeather(city string) string { return "sunshine in " + city }

// Version is that of a library in this program.
func Version(library string) string {
	info, _ := debug.ReadBuildInfo()
	for _, module := range info.Deps {
		if module.Path == library {
			return strings.TrimPrefix(module.Version, "v")
		}
	}
	return "unknown"
}

type heard struct {
	Text      string  `json:"text"`
	Error     *string `json:"error"`
	Cancelled bool    `json:"cancelled"`
}

// Serve takes questions until there are none.
func Serve(library string, begin func(name string) Conversation) {
	say(map[string]string{"version": Version(library)})
	conversations := map[string]Conversation{}
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		var question Question
		if err := json.Unmarshal(lines.Bytes(), &question); err != nil {
			panic(err)
		}
		conversation, known := conversations[question.Conversation]
		if !known {
			conversation = begin(question.Conversation)
			conversations[question.Conversation] = conversation
		}
		var all heard
		err := conversation.Ask(question, func(text string) bool {
			all.Text += text
			all.Cancelled = question.CancelAt != nil && strings.Contains(all.Text, *question.CancelAt)
			return all.Cancelled
		})
		if err != nil {
			words := err.Error()
			all.Error = &words
		}
		say(all)
	}
}

func say(line any) {
	if err := json.NewEncoder(os.Stdout).Encode(line); err != nil {
		panic(err)
	}
}
