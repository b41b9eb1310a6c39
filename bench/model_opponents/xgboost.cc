// XGBoost's own predictor through its C API: rows of float32 (NaN: no value) to margins, one thread.
//
//   xgboost answers MODEL.json FEATURES.f32 COLUMNS ANSWERS.f32
//   xgboost time MODEL.json FEATURES.f32 COLUMNS CALLS SECONDS
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "bench/latency.h"

// As much of xgboost/c_api.h (Apache-2.0) as is used; the package holds the library and no header.
extern "C" {
using BoosterHandle = void*;
using DMatrixHandle = void*;
using bst_ulong = std::uint64_t;
const char* XGBGetLastError();
void XGBoostVersion(int* major, int* minor, int* patch);
int XGBoosterCreate(const DMatrixHandle dmats[], bst_ulong len, BoosterHandle* out);
int XGBoosterLoadModel(BoosterHandle handle, const char* path);
int XGBoosterSetParam(BoosterHandle handle, const char* name, const char* value);
int XGBoosterPredictFromDense(BoosterHandle handle, const char* values, const char* config, DMatrixHandle m,
                              const bst_ulong** out_shape, bst_ulong* out_dim, const float** out_result);
int XGBoosterPredictFromDMatrix(BoosterHandle handle, DMatrixHandle dmat, const char* config,
                                const bst_ulong** out_shape, bst_ulong* out_dim, const float** out_result);
int XGDMatrixCreateFromMat(const float* data, bst_ulong nrow, bst_ulong ncol, float missing, DMatrixHandle* out);
int XGDMatrixFree(DMatrixHandle handle);
}

namespace weir {
namespace {

constexpr const char* kInPlace = R"({"type": 1, "training": false, "iteration_begin": 0, "iteration_end": 0, )"
                                 R"("strict_shape": false, "missing": NaN, "cache_id": 0})";
constexpr const char* kMatrix = R"({"type": 1, "training": false, "iteration_begin": 0, "iteration_end": 0, )"
                                R"("strict_shape": false})";

void check(int failed) {
  if (failed == 0) return;
  std::fprintf(stderr, "xgboost: %s\n", XGBGetLastError());
  std::exit(1);
}

class Booster {
 public:
  Booster(const std::string& path, std::size_t columns) : columns_(columns) {
    check(XGBoosterCreate(nullptr, 0, &booster_));
    check(XGBoosterLoadModel(booster_, path.c_str()));
    check(XGBoosterSetParam(booster_, "nthread", "1"));
  }

  // The values are read where they stand.
  const float* in_place(const float* values, std::size_t rows) {
    char array[200];
    std::snprintf(array, sizeof array, R"({"data": [%llu, true], "shape": [%zu, %zu], "typestr": "<f4", "version": 3})",
                  static_cast<unsigned long long>(reinterpret_cast<std::uintptr_t>(values)), rows, columns_);
    const bst_ulong* shape = nullptr;
    bst_ulong dimensions = 0;
    const float* out = nullptr;
    check(XGBoosterPredictFromDense(booster_, array, kInPlace, nullptr, &shape, &dimensions, &out));
    return out;
  }

  // Through a matrix of its own, made for each call.
  float matrix(const float* values) {
    DMatrixHandle matrix = nullptr;
    check(XGDMatrixCreateFromMat(values, 1, columns_, __builtin_nanf(""), &matrix));
    const bst_ulong* shape = nullptr;
    bst_ulong dimensions = 0;
    const float* out = nullptr;
    check(XGBoosterPredictFromDMatrix(booster_, matrix, kMatrix, &shape, &dimensions, &out));
    const float margin = *out;
    check(XGDMatrixFree(matrix));
    return margin;
  }

 private:
  BoosterHandle booster_ = nullptr;
  std::size_t columns_ = 0;
};

int fail(const std::string& what) {
  std::fprintf(stderr, "xgboost: %s\n", what.c_str());
  return 1;
}

int run(const std::string& what, char** argv) {
  const std::size_t columns = std::strtoul(argv[4], nullptr, 10);
  const auto features = read_values<float>(argv[3]);
  if (columns == 0 || features.empty() || features.size() % columns != 0) {
    return fail(std::string(argv[3]) + " does not hold rows as told");
  }
  const auto rows = features.size() / columns;
  const auto row = [&](std::size_t i) { return features.data() + i * columns; };
  Booster booster(argv[2], columns);

  if (what == "answers") {
    std::vector<float> answers;
    for (std::size_t i = 0; i < rows; ++i) {
      answers.push_back(*booster.in_place(row(i), 1));
      if (booster.matrix(row(i)) != answers.back()) return fail("a row comes out otherwise by way of a matrix");
    }
    if (!std::equal(answers.begin(), answers.end(), booster.in_place(features.data(), rows))) {
      return fail("all rows at once come out otherwise");
    }
    int major = 0, minor = 0, patch = 0;
    XGBoostVersion(&major, &minor, &patch);
    std::printf("XGBoost %d.%d.%d\n", major, minor, patch);
    return write_values(argv[5], answers) ? 0 : fail(std::string(argv[5]) + " can't be written");
  }
  const std::size_t calls = std::strtoul(argv[5], nullptr, 10);
  // As bench/model.cc has it.
  const auto warm = std::min<std::size_t>(rows, 1000);
  print_latencies("in place", warm, calls, [&](std::size_t i) { booster.in_place(row(i), 1); });
  print_latencies("matrix", warm, calls, [&](std::size_t i) { booster.matrix(row(i)); });
  print_rate("batch", rows, std::strtod(argv[6], nullptr), [&] { booster.in_place(features.data(), rows); });
  return 0;
}

}  // namespace
}  // namespace weir

int main(int argc, char** argv) {
  const std::string what = argc > 1 ? argv[1] : "";
  if (!(what == "answers" && argc == 6) && !(what == "time" && argc == 7)) {
    std::fprintf(stderr,
                 "usage: xgboost answers MODEL.json FEATURES.f32 COLUMNS ANSWERS.f32\n"
                 "       xgboost time MODEL.json FEATURES.f32 COLUMNS CALLS SECONDS\n");
    return 2;
  }
  return weir::run(what, argv);
}
