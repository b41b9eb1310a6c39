// Writes audit records and decisions as the engine makes them, one file each, for schema_test.py.
#include <cstdio>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "tests/engine/audit/bank.h"

namespace weir::audit {
namespace {

std::vector<NamedRecord> decisions() {
  std::vector<NamedRecord> made;
  const auto add = [&](std::string name, const decide::DecisionFacts& facts) {
    made.push_back({std::move(name), {}});
    decide::append_decision_json(facts, made.back().text);
  };
  Bank bank;
  bank.fill();
  std::vector<decide::ReasonText> reasons;
  for (const auto rule : bank.outcome.reasons) {
    const auto& hit = bank.rules->rules()[rule];
    reasons.push_back({hit.id, hit.reason, hit.points});
  }
  decide::DecisionFacts facts;
  facts.id = bank.event.id;
  facts.type = bank.schema->event_types[bank.event.type].name;
  facts.time_ms = bank.event.time_ms;
  facts.outcome = bank.outcome.outcome;
  facts.score = bank.outcome.score;
  facts.policy = kPolicyHash;
  facts.sequence = kBankHead.sequence;
  add("without_reasons", facts);
  facts.reasons = reasons;
  for (std::uint8_t flags = 0; flags < 16; ++flags) {
    facts.flags = flags;
    add("with_flags_" + std::to_string(flags), facts);
  }
  for (const auto outcome : {book::Outcome::kApprove, book::Outcome::kReview, book::Outcome::kDecline}) {
    facts.outcome = outcome;
    facts.score = 500 * static_cast<std::int32_t>(outcome);
    facts.time_ms = -62'135'596'800'000;
    facts.sequence = 18'446'744'073'709'551'615U;
    add(std::string(book::outcome_name(outcome)), facts);
  }
  facts.alert = decide::Alert{"customer_device", 18'446'744'073'709'551'615U, true};
  facts.shard = 4'294'967'295U;
  add("with_alert", facts);
  const std::string sha256(32, '\xab');
  const decide::ModelReason by_model[] = {{"the card's last payments", 123'456'789}, {"\"amount\"", 1}};
  facts.model = decide::ModelText{sha256, 999'999'999, by_model};
  add("with_model", facts);
  facts.model = decide::ModelText{sha256, 0, {}};
  add("with_model_approved", facts);
  return made;
}

bool write(const std::string& directory, std::string_view kind, const std::vector<NamedRecord>& records) {
  for (const auto& record : records) {
    std::ofstream out(directory + "/" + std::string(kind) + "." + record.name + ".json", std::ios::binary);
    out << record.text;
    if (!out.flush()) return false;
  }
  return true;
}

}  // namespace
}  // namespace weir::audit

int main(int count, char** arguments) {
  if (count != 2) {
    std::fprintf(stderr, "usage: %s DIRECTORY\n", arguments[0]);
    return 2;
  }
  using namespace weir::audit;
  return write(arguments[1], "audit", bank_records()) && write(arguments[1], "decision", decisions()) ? 0 : 1;
}
