// Arbitrary bytes as source text, and as the choices of the expression maker: whatever compiles must evaluate to the
// same result both ways. With WEIR_FUZZERS this is a libFuzzer target; else an ordinary program that runs the built-in
// corpus and mutations of it, or the files that it is given.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "rules/cel/program.h"
#include "rules/cel/reference.h"
#include "rules/cel/scratch.h"
#include "tests/engine/base/fuzz_files.h"
#include "tests/rules/cel/both_ways.h"
#include "tests/rules/cel/expression_maker.h"

namespace weir::cel {
namespace {

long compiled = 0;

void evaluate_both_ways(std::string_view text, const World& world, Checking checking = Checking::kStrict) {
  static Scratch scratch;
  const auto program = compile(text, {nullptr, 1, 1, 1}, world.environment(), Type::dyn(), checking);
  const auto reference = Reference::make(text, world.environment(), Type::dyn(), checking);
  if (!program.ok()) {
    (void)program.error().render();
    return;
  }
  if (checking == Checking::kStrict) ++compiled;
  scratch.set_exchange(world.exchange());
  const Value value = program->evaluate(world.slots(), scratch);
  const auto expected = reference->evaluate(world.slots(), world.exchange());
  if (agree(expected, value)) return;
  std::fprintf(stderr, "%.*s\n  compiled:  %s\n  reference: %s\n", static_cast<int>(text.size()), text.data(),
               to_text(reference_from(value)).c_str(), to_text(expected).c_str());
  std::abort();
}

void run_one(std::span<const std::uint8_t> bytes) {
  if (bytes.empty()) return;
  static World world = maker_world();
  ExpressionMaker maker(bytes.subspan(1));
  // An odd first byte: the rest is source text. An even one: the rest are choices.
  if (bytes[0] % 2 == 1) {
    const std::vector<std::uint8_t> choices(64, bytes[0]);
    ExpressionMaker(choices).fill(world.slots());
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()) + 1, bytes.size() - 1);
    evaluate_both_ways(text, world);
    evaluate_both_ways(text, world, Checking::kDynamic);
    return;
  }
  maker.fill(world.slots());
  evaluate_both_ways(maker.expression(TypeKind::kBool, 6), world);
}

}  // namespace
}  // namespace weir::cel

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  weir::cel::run_one({data, size});
  return 0;
}

#ifndef WEIR_LIBFUZZER
namespace {

constexpr const char* kCorpus[] = {
    "i1 >= 3 && s1 == 'online' && m1 >= eur('150.00') && s2 in ['RU','NG']",
    "has(a.b) ? a.b : -1",
    "[1, 2, 3].map(x, x * i1).filter(y, y > 2).exists(z, z in l1)",
    "{'k': i1, 'j': 2}.all(k, k.size() < 3) || mp.k == 5",
    "timestamp('2026-02-27T09:30:00Z') - t1 > duration('1h30m') + p1",
    "string(d1) + 'é\\u00e9\\x41' + r'\\d' + '''a'b''' + string(b'\\xff')",
    "s1.matches('^a+(b|c)*$') && !s2.contains('x') || b1",
    "int(u1) + int('12') % 5 - int(2.5e3) / i2",
    "d1 * 2 + 0.5 < 1e9 && 3 in [1, 2.0, any]",
    "type(any) == int || dyn(u1) < d2 || any != null",
    "t1.getHours('+02:00') in [1, 2, 3] ? b'a' + y1 : bytes('é')",
    "l1.exists_one(x, 6 / x == 2) && size(ls + ['a']) == 3 && ls[0] < 'b'",
    "m1 * (-9223372036854775808 / i1) == 2 * m2 - eur('1')",
    "{'k': i1}.?k.optMap(x, x + 1).or(l1[?0]).orValue(2) == a.?b.orValue(3) && [?optional.of(1), 2] != l1",
    "cel.bind(x, i1 + 1, l1.transformMap(i, y, y > x, i)) == {?1: optional.none(), 2: 1}",
    "(((((1)))))// comment\n",
    "math.greatest(i1, d1, 3u) == math.least([1, 2]) || math.abs(m1) > eur('1')",
    "'%s %.3f %x'.format([any, d1, i1]) + s1.replace('a', s2, 2).split('').join('-')",
    "s1.indexOf('b', 1) + s2.lastIndexOf('') == math.bitShiftLeft(1, i1) && strings.quote(s1) != ''",
    "cidr('10.0.0.0/8').containsIP(s1) ? ip(s2).isLoopback() : ip.isCanonical(s1)",
    "base64.decode(base64.encode(y1)) == y1 && l1.distinct().sort().reverse().slice(0, 1) == [[1], l1].flatten()",
    "sets.contains(l1, lists.range(3)) || s1.trim().lowerAscii().reverse().charAt(0) == s1.substring(1, 2)",
};

int run_corpus() {
  std::mt19937 random(20260227);
  const auto run_text = [](const std::string& text) {
    const std::string input = "\x01" + text;
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
  };
  long runs = 0;
  for (const char* seed : kCorpus) run_text(seed), ++runs;
  const long corpus_compiled = weir::cel::compiled;
  for (int i = 0; i < 20'000; ++i, ++runs) {
    std::string text = kCorpus[random() % std::size(kCorpus)];
    for (auto edits = 1 + random() % 3; edits > 0 && !text.empty(); --edits) {
      const std::size_t at = random() % text.size();
      const std::string_view other = kCorpus[random() % std::size(kCorpus)];
      switch (random() % 4) {
        case 0:
          text.erase(at, 1 + random() % 4);
          break;
        case 1:
          text[at] = static_cast<char>(random());
          break;
        case 2:
          text.insert(at, other.substr(random() % other.size(), random() % 12));
          break;
        default:
          text = text.substr(0, at) + std::string(other.substr(random() % other.size()));
          break;
      }
    }
    run_text(text);
  }
  for (int i = 0; i < 5'000; ++i, ++runs) {
    std::vector<std::uint8_t> bytes(1 + random() % 400);
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
    bytes[0] = 0;
    LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
  }
  std::printf("%ld runs, %ld compiled\n", runs, weir::cel::compiled);
  // A corpus that no longer compiles would test the lexer alone.
  const bool alive = corpus_compiled == static_cast<long>(std::size(kCorpus)) && weir::cel::compiled > 5'500;
  if (!alive) std::fprintf(stderr, "the corpus has rotted: %ld of %zu compile\n", corpus_compiled, std::size(kCorpus));
  return alive ? 0 : 1;
}

}  // namespace

int main(int count, char** names) {
  if (count == 1) return run_corpus();
  return weir::test::fuzz_files(count, names);
}
#endif
