#include "ops/command/model_command.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>

#include "engine/base/json_writer.h"
#include "models/arrays/arrays.h"
#include "models/arrays/binding.h"
#include "models/arrays/mapped_file.h"
#include "models/bundle/model.h"
#include "models/bundle/safetensors.h"
#include "ops/command/model_scores.h"
#include "ops/command/terminal.h"

namespace weir::command {
namespace {

constexpr std::size_t kMaxThreads = 256;

constexpr const char* kExamples = R"(Examples:
  weir model show fraud.safetensors
      its hash, what it looks at, how large its parts are, and its card
  weir model show fraud.safetensors --json | jq -r .hash
      for programs
  weir features --policy policy --in payments.csv --arrays arrays
  weir model score --model fraud.safetensors --arrays arrays --out scores.csv
      id, logit and probability of every payment, to the bit as the engine would have scored it
  weir model score --model fraud.safetensors --arrays arrays --reasons --out -
      and what each group of inputs contributed to the logit

Exit codes: 0 done, 1 it could not be done, 2 wrong usage.)";

struct ScoreOptions {
  std::string model;
  std::string arrays;
  std::string out;
  std::string kernel;
  std::size_t threads = 1;
  bool reasons = false;
};

// A loaded model, and its file's tensors for what the model itself does not tell.
struct ModelFile {
  models::MappedFile file;
  std::shared_ptr<const models::Model> model;
};

Result<ModelFile> load(const std::string& path) {
  auto file = models::MappedFile::open(path);
  if (!file) return file.error();
  auto model = models::Model::load(file->bytes());
  if (!model) return Error{path + ": " + model.error().message};
  return ModelFile{std::move(*file), std::move(*model)};
}

class Description {
 public:
  explicit Description(const ModelFile& file)
      : model_(*file.model),
        bytes_(file.file.bytes().size()),
        // It was read once, when the model was loaded.
        tensors_(*models::SafeTensors::parse(file.file.bytes())) {}

  void print_text() const {
    const auto& manifest = model_.manifest();
    std::cout << "model \"" << manifest.name << "\" " << hex(model_.hash()) << "\n";
    if (manifest.demonstration) std::cout << "demonstration, not validated: trained on generated data\n";
    std::cout << "\n";
    line("file", grouped(bytes_) + " bytes, " + grouped(extent("examples.starts") - 1) + " examples");
    line("outputs", grouped(model_.outputs()) + ": " + outputs());
    if (trees() > 0) line("trees", grouped(trees()) + " of " + grouped(nodes()) + " nodes");
    if (manifest.events > 0) {
      line("sequence", "the last " + std::to_string(manifest.events) + " events, width " + std::to_string(width()));
    }
    if (tensors_.has("head.bias")) {
      line("head", "a hidden layer of " + std::to_string(extent("head.bias")) + ", over " +
                       std::to_string(manifest.head_features.size()) + " features and the encoders' vectors");
    }
    for (std::size_t i = 0; i < manifest.features.size(); ++i) {
      input("feature", manifest.features[i], grouped(model_.shape().feature_codes[i] - 2) + " thresholds");
    }
    for (std::size_t i = 0; i < manifest.event_fields.size(); ++i) {
      input("event field", manifest.event_fields[i], grouped(model_.shape().event_codes[i]) + " codes");
    }
    for (std::size_t i = 0; i < manifest.texts.size(); ++i) {
      const auto& shape = model_.shape().texts[i];
      input("text", manifest.texts[i],
            "up to " + grouped(shape.max_grams) + " n-grams in " + grouped(shape.buckets) + " buckets");
    }
    std::cout << "\n" << model_.card();
    if (!model_.card().ends_with('\n')) std::cout << "\n";
  }

  void print_json() const {
    const auto& manifest = model_.manifest();
    std::string out;
    JsonWriter json(out);
    json.begin_object();
    text(json, "name", manifest.name);
    text(json, "hash", hex(model_.hash()));
    json.key("demonstration");
    json.boolean(manifest.demonstration);
    number(json, "bytes", bytes_);
    number(json, "examples", extent("examples.starts") - 1);
    json.key("outputs");
    json.begin_array();
    for (const auto& output : manifest.outputs) json.string(output);
    json.end_array();
    number(json, "trees", trees());
    number(json, "nodes", nodes());
    number(json, "events", manifest.events);
    number(json, "sequence_width", width());
    number(json, "hidden", extent("head.bias"));
    inputs(json, "features", manifest.features,
           [&](std::size_t i) { number(json, "thresholds", model_.shape().feature_codes[i] - 2); });
    inputs(json, "event_fields", manifest.event_fields,
           [&](std::size_t i) { number(json, "codes", model_.shape().event_codes[i]); });
    inputs(json, "texts", manifest.texts, [&](std::size_t i) {
      number(json, "buckets", model_.shape().texts[i].buckets);
      number(json, "grams", model_.shape().texts[i].max_grams);
    });
    text(json, "card", model_.card());
    json.end_object();
    std::cout << out << "\n";
  }

 private:
  // The first extent of a tensor; 0 if there is none.
  std::uint64_t extent(const std::string& name) const {
    const auto& shape = tensors_.shape(name);
    return shape.empty() ? 0 : shape.front();
  }
  std::uint64_t trees() const { return extent("trees.roots"); }
  std::uint64_t nodes() const { return extent("trees.feature"); }
  std::uint64_t width() const { return extent("sequence.candidate_bias"); }

  std::string outputs() const {
    constexpr std::size_t kShown = 8;
    const auto& all = model_.manifest().outputs;
    std::string text;
    for (std::size_t i = 0; i < std::min(all.size(), kShown); ++i) text += (i > 0 ? ", " : "") + all[i];
    return text + (all.size() > kShown ? ", ..." : "");
  }
  static void line(const std::string& what, const std::string& about) {
    std::cout << what << std::string(what.size() < 12 ? 12 - what.size() : 1, ' ') << about << "\n";
  }
  static void input(const std::string& what, const models::NamedInput& input, const std::string& about) {
    line(what, input.name + ", version " + input.version + ", " + about);
  }
  static void text(JsonWriter& json, std::string_view name, std::string_view value) {
    json.key(name);
    json.string(value);
  }
  static void number(JsonWriter& json, std::string_view name, std::uint64_t value) {
    json.key(name);
    json.unsigned_integer(value);
  }
  template <class More>
  static void inputs(JsonWriter& json, std::string_view name, const std::vector<models::NamedInput>& all, More more) {
    json.key(name);
    json.begin_array();
    for (std::size_t i = 0; i < all.size(); ++i) {
      json.begin_object();
      text(json, "name", all[i].name);
      text(json, "version", all[i].version);
      more(i);
      json.end_object();
    }
    json.end_array();
  }

  const models::Model& model_;
  std::uint64_t bytes_;
  models::SafeTensors tensors_;
};

int show(const std::string& path, bool json) {
  const auto file = load(path);
  if (!file) return fail(file.error().message);
  const Description description(*file);
  json ? description.print_json() : description.print_text();
  return kOk;
}

Result<models::Kernel> chosen_kernel(const std::string& name) {
  if (name.empty()) return models::fastest_kernel();
  std::string known;
  for (const auto kernel : models::kernels_here()) {
    if (models::kernel_name(kernel) == name) return kernel;
    known += (known.empty() ? "" : ", ") + std::string(models::kernel_name(kernel));
  }
  return Error{"this CPU has no kernel \"" + name + "\"; it has " + known};
}

int score(const ScoreOptions& options) {
  const auto kernel = chosen_kernel(options.kernel);
  if (!kernel) return fail(kernel.error().message);
  const auto file = load(options.model);
  if (!file) return fail(file.error().message);
  if (options.reasons && file->model->outputs() > 1) {
    return fail("--reasons: " + options.model + " has " + std::to_string(file->model->outputs()) +
                " outputs; reasons are of a model with one");
  }
  const auto arrays = models::Arrays::open(options.arrays);
  if (!arrays) return fail(arrays.error().message);
  const auto binding = models::Binding::create(*file->model, *arrays);
  if (!binding) return fail(options.model + " and " + options.arrays + ": " + binding.error().message);

  std::ofstream out_file;
  if (options.out != "-") {
    out_file.open(options.out, std::ios::binary);
    if (!out_file) return fail("can't write " + options.out);
  }
  std::ostream& out = options.out == "-" ? std::cout : out_file;
  const auto rows = arrays->inputs().rows;
  const auto started = monotonic_ns();
  {
    ProgressLine progress("weir model score");
    const ModelScores scores(*file->model, *arrays, *binding, *kernel, options.threads, options.reasons);
    const auto status = scores.write(out, [&](std::uint64_t done) { progress.show(done, rows, "rows"); });
    if (!status) return fail(options.arrays + ": " + status.error().message);
  }
  out.flush();
  if (!out) return fail("can't write " + options.out);
  const auto microseconds = static_cast<std::uint64_t>((monotonic_ns() - started) / 1000);
  std::cerr << grouped(rows) << " rows, " << grouped(microseconds / 1000) << " ms, kernel "
            << models::kernel_name(*kernel) << ", model " << hex(file->model->hash()) << '\n';
  return kOk;
}

}  // namespace

void add_model_command(CLI::App& app, int& exit_code) {
  auto* command = app.add_subcommand("model", "Look into a model file, or score payments with it");
  command->footer(kExamples);
  command->require_subcommand(1);

  auto path = std::make_shared<std::string>();
  auto json = std::make_shared<bool>(false);
  auto* show_command = command->add_subcommand("show", "Its hash, its inputs, its sizes, its card");
  show_command->footer(kExamples);
  show_command->add_option("FILE", *path, "The model")->required();
  show_command->add_flag("--json", *json, "Print one JSON object instead of text");
  show_command->callback([path, json, &exit_code] { exit_code = show(*path, *json); });

  auto options = std::make_shared<ScoreOptions>();
  auto* score_command = command->add_subcommand("score", "The scores of the payments in arrays");
  score_command->footer(kExamples);
  score_command->add_option("--model", options->model, "The model")->required();
  score_command->add_option("--arrays", options->arrays, "Directory that `weir features --arrays` wrote")->required();
  score_command->add_option("--out", options->out, "CSV to write, - for standard output")->required();
  score_command->add_option("--kernel", options->kernel,
                            "portable, avx2 or vnni instead of the fastest; all give the same bits");
  score_command->add_flag("--reasons", options->reasons, "What each group of inputs contributed, in more columns");
  score_command->add_option("--threads", options->threads, "Threads that score at once")
      ->check(CLI::Range(std::size_t{1}, kMaxThreads))
      ->capture_default_str();
  score_command->callback([options, &exit_code] { exit_code = score(*options); });
}

}  // namespace weir::command
