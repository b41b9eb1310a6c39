package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestCasesThatDifferAreTold(t *testing.T) {
	lines := []string{
		`{"expression": "1 + 1", "checked": true, "result": "2", "type": "int"}`,
		`{"expression": "1 + 1", "checked": true, "result": "3", "type": "int"}`,
		`{"expression": "1 + 1", "checked": true, "result": "2", "type": "dyn"}`,
		`{"expression": "[x, a.y]", "container": "a", "result": "[2, 3u]", "variables": [
			{"name": "x", "type": "int", "value": "1 + 1"}, {"name": "a.y", "type": "dyn", "value": "3u"}]}`,
		`{"expression": "x", "result": "error", "variables": [{"name": "x", "type": "int"}]}`,
		`{"expression": "1 +", "result": "refused"}`,
		`{"expression": "1 / 0", "checked": true, "result": "refused"}`,
		`{"expression": "1 / 0", "result": "refused"}`,
		`{"expression": "{'b': 0.5, 'a': b'\\xff'}", "result": "{\"a\": b\"\\xff\", \"b\": double 5e-01}"}`,
		`{"expression": "[optional.of(duration('-1.5s')), optional.none()]",
			"result": "[optional(duration -2.500000000), optional.none]"}`,
		`{"expression": "[type(ip('::1')), ip('::1'), cidr('10.0.0.0/8'), timestamp(0), null]",
			"result": "[type net.IP, ip ::1, cidr 10.0.0.0/8, timestamp 0.000000000, null]"}`,
	}
	path := filepath.Join(t.TempDir(), "cases.jsonl")
	var file strings.Builder
	for _, line := range lines {
		file.WriteString(strings.ReplaceAll(line, "\n", " ") + "\n")
	}
	if err := os.WriteFile(path, []byte(file.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := compareCases(path, &out); err != nil {
		t.Fatal(err)
	}
	told := strings.Split(strings.TrimSpace(out.String()), "\n")
	wanted := []string{
		`"ours":"3 of type int","theirs":"2 of type int"`, `"ours":"2 of type dyn","theirs":"2 of type int"`,
		`"ours":"refused","theirs":"error"`, `{"cases":11}`,
	}
	if len(told) != len(wanted) {
		t.Fatalf("told %d:\n%s", len(told), out.String())
	}
	for i, want := range wanted {
		if !strings.Contains(told[i], want) {
			t.Errorf("%s, want %s", told[i], want)
		}
	}
}
