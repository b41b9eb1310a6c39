// model_writer POLICY OUT: writes a model of random weights for the inputs of a policy to OUT, for the integration
// tests.
#include <fstream>
#include <iostream>

#include "engine/policy/policy.h"
#include "tests/engine/shard/made_model.h"

int main(int count, char** arguments) {
  if (count != 3) return 2;
  const auto policy = weir::policy::load_policy_directory(arguments[1]);
  if (!policy.ok()) {
    std::cerr << policy.error().render();
    return 1;
  }
  std::ofstream out(arguments[2], std::ios::binary);
  out << weir::shard::test::made_model(*policy->inputs);
  return out.flush() ? 0 : 1;
}
