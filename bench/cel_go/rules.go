package main

import (
	"fmt"
	"strconv"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/ext"
)

var decimals = map[string]int{"eur": 2, "usd": 2, "gbp": 2, "chf": 2, "jpy": 0}

// currencyFunction makes eur('150.00') the int 15000.
func currencyFunction(name string, places int) cel.EnvOption {
	return cel.Function(name, cel.Overload(name+"_string", []*cel.Type{cel.StringType}, cel.IntType,
		cel.UnaryBinding(func(argument ref.Val) ref.Val {
			whole, fraction, _ := strings.Cut(string(argument.(types.String)), ".")
			if len(fraction) > places {
				return types.NewErr("%s has at most %d decimals", name, places)
			}
			units, err := strconv.ParseInt(whole+fraction+strings.Repeat("0", places-len(fraction)), 10, 64)
			if err != nil {
				return types.NewErr("%v is no amount", argument)
			}
			return types.Int(units)
		})))
}

func environment(variables []variable) (*cel.Env, error) {
	options := []cel.EnvOption{ext.Strings(), ext.Math(), ext.Encoders(), ext.Bindings(), cel.OptionalTypes()}
	for name, places := range decimals {
		options = append(options, currencyFunction(name, places))
	}
	for _, v := range variables {
		t, err := parseType(v.Type)
		if err != nil {
			return nil, fmt.Errorf("variable %s: %w", v.Name, err)
		}
		options = append(options, cel.Variable(v.Name, t))
	}
	return cel.NewEnv(options...)
}

// compile checks each rule and folds its constants, then makes a program of it for each set of options.
func compile(env *cel.Env, rules []rule, options ...[]cel.ProgramOption) ([][]cel.Program, error) {
	folding, err := cel.NewConstantFoldingOptimizer()
	if err != nil {
		return nil, err
	}
	optimizer, err := cel.NewStaticOptimizer(folding)
	if err != nil {
		return nil, err
	}
	out := make([][]cel.Program, len(options))
	for _, r := range rules {
		checked, issues := env.Compile(r.When)
		if issues.Err() != nil {
			return nil, fmt.Errorf("rule %s: %w", r.ID, issues.Err())
		}
		if checked.OutputType() != cel.BoolType {
			return nil, fmt.Errorf("rule %s is %s, not bool", r.ID, checked.OutputType())
		}
		folded, issues := optimizer.Optimize(env, checked)
		if issues.Err() != nil {
			return nil, fmt.Errorf("rule %s: %w", r.ID, issues.Err())
		}
		for i, set := range options {
			program, err := env.Program(folded, set...)
			if err != nil {
				return nil, fmt.Errorf("rule %s: %w", r.ID, err)
			}
			out[i] = append(out[i], program)
		}
	}
	return out, nil
}

// event is an activation whose values are cel-go's own already.
type event map[string]ref.Val

func (e event) ResolveName(name string) (any, bool) {
	v, found := e[name]
	return v, found
}

func (e event) Parent() cel.Activation { return nil }

func events(in *input) ([]event, error) {
	declared := make([]*cel.Type, len(in.Variables))
	for i, v := range in.Variables {
		t, err := parseType(v.Type)
		if err != nil {
			return nil, err
		}
		declared[i] = t
	}
	out := make([]event, len(in.Events))
	for number, raw := range in.Events {
		out[number] = make(event, len(in.Variables))
		for i, v := range in.Variables {
			member, given := raw[v.Name]
			if !given {
				return nil, fmt.Errorf("event %d: no %s", number, v.Name)
			}
			made, err := value(member, declared[i])
			if err != nil {
				return nil, fmt.Errorf("event %d: %s: %w", number, v.Name, err)
			}
			out[number][v.Name] = made
		}
	}
	return out, nil
}
