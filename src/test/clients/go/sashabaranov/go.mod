module clients

go 1.21

require (
	github.com/sashabaranov/go-openai v1.43.0
	wire v0.0.0
)

replace wire => ../wire
