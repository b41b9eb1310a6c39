// The step's stages one by one, as engine/shard/step.cc puts them together, over a memory of their own.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/event/label_reader.h"
#include "engine/model/scorer.h"
#include "engine/policy/policy.h"
#include "engine/shard/core.h"

namespace weir::bench {

// The value, or the end of the program with the reason.
[[noreturn]] void fail(const std::string& why);
template <class T>
T must(Result<T> result) {
  if (!result) fail(result.error().message);
  return std::move(*result);
}
inline void must(const Status& status) {
  if (!status) fail(status.error().message);
}

std::string_view token_key();
std::shared_ptr<const policy::Policy> shipped(std::string_view name);
// With everything in memory; the stream's own time is the clock.
shard::Core in_memory(const std::shared_ptr<const policy::Policy>& policy);

// One event on its way through the stages, and what the engine's step made of it.
struct Transaction {
  explicit Transaction(const shard::Core& core)
      : event(*core.policy->schema, core.policy->rules->slot_count() - core.policy->schema->slot_count()),
        residents(core.policy->schema->entities.size()),
        histories(residents.size()),
        keys(residents.size()) {}

  shard::Input input() const {
    shard::Input input;
    input.topic = "transactions";
    input.offset = offset;
    input.previous = offset - 1;
    input.value = value;
    return input;
  }

  std::string value;
  std::int64_t offset = 0;

  shard::Output step;  // of the engine
  shard::Progress after;
  std::string enveloped;

  event::Event event;
  Digest digest{};
  std::vector<shard::Resident*> residents;
  std::vector<history::EntityHistory*> histories;
  std::vector<std::string> keys;
  std::vector<std::uint64_t> approximate;
  bool scored = false;
  models::Inputs inputs;
  models::Score score;
  std::optional<models::Explanation> explanation;  // of what is not approved
  book::Verdicts verdicts;
  decide::Outcome outcome;
  std::string audit;
  Digest leaf{};
  std::string decision;
  std::string row;
};

// Each stage takes what the ones before it, and the engine's own step, left in the transaction.
class Stages {
 public:
  explicit Stages(const std::shared_ptr<const policy::Policy>& policy);

  void parse(Transaction& t);
  void digest(Transaction& t);
  void find(Transaction& t);  // event id and histories
  void evaluate(Transaction& t);
  // Texts of first and last values point into the histories: called for all before the first append().
  void keep_texts(Transaction& t);
  void score(Transaction& t);  // by the policy's model
  void judge(Transaction& t);
  void decide(Transaction& t);  // and finds the score's reasons, of what is not approved
  void audit(Transaction& t);   // writes the hashed part
  void leaf(Transaction& t);
  void decision(Transaction& t);
  void encode(Transaction& t);  // the row as it is stored
  void append(Transaction& t);
  void remember(Transaction& t);  // the event id's entry

  // False if the label's event has not come.
  bool label(const event::Label& label);

  const shard::Core& core() const { return core_; }

 private:
  const std::vector<book::Rule>& rules() const { return core_.policy->rules->rules(); }

  shard::Core core_;
  const event::Schema& schema_;
  event::JsonReader json_;
  event::Reject reject_;
  Sha256 sha256_;
  book::Workspace workspace_;
  std::optional<model::Scorer> scorer_;
  std::optional<models::Explainer> explainer_;
  std::vector<decide::ReasonText> reasons_;
  std::vector<decide::ModelReason> model_reasons_;
  shard::EventEntry entry_;
  std::string bytes_;
  std::uint32_t policy_number_ = 0;
  std::vector<std::uint32_t> type_numbers_;
  std::vector<std::uint32_t> rule_numbers_;
  std::uint32_t model_number_ = 0;
  std::vector<std::uint32_t> model_reason_numbers_;
  std::vector<std::uint32_t> text_slots_;
};

}  // namespace weir::bench
