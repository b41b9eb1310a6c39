// The running engine as a process has it: settings to ports, one runner, metrics, health.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "engine/base/diagnostics.h"
#include "engine/base/result.h"
#include "engine/shard/runner.h"
#include "ops/command/meter.h"
#include "ops/command/settings.h"

namespace weir::command {

// The keys without which no engine starts.
std::span<const std::string_view> required_settings();

class Engine {
 public:
  // Opens everything that the settings name. Issues are of the policy; any other failure is one issue without a place.
  static Result<std::unique_ptr<Engine>, Issues> start(const Settings& settings, shard::Begin begin);
  ~Engine();

  Result<bool> pump();
  // Until there may be something to do.
  void wait(int timeout_ms);
  void request_stop();
  bool stopped() const;
  bool live() const;
  // Whether records came since the last call.
  bool took_input();
  Meter& meter();

 private:
  struct State;
  explicit Engine(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace weir::command
