package exact

import (
	"encoding/json"
)

// Decode reads a JSON text as encoding/json reads it into an any, with numbers as [json.Number], and several times as fast: the text is
// checked once, and what is left is to build values out of it. They may share its memory.
func Decode(text string) (any, error) {
	if !json.Valid([]byte(text)) {
		var value any
		return nil, json.Unmarshal([]byte(text), &value) // it says what is wrong
	}
	d := decoder{text}
	return d.value(), nil
}

// decoder holds the rest of a valid text.
type decoder struct{ rest string }

func (d *decoder) value() any {
	switch d.next() {
	case '{':
		return d.object()
	case '[':
		return d.array()
	case '"':
		return d.text()
	case 'n':
		d.rest = d.rest[len("null"):]
		return nil
	case 't':
		d.rest = d.rest[len("true"):]
		return true
	case 'f':
		d.rest = d.rest[len("false"):]
		return false
	}
	end := 0
	for end < len(d.rest) && d.rest[end] > ' ' && d.rest[end] != ',' && d.rest[end] != ']' && d.rest[end] != '}' {
		end++
	}
	return json.Number(d.take(end))
}

// next passes space and returns what comes then.
func (d *decoder) next() byte {
	for d.rest[0] <= ' ' {
		d.rest = d.rest[1:]
	}
	return d.rest[0]
}

// take takes the first n bytes.
func (d *decoder) take(n int) (taken string) {
	taken, d.rest = d.rest[:n], d.rest[n:]
	return taken
}

func (d *decoder) object() map[string]any {
	object := map[string]any{}
	for d.take(1); d.next() != '}'; {
		name := d.text()
		d.next()
		d.take(1) // a colon
		object[name] = d.value()
		if d.next() == ',' {
			d.take(1)
			d.next()
		}
	}
	d.take(1)
	return object
}

func (d *decoder) array() []any {
	array := []any{}
	for d.take(1); d.next() != ']'; {
		array = append(array, d.value())
		if d.next() == ',' {
			d.take(1)
		}
	}
	d.take(1)
	return array
}

func (d *decoder) text() string {
	plain := true
	for end := 1; ; end++ {
		switch b := d.rest[end]; {
		case b == '"' && plain:
			return d.take(end + 1)[1:end]
		case b == '"':
			var text string
			_ = json.Unmarshal([]byte(d.take(end+1)), &text) // it is valid
			return text
		case b == '\\':
			plain = false
			end++
		case b >= 0x80: // perhaps no UTF-8
			plain = false
		}
	}
}
