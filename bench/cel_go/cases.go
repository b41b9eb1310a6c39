package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/ext"
)

// A line of bench/cel_cases: an expression, its variables, and what Weir makes of it. A variable without a value is
// declared and not there; a value is an expression, too. Results are written as canonical() does, "error" whatever is
// wrong, and "refused" what the checker (or, unchecked, the parser) has a fault in.
type evaluationCase struct {
	Expression string `json:"expression"`
	Container  string `json:"container"`
	Checked    bool   `json:"checked"`
	Variables  []struct {
		Name  string  `json:"name"`
		Type  string  `json:"type"`
		Value *string `json:"value"`
	} `json:"variables"`
	Result  string `json:"result"`
	Type    string `json:"type"`    // what the checker found out
	Message string `json:"message"` // of what is refused
}

// What a differing case is told with.
type difference struct {
	Expression string            `json:"expression"`
	Container  string            `json:"container,omitempty"`
	Checked    bool              `json:"checked"`
	Ours       string            `json:"ours"`
	Theirs     string            `json:"theirs"`
	Message    string            `json:"message,omitempty"`
	Variables  map[string]string `json:"variables,omitempty"`
}

const (
	refused = "refused"
	failed  = "error"
)

// caseRunner keeps what many cases share: environments by their declarations, values by their text.
type caseRunner struct {
	environments map[string]*cel.Env
	values       map[string]ref.Val
}

func newCaseRunner() *caseRunner {
	return &caseRunner{map[string]*cel.Env{}, map[string]ref.Val{}}
}

// fullEnvironment has every library that Weir's language has a counterpart of.
func fullEnvironment(container string) (*cel.Env, error) {
	return cel.NewEnv(cel.Container(container), cel.OptionalTypes(), cel.EnableIdentifierEscapeSyntax(),
		cel.EnableErrorOnBadPresenceTest(true), cel.CrossTypeNumericComparisons(true), cel.DefaultUTCTimeZone(true),
		ext.Strings(ext.StringsMaxPrecision(1000)), ext.Math(), ext.Lists(), ext.Sets(), ext.Encoders(), ext.Bindings(), ext.TwoVarComprehensions(),
		ext.Network())
}

func (r *caseRunner) environment(c *evaluationCase) (*cel.Env, error) {
	key := c.Container
	for _, v := range c.Variables {
		key += "\n" + v.Name + " " + v.Type
	}
	if env, found := r.environments[key]; found {
		return env, nil
	}
	env, err := fullEnvironment(c.Container)
	if err != nil {
		return nil, err
	}
	for _, v := range c.Variables {
		t, err := parseType(v.Type)
		if err != nil {
			return nil, err
		}
		if env, err = env.Extend(cel.Variable(v.Name, t)); err != nil {
			return nil, err
		}
	}
	r.environments[key] = env
	return env, nil
}

func (r *caseRunner) value(env *cel.Env, text string) (ref.Val, error) {
	if known, found := r.values[text]; found {
		return known, nil
	}
	parsed, issues := env.Parse(text)
	if issues.Err() != nil {
		return nil, fmt.Errorf("value %s: %w", text, issues.Err())
	}
	program, err := env.Program(parsed)
	if err != nil {
		return nil, err
	}
	made, _, err := program.Eval(cel.NoVars())
	if err != nil {
		return nil, fmt.Errorf("value %s: %w", text, err)
	}
	r.values[text] = made
	return made, nil
}

// run gives cel-go's result, the type that its checker found out, and what it says of a fault.
func (r *caseRunner) run(c *evaluationCase) (result, deduced, message string, err error) {
	env, err := r.environment(c)
	if err != nil {
		return "", "", "", err
	}
	bound := map[string]any{}
	for _, v := range c.Variables {
		if v.Value == nil {
			continue
		}
		if bound[v.Name], err = r.value(env, *v.Value); err != nil {
			return "", "", "", err
		}
	}
	expression, issues := env.Parse(c.Expression)
	if issues.Err() == nil && c.Checked {
		expression, issues = env.Check(expression)
	}
	if issues.Err() != nil {
		return refused, "", issues.Err().Error(), nil
	}
	if c.Checked {
		deduced = typeName(expression.OutputType())
	}
	program, fault := env.Program(expression)
	if fault != nil {
		return refused, deduced, fault.Error(), nil
	}
	out, _, fault := program.Eval(bound)
	if fault != nil {
		return failed, deduced, fault.Error(), nil
	}
	return canonical(out), deduced, "", nil
}

// typeName writes a type as Weir does.
func typeName(t *cel.Type) string {
	switch t.Kind() {
	case types.TimestampKind:
		return "timestamp"
	case types.DurationKind:
		return "duration"
	case types.NullTypeKind:
		return "null"
	case types.TypeKind:
		return "type"
	case types.TypeParamKind:
		return "dyn"
	}
	name := strings.Replace(t.TypeName(), "optional_type", "optional", 1)
	if len(t.Parameters()) == 0 {
		return name
	}
	var parameters []string
	for _, parameter := range t.Parameters() {
		parameters = append(parameters, typeName(parameter))
	}
	return name + "(" + strings.Join(parameters, ", ") + ")"
}

// judged compares. To refuse and to fail are alike, but that without a checker a fault must not hide a value elsewhere.
func judged(c *evaluationCase, result, deduced, message string) *difference {
	ours, theirs := c.Result, result
	if c.Checked && ours != refused && theirs != refused {
		ours, theirs = ours+" of type "+c.Type, theirs+" of type "+deduced
	}
	bothFail := (c.Result == refused || c.Result == failed) && (result == refused || result == failed)
	if ours == theirs || bothFail && (c.Checked || result == refused) {
		return nil
	}
	out := &difference{Expression: c.Expression, Container: c.Container, Checked: c.Checked, Ours: ours, Theirs: theirs,
		Message: strings.TrimSpace(c.Message + "\n" + message), Variables: map[string]string{}}
	for _, v := range c.Variables {
		if v.Value != nil && strings.Contains(c.Expression, v.Name) {
			out.Variables[v.Name] = *v.Value
		}
	}
	return out
}

// compareCases writes each difference as a line of JSON, and at last how many cases there were.
func compareCases(path string, out io.Writer) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	runner := newCaseRunner()
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	lines := bufio.NewReader(file)
	count := 0
	for {
		line, end := lines.ReadBytes('\n')
		if len(line) == 0 {
			break
		}
		count++
		c := &evaluationCase{}
		if err := json.Unmarshal(line, c); err != nil {
			return fmt.Errorf("%s:%d: %w", path, count, err)
		}
		result, deduced, message, err := runner.run(c)
		if err != nil {
			return fmt.Errorf("%s:%d: %s: %w", path, count, c.Expression, err)
		}
		if found := judged(c, result, deduced, message); found != nil {
			if err := encoder.Encode(found); err != nil {
				return err
			}
		}
		if end != nil {
			break
		}
	}
	return encoder.Encode(map[string]int{"cases": count})
}
