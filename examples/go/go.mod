module example.com/provision

go 1.25.0

replace github.com/mockportal/mockportal => ../..

require (
	github.com/google/go-cmp v0.7.0
	github.com/mockportal/mockportal v0.0.0
	golang.org/x/oauth2 v0.36.0
)

require (
	github.com/VictoriaMetrics/metrics v1.45.0 // indirect
	github.com/getkin/kin-openapi v0.153.0 // indirect
	github.com/go-openapi/jsonpointer v0.22.5 // indirect
	github.com/go-openapi/swag/jsonname v0.25.5 // indirect
	github.com/gorilla/mux v1.8.1 // indirect
	github.com/santhosh-tekuri/jsonschema/v6 v6.0.3 // indirect
	github.com/valyala/fastrand v1.1.0 // indirect
	github.com/valyala/histogram v1.2.0 // indirect
	go.yaml.in/yaml/v4 v4.0.0 // indirect
	golang.org/x/sys v0.38.0 // indirect
	golang.org/x/text v0.14.0 // indirect
)
