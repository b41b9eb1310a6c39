// What the bank learns about a payment afterwards, and when: reports, reviews, disputes and their revision.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "ops/generator/options.h"
#include "ops/generator/random.h"
#include "ops/generator/scenario.h"
#include "ops/generator/step.h"

namespace weir::generator {

enum class LabelSource : std::uint8_t { kCustomerReport, kOfficerReview, kDispute, kDisputeClosed };
std::string_view source_name(LabelSource source);

struct Label {
  std::int64_t known_at_ms = 0;
  std::uint64_t payment = 0;  // its number
  std::uint32_t customer = 0;
  bool fraud = false;
  LabelSource source = LabelSource::kCustomerReport;
  Truth truth;  // the payment's
};

class LabelProcess {
 public:
  explicit LabelProcess(const GeneratorOptions& options) : options_(options) {}

  // When an incident that ends at `end_ms` is reported; 0 if never.
  std::int64_t report_time(std::int64_t end_ms, Random& random) const;

  // Appends the labels that payment `number`, which reaches the stream at `arrival_ms`, will get: none for most, in the
  // order of their times, all after its arrival.
  void decide(const Step& payment, std::uint64_t number, std::int64_t arrival_ms, std::vector<Label>& out) const;

 private:
  void decide_fraud(const Step& payment, std::int64_t arrival_ms, Label label, Random& random,
                    std::vector<Label>& out) const;
  void decide_honest(const Step& payment, std::int64_t arrival_ms, Label label, Random& random,
                     std::vector<Label>& out) const;

  GeneratorOptions options_;
};

}  // namespace weir::generator
