// ONNX Runtime through its C API, one thread: sequences of [steps, 1, inputs] float32, one call each, to the last
// state.
//
//   onnx_runtime answers MODEL.onnx SEQUENCES.f32 STEPS INPUTS WIDTH ANSWERS.f32
//   onnx_runtime time MODEL.onnx SEQUENCES.f32 STEPS INPUTS WIDTH CALLS SECONDS
//
// The model has the input "x" [steps, batch, inputs] and the output "state" [1, batch, WIDTH]. Batches are timed for
// SECONDS each; with 0, for a model whose batch is fixed at 1, they are not.
#include <onnxruntime_c_api.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "bench/latency.h"

namespace weir {
namespace {

const OrtApi& api() {
  static const OrtApi* found = OrtGetApiBase()->GetApi(ORT_API_VERSION);
  return *found;
}

void check(OrtStatus* status) {
  if (status == nullptr) return;
  std::fprintf(stderr, "onnx_runtime: %s\n", api().GetErrorMessage(status));
  std::exit(1);
}

int fail(const std::string& what) {
  std::fprintf(stderr, "onnx_runtime: %s\n", what.c_str());
  return 1;
}

struct Shape {
  std::size_t steps = 0, inputs = 0, width = 0;
  std::size_t sequence() const { return steps * inputs; }
};

class Session {
 public:
  Session(const char* path, const Shape& shape) : shape_(shape) {
    OrtEnv* environment = nullptr;
    check(api().CreateEnv(ORT_LOGGING_LEVEL_ERROR, "bench", &environment));
    OrtSessionOptions* options = nullptr;
    check(api().CreateSessionOptions(&options));
    check(api().SetIntraOpNumThreads(options, 1));
    check(api().SetInterOpNumThreads(options, 1));
    check(api().SetSessionExecutionMode(options, ORT_SEQUENTIAL));
    check(api().SetSessionGraphOptimizationLevel(options, ORT_ENABLE_ALL));
    check(api().CreateSession(environment, path, options, &session_));
    check(api().CreateCpuMemoryInfo(OrtArenaAllocator, OrtMemTypeDefault, &memory_));
  }

  // Tensors over values that stay where they are, so that a call copies and allocates nothing of them.
  OrtValue* input(const float* values, std::size_t batch) { return tensor(values, shape_.steps, batch, shape_.inputs); }
  OrtValue* output(const float* values, std::size_t batch) { return tensor(values, 1, batch, shape_.width); }

  void run(const OrtValue* x, OrtValue* state) {
    const char* inputs[] = {"x"};
    const char* outputs[] = {"state"};
    check(api().Run(session_, nullptr, inputs, &x, 1, outputs, 1, &state));
  }

 private:
  OrtValue* tensor(const float* values, std::size_t first, std::size_t second, std::size_t third) {
    const std::int64_t shape[] = {static_cast<std::int64_t>(first), static_cast<std::int64_t>(second),
                                  static_cast<std::int64_t>(third)};
    OrtValue* made = nullptr;
    check(api().CreateTensorWithDataAsOrtValue(memory_, const_cast<float*>(values),
                                               first * second * third * sizeof(float), shape, 3,
                                               ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT, &made));
    return made;
  }

  Shape shape_;
  OrtSession* session_ = nullptr;
  OrtMemoryInfo* memory_ = nullptr;
};

void time_batch(Session& session, const Shape& shape, const std::vector<float>& sequences, std::size_t batch,
                double seconds) {
  const auto rows = sequences.size() / shape.sequence();
  std::vector<float> x(shape.sequence() * batch), state(shape.width * batch);
  for (std::size_t i = 0; i < batch; ++i) {
    for (std::size_t step = 0; step < shape.steps; ++step) {
      std::copy_n(sequences.data() + i % rows * shape.sequence() + step * shape.inputs, shape.inputs,
                  x.data() + (step * batch + i) * shape.inputs);
    }
  }
  const auto* in = session.input(x.data(), batch);
  auto* out = session.output(state.data(), batch);
  print_rate("batch " + std::to_string(batch), batch, seconds, [&] { session.run(in, out); });
}

int run(const std::string& what, char** argv) {
  const Shape shape{std::strtoul(argv[4], nullptr, 10), std::strtoul(argv[5], nullptr, 10),
                    std::strtoul(argv[6], nullptr, 10)};
  const auto sequences = read_values<float>(argv[3]);
  if (shape.sequence() == 0 || sequences.empty() || sequences.size() % shape.sequence() != 0) {
    return fail(std::string(argv[3]) + " does not hold sequences as told");
  }
  const auto rows = sequences.size() / shape.sequence();
  Session session(argv[2], shape);
  std::vector<OrtValue*> inputs;
  for (std::size_t i = 0; i < rows; ++i) inputs.push_back(session.input(sequences.data() + i * shape.sequence(), 1));
  std::vector<float> state(shape.width);
  auto* out = session.output(state.data(), 1);

  if (what == "answers") {
    std::vector<float> answers;
    for (const auto* x : inputs) {
      session.run(x, out);
      answers.insert(answers.end(), state.begin(), state.end());
    }
    std::printf("ONNX Runtime %s\n", OrtGetApiBase()->GetVersionString());
    return write_values(argv[7], answers) ? 0 : fail(std::string(argv[7]) + " can't be written");
  }
  // Few enough that they stay in the core's own cache: what a sequence holds makes no difference to the time.
  const auto warm = std::min<std::size_t>(rows, 64);
  print_latencies("run", warm, std::strtoul(argv[7], nullptr, 10), [&](std::size_t i) { session.run(inputs[i], out); });
  const double seconds = std::strtod(argv[8], nullptr);
  for (const std::size_t batch : {16, 64, 256}) {
    if (seconds > 0) time_batch(session, shape, sequences, batch, seconds);
  }
  return 0;
}

}  // namespace
}  // namespace weir

int main(int argc, char** argv) {
  const std::string what = argc > 1 ? argv[1] : "";
  if (!(what == "answers" && argc == 8) && !(what == "time" && argc == 9)) {
    std::fprintf(stderr,
                 "usage: onnx_runtime answers MODEL.onnx SEQUENCES.f32 STEPS INPUTS WIDTH ANSWERS.f32\n"
                 "       onnx_runtime time MODEL.onnx SEQUENCES.f32 STEPS INPUTS WIDTH CALLS SECONDS\n");
    return 2;
  }
  return weir::run(what, argv);
}
