package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

// The file that both engines read, JSON:
//
//	{
//	  "variables": [{"name": "amount", "type": "money"}, {"name": "card.count_1h", "type": "int"}],
//	  "rules": [{"id": "large", "when": "amount >= eur('150.00') && card.count_1h > 3"}],
//	  "events": [{"amount": 20000, "card.count_1h": 4}]
//	}
//
// Types are bool, int, uint, double, string, timestamp (RFC 3339), duration ("90s"), list(T), map(K, V) and money; bytes
// and dyn are for cases.go. An amount is in minor units of one currency, which all rules share; eur('150.00') in a rule
// is then the int 15000 here, folded when the rule is compiled, so that a comparison of amounts is one of ints. Every
// event gives every variable. Rules yield bool, and must need no conversion that only one of the engines makes (write
// 3.0 beside a double).
type input struct {
	Variables []variable                   `json:"variables"`
	Rules     []rule                       `json:"rules"`
	Events    []map[string]json.RawMessage `json:"events"`
}

type variable struct {
	Name string `json:"name"`
	Type string `json:"type"`
}

type rule struct {
	ID   string `json:"id"`
	When string `json:"when"`
}

func readInput(path string) (*input, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	in := &input{}
	if err := json.Unmarshal(text, in); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return in, nil
}

var simpleTypes = map[string]*cel.Type{
	"bool": cel.BoolType, "int": cel.IntType, "uint": cel.UintType, "double": cel.DoubleType, "string": cel.StringType,
	"timestamp": cel.TimestampType, "duration": cel.DurationType, "money": cel.IntType, "bytes": cel.BytesType,
	"dyn": cel.DynType,
}

// parseType reads "int" or "map(string, list(int))".
func parseType(text string) (*cel.Type, error) {
	if simple, ok := simpleTypes[text]; ok {
		return simple, nil
	}
	if inner, ok := strings.CutPrefix(text, "list("); ok && strings.HasSuffix(inner, ")") {
		element, err := parseType(strings.TrimSuffix(inner, ")"))
		if err != nil {
			return nil, err
		}
		return cel.ListType(element), nil
	}
	if inner, ok := strings.CutPrefix(text, "map("); ok && strings.HasSuffix(inner, ")") {
		key, value, _ := strings.Cut(strings.TrimSuffix(inner, ")"), ",")
		keyType, err := parseType(strings.TrimSpace(key))
		if err != nil {
			return nil, err
		}
		valueType, err := parseType(strings.TrimSpace(value))
		if err != nil {
			return nil, err
		}
		return cel.MapType(keyType, valueType), nil
	}
	return nil, fmt.Errorf("there is no type %q", text)
}

// value makes of JSON what cel-go computes with, so that no evaluation has to convert it.
func value(raw json.RawMessage, t *cel.Type) (ref.Val, error) {
	native, err := nativeValue(raw, t)
	if err != nil {
		return nil, err
	}
	out := types.DefaultTypeAdapter.NativeToValue(native)
	if types.IsError(out) {
		return nil, fmt.Errorf("%s is no %s", raw, t)
	}
	return out, nil
}

func decoded[T any](raw json.RawMessage) (T, error) {
	var out T
	err := json.Unmarshal(raw, &out)
	return out, err
}

func nativeValue(raw json.RawMessage, t *cel.Type) (any, error) {
	switch t.Kind() {
	case cel.BoolKind:
		return decoded[bool](raw)
	case cel.IntKind:
		return decoded[int64](raw)
	case cel.UintKind:
		return decoded[uint64](raw)
	case cel.DoubleKind:
		return decoded[float64](raw)
	case cel.StringKind:
		return decoded[string](raw)
	case cel.TimestampKind:
		return decoded[time.Time](raw)
	case cel.DurationKind:
		text, err := decoded[string](raw)
		if err != nil {
			return nil, err
		}
		return time.ParseDuration(text)
	case cel.ListKind:
		return listValue(raw, t)
	default:
		return mapValue(raw, t)
	}
}

func listValue(raw json.RawMessage, t *cel.Type) (any, error) {
	elements, err := decoded[[]json.RawMessage](raw)
	if err != nil {
		return nil, err
	}
	if t.Parameters()[0].Kind() == cel.StringKind {
		return decoded[[]string](raw)
	}
	out := make([]ref.Val, len(elements))
	for i, element := range elements {
		if out[i], err = value(element, t.Parameters()[0]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// mapValue takes the keys of a JSON object as values of the key type.
func mapValue(raw json.RawMessage, t *cel.Type) (any, error) {
	members, err := decoded[map[string]json.RawMessage](raw)
	if err != nil {
		return nil, err
	}
	out := make(map[ref.Val]ref.Val, len(members))
	for name, member := range members {
		key := ref.Val(types.String(name))
		if t.Parameters()[0].Kind() != cel.StringKind {
			if key, err = value(json.RawMessage(name), t.Parameters()[0]); err != nil {
				return nil, err
			}
		}
		if out[key], err = value(member, t.Parameters()[1]); err != nil {
			return nil, err
		}
	}
	return out, nil
}
