// Which scenarios begin on a day: as many as keep their payments at the configured shares of all payments.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "ops/generator/labels.h"
#include "ops/generator/scenario.h"

namespace weir::generator {

class Incidents {
 public:
  explicit Incidents(World& world);

  using AddStep = std::function<void(std::int64_t time_ms, const Step& step)>;

  // Plans the incidents that begin on a day. `payments` is how many the stream has had so far.
  void plan_day(const Today& today, std::uint64_t payments, const LabelProcess& labels, const AddStep& add);

 private:
  struct Pace {
    std::unique_ptr<Scenario> scenario;
    std::int64_t owed_millionths = 0;  // payments that should have been, times 10^6; below 0: ahead
  };

  void begin(const Scenario& scenario, const LabelProcess& labels, Random& random, const AddStep& add);

  World& world_;
  std::vector<Pace> paces_;
  Script script_;
  std::uint64_t payments_ = 0;  // at the last plan
  std::uint64_t expected_a_day_;
};

}  // namespace weir::generator
