#include "ops/generator/generator.h"

#include <algorithm>
#include <vector>

#include "engine/base/check.h"
#include "ops/generator/agenda.h"
#include "ops/generator/calendar.h"
#include "ops/generator/damage.h"
#include "ops/generator/habits.h"
#include "ops/generator/identifiers.h"
#include "ops/generator/incidents.h"
#include "ops/generator/labels.h"
#include "ops/generator/record_writer.h"
#include "ops/generator/slots.h"
#include "ops/generator/world.h"

namespace weir::generator {

namespace {

enum Fact : std::uint64_t { kArrivalFate = 0x400, kSecondLeg, kDamageKind };

}  // namespace

struct Generator::State {
  explicit State(const GeneratorOptions& options)
      : world(options),
        habits(world),
        incidents(world),
        label_process(options),
        writer(world),
        late_ppm(per_million(options.late_share)),
        duplicate_ppm(per_million(options.duplicate_share)),
        malformed_ppm(per_million(options.malformed_share)),
        next_day(day_of(options.start_ms) - 1),
        last_number(options.first_id - 1) {}

  bool next(GeneratedRecord& out);
  void plan_day();
  bool happen(const Step& step, std::int64_t time_ms, GeneratedRecord& out);
  void apply(const Step& step);
  void write(const Step& step, std::uint64_t number, std::int64_t time_ms, GeneratedRecord& out);
  void add_second_leg(const Step& step, std::uint64_t number, std::int64_t time_ms);
  void add_labels(const Step& step, std::uint64_t number, std::int64_t arrival_ms);
  void add_malformed(const Step& step, std::int64_t time_ms);
  void add_arrival(GeneratedRecord record);
  void label_record(const Label& label, GeneratedRecord& out);

  World world;
  Habits habits;
  Incidents incidents;
  LabelProcess label_process;
  RecordWriter writer;
  std::uint32_t late_ppm;
  std::uint32_t duplicate_ppm;
  std::uint32_t malformed_ppm;

  Agenda agenda;
  Slots<Step> steps;
  Slots<GeneratedRecord> arrivals;
  Slots<Label> labels;
  std::vector<Label> new_labels;
  std::int32_t next_day;       // the first that is not planned
  std::uint64_t last_number;   // of an event
  std::uint64_t payments = 0;  // so far
};

bool Generator::State::next(GeneratedRecord& out) {
  while (true) {
    // A day's first events are those of travellers in the Far East, at most half a day before its UTC midnight.
    while (agenda.empty() || agenda.next().time_ms >= next_day * kDayMs - kDayMs / 2) {
      if (next_day * kDayMs >= kStreamEndMs + kDayMs) break;
      plan_day();
    }
    if (agenda.empty() || agenda.next().time_ms >= kStreamEndMs) return false;
    const Entry entry = agenda.take();
    switch (entry.duty) {
      case Duty::kHabit:
        if (entry.time_ms >= world.options.start_ms && happen(habits.perform(entry), entry.time_ms, out)) return true;
        break;
      case Duty::kStep:
        if (happen(steps.take(entry.index), entry.time_ms, out)) return true;
        break;
      case Duty::kArrival:
        out = arrivals.take(entry.index);
        return true;
      case Duty::kLabel:
        label_record(labels.take(entry.index), out);
        return true;
    }
  }
}

void Generator::State::plan_day() {
  const Today today = make_today(next_day++);
  habits.plan_day(today, agenda);
  if (today.day < day_of(world.options.start_ms)) return;
  incidents.plan_day(today, payments, label_process, [&](std::int64_t time_ms, const Step& step) {
    agenda.add({time_ms, 0, steps.put(step), 0, Duty::kStep, 0, 0});
  });
}

// Puts one step into effect; true if its record is the next one of the stream.
bool Generator::State::happen(const Step& step, std::int64_t time_ms, GeneratedRecord& out) {
  apply(step);
  if (step.action == Action::kReplaceCard) return false;
  const std::uint64_t number = ++last_number;
  Random fate(derive(world.options.seed, kArrivalFate, number));
  const bool late = fate.chance(late_ppm);
  const bool twice = fate.chance(duplicate_ppm);
  const bool damaged_too = step.action == Action::kCardPayment && fate.chance(malformed_ppm);

  write(step, number, time_ms, out);
  if (late) {
    out.late = true;
    out.stream_time_ms += fate.log_normal(25 * kMinuteMs, 170, kMinuteMs, 6 * kHourMs);
  }
  if (twice) {
    GeneratedRecord copy = out;
    copy.duplicate = true;
    copy.stream_time_ms += fate.log_normal(40 * kSecondMs, 150, kSecondMs, 10 * kMinuteMs);
    add_arrival(std::move(copy));
  }
  if (step.action != Action::kProfileChange) {
    ++payments;
    add_labels(step, number, out.stream_time_ms);
    add_second_leg(step, number, time_ms);
  }
  if (damaged_too) add_malformed(step, time_ms);
  if (!late) return true;
  add_arrival(out);
  return false;
}

void Generator::State::apply(const Step& step) {
  Customer& customer = world.customers.mutate(step.customer);
  if (step.action == Action::kReplaceCard) ++customer.cards_replaced;
  if (step.action != Action::kProfileChange) return;
  if (step.change == Change::kEmail) customer.contact = step.contact;
  if (step.change == Change::kAddress) ++customer.moves;
}

void Generator::State::write(const Step& step, std::uint64_t number, std::int64_t time_ms, GeneratedRecord& out) {
  out.topic = StreamTopic::kTransactions;
  out.key.clear();
  append_customer_id(out.key, step.customer);
  out.value.clear();
  writer.event(step, number, time_ms, out.value);
  out.id.clear();
  append_event_id(out.id, step.action, number);
  out.stream_time_ms = out.event_time_ms = time_ms;
  out.late = out.duplicate = out.malformed = false;
  out.truth = {step.truth.fraud, step.truth.typology};
}

// A transfer within the bank is seen twice: once leaving one account, once reaching the other.
void Generator::State::add_second_leg(const Step& step, std::uint64_t number, std::int64_t time_ms) {
  if (step.action != Action::kTransferOut || !step.party.of_this_bank()) return;
  Random random(derive(world.options.seed, kSecondLeg, number));
  Step leg = step;
  leg.action = Action::kTransferIn;
  leg.channel = Channel::kBatch;
  leg.customer = step.party.number;
  leg.savings = step.party.kind == PartyKind::kSavings;
  leg.party = {step.savings ? PartyKind::kSavings : PartyKind::kCustomer, 0, step.customer};
  leg.device = {};
  leg.reference = number;
  agenda.add({time_ms + random.between(120, 1'800), 0, steps.put(leg), 0, Duty::kStep, 0, 0});
}

void Generator::State::add_labels(const Step& step, std::uint64_t number, std::int64_t arrival_ms) {
  new_labels.clear();
  label_process.decide(step, number, arrival_ms, new_labels);
  for (const Label& label : new_labels) {
    agenda.add({label.known_at_ms, 0, labels.put(label), 0, Duty::kLabel, 0, 0});
  }
}

void Generator::State::add_malformed(const Step& step, std::int64_t time_ms) {
  const std::uint64_t number = ++last_number;
  Random random(derive(world.options.seed, kDamageKind, number));
  GeneratedRecord record;
  write(step, number, time_ms, record);
  damage(record.value, random.below(kDamages), random);
  record.id.clear();
  record.malformed = true;
  record.truth = {};
  record.stream_time_ms += random.between(1, kSecondMs);
  add_arrival(std::move(record));
}

void Generator::State::add_arrival(GeneratedRecord record) {
  const std::int64_t time_ms = record.stream_time_ms;
  agenda.add({time_ms, 0, arrivals.put(std::move(record)), 0, Duty::kArrival, 0, 0});
}

void Generator::State::label_record(const Label& label, GeneratedRecord& out) {
  out.topic = StreamTopic::kLabels;
  out.key.clear();
  append_customer_id(out.key, label.customer);
  out.value.clear();
  writer.label(label, out.value);
  out.id.clear();
  append_event_id(out.id, Action::kCardPayment, label.payment);
  out.stream_time_ms = out.event_time_ms = label.known_at_ms;
  out.late = out.duplicate = out.malformed = false;
  out.truth = {label.truth.fraud, label.truth.typology};
}

Generator::Generator(const GeneratorOptions& options) {
  WEIR_CHECK(check_options(options).ok(), "generator options were not checked");
  state_ = std::make_unique<State>(options);
}
Generator::~Generator() = default;
Generator::Generator(Generator&&) noexcept = default;
Generator& Generator::operator=(Generator&&) noexcept = default;

bool Generator::next(GeneratedRecord& out) { return state_->next(out); }

}  // namespace weir::generator
