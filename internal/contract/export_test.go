package contract

// Load compiles a document as the embedded ones are compiled.
var Load = load
