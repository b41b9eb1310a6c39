package main

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
	"cel.dev/cel-go/ext"
)

// canonical writes a value and its type as bench/cel_cases.cc does: texts in quotes with \x.. for every byte that isn't
// plain ASCII, doubles with the fewest digits that are enough, entries of maps sorted by their texts.
func canonical(value ref.Val) string {
	switch v := value.(type) {
	case types.Null:
		return "null"
	case types.Bool:
		return strconv.FormatBool(bool(v))
	case types.Int:
		return strconv.FormatInt(int64(v), 10)
	case types.Uint:
		return strconv.FormatUint(uint64(v), 10) + "u"
	case types.Double:
		return canonicalDouble(float64(v))
	case types.String:
		return quoted(string(v))
	case types.Bytes:
		return "b" + quoted(string(v))
	case types.Timestamp:
		return fmt.Sprintf("timestamp %d.%09d", v.Unix(), v.Nanosecond())
	case types.Duration:
		return canonicalSpan(v.Duration)
	case *types.Type:
		return "type " + v.TypeName()
	case *types.Optional:
		if !v.HasValue() {
			return "optional.none"
		}
		return "optional(" + canonical(v.GetValue()) + ")"
	case ext.IP:
		return "ip " + v.Addr.String()
	case ext.CIDR:
		return "cidr " + v.Prefix.String()
	case traits.Lister:
		return "[" + strings.Join(elements(v), ", ") + "]"
	case traits.Mapper:
		return canonicalMap(v)
	}
	return fmt.Sprintf("a %T", value)
}

func canonicalDouble(d float64) string {
	switch {
	case math.IsNaN(d):
		return "double nan"
	case math.IsInf(d, 1):
		return "double inf"
	case math.IsInf(d, -1):
		return "double -inf"
	}
	return "double " + strconv.FormatFloat(d, 'e', -1, 64)
}

// The fraction counts upwards also below zero.
func canonicalSpan(d time.Duration) string {
	seconds := int64(d / time.Second)
	nanoseconds := int64(d % time.Second)
	if nanoseconds < 0 {
		seconds--
		nanoseconds += int64(time.Second)
	}
	return fmt.Sprintf("duration %d.%09d", seconds, nanoseconds)
}

func quoted(text string) string {
	var out strings.Builder
	out.WriteByte('"')
	for _, b := range []byte(text) {
		if b < ' ' || b > '~' || b == '"' || b == '\\' {
			fmt.Fprintf(&out, "\\x%02x", b)
		} else {
			out.WriteByte(b)
		}
	}
	out.WriteByte('"')
	return out.String()
}

func elements(list traits.Lister) []string {
	var out []string
	for i := types.Int(0); i < list.Size().(types.Int); i++ {
		out = append(out, canonical(list.Get(i)))
	}
	return out
}

func canonicalMap(m traits.Mapper) string {
	var entries []string
	for i := m.Iterator(); i.HasNext() == types.True; {
		key := i.Next()
		entries = append(entries, canonical(key)+": "+canonical(m.Get(key)))
	}
	slices.Sort(entries)
	return "{" + strings.Join(entries, ", ") + "}"
}
