module example.com/upcoming

go 1.25.0
