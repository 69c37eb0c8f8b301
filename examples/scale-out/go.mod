module example.com/scale-out

go 1.25.0
