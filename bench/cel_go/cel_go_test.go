package main

import (
	"encoding/json"
	"testing"
)

func TestTheExampleHasTheSameVerdictsInEveryWay(t *testing.T) {
	in, err := readInput("example.json")
	if err != nil {
		t.Fatal(err)
	}
	env, err := environment(in.Variables)
	if err != nil {
		t.Fatal(err)
	}
	all, err := events(in)
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range ways() {
		programs, err := compile(env, in.Rules, w.options)
		if err != nil {
			t.Fatal(err)
		}
		verdicts := make([]byte, len(all)*len(in.Rules))
		if err := pass(programs[0], all, w.oneFrame, verdicts); err != nil {
			t.Fatal(err)
		}
		if got, want := string(verdicts), "11101"+"00002"+"00110"; got != want {
			t.Errorf("%s: %s, want %s", w.name, got, want)
		}
	}
}

func TestAmountsInRulesAreMinorUnits(t *testing.T) {
	variables := []variable{{"amount", "money"}}
	env, err := environment(variables)
	if err != nil {
		t.Fatal(err)
	}
	in := &input{Variables: variables}
	if err := json.Unmarshal([]byte(`[{"amount": 150}, {"amount": 151}]`), &in.Events); err != nil {
		t.Fatal(err)
	}
	all, err := events(in)
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"amount > eur('1.5')": "01", "amount == usd('1.50')": "10", "amount < jpy('151')": "10",
		"amount < jpy('1.5')": "22", "amount < -eur('0.01') || amount == 2 * eur('0.75')": "10",
	} {
		programs, err := compile(env, []rule{{"r", text}}, ways()[0].options)
		if err != nil {
			t.Fatal(err)
		}
		verdicts := make([]byte, len(all))
		if err := pass(programs[0], all, true, verdicts); err != nil {
			t.Fatal(err)
		}
		if string(verdicts) != want {
			t.Errorf("%s: %s, want %s", text, verdicts, want)
		}
	}
}
