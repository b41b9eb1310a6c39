#include "ops/command/model_scores.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <ostream>
#include <thread>
#include <vector>

#include "models/kernels/fixed_point.h"
#include "ops/command/csv_cell.h"

namespace weir::command {
namespace {

constexpr std::uint64_t kBlockRows = 4096;
constexpr std::size_t kDigits = 9;  // Of a probability: billionths.

// A logit is a number of 2^-24, so its double is exact and the shortest text gives it back.
void append_logit(std::int64_t logit, std::string& line) {
  constexpr double kUnit = 1.0 / static_cast<double>(std::int64_t{1} << models::kLogitBits);
  char text[32];
  const auto end = std::to_chars(std::begin(text), std::end(text), static_cast<double>(logit) * kUnit).ptr;
  line.append(text, end);
}

void append_probability(std::int32_t billionths, std::string& line) {
  const auto fraction = std::to_string(billionths % models::kCertain);
  line.push_back(billionths >= models::kCertain ? '1' : '0');
  line.push_back('.');
  line.append(kDigits - fraction.size(), '0');
  line.append(fraction);
}

}  // namespace

std::string ModelScores::header() const {
  std::string line = "id";
  if (model_.outputs() == 1) {
    line += ",logit,probability";
    if (reasons_) {
      line += ",base";
      for (const auto& group : model_.manifest().reasons) {
        line.push_back(',');
        append_csv_text("reason." + group.name, line);
      }
      line += ",residual";
    }
    return line + "\n";
  }
  for (const auto& output : model_.manifest().outputs) {
    line.push_back(',');
    append_csv_text("logit." + output, line);
  }
  return line + ",class\n";
}

void ModelScores::append_scores(models::Model::Evaluator& evaluator, const models::Inputs& inputs,
                                std::string& lines) const {
  if (model_.outputs() == 1) {
    const auto score = evaluator.score(inputs);
    append_logit(score.logit, lines);
    lines.push_back(',');
    append_probability(score.probability, lines);
    return;
  }
  const auto logits = evaluator.logits(inputs);
  for (const auto logit : logits) {
    append_logit(logit, lines);
    lines.push_back(',');
  }
  const auto greatest = std::ranges::max_element(logits) - logits.begin();
  append_csv_text(model_.manifest().outputs[static_cast<std::size_t>(greatest)], lines);
}

void ModelScores::append_explained(models::Explainer& explainer, const models::Inputs& inputs,
                                   std::vector<std::int64_t>& by_group, std::string& lines) const {
  const auto& explanation = explainer.explain(inputs);
  append_logit(explanation.score.logit, lines);
  lines.push_back(',');
  append_probability(explanation.score.probability, lines);
  lines.push_back(',');
  append_logit(explanation.base, lines);
  by_group.resize(explanation.contributions.size());
  for (const auto& contribution : explanation.contributions) by_group[contribution.group] = contribution.logit;
  for (const auto logit : by_group) {
    lines.push_back(',');
    append_logit(logit, lines);
  }
  lines.push_back(',');
  append_logit(explanation.residual, lines);
}

void ModelScores::score(std::uint64_t begin, std::uint64_t end, Block& block) const {
  models::Model::Evaluator evaluator(model_, kernel_);
  std::optional<models::Explainer> explainer;
  if (reasons_) explainer.emplace(model_, kernel_);
  std::vector<std::int64_t> by_group;
  models::Inputs inputs;
  for (auto row = begin; row < end; ++row) {
    if (auto ok = binding_.quantize(row, inputs); !ok) {
      block.status =
          Error{"row " + std::to_string(row) + ", id " + std::string(arrays_.id(row)) + ": " + ok.error().message};
      return;
    }
    append_csv_text(arrays_.id(row), block.lines);
    block.lines.push_back(',');
    if (explainer) {
      append_explained(*explainer, inputs, by_group, block.lines);
    } else {
      append_scores(evaluator, inputs, block.lines);
    }
    block.lines.push_back('\n');
  }
}

Status ModelScores::write(std::ostream& out, const std::function<void(std::uint64_t)>& progress) const {
  out << header();
  const auto rows = arrays_.inputs().rows;
  for (std::uint64_t begin = 0; begin < rows; begin += threads_ * kBlockRows) {
    std::vector<Block> blocks(threads_);
    std::vector<std::thread> others;
    for (std::size_t i = 0; i < threads_; ++i) {
      const auto first = std::min(rows, begin + i * kBlockRows);
      const auto last = std::min(rows, first + kBlockRows);
      if (i + 1 < threads_) {
        others.emplace_back([this, first, last, block = &blocks[i]] { score(first, last, *block); });
      } else {
        score(first, last, blocks[i]);
      }
    }
    for (auto& thread : others) thread.join();
    for (const auto& block : blocks) {
      out << block.lines;
      if (!block.status) return block.status;
    }
    progress(std::min(rows, begin + threads_ * kBlockRows));
  }
  return {};
}

}  // namespace weir::command
