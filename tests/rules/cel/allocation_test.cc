// Once warm, an evaluation allocates nothing. The test counts calls of operator new, so it replaces it.
#include <gtest/gtest.h>

#include <cstdlib>
#include <new>
#include <string>

#include "rules/cel/program.h"
#include "rules/cel/scratch.h"
#include "tests/rules/cel/both_ways.h"

namespace {

thread_local long allocations = 0;

void* counted(std::size_t size) {
  ++allocations;
  return std::malloc(size == 0 ? 1 : size);
}

void* counted_or_thrown(std::size_t size) {
  if (void* memory = counted(size)) return memory;
  throw std::bad_alloc();
}

}  // namespace

void* operator new(std::size_t size) { return counted_or_thrown(size); }
void* operator new[](std::size_t size) { return counted_or_thrown(size); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return counted(size); }
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept { return counted(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
void operator delete[](void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }

namespace weir::cel {
namespace {

TEST(Allocation, TheCounterCounts) {
  const long before = allocations;
  const std::string text(1000, 'x');
  EXPECT_GT(allocations, before);
}

TEST(Allocation, AWarmEvaluationMakesNone) {
  World world;
  world.with("amount", TypeKind::kMoney, Value::money(20'000, 978))
      .with("card.count_1h", TypeKind::kInt, Value::int64(4))
      .with("channel", TypeKind::kString, Value::string("online, with a text that is longer than any small buffer"))
      .with("mean", TypeKind::kDouble, Value::real(1.5))
      .with("time", TypeKind::kTimestamp, Value::timestamp(1'772'184'600, 5))
      .with("gone", TypeKind::kInt, Value::absent());
  const char* const expressions[] = {
      "card.count_1h >= 3 && channel == 'online' && amount >= eur('150.00') && channel in ['RU','NG']",
      "gone > 3 || gone + 1 > 2",
      "channel + channel + string(mean) + string(card.count_1h) + string(time) + string(time - timestamp(0))",
      "[card.count_1h, 2, 3].map(x, x * card.count_1h).filter(y, y > 2).map(z, [z, z])",
      "{channel: mean, 'b': 2.0}[channel] > 1.0 && [1, card.count_1h].exists(x, {x: 'a'}.size() == 1)",
      "[card.count_1h, 2].transformMap(i, x, x > i, x).size() + [1, 2].transformMapEntry(i, x, {x: i})[1]",
      "cel.bind(n, card.count_1h + 1, cel.block([n, cel.index(0) * 2], cel.index(1)))",
      "gone.orValue(card.count_1h) > 3 && [?gone.or(card.count_1h), 2].size() == 2 && {?'a': gone.optMap(x, x)}.?a == "
      "optional.none()",
      "channel.matches('^onl.*buffer$') && channel.contains('longer') && size(channel) > 10",
      "time.getHours('+02:00') + duration('1h').getMinutes() + int('12') + int(double('1.5e2'))",
      "math.greatest(card.count_1h, 3, 2u) == 4 && math.abs(amount) < math.least([amount, amount * 2])",
      "'%s: %.3f, %.300e, %s, %s'.format([channel, mean, mean, {channel: amount, 'a': [time]}, mean])",
      "channel.replace('o', '').split(' ').join('-').upperAscii().reverse().trim() + strings.quote(channel)",
      "base64.decode(base64.encode(bytes(channel))) == b'' || channel.charAt(3) + channel.substring(2, 40) == ''",
      "cidr('10.0.0.0/8').containsIP(ip('10.' + string(card.count_1h) + '.0.1')) && isIP(channel)",
      "[card.count_1h, 3, 2, 2].distinct().sort().reverse().slice(0, 2) == lists.range(2) || sets.contains([1], [2])",
      "time.getHours('Europe/Berlin') + time.getDayOfWeek('America/' + (channel == '' ? 'Lima' : 'Sao_Paulo'))",
  };
  Scratch scratch;
  for (const char* expression : expressions) {
    const auto program = compile(expression, {nullptr, 1, 1, 1}, world.environment(), Type::dyn());
    ASSERT_TRUE(program.ok()) << expression << program.error().render();
    for (int warm_up = 0; warm_up < 3; ++warm_up) (void)program->evaluate(world.slots(), scratch);
    const long before = allocations;
    for (int i = 0; i < 100; ++i) (void)program->evaluate(world.slots(), scratch);
    EXPECT_EQ(allocations, before) << expression;
  }
}

}  // namespace
}  // namespace weir::cel
