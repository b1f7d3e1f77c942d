module example/tokens

go 1.19
