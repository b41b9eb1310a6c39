// Command cel_go evaluates the rules of a file on its events with cel-go, as fast as cel-go can: the other side of a
// comparison. input.go says what the file looks like.
//
//	go run . FILE.json [-runs 9] [-seconds 0.5]
//	go run . -cases FILE.jsonl
//
// The second form is the other side of bench/cel_cases.py (cases.go). The first one:
//
// it prints the verdicts' hash (FNV-1a, 64 bits, over one byte for each event and in it each rule: '0' false, '1' true,
// '2' error), then the time an event takes, all rules: the median of the runs, the fastest and the slowest. The four ways
// are without and with a cost limit, each evaluation with a frame of its own, as the API means it, and with one for all
// rules of an event, which costs less (the limit is then one for the event): whoever compares takes the faster.
//
// One goroutine evaluates; the collector may use the other processors and is told to let the heap grow to five times
// what is alive. Rules are checked, folded and planned with OptOptimize (constants, sets, regular expressions) before
// the clock starts, and events are activations of cel-go's own values.
package main

import (
	"flag"
	"fmt"
	"hash/fnv"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/interpreter"
)

const costLimit = 100_000

func verdict(program cel.Program, input any) byte {
	result, _, err := program.Eval(input)
	switch {
	case err != nil:
		return '2'
	case result == types.True:
		return '1'
	default:
		return '0'
	}
}

// pass evaluates all rules on all events; `verdicts` has room for one byte each.
func pass(programs []cel.Program, all []event, oneFrame bool, verdicts []byte) error {
	at := 0
	for _, e := range all {
		if !oneFrame {
			for _, program := range programs {
				verdicts[at] = verdict(program, e)
				at++
			}
			continue
		}
		frame, err := interpreter.NewExecutionFrame(e)
		if err != nil {
			return err
		}
		for _, program := range programs {
			verdicts[at] = verdict(program, frame)
			at++
		}
		frame.Close()
	}
	return nil
}

type way struct {
	name     string
	options  []cel.ProgramOption
	oneFrame bool
}

func ways() []way {
	plain := []cel.ProgramOption{cel.EvalOptions(cel.OptOptimize)}
	limited := []cel.ProgramOption{cel.EvalOptions(cel.OptOptimize, cel.OptTrackCost), cel.CostLimit(costLimit)}
	return []way{
		{"optimised", plain, false},
		{"optimised, one frame for an event", plain, true},
		{"optimised, cost limit", limited, false},
		{"optimised, cost limit, one frame for an event", limited, true},
	}
}

// measure gives the nanoseconds per event of each run. The first run is a warm-up and doesn't count.
func measure(programs []cel.Program, all []event, oneFrame bool, runs int, seconds float64, verdicts []byte) ([]float64,
	error) {
	var out []float64
	for run := 0; run <= runs; run++ {
		runtime.GC()
		passes := 0
		begin := time.Now()
		for passes == 0 || time.Since(begin).Seconds() < seconds {
			if err := pass(programs, all, oneFrame, verdicts); err != nil {
				return nil, err
			}
			passes++
		}
		if run > 0 {
			out = append(out, float64(time.Since(begin).Nanoseconds())/float64(passes*len(all)))
		}
	}
	slices.Sort(out)
	return out, nil
}

func version() string {
	info, _ := debug.ReadBuildInfo()
	for _, module := range info.Deps {
		if module.Path == "cel.dev/cel-go" {
			return module.Version
		}
	}
	return "of unknown version"
}

func summary(verdicts []byte) string {
	hash := fnv.New64a()
	hash.Write(verdicts)
	var counts ['2' + 1]int
	for _, v := range verdicts {
		counts[v]++
	}
	return fmt.Sprintf("verdicts %016x: %d true, %d false, %d errors", hash.Sum64(), counts['1'], counts['0'], counts['2'])
}

func run(path string, runs int, seconds float64) error {
	debug.SetGCPercent(400)
	in, err := readInput(path)
	if err != nil {
		return err
	}
	env, err := environment(in.Variables)
	if err != nil {
		return err
	}
	all, err := events(in)
	if err != nil {
		return err
	}
	if len(all) == 0 || len(in.Rules) == 0 {
		return fmt.Errorf("%s: no events or no rules", path)
	}
	var options [][]cel.ProgramOption
	for _, w := range ways() {
		options = append(options, w.options)
	}
	programs, err := compile(env, in.Rules, options...)
	if err != nil {
		return err
	}
	fmt.Printf("cel-go %s, %s, %d rules, %d events\n", version(), runtime.Version(), len(in.Rules), len(all))
	for i, w := range ways() {
		verdicts := make([]byte, len(all)*len(in.Rules))
		times, err := measure(programs[i], all, w.oneFrame, runs, seconds, verdicts)
		if err != nil {
			return err
		}
		fmt.Printf("%s: %s\n", w.name, summary(verdicts))
		fmt.Printf("%s: %.1f ns per event, median of %d runs, %.1f to %.1f\n", w.name, times[len(times)/2], len(times),
			times[0], times[len(times)-1])
	}
	return nil
}

func main() {
	runs := flag.Int("runs", 9, "how often each way is timed")
	seconds := flag.Float64("seconds", 0.5, "how long a run takes at least")
	cases := flag.Bool("cases", false, "the file holds cases of bench/cel_cases: print what differs")
	flag.Usage = func() {
		fmt.Fprintln(os.Stderr, "Usage: cel_go [-runs N] [-seconds S] FILE.json\n       cel_go -cases FILE.jsonl")
		flag.PrintDefaults()
	}
	flag.Parse()
	if flag.NArg() != 1 || *runs < 1 {
		flag.Usage()
		os.Exit(2)
	}
	work := func() error { return run(flag.Arg(0), *runs, *seconds) }
	if *cases {
		work = func() error { return compareCases(flag.Arg(0), os.Stdout) }
	}
	if err := work(); err != nil {
		fmt.Fprintln(os.Stderr, "cel_go:", err)
		os.Exit(1)
	}
}
