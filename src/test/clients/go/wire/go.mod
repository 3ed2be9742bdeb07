module wire

go 1.21
